// How long a response is stored: min, default and max TTL against the origin's headers.
import { parseTags } from '../cache/invalidation-items.ts'
import { LONGEST_AGE, parseCacheControl } from '../message/cache-control.ts'
import type { CacheControl } from '../message/cache-control.ts'
import type { CacheRules } from '../message/context.ts'
import { parseHttpDate } from '../message/http-date.ts'
import type { Headers } from '../message/headers.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import type { BypassReason, StoreReason, TtlRule } from '../model/result-types.ts'
import { Lives, TaggedLife, toBirth, toLife, type Decision, type Life } from './life.ts'
import { forwardsCookies, toTtlBounds } from './selections.ts'
import type { TtlBounds } from './selections.ts'

/** (Developer Guide, 'Control how long CloudFront caches errors') */
const DEFAULT_ERROR_TTL = 10

/** Other 2xx and 3xx are not cached: the guide has no list for them (choice). 206 is a part of an object. */
const CACHEABLE = new Set([200, 203, 204, 206, 300, 301, 302, 303, 307, 308])
/** Errors that are cached without being asked. (Developer Guide, 'How CloudFront processes HTTP 4xx and 5xx status codes') */
const ERRORS = new Set([404, 410, 414, 500, 501, 502, 503, 504])
/** Errors that are cached only with max-age or s-maxage. (the same page) */
const ERRORS_WITH_MAX_AGE = new Set([400, 403, 405, 412, 415])
/** Errors that no-store, no-cache and private keep out of the cache. (the same page) */
const ERRORS_WITH_VETO = new Set([404, 410, 414, 501])

/** Why a behavior's requests go past every cache, or null. */
export function bypassReason(
  behavior: DefaultCacheBehavior,
): Extract<BypassReason, 'caching-disabled' | 'forwards-all-headers'> | null {
  const { MinTTL, DefaultTTL, MaxTTL } = toTtlBounds(behavior)
  if (MinTTL === 0 && DefaultTTL === 0 && MaxTTL === 0) return 'caching-disabled'
  const { Cache } = behavior
  const forwardsAll = Cache.kind === 'legacy' && Cache.ForwardedValues.Headers.includes('*')
  return forwardsAll ? 'forwards-all-headers' : null
}

/**
 * Compiles what a behavior tells the cache tiers. (Developer Guide, 'Manage how long content stays in the cache';
 * 'Request and response behavior for custom origins', simultaneous and conditional requests)
 */
export function compileRules(
  behavior: DefaultCacheBehavior,
  distribution: Distribution,
  originIsS3: boolean,
): CacheRules {
  const bounds = toTtlBounds(behavior)
  const isDisabled = bypassReason(behavior) !== null
  const hasCookies = forwardsCookies(behavior)
  const errorTtl = compileErrorTtl(distribution, originIsS3)
  const errorPause = errorTtl(502) * 1000
  const decideLife = (status: number, headers: Headers, now: number): Life => {
    const decision = isDisabled
      ? refuse('caching-disabled', 'caching is disabled: not stored')
      : decide(status, headers, bounds, errorTtl, now)
    return toLife(decision, status, bounds, errorPause)
  }
  const tagHeader = distribution.CacheTagConfig?.HeaderName.toLowerCase() ?? null
  const lives = new Lives(decideLife)
  return {
    settle({ status, headers }, now) {
      const life = lives.select(status, headers, now)
      const tags = tagHeader === null ? null : parseTags(headers.list(tagHeader))
      const bornAt = toBirth(headers, now)
      return tags === null ? lives.settle(life, bornAt) : new TaggedLife(life, bornAt, tags)
    },
    collapses: !isDisabled && !hasCookies,
    revalidates: !hasCookies,
  }
}

/** ErrorCachingMinTTL by status; an S3 bucket's errors are kept for a second at least. */
function compileErrorTtl(distribution: Distribution, originIsS3: boolean): (status: number) => number {
  const configured = new Map(
    distribution.CustomErrorResponses.map((each) => [each.ErrorCode, each.ErrorCachingMinTTL]),
  )
  const least = originIsS3 ? 1 : 0
  return (status) => Math.max(configured.get(status) ?? DEFAULT_ERROR_TTL, least)
}

const NO_DIRECTIVES = parseCacheControl(null)

function refuse(because: StoreReason, arithmetic: string, directives = NO_DIRECTIVES): Decision {
  return { because, ttl: 0, rule: 'none', arithmetic, directives }
}

function decide(
  status: number,
  headers: Headers,
  bounds: TtlBounds,
  errorTtl: (status: number) => number,
  now: number,
): Decision {
  if (status < 400 && !CACHEABLE.has(status)) return refuse('status', `${status} is not a cached status`)
  const directives = parseCacheControl(headers.list('cache-control'))
  if (status >= 400) return decideError(status, headers, directives, bounds, errorTtl(status), now)
  return decideObject(headers, directives, bounds, now)
}

