// What the listening side gets from the assembly.
import type { Locator } from './place/locator.ts'
import type { Router } from './route.ts'
import type { EdgePlace } from '../edge/visit.ts'
import type { Clock } from '../message/clock.ts'
import type { Trace } from '../message/trace.ts'
import type { ViewerGeo } from '../message/viewer-geo.ts'

/** Ports of the data plane. `router` is read anew for each request, since a reload swaps it. */
export interface ViewerPorts {
  readonly router: Router
  /** Of requests that no distribution takes. */
  readonly defaultPlace: EdgePlace
  /** The place of a POP code, or null for an unknown one. */
  readonly placeOf: (pop: string) => EdgePlace | null
  readonly locate: Locator
  /** Headers of our own count from everywhere, not from loopback alone. */
  readonly trustViewerHeaders: boolean
  /** Port of the HTTPS listener, or null. */
  readonly httpsPort: number | null
  readonly clock: Clock
  /** Monotonic milliseconds. */
  readonly tick: () => number
  readonly requestId: () => string
  /** From 0 up to 1. */
  readonly random: () => number
  /** Milliseconds of real time from the viewer to a POP and back, simulated; null is none. */
  readonly viewerHop: ((viewer: ViewerGeo, pop: string) => number) | null
  /** Takes the trace of a finished request: metrics, log, trace store. */
  readonly finished: (trace: Trace) => void
  /** A TLS handshake that failed; no request came of it. */
  readonly onTlsRefused: (serverName: string | null, reason: string) => void
  /** A rejection that should not have happened. */
  readonly onBug: (error: unknown, trace: Pick<Trace, 'id'>) => void
}
