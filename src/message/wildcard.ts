// Matches texts against patterns with * and ?.

/**
 * Compiles a pattern in which `*` stands for any characters and `?` for exactly one; the whole text must match.
 * Parts between stars are searched from left to right and never tried again, so no pattern can blow up.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*').map(compilePart)
  const first = parts[0]!
  if (parts.length === 1) return (text) => text.length === first.length && first.isAt(text, 0)
  const last = parts.at(-1)!
  const middle = parts.slice(1, -1).filter((part) => part.length > 0)
  const shortest = parts.reduce((sum, part) => sum + part.length, 0)
  return (text) => {
    const end = text.length - last.length
    if (text.length < shortest || !first.isAt(text, 0) || !last.isAt(text, end)) return false
    let at = first.length
    for (const part of middle) {
      const found = part.find(text, at)
      if (found === -1 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}

interface Part {
  readonly length: number
  isAt(text: string, at: number): boolean
  find(text: string, from: number): number
}

function compilePart(part: string): Part {
  if (!part.includes('?')) {
    return {
      length: part.length,
      isAt: (text, at) => text.startsWith(part, at),
      find: (text, from) => text.indexOf(part, from),
    }
  }
  const isAt = (text: string, at: number) => {
    for (let i = 0; i < part.length; i++) if (part[i] !== '?' && part[i] !== text[at + i]) return false
    return true
  }
  const find = (text: string, from: number) => {
    for (let at = from; at + part.length <= text.length; at++) if (isAt(text, at)) return at
    return -1
  }
  return { length: part.length, isAt, find }
}