function decideObject(headers: Headers, directives: CacheControl, bounds: TtlBounds, now: number): Decision {
  const { MinTTL, DefaultTTL, MaxTTL } = bounds
  // CloudFront keeps such an object and fetches it again each time; not keeping it looks the same (choice).
  if (MinTTL === 0 && variesOnEverything(headers)) {
    return refuse('vary-star', 'Vary: * with MinTTL 0: not stored', directives)
  }
  const veto = toVeto(directives)
  if (veto !== null) {
    if (MinTTL > 0) return keep(MinTTL, 'MinTTL', `${veto}, but MinTTL ${MinTTL} wins`, directives)
    if (veto !== 'no-cache') return refuse(veto, `${veto} with MinTTL 0: not stored`, directives)
    return keep(0, 'no-cache', 'no-cache with MinTTL 0: revalidated each time', directives)
  }
  const origin = toOriginTtl(headers, directives, now)
  if (origin === null) {
    return MinTTL > DefaultTTL
      ? keep(
          MinTTL,
          'MinTTL',
          `no max-age or Expires: MinTTL ${MinTTL}, above DefaultTTL ${DefaultTTL}`,
          directives,
        )
      : keep(DefaultTTL, 'DefaultTTL', `no max-age or Expires: DefaultTTL ${DefaultTTL}`, directives)
  }
  const { ttl, rule } = origin
  const raised = Math.max(ttl, MinTTL)
  if (raised > MaxTTL) return keep(MaxTTL, 'MaxTTL', `${rule}=${ttl}, cut to MaxTTL ${MaxTTL}`, directives)
  if (raised > ttl) return keep(MinTTL, 'MinTTL', `${rule}=${ttl}, raised to MinTTL ${MinTTL}`, directives)
  return keep(ttl, rule, `${rule}=${ttl}`, directives)
}

function keep(ttl: number, rule: TtlRule, arithmetic: string, directives: CacheControl): Decision {
  return { because: 'cacheable', ttl, rule, arithmetic, directives }
}

/** MinTTL says nothing about errors (choice). */
function decideError(
  status: number,
  headers: Headers,
  directives: CacheControl,
  { MaxTTL }: TtlBounds,
  least: number,
  now: number,
): Decision {
  const hasMaxAge = directives.maxAge !== null || directives.sMaxAge !== null
  if (ERRORS_WITH_MAX_AGE.has(status)) {
    if (!hasMaxAge)
      return refuse('error-without-max-age', `${status} without max-age or s-maxage: not stored`)
  } else if (!ERRORS.has(status)) return refuse('status', `${status} is not a cached status`)
  const veto = toVeto(directives)
  if (veto !== null && ERRORS_WITH_VETO.has(status)) {
    return refuse('error-vetoed', `${veto} on ${status}: not stored`, directives)
  }
  // On every other error a veto is ignored, and what stands beside it with it.
  const origin = veto === null ? toOriginTtl(headers, directives, now) : null
  const ttl = origin === null ? 0 : Math.min(origin.ttl, MaxTTL)
  if (origin === null || ttl <= least) {
    const asked = origin === null ? `${status}` : `${status}, ${origin.rule}=${origin.ttl}`
    if (least === 0) return refuse('status', `${asked}: ErrorCachingMinTTL 0, not stored`, directives)
    return keepError(least, 'ErrorCachingMinTTL', `${asked}: ErrorCachingMinTTL ${least}`, directives)
  }
  const asked = `${status}, ${origin.rule}=${origin.ttl}`
  if (ttl < origin.ttl) return keepError(ttl, 'MaxTTL', `${asked}, cut to MaxTTL ${MaxTTL}`, directives)
  return keepError(ttl, origin.rule, asked, directives)
}

function keepError(ttl: number, rule: TtlRule, arithmetic: string, directives: CacheControl): Decision {
  return { because: 'error-cacheable', ttl, rule, arithmetic, directives }
}

function toVeto(directives: CacheControl): 'no-store' | 'private' | 'no-cache' | null {
  if (directives.noStore) return 'no-store'
  if (directives.isPrivate) return 'private'
  return directives.noCache ? 'no-cache' : null
}

interface OriginTtl {
  readonly ttl: number
  readonly rule: 's-maxage' | 'max-age' | 'Expires'
}

function toOriginTtl(headers: Headers, directives: CacheControl, now: number): OriginTtl | null {
  if (directives.sMaxAge !== null) return { ttl: directives.sMaxAge, rule: 's-maxage' }
  if (directives.maxAge !== null) return { ttl: directives.maxAge, rule: 'max-age' }
  const expires = headers.get('expires')
  if (expires === null) return null
  const end = parseHttpDate(expires)
  if (end === null) return { ttl: 0, rule: 'Expires' }
  const date = headers.get('date')
  const start = (date === null ? null : parseHttpDate(date)) ?? now
  const seconds = Math.floor((end - start) / 1000)
  return { ttl: Math.min(Math.max(seconds, 0), LONGEST_AGE), rule: 'Expires' }
}

function variesOnEverything(headers: Headers): boolean {
  const vary = headers.list('vary')
  return vary !== null && vary.includes('*') && vary.split(',').some((element) => element.trim() === '*')
}
