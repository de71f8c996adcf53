// Databases of address ranges that the user names: cities and networks beside the countries that come along.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { toMmdb } from '../support/mmdb.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const NAMES = ['ASN', 'City', 'Country', 'Country-Region', 'Country-Region-Name', 'Latitude', 'Longitude']
const FURTHER = ['Metro-Code', 'Postal-Code', 'Time-Zone']

let folder = ''
let origin: ScriptedOrigin
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-geo-'))
  origin = await startOrigin()
  const city = {
    country: { iso_code: 'DE' },
    city: { names: { en: 'Köln' } },
    subdivisions: [{ iso_code: 'NW', names: { en: 'North Rhine-Westphalia' } }],
    location: { latitude: 50.9, longitude: -6.5, metro_code: 803, time_zone: 'Europe/Berlin' },
    postal: { code: '50667' },
  }
  writeFileSync(join(folder, 'city.mmdb'), toMmdb(city))
  writeFileSync(join(folder, 'asn.mmdb'), toMmdb({ autonomous_system_number: 7018 }))
  writeFileSync(join(folder, 'odd.mmdb'), toMmdb({ country_code: 'Germany', city: ['?'], latitude: 'north' }))
  writeFileSync(join(folder, 'none.mmdb'), 'no database')
})
afterAll(async () => {
  await origin.stop()
  rmSync(folder, { recursive: true })
})

function start(...files: string[]): Promise<Front> {
  const Headers = [...NAMES, ...FURTHER].map((name) => `CloudFront-Viewer-${name}`)
  return startFront({
    origin,
    cwd: folder,
    geoDatabase: files,
    behavior: {
      CachePolicy: 'CachingDisabled',
      OriginRequestPolicy: {
        Name: 'geo',
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    },
  })
}

async function sent(front: Front, headers: Record<string, string>): Promise<Record<string, unknown>> {
  await front.get('/', headers)
  const seen = Object.entries(origin.requests.at(-1)!.headers)
  return Object.fromEntries(
    seen
      .filter(([name]) => name.startsWith('cloudfront-viewer-'))
      .map(([name, value]) => [name.slice('cloudfront-viewer-'.length), value]),
  )
}

test('each value comes from the first file that knows it', async () => {
  await using front = await start('asn.mmdb', 'city.mmdb')
  expect(await sent(front, { 'x-pocketfront-viewer-ip': '8.8.8.8' })).toEqual({
    asn: '7018',
    city: 'K%C3%B6ln',
    country: 'DE',
    'country-region': 'NW',
    'country-region-name': 'North Rhine-Westphalia',
    latitude: '50.90000',
    longitude: '-6.50000',
    'metro-code': '803',
    'postal-code': '50667',
    'time-zone': 'Europe/Berlin',
  })
  expect(front.pocketfront.traces.last(1)[0]).toMatchObject({
    country: 'DE',
    countryFrom: 'address',
    pop: 'TXL50',
  })
})

test('what the files leave out comes from the database that comes along', async () => {
  await using front = await start('asn.mmdb')
  expect(await sent(front, { 'x-pocketfront-viewer-ip': '8.8.8.8' })).toEqual({ asn: '7018', country: 'US' })
  // A database of IPv4 addresses does not get in the way of others.
  expect(await sent(front, { 'x-pocketfront-viewer-ip': '2001:4860:4860::8888' })).toEqual({ country: 'US' })
})

test('a header of the request goes before the files', async () => {
  await using front = await start('city.mmdb')
  const headers = { 'x-pocketfront-viewer-ip': '8.8.8.8', 'x-pocketfront-viewer-city': 'Bonn' }
  expect(await sent(front, headers)).toMatchObject({ city: 'Bonn', 'postal-code': '50667' })
})

test('values of another form than expected are left out', async () => {
  await using front = await start('odd.mmdb')
  expect(await sent(front, { 'x-pocketfront-viewer-ip': '8.8.8.8' })).toEqual({ country: 'US' })
})

test('private addresses are not looked up', async () => {
  await using front = await start('city.mmdb')
  expect(await sent(front, {})).toEqual({})
})

test.each(['missing.mmdb', 'none.mmdb'])('%s is refused at start', async (file) => {
  await expect(start(file)).rejects.toMatchObject({
    code: 'PF_USAGE',
    problem: expect.stringContaining(file),
  })
})
