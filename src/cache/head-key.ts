// Where answers to HEAD are kept.

/** The key of answers to HEAD, which describe an object and are none. */
export function toHeadKey(key: string): string {
  return `${key}\nHEAD`
}
