// Random histories through the real tiers, compared with the reference model after every step.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Reference, type Control, type Source, type Ttls } from './reference.ts'
import { aDistribution, aRequest, withPolicies } from '../policies/builders.ts'
import { parseInvalidationItems } from '../../../src/cache/invalidation-items.ts'
import { InvalidationSequence } from '../../../src/cache/invalidation.ts'
import type { TierStorage } from '../../../src/cache/store.ts'
import { createPlaceStore } from '../../../src/cache/stores/place.ts'
import type { CacheTier } from '../../../src/cache/tier.ts'
import { createEdgeCache } from '../../../src/edge/edge-cache.ts'
import { Body } from '../../../src/message/body.ts'
import { CancelToken } from '../../../src/message/clock.ts'
import type { RequestContext, Upstream } from '../../../src/message/context.ts'
import { Headers } from '../../../src/message/headers.ts'
import type { OriginRequest, OriginResponse } from '../../../src/message/requests.ts'
import { Trace } from '../../../src/message/trace.ts'
import { toFailureResponse } from '../../../src/origin/failures.ts'
import { compileRules } from '../../../src/policies/ttl.ts'
import { createRegionalCache } from '../../../src/regional/regional.ts'
import { fakeClock } from '../../support/clock.ts'

const PATHS = ['/a', '/b/1']
const POPS = ['FRA56', 'MUC50']
const REGION = 'eu-central-1'
const MIB = 1024 * 1024

const CONTROLS: readonly Control[] = [
  { text: '' },
  { text: 'max-age=30', age: 30 },
  { text: 'max-age=0', age: 0 },
  { text: 'max-age=1000, s-maxage=20', age: 20 },
  { text: 'max-age=5000', age: 5000 },
  { text: 'no-store', veto: 'no-store' },
  { text: 'private, max-age=300', veto: 'private', age: 300 },
  { text: 'no-cache', veto: 'no-cache' },
  { text: 'max-age=20, stale-while-revalidate=40', age: 20, revalidate: 40 },
  { text: 'max-age=20, stale-if-error=15', age: 20, ifError: 15 },
  { text: 'max-age=20, stale-if-error=0', age: 20, ifError: 0 },
  { text: 'no-cache, stale-while-revalidate=60', veto: 'no-cache', revalidate: 60 },
  { text: 'max-age=10, stale-while-revalidate=30, stale-if-error=60', age: 10, revalidate: 30, ifError: 60 },
]

const TTLS: readonly Ttls[] = [
  { min: 0, usual: 86_400, max: 31_536_000 },
  { min: 60, usual: 600, max: 3600 },
  { min: 0, usual: 0, max: 31_536_000 },
  { min: 1, usual: 10, max: 50 },
]

const STATUSES = [200, 200, 200, 200, 403, 404, 500, 'down'] as const

type Step =
  | { readonly kind: 'get'; readonly path: string; readonly pop: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'publish'; readonly path: string; readonly control: Control; readonly hasTag: boolean }
  | { readonly kind: 'turn'; readonly path: string; readonly status: (typeof STATUSES)[number] }
  | { readonly kind: 'invalidate'; readonly pattern: string }
  | { readonly kind: 'evict'; readonly path: string; readonly place: string }

const path = fc.constantFrom(...PATHS)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('get'), path, pop: fc.constantFrom(...POPS) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait'),
      seconds: fc.constantFrom(1, 5, 9, 10, 15, 20, 31, 60, 700, 4000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('publish'),
      path,
      control: fc.constantFrom(...CONTROLS),
      hasTag: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('turn'), path, status: fc.constantFrom(...STATUSES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('invalidate'),
      pattern: fc.constantFrom('/a', '/b/*', '/*', '/b/1'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('evict'), path, place: fc.constantFrom(...POPS, REGION) }),
  },
)

const memoryOnly = (): TierStorage => ({
  store: createPlaceStore({ memory: MIB, disk: 0 }),
  largestObject: MIB,
  files: null,
})

/** The real tiers over a scripted origin. */
class Network {
  readonly clock = fakeClock()
  asked = 0
  readonly invalidations = new InvalidationSequence()

  invalidate(pattern: string): void {
    const parsed = parseInvalidationItems([pattern])
    if (parsed.kind === 'items') this.invalidations.append(parsed.items)
  }

  #edges = new Map<string, CacheTier>()
  #regional = createRegionalCache(REGION, memoryOnly())
  #rules
  #origin: Upstream
  #sources: ReadonlyMap<string, Source>

