// Strings that are kept for long.

/**
 * The same text with memory of its own. What is cut out of a longer string keeps all of that in memory, as a request's
 * Host its whole head. For bytes as latin1 alone.
 */
export function toOwnString(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
