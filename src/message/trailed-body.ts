// A body that fields may follow, as gRPC needs it.
import { Body } from './body.ts'

/** A body with trailers (RFC 9110, section 6.5); they are there when it has ended. */
export class TrailedBody extends Body {
  /** Flat list of names and values; null when none came. */
  trailers: readonly string[] | null = null
}
