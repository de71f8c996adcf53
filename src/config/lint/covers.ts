// Whether one path pattern takes every path that another one takes.

/** Pairs of positions that are looked at before the answer is no; only patterns made for it come near. */
const MOST_STATES = 5000
/** Stands for all characters that are in neither pattern. */
const OTHER = '\0'

/** Containment of patterns with `*` and `?`: walks the narrow one, with all positions the wide one can be at. */
export function covers(wide: string, narrow: string): boolean {
  const [outer, inner] = [normalize(wide), normalize(narrow)]
  const alphabet = [...new Set(`${outer}${inner}${OTHER}`.split(''))].filter(
    (char) => char !== '*' && char !== '?',
  )
  const start: State = { at: 0, reached: close(outer, new Set([0])) }
  const seen = new Set([keyOf(start)])
  const open = [start]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (state.at === inner.length && !state.reached.has(outer.length)) return false
    for (const next of successors(state, inner, outer, alphabet)) {
      const key = keyOf(next)
      if (seen.has(key)) continue
      if (seen.size >= MOST_STATES) return false
      seen.add(key)
      open.push(next)
    }
  }
  return true
}

interface State {
  readonly at: number
  readonly reached: ReadonlySet<number>
}

function successors(
  { at, reached }: State,
  inner: string,
  outer: string,
  alphabet: readonly string[],
): State[] {
  const expected = inner[at]
  if (expected === undefined) return []
  if (expected !== '*') {
    const chars = expected === '?' ? alphabet : [expected]
    return chars.map((char) => ({ at: at + 1, reached: step(outer, reached, char) }))
  }
  return [{ at: at + 1, reached }, ...alphabet.map((char) => ({ at, reached: step(outer, reached, char) }))]
}

function step(pattern: string, reached: ReadonlySet<number>, char: string): Set<number> {
  const next = new Set<number>()
  for (const position of reached) {
    const expected = pattern[position]
    if (expected === '*') next.add(position)
    else if (expected === '?' || expected === char) next.add(position + 1)
  }
  return close(pattern, next)
}

/** A `*` may take nothing at all. */
function close(pattern: string, positions: Set<number>): Set<number> {
  for (const position of positions) if (pattern[position] === '*') positions.add(position + 1)
  return positions
}

function keyOf({ at, reached }: State): string {
  return `${at} ${[...reached].toSorted((a, b) => a - b).join()}`
}

/** A leading slash makes no difference; every path has one. */
function normalize(pattern: string): string {
  const rooted = pattern.startsWith('/') ? pattern : `/${pattern}`
  return rooted.replaceAll(/\*+/g, '*')
}
