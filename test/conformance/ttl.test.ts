// How long responses are cached: the tables of the expiration and error caching pages.
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/message/headers.ts'
import type { DefaultCacheBehavior } from '../../src/model/cache-behavior.ts'
import type { CustomErrorResponse } from '../../src/model/distribution.ts'
import type { StoreReason } from '../../src/model/result-types.ts'
import { bypassReason, compileRules } from '../../src/policies/ttl.ts'
import { aDistribution, ALL, listed, NONE, withLegacy, withPolicies } from '../unit/policies/builders.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')

/** Min/Default/Max. */
const POLICIES = {
  A: { MinTTL: 0, DefaultTTL: 86_400, MaxTTL: 31_536_000 },
  B: { MinTTL: 60, DefaultTTL: 600, MaxTTL: 3600 },
  C: { MinTTL: 0, DefaultTTL: 0, MaxTTL: 31_536_000 },
  D: { MinTTL: 1, DefaultTTL: 86_400, MaxTTL: 31_536_000 },
  E: { MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 },
} as const
type PolicyName = keyof typeof POLICIES
const NAMES: readonly PolicyName[] = ['A', 'B', 'C', 'D', 'E']

function settle(
  behavior: DefaultCacheBehavior,
  status: number,
  headers: readonly string[],
  { errors = [] as CustomErrorResponse[], s3 = false } = {},
) {
  const distribution = aDistribution({ CustomErrorResponses: errors })
  return compileRules(behavior, distribution, s3).settle({ status, headers: new Headers(headers) }, NOW)
}

const inSeconds = (instant: number) => (instant - NOW) / 1000
const date = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString()
const control = (value: string) => ['Cache-Control', value]

/** Seconds of freshness; 'keep' is stored and revalidated each time, 'no' is not stored. */
type Outcome = number | 'keep' | 'no'

interface TtlCase {
  readonly origin: string
  readonly headers: readonly string[]
  /** Under the policies A to E. */
  readonly outcomes: readonly [Outcome, Outcome, Outcome, Outcome, Outcome]
}

const cases: readonly TtlCase[] = [
  { origin: 'none', headers: [], outcomes: [86_400, 600, 'keep', 86_400, 'no'] },
  { origin: 'max-age=30', headers: control('max-age=30'), outcomes: [30, 60, 30, 30, 'no'] },
  { origin: 'max-age=300', headers: control('max-age=300'), outcomes: [300, 300, 300, 300, 'no'] },
  { origin: 'max-age=7200', headers: control('max-age=7200'), outcomes: [7200, 3600, 7200, 7200, 'no'] },
  { origin: 'max-age=0', headers: control('max-age=0'), outcomes: ['keep', 60, 'keep', 1, 'no'] },
  {
    origin: 'max-age=30, s-maxage=300',
    headers: control('max-age=30, s-maxage=300'),
    outcomes: [300, 300, 300, 300, 'no'],
  },
  {
    origin: 'max-age=300, s-maxage=0',
    headers: control('max-age=300, s-maxage=0'),
    outcomes: ['keep', 60, 'keep', 1, 'no'],
  },
  { origin: 'Expires in 300 s', headers: ['Expires', date(300)], outcomes: [300, 300, 300, 300, 'no'] },
  {
    origin: 'Expires in the past',
    headers: ['Expires', date(-300)],
    outcomes: ['keep', 60, 'keep', 1, 'no'],
  },
  {
    origin: 'an Expires that is no date',
    headers: ['Expires', '0'],
    outcomes: ['keep', 60, 'keep', 1, 'no'],
  },
  {
    origin: 'Expires in 9000 s and max-age=300',
    headers: ['Expires', date(9000), ...control('max-age=300')],
    outcomes: [300, 300, 300, 300, 'no'],
  },
  {
    origin: 'Expires 300 s after a Date that is wrong',
    headers: ['Date', date(-5000), 'Expires', date(-4700)],
    outcomes: [300, 300, 300, 300, 'no'],
  },
  { origin: 'no-cache', headers: control('no-cache'), outcomes: ['keep', 60, 'keep', 1, 'no'] },
  { origin: 'no-store', headers: control('no-store'), outcomes: ['no', 60, 'no', 1, 'no'] },
  { origin: 'private', headers: control('private'), outcomes: ['no', 60, 'no', 1, 'no'] },
  {
    origin: 'private, max-age=300',
    headers: control('private, max-age=300'),
    outcomes: ['no', 60, 'no', 1, 'no'],
  },
  {
    origin: 'no-store, s-maxage=300',
    headers: control('no-store, s-maxage=300'),
    outcomes: ['no', 60, 'no', 1, 'no'],
  },
  { origin: 'public', headers: control('public'), outcomes: [86_400, 600, 'keep', 86_400, 'no'] },
  {
    origin: 'must-revalidate',
    headers: control('must-revalidate'),
    outcomes: [86_400, 600, 'keep', 86_400, 'no'],
  },
  { origin: 'immutable', headers: control('immutable'), outcomes: [86_400, 600, 'keep', 86_400, 'no'] },
  {
    origin: 'no-cache="Set-Cookie", max-age=300',
    headers: control('no-cache="Set-Cookie", max-age=300'),
    outcomes: [300, 300, 300, 300, 'no'],
  },
  {
    origin: 'two Cache-Control lines, max-age=300 and no-store',
    headers: [...control('max-age=300'), ...control('no-store')],
    outcomes: ['no', 60, 'no', 1, 'no'],
  },
  {
    origin: 'Pragma: no-cache',
    headers: ['Pragma', 'no-cache'],
    outcomes: [86_400, 600, 'keep', 86_400, 'no'],
  },
]

