// How many invocations one instance is given at once, from how long the last ones took.

/** Work that may wait behind a run, in microseconds as expected: less than waking another instance is worth. */
const BUDGET_US = 500
const MAX_AT_ONCE = 32
/** Weight of the latest run in the mean. */
const WEIGHT = 1 / 8

/**
 * A function that replies within microseconds gets what has gathered as one message, and runs one after another of it;
 * a slow run makes the mean so large that a while passes before anything is queued behind another.
 */
export class Pace {
  #meanUs = BUDGET_US
  #isSteady = true

  /** What an instance that is free is given. */
  get size(): number {
    if (!this.#isSteady) return 1
    return Math.min(MAX_AT_ONCE, Math.max(1, Math.floor(BUDGET_US / this.#meanUs)))
  }

  /** A run took so long. */
  note(microseconds: number): void {
    if (microseconds >= 0 && microseconds < Infinity) this.#meanUs += (microseconds - this.#meanUs) * WEIGHT
  }

  /** From now on one at a time: what runs leave behind cannot be told apart otherwise. */
  walk(): void {
    this.#isSteady = false
  }
}
