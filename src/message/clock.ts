// The one clock of TTLs, Age, Date and log times, and a token that says 'nobody waits any more'.

/** Milliseconds since 1970. Socket timeouts use real time, everything else this. */
export interface Clock {
  now(): number
}

/** A clock that can be set and advanced, from a test or over the admin port. */
export interface SteerableClock extends Clock {
  set(milliseconds: number): void
  advance(milliseconds: number): void
}

/**
 * Tells a fetch that nobody waits for it any more. Much lighter than an AbortSignal. It has one holder at first;
 * each further request that waits for the same fetch holds it, too, and the last one to cancel ends it.
 */
export class CancelToken {
  cancelled = false
  #holders = 1
  #callbacks: (() => void)[] | null = null

  /** One more waits for what this token stands for. */
  hold(): void {
    this.#holders++
  }

  /** One holder leaves. */
  cancel(): void {
    this.#holders--
    if (this.#holders > 0 || this.cancelled) return
    this.cancelled = true
    const callbacks = this.#callbacks
    this.#callbacks = null
    if (callbacks !== null) for (const callback of callbacks) callback()
  }

  /** Calls back once on cancellation; at once if that has happened. */
  onCancel(callback: () => void): void {
    if (this.cancelled) callback()
    else if (this.#callbacks === null) this.#callbacks = [callback]
    else this.#callbacks.push(callback)
  }
}