const rows = cases.flatMap(({ origin, headers, outcomes }) =>
  NAMES.map((policy, index) => {
    const outcome = outcomes[index]!
    const { MinTTL, DefaultTTL, MaxTTL } = POLICIES[policy]
    return {
      origin,
      headers,
      policy,
      outcome,
      ttls: `${MinTTL}/${DefaultTTL}/${MaxTTL}`,
      so: toWords(outcome),
    }
  }),
)

function toWords(outcome: Outcome): string {
  if (outcome === 'no') return 'not stored'
  return outcome === 'keep' ? 'kept and revalidated each time' : `fresh for ${outcome} s`
}

describe('2.3 Test vectors', () => {
  test.each(rows)('Min/Default/MaxTTL $ttls, origin headers $origin: $so', ({ policy, headers, outcome }) => {
    const settlement = settle(withPolicies(POLICIES[policy]), 200, headers)
    if (outcome === 'no') expect(settlement).toMatchObject({ store: false, rule: 'none' })
    else {
      const ttl = outcome === 'keep' ? 0 : outcome
      expect(settlement).toMatchObject({
        store: true,
        because: 'cacheable',
        ttl,
        freshUntil: NOW + ttl * 1000,
      })
    }
  })

  test.each(rows.filter(({ policy }) => policy === 'A'))(
    'legacy settings, origin headers $origin: $so',
    ({ headers, outcome }) => {
      const settlement = settle(withLegacy(), 200, headers)
      expect(settlement.store).toBe(outcome !== 'no')
      if (typeof outcome === 'number') expect(settlement.ttl).toBe(outcome)
    },
  )
})

