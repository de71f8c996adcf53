// Where a part of an imported configuration comes from, for the comment above it; and paths from the new place.
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { Located } from '../nodes/node.ts'

/** `Shop, template.yaml:12` or `aws_cloudfront_distribution.shop, plan.json:85` */
export function toOriginText({ place, path }: Located, cwd: string): string {
  const shown = toShown(place.file, cwd)
  const where = place.line === null ? shown : `${shown}:${place.line}`
  const name = path
    .replace(/^Resources\./, '')
    .replace(/\.Properties\b.*$/, '')
    .replace(
      /^(?:Distribution\.?|DistributionConfig|CachePolicy|OriginRequestPolicy|ResponseHeadersPolicy)+$/,
      '',
    )
  return name === '' ? where : `${name}, ${where}`
}

/** A file or folder as a path from the working directory: `./edge/auth.ts`. */
export function toShown(file: string, cwd: string): string {
  if (!isAbsolute(file)) return file
  return toRelative(file, cwd).replace(/^\.\//, '')
}

/** The same with `./` in front, so that nobody takes it for a name. */
export function toRelative(file: string, cwd: string): string {
  const path = relative(cwd, file).split(sep).join('/')
  if (path === '') return '.'
  return path.startsWith('..') ? path : `./${path}`
}

/** A path that stands in a file of another folder, as it has to be written here. */
export function moveRelative(path: string, { place }: Located, cwd: string): string {
  if (place.line === null || isAbsolute(path)) return path
  return toRelative(join(dirname(place.file), path), cwd)
}
