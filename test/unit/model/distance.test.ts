// How far places are apart, how long that takes, and in which Region an origin is.
import { describe, expect, test } from 'vitest'
import type { Coordinates } from '../../../src/model/countries.ts'
import { distanceKm, roundTripMs } from '../../../src/model/distance.ts'
import { findEdgeLocation } from '../../../src/model/locations.ts'
import { findRegion, toOriginRegion } from '../../../src/model/regions.ts'

const pop = (code: string): Coordinates => findEdgeLocation(code)!
const region = (name: string): Coordinates => findRegion(name)!

// Great-circle distances between the airports, as flight tables have them.
test.each([
  ['FRA56', 'JFK50', 6180, 6210],
  ['FRA56', 'NRT20', 9340, 9390],
  ['SYD1', 'LHR50', 17_000, 17_040],
  ['FRA56', 'FRA56', 0, 0],
  // Across the date line, and across the equator.
  ['AKL50', 'LAX53', 10_460, 10_500],
])('%s and %s are from %d to %d km apart, in both directions', (a, b, least, most) => {
  expect(distanceKm(pop(a), pop(b))).toBeGreaterThanOrEqual(least)
  expect(distanceKm(pop(a), pop(b))).toBeLessThanOrEqual(most)
  expect(distanceKm(pop(b), pop(a))).toBeCloseTo(distanceKm(pop(a), pop(b)), 6)
})

test('opposite ends of the earth are half its circumference apart', () => {
  expect(distanceKm({ lat: 90, lon: 0 }, { lat: -90, lon: 0 })).toBeCloseTo(Math.PI * 6371, 3)
  expect(distanceKm({ lat: 0, lon: -90 }, { lat: 0, lon: 90 })).toBeCloseTo(Math.PI * 6371, 3)
})

test('a round trip takes one millisecond, and 1.5 for each 100 km', () => {
  const a = { lat: 0, lon: 0 }
  expect(roundTripMs(a, a)).toBe(1)
  const b = { lat: 0, lon: 9 }
  expect(roundTripMs(a, b)).toBeCloseTo(1 + distanceKm(a, b) * 0.015, 9)
})

// Round trips between Regions as they are usually measured, within a third.
test.each([
  ['eu-central-1', 'us-east-1', 90],
  ['us-east-1', 'us-west-2', 60],
  ['eu-west-1', 'eu-central-1', 22],
])('%s to %s and back takes about %d ms', (a, b, usual) => {
  const simulated = roundTripMs(region(a), region(b))
  expect(simulated).toBeGreaterThan(usual * 0.66)
  expect(simulated).toBeLessThan(usual * 1.34)
})

describe('The Region of an origin', () => {
  test.each([
    ['pictures.s3.eu-west-3.amazonaws.com', 'eu-west-3'],
    ['pictures.s3-eu-west-1.amazonaws.com', 'eu-west-1'],
    ['pictures.s3.dualstack.us-east-2.amazonaws.com', 'us-east-2'],
    ['pictures.s3-website.eu-central-1.amazonaws.com', 'eu-central-1'],
    ['shop-123.eu-north-1.elb.amazonaws.com', 'eu-north-1'],
    ['abc123.execute-api.ap-southeast-2.amazonaws.com', 'ap-southeast-2'],
    ['abc123.lambda-url.us-west-2.on.aws', 'us-west-2'],
    ['ABC.Execute-API.EU-West-1.AmazonAWS.com', 'eu-west-1'],
    ['pictures.s3.amazonaws.com', null],
    ['www.example.com', null],
    ['eu-west-1.example.com', null],
    ['pictures.s3.xx-nowhere-1.amazonaws.com', null],
  ])('%s: %s', (DomainName, expected) => {
    expect(toOriginRegion({ DomainName })).toBe(expected)
  })
})