describe('2.1 Algorithm', () => {
  test.each([
    { policy: 'A', headers: [], rule: 'DefaultTTL', arithmetic: 'no max-age or Expires: DefaultTTL 86400' },
    { policy: 'A', headers: control('max-age=30'), rule: 'max-age', arithmetic: 'max-age=30' },
    { policy: 'A', headers: control('s-maxage=30'), rule: 's-maxage', arithmetic: 's-maxage=30' },
    { policy: 'A', headers: ['Expires', date(30)], rule: 'Expires', arithmetic: 'Expires=30' },
    {
      policy: 'B',
      headers: control('max-age=30'),
      rule: 'MinTTL',
      arithmetic: 'max-age=30, raised to MinTTL 60',
    },
    {
      policy: 'B',
      headers: control('max-age=7200'),
      rule: 'MaxTTL',
      arithmetic: 'max-age=7200, cut to MaxTTL 3600',
    },
    { policy: 'B', headers: control('no-store'), rule: 'MinTTL', arithmetic: 'no-store, but MinTTL 60 wins' },
    {
      policy: 'A',
      headers: control('no-store'),
      rule: 'none',
      arithmetic: 'no-store with MinTTL 0: not stored',
    },
    {
      policy: 'A',
      headers: control('no-cache'),
      rule: 'no-cache',
      arithmetic: 'no-cache with MinTTL 0: revalidated each time',
    },
    { policy: 'A', headers: control('max-age=0'), rule: 'max-age', arithmetic: 'max-age=0' },
    { policy: 'E', headers: [], rule: 'none', arithmetic: 'caching is disabled: not stored' },
  ] as const)('the account of policy $policy says: $arithmetic', ({ policy, headers, rule, arithmetic }) => {
    expect(settle(withPolicies(POLICIES[policy]), 200, headers)).toMatchObject({ rule, arithmetic })
  })

  test('MaxTTL does not shorten DefaultTTL, and the object is fresh for all of it', () => {
    const settlement = settle(withPolicies({ MinTTL: 0, DefaultTTL: 600, MaxTTL: 60 }), 200, [])
    expect(settlement).toMatchObject({ ttl: 600, rule: 'DefaultTTL', freshUntil: NOW + 600_000 })
    expect(settlement.staleIfErrorUntil).toBe(settlement.freshUntil)
  })

  test('a MinTTL above DefaultTTL wins when the origin says nothing', () => {
    const behavior = withPolicies({ MinTTL: 100, DefaultTTL: 10, MaxTTL: 1000 })
    expect(settle(behavior, 200, [])).toMatchObject({ ttl: 100, rule: 'MinTTL' })
  })

  test.each([
    ['40', 40],
    ['0', 0],
    ['nonsense', 0],
    ['-5', 0],
  ])("an object arrives with its origin's Age %s as %d s old (choice)", (age, seconds) => {
    const { bornAt, freshUntil } = settle(withPolicies(POLICIES.A), 200, [
      'Age',
      age,
      ...control('max-age=300'),
    ])
    expect([inSeconds(bornAt), inSeconds(freshUntil)]).toEqual([0 - seconds, 300 - seconds])
  })
})

describe('2.2 Directives', () => {
  test.each([
    ['no-cache="Set-Cookie", max-age=300', ['set-cookie']],
    ['NO-CACHE="x-a, SET-COOKIE"', ['x-a', 'set-cookie']],
    ['private="X-A", no-cache="X-B"', ['x-b', 'x-a']],
    ['no-cache="Content-Encoding, Cache-Control"', null],
    ['max-age=300', null],
  ])('%s leaves out of the stored object: %s', (value, expected) => {
    expect(settle(withPolicies(POLICIES.A), 200, control(value)).unstored).toEqual(expected)
  })
})

describe('2.8 Conditional requests', () => {
  test('Vary: * is not kept with MinTTL 0, and is like any other Vary above it', () => {
    const headers = ['Vary', 'accept-encoding, *', ...control('max-age=300')]
    expect(settle(withPolicies(POLICIES.A), 200, headers)).toMatchObject({
      store: false,
      because: 'vary-star',
    })
    expect(settle(withPolicies(POLICIES.D), 200, headers)).toMatchObject({ store: true, ttl: 300 })
  })
})

describe('2.6 Stale objects', () => {
  /** Seconds from arrival until which a stale copy may be used, under policies A and B. */
  test.each([
    { value: 'max-age=300, stale-while-revalidate=600', revalidate: [900, 900], error: [31_536_000, 3600] },
    {
      value: 'max-age=300, stale-while-revalidate=86400',
      revalidate: [86_700, 3600],
      error: [31_536_000, 3600],
    },
    { value: 'max-age=300', revalidate: [300, 300], error: [31_536_000, 3600] },
    { value: 'max-age=300, stale-if-error=600', revalidate: [300, 300], error: [900, 900] },
    { value: 'max-age=300, stale-if-error=86400', revalidate: [300, 300], error: [86_700, 3600] },
    { value: 'max-age=300, stale-if-error=0', revalidate: [300, 300], error: [300, 300] },
    { value: 'max-age=0, stale-while-revalidate=60', revalidate: [60, 120], error: [31_536_000, 3600] },
    { value: 'no-cache, stale-while-revalidate=60', revalidate: [0, 120], error: [31_536_000, 3600] },
  ])(
    '$value may be used stale until $revalidate s, after errors until $error s',
    ({ value, revalidate, error }) => {
      const settlements = [POLICIES.A, POLICIES.B].map((ttls) =>
        settle(withPolicies(ttls), 200, control(value)),
      )
      expect(settlements.map((each) => inSeconds(each.staleWhileRevalidateUntil))).toEqual(revalidate)
      expect(settlements.map((each) => inSeconds(each.staleIfErrorUntil))).toEqual(error)
    },
  )

  test('stale windows count from the birth of the object, not from its arrival (choice)', () => {
    const { staleWhileRevalidateUntil, staleIfErrorUntil } = settle(withPolicies(POLICIES.B), 200, [
      'Age',
      '100',
      ...control('max-age=300, stale-while-revalidate=86400'),
    ])
    expect([staleWhileRevalidateUntil, staleIfErrorUntil].map(inSeconds)).toEqual([3500, 3500])
  })

  test.each([
    { errors: [], s3: false, pause: 10_000 },
    { errors: [{ ErrorCode: 502, ErrorCachingMinTTL: 30 }], s3: false, pause: 30_000 },
    { errors: [{ ErrorCode: 404, ErrorCachingMinTTL: 30 }], s3: false, pause: 10_000 },
    { errors: [{ ErrorCode: 502, ErrorCachingMinTTL: 0 }], s3: false, pause: 0 },
    { errors: [{ ErrorCode: 502, ErrorCachingMinTTL: 0 }], s3: true, pause: 1000 },
  ])('a failing origin is left alone for ErrorCachingMinTTL: $pause ms', ({ errors, s3, pause }) => {
    expect(settle(withPolicies(POLICIES.A), 200, [], { errors, s3 }).errorPause).toBe(pause)
  })
})

