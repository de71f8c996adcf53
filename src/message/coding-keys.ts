// The line of a cache key that names the codings a viewer takes, and the keys of the other compressed forms.

/** The last line that policies write, by the normalized Accept-Encoding. */
export const CODING_LINES = { '': '', gzip: '\ne:gzip', br: '\ne:br', 'br,gzip': '\ne:br,gzip' } as const

/** The keys under which a viewer that takes both codings finds an object in one of them, the preferred first; null for others. */
export function toOneCodingKeys(key: string): readonly [br: string, gzip: string] | null {
  const at = key.lastIndexOf(CODING_LINES['br,gzip'])
  if (at === -1) return null
  const start = key.slice(0, at)
  const rest = key.slice(at + CODING_LINES['br,gzip'].length)
  // Of an Origin Shield the key says more behind it.
  if (rest !== '' && !rest.startsWith('\n')) return null
  return [start + CODING_LINES.br + rest, start + CODING_LINES.gzip + rest]
}
