// Traps that no configuration shows by itself: which behaviors are looked at while they answer requests.
import type { Distribution } from '../../model/distribution.ts'
import type { Places } from '../nodes/places.ts'
import { classOf } from './origin-class.ts'
import type { LintBehavior, RuleText, RunTimeSuspect } from './rule.ts'
import { toBehaviors } from './behaviors.ts'
import { keyOf, QUERY_PAGE } from './rules/cache-key.ts'

const queryStringIgnored: RuleText = {
  id: 'query-string-ignored',
  title: 'a query string got the answer to another one',
  why: 'Query strings that are not in the key share one object. Told are the two URLs, and what is known of the origin: that it never gets the query string, that it gets it, or that it answered the two differently. Parameters for tracking (utm_source, gclid and the like) do not count, and those that only make a URL new (v, t, _) count when the answers were seen to differ.',
  page: QUERY_PAGE,
}

/** Rules that strike while requests are answered: each once for a behavior, and again when more is known. */
export const RUN_TIME_RULES: readonly RuleText[] = [queryStringIgnored]

/** Behaviors that store objects and leave query strings, or some of them, out of the key. */
export function runTimeSuspects(
  distributions: readonly Distribution[],
  places: Places,
  off: ReadonlySet<string>,
): RunTimeSuspect[] {
  const { id, page } = queryStringIgnored
  if (off.has(id)) return []
  return distributions.flatMap((distribution) =>
    toBehaviors(distribution).flatMap((each): RunTimeSuspect[] => {
      if (!isSuspect(each)) return []
      const { behavior, name, pattern, origins, caching } = each
      const { place, path } = places.at(behavior, keyOf(caching.kind))
      return [
        {
          distribution: distribution.Id,
          behavior,
          index: distribution.CacheBehaviors.findIndex((it) => it === behavior && pattern !== null),
          name,
          origins: origins.map((origin) => origin.Id),
          finding: { severity: 'warning', ...place, path, code: id, distribution: distribution.Id, page },
        },
      ]
    }),
  )
}

/** Buckets answer alike for all query strings, unless a function reads them. */
function isSuspect({ caching, origins, behavior }: LintBehavior): boolean {
  if (!caching.isOn || caching.keyQueryStrings === 'all') return false
  const hasFunctions = behavior.LambdaFunctionAssociations.length > 0
  return hasFunctions || origins.some((origin) => !['bucket', 'website'].includes(classOf(origin)))
}
