// Waits for as long as a request would take between layers that are far apart, with --simulate-latency.
import type { BehaviorOrigin, RequestContext, Upstream } from '../message/context.ts'
import type { ViewerGeo } from '../message/viewer-geo.ts'
import { wait } from '../message/wait.ts'
import { findCountry, type Coordinates } from '../model/countries.ts'
import { LAST_MILE_MS, roundTripMs } from '../model/distance.ts'
import { PocketfrontError } from '../model/errors.ts'
import { findEdgeLocation, type EdgeLocation } from '../model/locations.ts'
import type { Origin } from '../model/origin.ts'
import { findRegion, regionNames, toOriginRegion } from '../model/regions.ts'

/** Puts the way to a layer in front of it. */
export interface Latency {
  /** Milliseconds from a viewer to a POP and back. */
  fromViewer(viewer: ViewerGeo, pop: string): number
  toRegional(pop: string, region: string, regional: Upstream): Upstream
  toShield(region: string, shield: BehaviorOrigin): BehaviorOrigin
  /** Where its name says that it is, else where the option says, else beside its Origin Shield; else nowhere. */
  toOrigin(origin: BehaviorOrigin, settings: Origin): BehaviorOrigin
}

/**
 * Real time passes once per hop, for the way there and back, before the next layer is asked; a viewer that leaves ends
 * the wait. Throws PF_USAGE for a Region that does not exist.
 */
export function createLatency(originRegion: string | null): Latency {
  if (originRegion !== null && findRegion(originRegion) === null) {
    const hint = `known are ${regionNames().join(', ')}`
    throw new PocketfrontError('PF_USAGE', `no AWS Region has the name ${originRegion}`, hint)
  }
  return {
    fromViewer: viewerHopMs,
    toRegional(pop, region, regional) {
      const milliseconds = hopMs(pop, region)
      return {
        fetch: (request, context) => pass(milliseconds, context).then(() => regional.fetch(request, context)),
      }
    },
    toShield: (region, shield) => delay(shield, compileHop(region)),
    toOrigin(origin, settings) {
      const { Enabled, OriginShieldRegion } = settings.OriginShield
      const region = toOriginRegion(settings) ?? originRegion ?? (Enabled ? OriginShieldRegion : null)
      return region === null ? origin : countHop(delay(origin, compileHop(region)), compileHop(region))
    },
  }
}

function viewerHopMs(viewer: ViewerGeo, pop: string): number {
  const location = findEdgeLocation(pop)
  const at = location === null ? null : toCoordinates(viewer, location)
  return LAST_MILE_MS + (location === null || at === null ? 0 : roundTripMs(at, location))
}

/** A viewer of the country of the POP, or of unknown place, is in its city; others in a large city of their country. */
function toCoordinates({ country, details }: ViewerGeo, location: EdgeLocation): Coordinates | null {
  const lat = Number(details?.get('latitude') ?? Number.NaN)
  const lon = Number(details?.get('longitude') ?? Number.NaN)
  if (Number.isFinite(lat) && Number.isFinite(lon)) return { lat, lon }
  return country === null || country === location.countryCode ? location : findCountry(country)
}

type Hop = (context: RequestContext) => number

/** From wherever the request is to a Region. */
function compileHop(to: string): Hop {
  const times = new Map<string, number>()
  return ({ contact, pop, region }) => {
    const from = contact === 'EDGE' ? pop : region
    let milliseconds = times.get(from)
    if (milliseconds === undefined) {
      milliseconds = hopMs(from, to)
      times.set(from, milliseconds)
    }
    return milliseconds
  }
}

/** Both are POP codes or Regions that this program names itself. */
function hopMs(from: string, to: string): number {
  const a = findEdgeLocation(from) ?? findRegion(from)
  const b = findRegion(to)
  return a === null || b === null ? 0 : roundTripMs(a, b)
}

function delay(next: BehaviorOrigin, hop: Hop): BehaviorOrigin {
  return {
    regionalSkips: next.regionalSkips,
    fetch: (request, context) => pass(hop(context), context).then(() => next.fetch(request, context)),
    openTunnel: (request, context) =>
      pass(hop(context), context).then(() => next.openTunnel(request, context)),
  }
}

/** The first byte of the origin comes as much later. */
function countHop(delayed: BehaviorOrigin, hop: Hop): BehaviorOrigin {
  return {
    regionalSkips: delayed.regionalSkips,
    async fetch(request, context) {
      const response = await delayed.fetch(request, context)
      const attempt = context.trace.origins?.at(-1)
      if (attempt !== undefined && attempt.firstByteMs !== null) attempt.firstByteMs += hop(context)
      return response
    },
    openTunnel: (request, context) => delayed.openTunnel(request, context),
  }
}

function pass(milliseconds: number, { trace, token }: RequestContext): Promise<void> {
  trace.simulatedMs += milliseconds
  return wait(milliseconds, token)
}
