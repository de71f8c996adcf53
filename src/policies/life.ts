// How long a stored response lives: what equal responses share, and the moment each of them came.
import { parseSeconds, type CacheControl } from '../message/cache-control.ts'
import type { Headers } from '../message/headers.ts'
import type { Settlement } from '../message/settlement.ts'
import type { StoreReason, TtlRule } from '../model/result-types.ts'
import type { TtlBounds } from './selections.ts'

/** What the rules say about a response. */
export interface Decision {
  readonly because: StoreReason
  readonly ttl: number
  readonly rule: TtlRule
  readonly arithmetic: string
  readonly directives: CacheControl
}

/** What is decided about a response, apart from the moment it came; equal ones share it. */
export interface Life extends Pick<
  Settlement,
  'store' | 'because' | 'ttl' | 'rule' | 'arithmetic' | 'unstored' | 'errorPause'
> {
  /** Milliseconds after birth. */
  readonly fresh: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

/** A life that began at a moment. Millions of these are stored, so that it holds two fields and no more. */
export class SettledLife implements Settlement {
  readonly life: Life
  readonly bornAt: number

  constructor(life: Life, bornAt: number) {
    this.life = life
    this.bornAt = bornAt
  }

  get store(): boolean {
    return this.life.store
  }

  get because(): StoreReason {
    return this.life.because
  }

  get ttl(): number {
    return this.life.ttl
  }

  get rule(): TtlRule {
    return this.life.rule
  }

  get arithmetic(): string {
    return this.life.arithmetic
  }

  get unstored(): readonly string[] | null {
    return this.life.unstored
  }

  get errorPause(): number {
    return this.life.errorPause
  }

  get tags(): readonly string[] | null {
    return null
  }

  get freshUntil(): number {
    return this.bornAt + this.life.fresh
  }

  get staleWhileRevalidateUntil(): number {
    return this.bornAt + this.life.staleWhileRevalidate
  }

  get staleIfErrorUntil(): number {
    return this.bornAt + this.life.staleIfError
  }
}

/** The same of a response with cache tags. */
export class TaggedLife extends SettledLife {
  readonly #tags: readonly string[]

  constructor(life: Life, bornAt: number, tags: readonly string[]) {
    super(life, bornAt)
    this.#tags = tags
  }

  override get tags(): readonly string[] {
    return this.#tags
  }
}

const MEMO_SIZE = 512
const MEMO_LENGTH = 256

/** The lives that one behavior has given; the headers of most responses were seen before. */
export class Lives {
  #decide: (status: number, headers: Headers, now: number) => Life
  /** Of status 200 without Vary, by Cache-Control: most. */
  #usual = new Map<string | null, Life>()
  #others = new Map<string, Life>()
  /** Many responses come in one millisecond, with the same life: they share the object as well. */
  #latest: SettledLife | null = null

  constructor(decide: (status: number, headers: Headers, now: number) => Life) {
    this.#decide = decide
  }

  /** Only Expires makes a decision depend on the moment. */
  select(status: number, headers: Headers, now: number): Life {
    if (headers.has('expires')) return this.#decide(status, headers, now)
    const cacheControl = headers.list('cache-control')
    const vary = headers.list('vary')
    if (status === 200 && vary === null)
      return this.#usual.get(cacheControl) ?? this.#add(this.#usual, cacheControl, status, headers, now)
    const key = `${status} ${cacheControl} ${vary}`
    return this.#others.get(key) ?? this.#add(this.#others, key, status, headers, now)
  }

  settle(life: Life, bornAt: number): SettledLife {
    // What is confirmed on each request is told from its confirmation by identity.
    if (life.ttl === 0) return new SettledLife(life, bornAt)
    const latest = this.#latest
    if (latest !== null && latest.life === life && latest.bornAt === bornAt) return latest
    return (this.#latest = new SettledLife(life, bornAt))
  }

  #add<Key extends string | null>(
    lives: Map<Key, Life>,
    key: Key,
    status: number,
    headers: Headers,
    now: number,
  ): Life {
    const life = this.#decide(status, headers, now)
    if (lives.size >= MEMO_SIZE) lives.clear()
    if (key === null || key.length <= MEMO_LENGTH) lives.set(key, life)
    return life
  }
}

/**
 * Arrival, less the age that the response brought along (choice). Of a list the first member counts, what is no
 * number of seconds is ignored (RFC 9111, sections 4.2.3 and 5.1).
 */
export function toBirth(headers: Headers, now: number): number {
  const age = headers.get('age')
  return age === null ? now : now - (parseSeconds(age.split(',', 1)[0]!.trim()) ?? 0) * 1000
}

export function toLife(
  { because, ttl, rule, arithmetic, directives }: Decision,
  status: number,
  { MaxTTL }: TtlBounds,
  errorPause: number,
): Life {
  const fresh = ttl * 1000
  // After MaxTTL nothing stale is served, whatever the directives say; a longer DefaultTTL still counts.
  const gone = Math.max(fresh, MaxTTL * 1000)
  const stale = (seconds: number) => Math.min(fresh + seconds * 1000, gone)
  const isError = status >= 400
  const { staleWhileRevalidate, staleIfError } = directives
  // no-cache asks for a check before each use, which a stale answer would skip (choice).
  const revalidatesFirst = isError || staleWhileRevalidate === null || rule === 'no-cache'
  let ifError = gone
  if (isError) ifError = fresh
  else if (staleIfError !== null) ifError = stale(staleIfError)
  return {
    store: because === 'cacheable' || because === 'error-cacheable',
    because,
    ttl,
    rule,
    arithmetic,
    fresh,
    staleWhileRevalidate: revalidatesFirst ? fresh : stale(staleWhileRevalidate),
    staleIfError: ifError,
    unstored: toUnstored(directives),
    errorPause,
  }
}

/** Without these a stored body could not be read, or its life not be told. */
const ALWAYS_STORED = new Set(['cache-control', 'content-encoding', 'content-length', 'content-range'])

/**
 * What `no-cache` and `private` name is for the first viewer only (RFC 9111, sections 5.2.2.4 and 5.2.2.7).
 * ('Cache content based on cookies', for Set-Cookie)
 */
function toUnstored({ noCacheFields, privateFields }: CacheControl): readonly string[] | null {
  if (noCacheFields === null && privateFields === null) return null
  const named = [...(noCacheFields ?? []), ...(privateFields ?? [])].filter(
    (name) => !ALWAYS_STORED.has(name),
  )
  return named.length === 0 ? null : named
}
