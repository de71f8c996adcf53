// The invalidations of a run: what is accepted, what is in progress, and what became of each.
import {
  parseInvalidationItems,
  type InvalidationError,
  type InvalidationItem,
} from '../cache/invalidation-items.ts'
import type { InvalidationReceipt } from '../control/admin.ts'
import type { CompiledDistribution } from '../edge/compile.ts'
import type { Clock } from '../message/clock.ts'
import { PocketfrontError } from '../model/errors.ts'
import { QUOTAS } from '../model/quotas.ts'

/** Milliseconds by the product's clock until an invalidation, which takes effect at once, is called completed (choice). */
const IN_PROGRESS_MS = 1000
/** So many are remembered for each distribution, besides those in progress. */
const KEEP = 100

/** Who asks: AWS's limits hold for what comes over a port, not for the test that holds the handle (choice). */
export type Asker = 'port' | 'handle'

interface Accepted {
  readonly receipt: Omit<InvalidationReceipt, 'Status'>
  readonly createdAt: number
  readonly by: Asker
  readonly files: number
  readonly wildcards: number
}

/** Accepts and remembers invalidations. They outlive reloads. */
export class Invalidations {
  #clock: Clock
  #newId: () => string
  /** By distribution, the newest last. */
  #accepted = new Map<string, Accepted[]>()

  constructor(clock: Clock, newId: () => string) {
    this.#clock = clock
    this.#newId = newId
  }

  /** For all of these distributions or, with PF_INVALIDATION, for none. */
  create(sites: readonly CompiledDistribution[], paths: readonly string[], by: Asker): InvalidationReceipt[] {
    const items = selectItems(sites, paths)
    const counts = countItems(items)
    if (by === 'port') for (const { distribution } of sites) this.#checkLimits(distribution.Id, counts)
    const createdAt = this.#clock.now()
    return sites.map(({ distribution, invalidations }) => {
      const hasTags = distribution.CacheTagConfig !== null
      invalidations.append(hasTags ? items : items.filter(({ kind }) => kind !== 'tag'))
      const receipt = {
        Id: this.#newId(),
        DistributionId: distribution.Id,
        CreateTime: new Date(createdAt).toISOString(),
        Paths: [...paths],
      }
      const accepted = { receipt, createdAt, by, ...counts }
      this.#remember(accepted)
      return this.#toReceipt(accepted)
    })
  }

  /** The newest first; of one distribution, or of all. */
  list(distributionId: string | null): InvalidationReceipt[] {
    const all = [...this.#accepted.entries()]
      .filter(([id]) => distributionId === null || id === distributionId)
      .flatMap(([, list]) => list.toReversed())
    return all.toSorted((a, b) => b.createdAt - a.createdAt).map((each) => this.#toReceipt(each))
  }

  get(id: string): InvalidationReceipt | null {
    for (const list of this.#accepted.values()) {
      const found = list.find(({ receipt }) => receipt.Id === id)
      if (found !== undefined) return this.#toReceipt(found)
    }
    return null
  }

  #isInProgress({ createdAt }: Accepted): boolean {
    const elapsed = this.#clock.now() - createdAt
    // A clock that was set back says nothing of what is done.
    return elapsed >= 0 && elapsed < IN_PROGRESS_MS
  }

  #toReceipt(accepted: Accepted): InvalidationReceipt {
    const Status = this.#isInProgress(accepted) ? 'InProgress' : 'Completed'
    return { ...accepted.receipt, Status }
  }

  #remember(accepted: Accepted): void {
    const id = accepted.receipt.DistributionId
    const list = this.#accepted.get(id) ?? []
    list.push(accepted)
    const isForgotten = (each: Accepted): boolean => each.by === 'handle' || !this.#isInProgress(each)
    while (list.length > KEEP && isForgotten(list[0]!)) list.shift()
    this.#accepted.set(id, list)
  }

  /** ('Concurrent invalidation request maximum') */
  #checkLimits(distributionId: string, counts: Pick<Accepted, 'files' | 'wildcards'>): void {
    let { files, wildcards } = counts
    for (const each of this.#accepted.get(distributionId) ?? []) {
      if (each.by !== 'port' || !this.#isInProgress(each)) continue
      files += each.files
      wildcards += each.wildcards
    }
    const limits = [
      [files, QUOTAS.invalidationFilesInProgress, 'paths'],
      [wildcards, QUOTAS.invalidationWildcardsInProgress, 'paths with a wildcard'],
    ] as const
    for (const [count, most, what] of limits) {
      if (count <= most) continue
      const message = `${count} ${what} would be in progress in ${distributionId}, at most ${most} are allowed`
      throw toError(
        'TooManyInvalidationsInProgress',
        message,
        'wait for those in progress, or advance the clock',
      )
    }
  }
}

/** Throws PF_INVALIDATION for what CloudFront refuses. */
export function selectItems(
  sites: readonly CompiledDistribution[],
  paths: readonly string[],
): readonly InvalidationItem[] {
  const parsed = parseInvalidationItems(paths)
  if (parsed.kind === 'refused') throw toError(parsed.code, parsed.message, parsed.hint)
  const { items } = parsed
  const tag = items.find(({ kind }) => kind === 'tag')
  if (tag !== undefined && sites.every(({ distribution }) => distribution.CacheTagConfig === null)) {
    const hint = 'add CacheTagConfig: { HeaderName: … } to the distribution'
    throw toError('InvalidArgument', 'objects have no tags, as there is no CacheTagConfig', hint)
  }
  return items
}

/** The message starts with AWS's code. */
export function toError(code: InvalidationError, message: string, hint: string | null): PocketfrontError {
  return new PocketfrontError('PF_INVALIDATION', `${code}: ${message}`, hint)
}

/** A tag counts as a file. ('What you need to know when invalidating tags') */
function countItems(items: readonly InvalidationItem[]): Pick<Accepted, 'files' | 'wildcards'> {
  const wildcards = items.filter(({ kind }) => kind === 'wildcard' || kind === 'everything').length
  return { files: items.length - wildcards, wildcards }
}
