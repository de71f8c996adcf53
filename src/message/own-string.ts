// Strings that are kept for long.

/**
 * The same text with memory of its own: what is cut out of a longer string keeps all of that in memory, as a request's
 * Host its whole head.
 */
export function toOwnString(text: string): string {
  const own = Buffer.from(text, 'latin1').toString('latin1')
  return own === text ? own : text
}
