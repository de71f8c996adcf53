// Which object key a request path names, and where that key would lie in a folder.
import { sep } from 'node:path'

/** Longest key in bytes of UTF-8. (Amazon S3 User Guide, 'Naming Amazon S3 objects') */
export const MAX_KEY_BYTES = 1024

/** What a path names: a key, or why it cannot name one. */
export type ParsedKey =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'invalid-uri' }
  | { readonly kind: 'too-long'; readonly bytes: number }

/**
 * Decodes a request path once. S3 reads an unescaped plus sign in a path as a space, so that `a+b.txt` has to be
 * requested as `a%2Bb.txt` (observed).
 */
export function parseKey(path: string): ParsedKey {
  const encoded = path.startsWith('/') ? path.slice(1) : path
  let key: string
  try {
    key = decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return { kind: 'invalid-uri' }
  }
  const bytes = Buffer.byteLength(key)
  return bytes > MAX_KEY_BYTES ? { kind: 'too-long', bytes } : { kind: 'key', key }
}

/**
 * The path below the folder that holds a key, or null when no file can have this key. Dots are plain characters of
 * a key, not steps in a tree: a file system has no file named `..`, so such a key is missing, never elsewhere.
 */
export function toFilePath(key: string, separator: string = sep): string | null {
  if (key === '' || key.includes('\0')) return null
  const segments = key.split('/')
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') return null
    // There, a backslash separates folders, a colon opens drives and streams, and dots and spaces at the end vanish.
    if (separator === '\\' && /[\\:]|[. ]$/.test(segment)) return null
  }
  return segments.join(separator)
}
