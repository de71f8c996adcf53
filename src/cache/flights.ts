// The fetches of one tier that are under way.
import type { Fetching, LookupContext } from './fetching.ts'
import { Flight } from './flight.ts'

/**
 * Flights by the key under which others find them. An object in place of a Map: a Map that is written and emptied all
 * the time gets a new table every few dozen requests, the old table knows the new one, and so the collector keeps what
 * lay in either: most of the requests of the last seconds, of which nobody has any more need.
 */
export class Flights {
  #byKey: Record<string, Flight | undefined> = Object.create(null) as Record<string, never>

  /** One that may be joined. */
  find(key: string, context: LookupContext): Flight | null {
    const flight = this.#byKey[key]
    return flight !== undefined && isJoinable(flight, context) ? flight : null
  }

  /** The one that a fetch may join; null when it is now the one that others join. */
  join(fetching: Fetching): Flight | null {
    const { flightKey, context } = fetching
    const flight = this.#byKey[flightKey]
    if (flight !== undefined) {
      if (isJoinable(flight, context)) return flight
      flight.isListed = false
    }
    fetching.flight = new Flight(fetching.startedAt, context.token)
    this.#byKey[flightKey] = fetching.flight
    return null
  }

  leave({ flightKey, flight }: Fetching): void {
    if (flight === null || !flight.isListed) return
    flight.isListed = false
    delete this.#byKey[flightKey]
  }
}

/** It still goes on, and no invalidation has come since it began. */
function isJoinable(
  { token, startedAt }: Flight,
  { invalidations, invalidationUrl }: LookupContext,
): boolean {
  return !token.cancelled && !invalidations.covers(invalidationUrl, 'unknown', startedAt)
}
