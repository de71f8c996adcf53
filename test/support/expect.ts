// Matchers in the words of the trace.
import { expect } from 'vitest'
import type { Answer } from './front.ts'
import type { TierReason } from '../../src/model/result-types.ts'

interface TierMatchers {
  /** X-Cache says Hit; `at` names the tier that had it. */
  toBeHit(at?: 'edge' | 'regional' | 'shield'): void
  toBeMiss(): void
  /** A miss at the edge for this reason. */
  toBeMissBecause(because: TierReason): void
  toBeRefreshHit(): void
}

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-empty-object-type, no-unused-vars
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown,
  > extends TierMatchers {}
}

expect.extend({
  toBeHit(answer: Answer, at?: 'edge' | 'regional' | 'shield') {
    const record = at === undefined ? null : answer.trace?.[at]
    const right = xCache(answer) === 'Hit from cloudfront' && (at === undefined || record?.verdict === 'hit')
    return {
      pass: right,
      message: () => describe(answer, `a hit${at === undefined ? '' : ` at the ${at} cache`}`),
    }
  },
  toBeMiss(answer: Answer) {
    return { pass: xCache(answer) === 'Miss from cloudfront', message: () => describe(answer, 'a miss') }
  },
  toBeMissBecause(answer: Answer, because: TierReason) {
    const pass = xCache(answer) === 'Miss from cloudfront' && answer.trace?.edge?.because === because
    return { pass, message: () => describe(answer, `a miss because ${because}`) }
  },
  toBeRefreshHit(answer: Answer) {
    return {
      pass: xCache(answer) === 'RefreshHit from cloudfront',
      message: () => describe(answer, 'a RefreshHit'),
    }
  },
})

function xCache(answer: Answer): string | undefined {
  return answer.headers['x-cache'] as string | undefined
}

function describe(answer: Answer, wanted: string): string {
  const { trace } = answer
  const tiers = [trace?.edge, trace?.regional, trace?.shield]
    .filter((record) => record !== null && record !== undefined)
    .map((record) => `${record.layer} ${record.verdict} (${record.because})`)
  return `expected ${wanted}, got ${answer.status} ${xCache(answer)}; ${tiers.join(', ')}; problem: ${trace?.problem ?? 'none'}`
}
