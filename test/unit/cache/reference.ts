// The reference model: what stale objects, TTLs and layers mean, in the plainest form, without the product's code.

/** Seconds. */
export interface Ttls {
  readonly min: number
  readonly usual: number
  readonly max: number
}

/** Cache-Control of an origin as facts; `text` is what is really sent. */
export interface Control {
  readonly text: string
  readonly age?: number
  readonly veto?: 'no-store' | 'private' | 'no-cache'
  readonly revalidate?: number
  readonly ifError?: number
}

/** What the origin would answer now. */
export interface Source {
  readonly version: number
  readonly status: 200 | 403 | 404 | 500 | 'down'
  readonly control: Control
  readonly hasTag: boolean
}

/** Instants are seconds of the test's clock. */
interface Copy {
  readonly status: number
  readonly version: number
  readonly tag: string | null
  /** Which answer of the origin it is. */
  readonly made: number
  readonly fresh: number
  readonly revalidate: number
  readonly ifError: number
  paused: number
}

type From = 'cache' | 'confirmed' | 'stood in' | 'origin'

export interface Answer {
  readonly status: number
  readonly version: number
  readonly from: From
}

interface Reply extends Omit<Answer, 'status'> {
  readonly status: number
  readonly copy: Copy | null
  readonly control: Control
  readonly tag: string | null
}

const ERROR_MIN = 10

/** Caches in a row in front of one origin. */
export class Reference {
  readonly sources = new Map<string, Source>()
  asked = 0
  #ttls: Ttls
  #stores = new Map<string, Map<string, Copy>>()
  #later: (() => void)[] = []

  constructor(ttls: Ttls) {
    this.#ttls = ttls
  }

  /** A viewer's GET through the caches of a route; background refreshes happen after it. */
  get(route: readonly string[], path: string, now: number): Answer {
    const { status, version, from } = this.#ask(route, path, now, null, false)
    for (const refresh of this.#later.splice(0)) refresh()
    return { status, version, from }
  }

  forget(takes: (path: string, place: string) => boolean): void {
    for (const [place, store] of this.#stores)
      for (const path of store.keys()) if (takes(path, place)) store.delete(path)
  }

  #ask(
    route: readonly string[],
    path: string,
    now: number,
    tag: string | null,
    isBackground: boolean,
  ): Reply {
    const [place, ...rest] = route
    if (place === undefined) return this.#origin(path, now, tag)
    const copy = this.#store(place).get(path)
    if (copy !== undefined) {
      if (now < copy.fresh) return toReply(copy, 'cache')
      if (!isBackground && isWithin(copy.revalidate, copy, now)) {
        this.#later.push(() => this.#refill(place, rest, path, now, copy, null, true))
        return toReply(copy, 'cache')
      }
      if (now < copy.paused && isWithin(copy.ifError, copy, now)) return toReply(copy, 'stood in')
    }
    return this.#refill(place, rest, path, now, copy ?? null, tag, isBackground)
  }

  #refill(
    place: string,
    rest: readonly string[],
    path: string,
    now: number,
    copy: Copy | null,
    tag: string | null,
    isBackground: boolean,
  ): Reply {
    const wanted = copy === null ? tag : copy.status < 400 ? copy.tag : null
    const below = this.#ask(rest, path, now, wanted, isBackground)
    if (copy !== null) {
      if (below.status === 304)
        return this.#keep(place, path, this.#live(copy, below.control, now), 'confirmed')
      const hasSameTag = below.tag !== null && below.tag === copy.tag
      const isOne = below.copy?.made === copy.made && copy.status < 400
      const isSame = (hasSameTag || isOne) && below.status === copy.status
      if (below.from !== 'origin' && isSame) return this.#keep(place, path, below.copy, 'confirmed')
      if (below.status >= 500 && isWithin(copy.ifError, copy, now) && copy.status < 400) {
        copy.paused = now + ERROR_MIN
        return toReply(copy, 'stood in')
      }
    }
    if (below.copy !== null) this.#store(place).set(path, { ...below.copy, paused: 0 })
    return below
  }

  #keep(place: string, path: string, copy: Copy | null, from: From): Reply {
    if (copy === null) throw new Error('a confirmed copy is always kept in this model')
    this.#store(place).set(path, { ...copy, paused: 0 })
    return toReply(copy, from)
  }

  #origin(path: string, now: number, tag: string | null): Reply {
    this.asked++
    const source = this.sources.get(path)!
    const { version, control } = source
    const status = source.status === 'down' ? 502 : source.status
    const own = status === 200 && source.hasTag ? `"${version}"` : null
    if (own !== null && own === tag)
      return { status: 304, version, control, tag: own, from: 'origin', copy: null }
    const copy = this.#live(
      { status, version, tag: own, made: this.asked },
      control,
      now,
      source.status === 'down',
    )
    return { status, version, control, tag: own, from: 'origin', copy }
  }

  /** The life of a response that arrives now; null when it is not stored. */
  #live(
    what: Pick<Copy, 'status' | 'version' | 'tag' | 'made'>,
    sent: Control,
    now: number,
    isBare = false,
  ): Copy | null {
    const control = isBare ? { text: '' } : sent
    const ttl = what.status === 200 ? this.#ttl(control) : this.#errorTtl(what.status, control)
    if (ttl === null) return null
    const gone = Math.max(ttl, this.#ttls.max)
    const isError = what.status >= 400
    const until = (seconds: number) => now + Math.min(ttl + seconds, gone)
    const checksFirst =
      isError || control.revalidate === undefined || (control.veto === 'no-cache' && ttl === 0)
    return {
      ...what,
      fresh: now + ttl,
      revalidate: checksFirst ? now + ttl : until(control.revalidate),
      ifError: isError ? now + ttl : control.ifError === undefined ? now + gone : until(control.ifError),
      paused: 0,
    }
  }

  #ttl({ age, veto }: Control): number | null {
    const { min, usual, max } = this.#ttls
    if (veto !== undefined) return min > 0 || veto === 'no-cache' ? min : null
    return age === undefined ? Math.max(min, usual) : Math.min(Math.max(age, min), max)
  }

  #errorTtl(status: number, { age, veto }: Control): number | null {
    if (status === 403 && age === undefined) return null
    if (status === 404 && veto !== undefined) return null
    return Math.max(ERROR_MIN, veto === undefined ? Math.min(age ?? 0, this.#ttls.max) : 0)
  }

  #store(place: string): Map<string, Copy> {
    let store = this.#stores.get(place)
    if (store === undefined) this.#stores.set(place, (store = new Map()))
    return store
  }
}

/** 0 < stale ≤ window: no window, no stale answer. */
function isWithin(until: number, { fresh }: Copy, now: number): boolean {
  return now <= until && until > fresh
}

function toReply(copy: Copy, from: From): Reply {
  const { status, version, tag } = copy
  return { status, version, tag, from, copy, control: { text: '' } }
}
