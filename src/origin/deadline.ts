// The time that everything an origin is asked for one request may take: all attempts, and the body.

/** Why a request to an origin was given up. */
export class CompletionTimeoutError extends Error {
  readonly code = 'PF_COMPLETION_TIMEOUT'

  constructor(seconds: number) {
    super(`ResponseCompletionTimeout: the response was not complete after ${seconds} s`)
    this.name = 'CompletionTimeoutError'
  }
}

/** A timer that stops what runs when the time is over. ('Origin settings', response completion timeout) */
export class Deadline {
  /** Set once the time is over. */
  error: CompletionTimeoutError | null = null
  #timer: NodeJS.Timeout
  #stop: ((error: Error) => void) | null = null

  constructor(seconds: number) {
    this.#timer = setTimeout(() => {
      this.error = new CompletionTimeoutError(seconds)
      this.#stop?.(this.error)
    }, seconds * 1000)
    // The connection keeps the process running while there is one.
    this.#timer.unref()
  }

  /** What to stop, in place of what was to be stopped before; at once if the time is over. */
  watch(stop: (error: Error) => void): void {
    this.#stop = stop
    if (this.error !== null) stop(this.error)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#stop = null
  }
}
