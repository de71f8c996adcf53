// Where a part of an imported configuration comes from, for the comment above it; and paths from the new place.
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { Archives } from '../archives/archives.ts'
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

/** A function with its export as the sections write it; one in a deployment package by its handler. */
export function toCodeText(
  { file, exportName }: { readonly file: string; readonly exportName: string },
  cwd: string,
  archives: Pick<Archives, 'originOf'>,
): string {
  const origin = archives.originOf(file)
  if (origin === null) return `${toRelative(file, cwd)}#${exportName}`
  const module = origin.name.replace(/\.[^./]+$/, '')
  return `${toRelative(origin.archive, cwd)}#${module}.${exportName}`
}

/** A path that stands in a file of another folder, as it has to be written here. */
export function moveRelative(path: string, { place }: Located, cwd: string): string {
  if (place.line === null || isAbsolute(path)) return path
  return toRelative(join(dirname(place.file), path), cwd)
}
