// How far two places are apart, and how long a request takes there and back.

import type { Coordinates } from './countries.ts'

const EARTH_RADIUS_KM = 6371
/** Light in glass fibre: two thirds of its speed in a vacuum. */
const FIBRE_KM_PER_MS = 200
/** Cables follow coasts and detours: real paths are about half as long again as the great circle. */
const DETOUR = 1.5
/** Routers and servers at both ends of a hop, however near they are. */
const HOP_MS = 1

/** From a home to the provider's network in the same city, and back. */
export const LAST_MILE_MS = 10

/** Along the great circle (haversine formula). */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const halfLat = Math.sin(toRadians(b.lat - a.lat) / 2)
  const halfLon = Math.sin(toRadians(b.lon - a.lon) / 2)
  const chord = halfLat ** 2 + Math.cos(toRadians(a.lat)) * Math.cos(toRadians(b.lat)) * halfLon ** 2
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)))
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

/** Milliseconds to and fro over a connection that is up: 1 and another 1.5 for each 100 km. */
export function roundTripMs(a: Coordinates, b: Coordinates): number {
  return HOP_MS + (2 * DETOUR * distanceKm(a, b)) / FIBRE_KM_PER_MS
}