describe('2.4 Successful and redirect statuses', () => {
  test.each([200, 203, 204, 206, 300, 301, 302, 303, 307, 308])(
    '%d is cached without any header',
    (status) => {
      expect(settle(withPolicies(POLICIES.A), status, [])).toMatchObject({ store: true, ttl: 86_400 })
    },
  )

  test.each([
    [100, 'status'],
    [201, 'status'],
    [304, 'status'],
    [416, 'status'],
    [418, 'status'],
    [429, 'status'],
    [505, 'status'],
  ] satisfies [number, StoreReason][])('%d is not cached, whatever its max-age: %s', (status, because) => {
    const settlement = settle(withPolicies(POLICIES.B), status, control('max-age=300'))
    expect(settlement).toMatchObject({ store: false, because })
  })
})

const ALWAYS = [404, 410, 414, 500, 501, 502, 503, 504]
const ONLY_WITH_MAX_AGE = [400, 403, 405, 412, 415]
const VETOED = [404, 410, 414, 501]

describe('2.5 Error statuses from the origin', () => {
  const behavior = withPolicies(POLICIES.B)

  test.each(ALWAYS)('%d is cached for 10 s by default', (status) => {
    expect(settle(behavior, status, [])).toMatchObject({
      store: true,
      because: 'error-cacheable',
      ttl: 10,
      rule: 'ErrorCachingMinTTL',
    })
  })

  test.each(ONLY_WITH_MAX_AGE)('%d is cached only with max-age or s-maxage', (status) => {
    const errors = [{ ErrorCode: status, ErrorCachingMinTTL: 50 }]
    const refused = { store: false, because: 'error-without-max-age' }
    expect(settle(behavior, status, [], { errors })).toMatchObject(refused)
    expect(settle(behavior, status, ['Expires', date(300)], { errors })).toMatchObject(refused)
    expect(settle(behavior, status, control('max-age=300'), { errors })).toMatchObject({
      store: true,
      ttl: 300,
    })
    expect(settle(behavior, status, control('s-maxage=5'), { errors })).toMatchObject({
      store: true,
      ttl: 50,
    })
  })

  test.each([
    { headers: control('max-age=300'), least: 10, ttl: 300, rule: 'max-age' },
    { headers: control('max-age=5'), least: 10, ttl: 10, rule: 'ErrorCachingMinTTL' },
    { headers: control('max-age=7200'), least: 10, ttl: 3600, rule: 'MaxTTL' },
    { headers: control('max-age=7200'), least: 5000, ttl: 5000, rule: 'ErrorCachingMinTTL' },
    { headers: ['Expires', date(300)], least: 10, ttl: 300, rule: 'Expires' },
    { headers: control('max-age=30'), least: 0, ttl: 30, rule: 'max-age' },
    { headers: control('public'), least: 25, ttl: 25, rule: 'ErrorCachingMinTTL' },
  ])(
    '404 with $headers and ErrorCachingMinTTL $least is cached for $ttl s',
    ({ headers, least, ttl, rule }) => {
      const errors = [{ ErrorCode: 404, ErrorCachingMinTTL: least }]
      expect(settle(behavior, 404, headers, { errors })).toMatchObject({ store: true, ttl, rule })
    },
  )

  test.each(['no-store', 'no-cache', 'private'])(
    '%s keeps 404, 410, 414 and 501 out of the cache',
    (directive) => {
      for (const status of VETOED) {
        const refused = { store: false, because: 'error-vetoed' }
        expect(settle(behavior, status, control(directive))).toMatchObject(refused)
        expect(settle(behavior, status, control(directive), { s3: true })).toMatchObject(refused)
      }
    },
  )

  test.each(['no-store', 'no-cache', 'private'])('%s is ignored on every other error', (directive) => {
    for (const status of [500, 502, 503, 504]) {
      expect(settle(behavior, status, control(directive))).toMatchObject({ store: true, ttl: 10 })
    }
    const cacheControl = control(`${directive}, max-age=300`)
    expect(settle(behavior, 403, cacheControl)).toMatchObject({ store: true, ttl: 10 })
  })

  test('with caching disabled no error is cached', () => {
    const disabled = withPolicies(POLICIES.E)
    for (const status of [...ALWAYS, ...ONLY_WITH_MAX_AGE]) {
      const settlement = settle(disabled, status, control('max-age=300'))
      expect(settlement).toMatchObject({ store: false, because: 'caching-disabled' })
    }
  })

  test('ErrorCachingMinTTL 0 switches error caching off, for S3 buckets it is 1 s', () => {
    const errors = [{ ErrorCode: 404, ErrorCachingMinTTL: 0 }]
    expect(settle(behavior, 404, [], { errors })).toMatchObject({ store: false, because: 'status' })
    expect(settle(behavior, 404, [], { errors, s3: true })).toMatchObject({ store: true, ttl: 1 })
  })

  test('a cached error is never served stale', () => {
    const settlement = settle(
      behavior,
      404,
      control('max-age=30, stale-while-revalidate=600, stale-if-error=600'),
    )
    expect(inSeconds(settlement.staleWhileRevalidateUntil)).toBe(30)
    expect(inSeconds(settlement.staleIfErrorUntil)).toBe(30)
  })
})

