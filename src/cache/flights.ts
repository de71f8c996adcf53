// The fetches of one tier that are under way.
import type { Fetching, LookupContext } from './fetching.ts'
import { Flight } from './flight.ts'

/** Flights by the key under which others find them. */
export class Flights {
  #byKey = new Map<string, Flight>()

  /** One that may be joined: it still goes on, and no invalidation has come since it began. */
  find(key: string, { invalidations, invalidationUrl }: LookupContext): Flight | null {
    const flight = this.#byKey.get(key)
    if (flight === undefined || flight.token.cancelled) return null
    return invalidations.covers(invalidationUrl, 'unknown', flight.startedAt) ? null : flight
  }

  open(fetching: Fetching): void {
    fetching.flight = new Flight(fetching.startedAt, fetching.context.token)
    this.#byKey.set(fetching.flightKey, fetching.flight)
  }

  leave({ flightKey, flight }: Fetching): void {
    if (flight !== null && this.#byKey.get(flightKey) === flight) this.#byKey.delete(flightKey)
  }
}
