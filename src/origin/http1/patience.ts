// Counts time for connections in coarse ticks, so that no request needs a timer of its own.

/** Real milliseconds of one tick. */
const TICK_MS = 250

/** Somebody whose time may be over. */
export interface Waiting {
  /** The tick after which it is over; Infinity for never. */
  readonly due: number
  onDue(): void
  /** Once a tick while nothing is due. */
  onTick(): void
}

/** A time that is over a little late, never early; runs while there is anybody. */
export class Patience {
  #tick = 0
  #all = new Set<Waiting>()
  #timer: NodeJS.Timeout | null = null

  /** The tick at which so many milliseconds have passed for sure. */
  after(milliseconds: number): number {
    return this.#tick + Math.ceil(milliseconds / TICK_MS) + 1
  }

  add(waiting: Waiting): void {
    this.#all.add(waiting)
    // The connections keep the process running while there is something to wait for.
    this.#timer ??= setInterval(() => this.#count(), TICK_MS).unref()
  }

  remove(waiting: Waiting): void {
    this.#all.delete(waiting)
    if (this.#all.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  #count(): void {
    this.#tick++
    for (const each of this.#all) {
      if (this.#tick >= each.due) each.onDue()
      else each.onTick()
    }
  }
}