describe('1.4 Request collapsing', () => {
  const cookies = { Cookies: { Forward: 'all', WhitelistedNames: [] } } as const
  test.each([
    { name: 'CachingOptimized', behavior: withPolicies({}), flags: [true, true] },
    { name: 'a policy with MinTTL 0', behavior: withPolicies(POLICIES.A), flags: [true, true] },
    { name: 'CachingDisabled', behavior: withPolicies(POLICIES.E), flags: [false, true] },
    { name: 'cookies in the key', behavior: withPolicies({ Cookies: ALL }), flags: [false, false] },
    {
      name: 'one cookie to the origin',
      behavior: withPolicies({}, { Cookies: listed('session') }),
      flags: [false, false],
    },
    {
      name: 'an origin request policy without',
      behavior: withPolicies({}, { Cookies: NONE }),
      flags: [true, true],
    },
    { name: 'legacy settings', behavior: withLegacy(), flags: [true, true] },
    { name: 'legacy settings with cookies', behavior: withLegacy(cookies), flags: [false, false] },
    { name: 'legacy Headers: *', behavior: withLegacy({ Headers: ['*'] }), flags: [false, true] },
  ])('$name: requests are collapsed and expired copies revalidated: $flags', ({ behavior, flags }) => {
    const { collapses, revalidates } = compileRules(behavior, aDistribution(), false)
    expect([collapses, revalidates]).toEqual(flags)
  })
})

describe('1.1 Route of a request', () => {
  test.each([
    { name: 'CachingDisabled', behavior: withPolicies(POLICIES.E), reason: 'caching-disabled' },
    { name: 'legacy Headers: *', behavior: withLegacy({ Headers: ['*'] }), reason: 'forwards-all-headers' },
    { name: 'legacy TTLs of 0', behavior: withLegacy({}, POLICIES.E), reason: 'caching-disabled' },
    { name: 'UseOriginCacheControlHeaders', behavior: withPolicies(POLICIES.C), reason: null },
    { name: 'legacy settings', behavior: withLegacy(), reason: null },
  ])('$name goes past the caches because of $reason (choice)', ({ behavior, reason }) => {
    expect(bypassReason(behavior)).toBe(reason)
  })
})
