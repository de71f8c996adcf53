// Which layers a request crosses between edge cache and origin.
import type { RegionalSkips } from '../message/context.ts'
import type { RegionalSkip } from '../model/result-types.ts'

/** Why a request of this method leaves out the regional edge cache of its route, or null. ('How CloudFront delivers content') */
export function whySkipRegional(method: string, skips: RegionalSkips, region: string): RegionalSkip | null {
  return method === 'OPTIONS' ? 'cached-options' : (skips.get(region) ?? null)
}
