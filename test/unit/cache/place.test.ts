// The entries of one place against a plain list: who is there, in which order, and who goes first.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CacheEntry } from '../../../src/cache/entry.ts'
import type { CacheStore } from '../../../src/cache/store.ts'
import { createPlaceStore } from '../../../src/cache/stores/place.ts'
import { Body } from '../../../src/message/body.ts'
import { Headers } from '../../../src/message/headers.ts'
import { compileRules } from '../../../src/policies/ttl.ts'
import { aDistribution } from '../policies/builders.ts'

const distribution = aDistribution()
const rules = compileRules(distribution.DefaultCacheBehavior, distribution, false)
const KEYS = ['/a', '/b', '/c', '/d', '/e']
/** Every entry counts for a little more than its body. */
const BUDGET = 10_000

type Step =
  | { readonly kind: 'get' | 'delete'; readonly key: string }
  | { readonly kind: 'set'; readonly key: string; readonly size: number }
  | { readonly kind: 'clear' }

const key = fc.constantFrom(...KEYS)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('get' as const), key }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      key,
      size: fc.constantFrom(0, 1500, 4000, 20_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
)

test('A place keeps what was used last, within its budget, and tells each entry once that it is gone', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = createPlaceStore({ memory: BUDGET, disk: 0 })
      /** The latest used first. */
      let kept: [key: string, entry: Told][] = []
      for (const each of steps) {
        kept = take(each, store, kept)
        expect([...store.list()]).toEqual(kept)
        expect(store.entries).toBe(kept.length)
        expect(store.bytes).toBe(kept.reduce((sum, [, entry]) => sum + entry.bytes, 0))
        for (const [, entry] of kept) expect([entry.stored, entry.gone]).toEqual([1, 0])
      }
    }),
    { numRuns: 300 },
  )
})

/** Does the step, and says what has to be there afterwards. */
function take(
  each: Step,
  store: CacheStore,
  kept: readonly [key: string, entry: Told][],
): [key: string, entry: Told][] {
  switch (each.kind) {
    case 'get': {
      const found = kept.find(([name]) => name === each.key)
      expect(store.get(each.key)).toBe(found?.[1])
      return found === undefined ? [...kept] : [found, ...kept.filter((other) => other !== found)]
    }
    case 'delete': {
      store.delete(each.key)
      return leave(kept, (name) => name === each.key)
    }
    case 'clear': {
      store.clear()
      return leave(kept, () => true)
    }
    case 'set': {
      const entry = new Told(each.size)
      const isTaken = store.set(each.key, entry)
      expect(isTaken).toBe(entry.bytes <= BUDGET)
      expect(entry.stored).toBe(isTaken ? 1 : 0)
      const others = leave(kept, (name) => name === each.key)
      if (!isTaken) return others
      let left = BUDGET - entry.bytes
      const isOut = others.map(([, other]) => (left -= other.bytes) < 0)
      const firstOut = isOut.indexOf(true)
      const gone = firstOut === -1 ? others.length : firstOut
      for (const [, other] of others.slice(gone)) expect([other.stored, other.gone]).toEqual([1, 1])
      return [[each.key, entry], ...others.slice(0, gone)]
    }
  }
}

function leave(
  kept: readonly [key: string, entry: Told][],
  hasGone: (key: string) => boolean,
): [key: string, entry: Told][] {
  for (const [name, entry] of kept) if (hasGone(name)) expect([entry.stored, entry.gone]).toEqual([1, 1])
  return kept.filter(([name]) => !hasGone(name))
}

/** An entry that counts what it is told. */
class Told extends CacheEntry {
  stored = 0
  gone = 0

  constructor(size: number) {
    const settlement = rules.settle({ status: 200, headers: Headers.none }, 0)
    const body = Body.of(Buffer.alloc(size))
    super({ status: 200, statusText: 'OK', headers: Headers.none, body, settlement, failure: null }, 0)
  }

  override onStored(): void {
    this.stored++
  }

  override onGone(): void {
    this.gone++
  }
}
