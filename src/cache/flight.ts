// One fetch that several requests for the same object wait for.
import { CancelToken } from '../message/clock.ts'
import type { OriginResponse } from '../message/requests.ts'

/**
 * A fetch under way. Its token is cancelled when the last request that waits for it has left.
 * ('Request and response behavior for custom origins', simultaneous requests)
 */
export class Flight {
  readonly token = new CancelToken()
  /** Invalidations up to this sequence number came before the fetch. */
  readonly startedAt: number
  readonly response: Promise<OriginResponse>
  #waiting = 0
  #resolve!: (response: OriginResponse) => void
  #reject!: (error: unknown) => void

  constructor(startedAt: number) {
    this.startedAt = startedAt
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Without followers nobody listens to the promise; a failure reaches the leader by its own way.
    this.response.catch(() => {})
  }

  /** One more request waits. The fetch ends when all that joined have left. */
  join(token: CancelToken): void {
    this.#waiting++
    token.onCancel(() => {
      this.#waiting--
      if (this.#waiting === 0) this.token.cancel()
    })
  }

  land(response: OriginResponse): void {
    this.#resolve(response)
  }

  crash(error: unknown): void {
    this.#reject(error)
  }
}
