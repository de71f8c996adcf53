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

/** Tells a fetch that nobody waits for it any more. Much lighter than an AbortSignal. */
export class CancelToken {
  cancelled = false
  #callbacks: (() => void)[] | null = null

  cancel(): void {
    if (this.cancelled) return
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