  constructor({ min, usual, max }: Ttls, sources: ReadonlyMap<string, Source>) {
    const behavior = withPolicies({ MinTTL: min, DefaultTTL: usual, MaxTTL: max })
    this.#rules = compileRules(behavior, aDistribution(), false)
    this.#sources = sources
    this.#origin = { fetch: (request) => Promise.resolve(this.#answer(request)) }
    for (const pop of POPS) this.#edges.set(pop, createEdgeCache(pop, this.#regional, memoryOnly()))
  }

  async get(pop: string, wanted: string): Promise<{ status: number; version: number; from: string }> {
    const response = await this.#edges.get(pop)!.fetch(toRequest(wanted), this.#context(wanted))
    // Background refreshes run on microtasks only.
    await new Promise((resolve) => setImmediate(resolve))
    return { status: response.status, version: toVersion(response), from: response.outcome }
  }

  evict(wanted: string, place: string): void {
    const tier = place === REGION ? this.#regional : this.#edges.get(place)!
    tier.store.delete(wanted)
  }

  #context(wanted: string): RequestContext {
    const distribution = aDistribution()
    const behavior = distribution.DefaultCacheBehavior
    return {
      trace: new Trace('id', 0, 0),
      clock: this.clock,
      token: new CancelToken(),
      distribution,
      behavior,
      rules: this.#rules,
      invalidations: this.invalidations,
      origin: this.#origin,
      viewer: aRequest({ path: wanted }),
      invalidationUrl: wanted,
      pop: POPS[0]!,
      region: REGION,
      contact: 'REC',
      regionalSkip: null,
      isBackground: false,
    }
  }

  #answer({ path: wanted, headers }: OriginRequest): OriginResponse {
    this.asked++
    const { version, status, control, hasTag } = this.#sources.get(wanted)!
    if (status === 'down') {
      const failure = {
        message: '',
        resultType: 'Error',
        detailedResultType: 'OriginConnectError',
        detail: '',
      } as const
      return toFailureResponse(502, failure, 'REC')
    }
    const tag = hasTag && status === 200 ? `"${version}"` : null
    const isSame = tag !== null && headers.get('if-none-match') === tag
    const pairs = ['X-Version', String(version)]
    if (control.text !== '') pairs.push('Cache-Control', control.text)
    if (tag !== null) pairs.push('ETag', tag)
    return {
      status: isSame ? 304 : status,
      statusText: '',
      headers: new Headers(pairs),
      body: isSame ? Body.empty : Body.of(String(version)),
      settlement: null,
      outcome: 'Miss',
      layer: 'REC',
      isGenerated: false,
      failure: null,
    }
  }
}

function toRequest(wanted: string): OriginRequest {
  return {
    method: 'GET',
    path: wanted,
    queryString: '',
    headers: Headers.none,
    body: null,
    key: wanted,
    isRange: false,
  }
}

/** What CloudFront makes itself has no version. */
function toVersion({ failure, body }: OriginResponse): number {
  return failure === null ? Number(body.whole) : -1
}

const OUTCOMES = { cache: 'Hit', confirmed: 'RefreshHit', 'stood in': 'RefreshHit', origin: 'Miss' } as const

async function replay(ttls: Ttls, steps: readonly Step[]): Promise<void> {
  const reference = new Reference(ttls)
  let version = 1
  for (const each of PATHS) {
    reference.sources.set(each, { version: version++, status: 200, control: CONTROLS[1]!, hasTag: true })
  }
  const network = new Network(ttls, reference.sources)
  for (const [index, each] of steps.entries()) {
    switch (each.kind) {
      case 'get': {
        const now = network.clock.now() / 1000
        const expected = reference.get([each.pop, REGION], each.path, now)
        const actual = await network.get(each.pop, each.path)
        const isOwnError = expected.status === 502
        expect({ step: index, ...actual, asked: network.asked }).toEqual({
          step: index,
          status: expected.status,
          version: isOwnError ? -1 : expected.version,
          from: OUTCOMES[expected.from],
          asked: reference.asked,
        })
        break
      }
      case 'wait':
        network.clock.advanceSeconds(each.seconds)
        break
      case 'publish': {
        const { control, hasTag } = each
        const { status } = reference.sources.get(each.path)!
        reference.sources.set(each.path, { version: version++, status, control, hasTag })
        break
      }
      case 'turn':
        reference.sources.set(each.path, { ...reference.sources.get(each.path)!, status: each.status })
        break
      case 'invalidate': {
        const { pattern } = each
        network.invalidate(pattern)
        reference.forget((own) =>
          pattern.endsWith('*') ? own.startsWith(pattern.slice(0, -1)) : own === pattern,
        )
        break
      }
      case 'evict':
        network.evict(each.path, each.place)
        reference.forget((own, place) => own === each.path && place === each.place)
        break
    }
  }
}

test('after any history the tiers answer as the reference model does, and ask the origin as often', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...TTLS),
      fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
      replay,
    ),
    { numRuns: 500 },
  )
})
