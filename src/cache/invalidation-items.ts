// What an invalidation may name: a file, a wildcard or a tag, and what CloudFront refuses.
import { QUOTAS } from '../model/quotas.ts'

/** One item, brought to the form in which it is compared. */
export type InvalidationItem =
  | { readonly kind: 'everything' }
  /** Path and query string. */
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'wildcard'; readonly prefix: string }
  /** In lower case, without '#'. */
  | { readonly kind: 'tag'; readonly tag: string }

/** Error codes of the API. (API Reference, 'CreateInvalidation') */
export type InvalidationError =
  | 'InvalidArgument'
  | 'BatchTooLarge'
  | 'TooManyInvalidationsInProgress'
  | 'NoSuchDistribution'

/** Why an invalidation is refused. */
export interface InvalidationRefusal {
  readonly kind: 'refused'
  readonly code: InvalidationError
  readonly message: string
  readonly hint: string | null
}

/** ('What you need to know when invalidating files', 'What you need to know when invalidating tags') */
export function parseInvalidationItems(
  paths: readonly string[],
): { readonly kind: 'items'; readonly items: readonly InvalidationItem[] } | InvalidationRefusal {
  if (paths.length === 0) return refuse('InvalidArgument', 'no paths given', 'for everything, give /*')
  const most = QUOTAS.invalidationFilesInProgress
  if (paths.length > most) {
    return refuse(
      'BatchTooLarge',
      `${paths.length} paths are more than the ${most} of one batch`,
      'send several',
    )
  }
  const items: InvalidationItem[] = []
  for (const path of paths) {
    const item = path.startsWith('#') ? parseTagItem(path) : parsePath(path)
    if (item.kind === 'refused') return item
    items.push(item)
  }
  return { kind: 'items', items }
}

/** '*' is a wildcard as the last character only, elsewhere it is itself. */
function parsePath(path: string): InvalidationItem | InvalidationRefusal {
  if (!path.startsWith('/')) {
    return refuse('InvalidArgument', `invalidation path ${path} does not start with a slash`, `give /${path}`)
  }
  const most = QUOTAS.invalidationPathCharacters
  if (path.length > most) {
    const message = `an invalidation path has ${path.length} characters, at most ${most} are allowed`
    return refuse('InvalidArgument', message)
  }
  // CloudFront takes such a path and removes nothing; being told is more useful (choice).
  const tilde = /~|%7e/i.exec(path)
  if (tilde !== null) {
    const hint = `use a wildcard that ends before it: ${path.slice(0, tilde.index)}*`
    return refuse(
      'InvalidArgument',
      `~ is not supported in invalidation paths, encoded or not: ${path}`,
      hint,
    )
  }
  if (path === '/*') return { kind: 'everything' }
  return path.endsWith('*')
    ? { kind: 'wildcard', prefix: encodeUrl(path.slice(0, -1)) }
    : { kind: 'file', url: encodeUrl(path) }
}

function parseTagItem(item: string): InvalidationItem | InvalidationRefusal {
  const tag = toTag(item.slice(1))
  if (tag !== null) return { kind: 'tag', tag }
  const hint = `a tag has 1 to ${QUOTAS.cacheTagCharacters} visible ASCII characters and no comma`
  return refuse('InvalidArgument', `${item} is no cache tag`, hint)
}

/** The tags of a response, from the header that the distribution names. What is no tag is left out (choice). */
export function parseTags(header: string | null): readonly string[] | null {
  if (header === null) return null
  const tags = header
    .split(',')
    .map((text) => toTag(text.trim()))
    .filter((tag) => tag !== null)
  return tags.length === 0 ? null : tags.slice(0, QUOTAS.cacheTagsPerObject)
}

/** Tags are compared without regard to case. */
function toTag(text: string): string | null {
  const isTag = text.length <= QUOTAS.cacheTagCharacters && /^[!-+\--~]+$/.test(text)
  return isTag ? text.toLowerCase() : null
}

/** Unsafe in URLs (RFC 1738, section 2.2), without '%', and everything outside ASCII. */
const UNSAFE = /[^!$-;=?-Z_a-z~]+/gu
const ESCAPE = /%[0-9a-f]{2}/gi

/**
 * The form in which paths and URLs are compared: unsafe and non-ASCII characters percent-encoded with capitals, so
 * that it does not matter who encoded them. Other encoded characters stay as they are.
 */
export function encodeUrl(url: string): string {
  if (!/[^!$&-;=?-Z_a-z~]/.test(url)) return url
  return url
    .replace(UNSAFE, (text) => encodeURIComponent(text.toWellFormed()))
    .replace(ESCAPE, (escape) => escape.toUpperCase())
}

function refuse(code: InvalidationError, message: string, hint: string | null = null): InvalidationRefusal {
  return { kind: 'refused', code, message, hint }
}
