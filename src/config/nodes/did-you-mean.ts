// The known name that a misspelt one is nearest to.

/** The nearest of the known names by edit distance, or null when none is near. Case counts little. */
export function selectNearest(name: string, known: Iterable<string>): string | null {
  const wanted = name.toLowerCase()
  let nearest: string | null = null
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance < least) [nearest, least] = [candidate, distance]
  }
  // A short name that would have to change altogether is another word, not a slip.
  return nearest !== null && least < nearest.length ? nearest : null
}

/** `, did you mean X?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = selectNearest(name, known)
  return nearest === null ? '' : `, did you mean ${nearest}?`
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replace = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, replace)
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (isSwap) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[to.length]!
}
