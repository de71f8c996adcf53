// One fetch that several requests for the same object wait for.
import type { CancelToken } from '../message/clock.ts'
import type { OriginResponse } from '../message/requests.ts'

interface Follower {
  readonly resolve: (response: OriginResponse | null) => void
  readonly reject: (error: unknown) => void
}

/**
 * A fetch under way. It ends early when all that wait for it have left: the leader's token is held by its followers.
 * ('Request and response behavior for custom origins', simultaneous requests)
 */
export class Flight {
  /** Invalidations up to this sequence number came before the fetch. */
  readonly startedAt: number
  readonly token: CancelToken
  /** Others find it. */
  isListed = true
  #followers: Follower[] | null = null
  #landed: OriginResponse | null | undefined = undefined

  constructor(startedAt: number, token: CancelToken) {
    this.startedAt = startedAt
    this.token = token
  }

  /** Waits for the response of the leader; null when it is not for sharing. */
  follow(token: CancelToken): Promise<OriginResponse | null> {
    this.token.hold()
    token.onCancel(() => this.token.cancel())
    if (this.#landed !== undefined) return Promise.resolve(this.#landed)
    return new Promise((resolve, reject) => {
      ;(this.#followers ??= []).push({ resolve, reject })
    })
  }

  land(response: OriginResponse | null): void {
    this.#landed = response
    for (const follower of this.#followers ?? []) follower.resolve(response)
    this.#followers = null
  }

  crash(error: unknown): void {
    for (const follower of this.#followers ?? []) follower.reject(error)
    this.#followers = null
  }
}
