// Which cache behavior answers a path: the first that matches, else the default one.
import { compilePathPattern, normalizePath } from './path-pattern.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'

/** The behavior of a request; index -1 and pattern `*` for the default one. */
export interface SelectedBehavior {
  readonly index: number
  readonly PathPattern: string
  readonly behavior: DefaultCacheBehavior
}

/** Paths remembered before the memory starts again; longer paths are matched each time. */
const MEMO_ENTRIES = 8192
const MEMO_LENGTH = 512

/**
 * Compiles the behaviors of a distribution to a function of the raw path. The order of the list decides; a path
 * seen before costs one look-up. (Developer Guide, 'Cache behavior settings', precedence)
 */
export function compileBehaviors(distribution: Distribution): (rawPath: string) => SelectedBehavior {
  const fallback: SelectedBehavior = {
    index: -1,
    PathPattern: '*',
    behavior: distribution.DefaultCacheBehavior,
  }
  if (distribution.CacheBehaviors.length === 0) return () => fallback
  const candidates = distribution.CacheBehaviors.map((behavior, index) => ({
    matches: compilePathPattern(behavior.PathPattern),
    selected: { index, PathPattern: behavior.PathPattern, behavior } satisfies SelectedBehavior,
  }))
  const select = (rawPath: string): SelectedBehavior => {
    const path = normalizePath(rawPath)
    return candidates.find((candidate) => candidate.matches(path))?.selected ?? fallback
  }
  const memo = new Map<string, SelectedBehavior>()
  return (rawPath) => {
    const known = memo.get(rawPath)
    if (known !== undefined) return known
    const selected = select(rawPath)
    if (rawPath.length <= MEMO_LENGTH) {
      if (memo.size >= MEMO_ENTRIES) memo.clear()
      memo.set(rawPath, selected)
    }
    return selected
  }
}
