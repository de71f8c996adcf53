// Where a viewer is: edge location, price class, the headers that tell it, and countries that are not served.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeClock } from '../support/clock.ts'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import edgeLocations from '../../src/model/edge-locations.json' with { type: 'json' }
import {
  findEdgeLocation,
  isInPriceClass,
  nearestEdgeLocation,
  type PriceClass,
} from '../../src/model/locations.ts'
import { createPocketfront } from '../../src/pocketfront.ts'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin((request, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.end(JSON.stringify(request.headers))
  })
})
afterAll(() => origin.stop())

const from = (country: string) => ({ 'x-pocketfront-viewer-country': country })
const at = (ip: string) => ({ 'x-pocketfront-viewer-ip': ip })
const popOf = async (front: Front, headers: Record<string, string>) =>
  (await front.get('/', headers)).headers['x-amz-cf-pop']

/** Forwards these headers to the origin, whose answer repeats what it got. */
function forwarding(...names: string[]): object {
  return {
    CachePolicy: 'CachingDisabled',
    OriginRequestPolicy: {
      Name: 'test',
      HeadersConfig: { HeaderBehavior: 'allViewerAndWhitelistCloudFront', Headers: names },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
  }
}

async function headersAtOrigin(
  front: Front,
  headers: Record<string, string>,
): Promise<Record<string, string>> {
  return JSON.parse((await front.get('/', headers)).text) as Record<string, string>
}

describe('1.6 Price classes', () => {
  const members: Readonly<Record<string, readonly string[]>> = {
    PriceClass_100: ['US', 'CA', 'MX', 'DE', 'GB', 'IL'],
    PriceClass_200: ['ZA', 'KE', 'AE', 'JP', 'HK', 'ID', 'PH', 'SG', 'KR', 'TW', 'TH', 'IN'],
    PriceClass_All: ['BR', 'AR', 'CL', 'AU', 'NZ'],
  }
  const rows = Object.entries(members).flatMap(([cheapest, countries]) =>
    countries.map((country) => ({ country, cheapest: cheapest as PriceClass })),
  )
  test.each(rows)('edge locations in $country are in $cheapest and the classes above it', (row) => {
    const inCountry = edgeLocations.pops.filter((pop) => pop.countryCode === row.country)
    expect(inCountry).not.toEqual([])
    const classes = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All'] as const
    for (const { code } of inCountry) {
      const serving = classes.filter((each) => isInPriceClass(findEdgeLocation(code)!, each))
      expect(serving, code).toEqual(classes.slice(classes.indexOf(row.cheapest as (typeof classes)[number])))
    }
  })

  test.each([
    { PriceClass: 'PriceClass_All', country: 'AU', pop: 'SYD1', because: 'nearest-to-country' },
    { PriceClass: 'PriceClass_200', country: 'AU', pop: 'CGK51', because: 'nearest-in-price-class' },
    { PriceClass: 'PriceClass_100', country: 'JP', pop: 'YVR52', because: 'nearest-in-price-class' },
    { PriceClass: 'PriceClass_200', country: 'JP', pop: 'NRT20', because: 'nearest-to-country' },
    { PriceClass: 'PriceClass_100', country: 'BR', pop: 'MIA3', because: 'nearest-in-price-class' },
    { PriceClass: 'PriceClass_100', country: 'FR', pop: 'CDG50', because: 'nearest-to-country' },
  ])('$PriceClass serves viewers in $country from $pop', async ({ PriceClass, country, pop, because }) => {
    await using front = await startFront({ origin, distribution: { PriceClass } })
    const answer = await front.get('/', from(country))
    expect(answer.headers['x-amz-cf-pop']).toMatch(new RegExp(`^${pop}-`))
    expect(answer.trace).toMatchObject({ pop, popBecause: because, country })
  })

  test('without a price class every edge location serves', async () => {
    await using front = await startFront({ origin })
    expect((await front.get('/', from('NZ'))).trace?.pop).toBe('AKL50')
  })

  test('a viewer of unknown place meets the location nearest to the default one that is in the class (choice)', async () => {
    await using front = await startFront({
      origin,
      pop: 'NRT20',
      distribution: { PriceClass: 'PriceClass_100' },
    })
    expect((await front.get('/')).trace).toMatchObject({ pop: 'YVR52', popBecause: 'default-in-price-class' })
  })

  test('a location outside the class that a request asks for does serve it (choice)', async () => {
    await using front = await startFront({ origin, distribution: { PriceClass: 'PriceClass_100' } })
    const answer = await front.get('/', { 'x-pocketfront-pop': 'syd1' })
    expect(answer.trace).toMatchObject({ pop: 'SYD1', popBecause: 'asked-for-outside-price-class' })
    expect((await front.get('/', { 'x-pocketfront-pop': 'LHR50' })).trace?.popBecause).toBe('asked-for')
  })
})

describe('1.7 Regional edge caches', () => {
  test.each([
    ['YTO50', 'us-east-1'],
    ['CDG50', 'eu-west-2'],
    ['CPT52', 'eu-west-1'],
    ['HKG1', 'ap-southeast-1'],
    ['FRA56', 'eu-central-1'],
    ['GRU3', 'sa-east-1'],
  ])('%s asks the regional edge cache in %s (choice)', async (pop, region) => {
    await using front = await startFront({ origin })
    expect((await front.get(`/of/${pop}`, { 'x-pocketfront-pop': pop })).trace?.regional?.place).toBe(region)
  })
})

describe('1.8 Points of presence', () => {
  test('X-Amz-Cf-Pop is the code with a suffix of a dash, C or P and a digit (observed)', async () => {
    await using front = await startFront({ origin })
    for (const country of ['DE', 'US', 'JP']) {
      expect(await popOf(front, from(country))).toMatch(/^[A-Z]{3}\d{1,2}-[CP]\d$/)
    }
  })

  test.each([
    ['US', 'EWR53'],
    ['DE', 'TXL50'],
    ['GB', 'LHR50'],
    ['CN', 'TPE50'],
    ['IS', 'DUB56'],
    ['ZA', 'JNB50'],
    ['FJ', 'AKL50'],
  ])('a viewer in %s meets %s, the shortest way (choice)', async (country, pop) => {
    await using front = await startFront({ origin })
    expect((await front.get('/', from(country))).trace).toMatchObject({
      pop,
      popBecause: 'nearest-to-country',
    })
  })

  test('each location has a cache of its own', async () => {
    await using front = await startFront({ origin })
    expect(await front.get('/own', from('GB'))).toBeMiss()
    expect(await front.get('/own', from('GB'))).toBeHit('edge')
    expect(await front.get('/own', from('ES'))).toBeHit('regional')
    expect(await front.get('/own', from('JP'))).toBeMiss()
  })

  test('every place of the globe has a nearest location', () => {
    for (let lat = -90; lat <= 90; lat += 30) {
      for (let lon = -180; lon <= 180; lon += 30) {
        expect(nearestEdgeLocation({ lat, lon }, 'PriceClass_100').priceClass).toBe('PriceClass_100')
      }
    }
  })
})

describe('4.2 Headers CloudFront can add', () => {
  test('none is sent that no policy lists, whatever is known of the viewer', async () => {
    await using front = await startFront({ origin, behavior: forwarding('CloudFront-Forwarded-Proto') })
    const seen = await headersAtOrigin(front, { ...from('DE'), 'x-pocketfront-viewer-city': 'Bonn' })
    expect(Object.keys(seen).filter((name) => name.startsWith('cloudfront-'))).toEqual([
      'cloudfront-forwarded-proto',
    ])
  })

  test('CloudFront-Viewer-Country in a cache policy keeps an object for each country', async () => {
    const parameters = {
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['CloudFront-Viewer-Country'] },
    }
    const CachePolicy = {
      Name: 'by-country',
      MinTTL: 1,
      DefaultTTL: 60,
      MaxTTL: 60,
      ParametersInCacheKeyAndForwardedToOrigin: parameters,
    }
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    const there = { 'x-pocketfront-pop': 'FRA56' }
    expect(await front.get('/', { ...there, ...from('DE') })).toBeMiss()
    expect(await front.get('/', { ...there, ...from('DE') })).toBeHit('edge')
    expect(await front.get('/', { ...there, ...from('AT') })).toBeMiss()
    expect(await front.get('/', there)).toBeMiss()
    expect(await front.get('/')).toBeHit('edge')
  })

  test('the address is written as IP:port, IPv6 without brackets (observed)', async () => {
    await using front = await startFront({ origin, behavior: forwarding('CloudFront-Viewer-Address') })
    const seen = await headersAtOrigin(front, at('2001:db8::7'))
    expect(seen['cloudfront-viewer-address']).toMatch(/^2001:db8::7:\d+$/)
    expect((await headersAtOrigin(front, {}))['cloudfront-viewer-address']).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  test('a viewer cannot send them itself (unverified)', async () => {
    await using front = await startFront({ origin, behavior: forwarding('CloudFront-Viewer-Country') })
    const seen = await headersAtOrigin(front, {
      'CloudFront-Viewer-Country': 'US',
      'CloudFront-Viewer-City': 'Bonn',
      'cloudfront-anything': '1',
    })
    expect(Object.keys(seen).filter((name) => name.startsWith('cloudfront-'))).toEqual([])
  })
})

describe('4.3 X-Forwarded-For', () => {
  test.each([
    { sent: null, ip: '192.0.2.2', arrives: '192.0.2.2', rule: "without the header the viewer's IP" },
    {
      sent: '192.0.2.4,192.0.2.3',
      ip: '192.0.2.2',
      arrives: '192.0.2.4,192.0.2.3,192.0.2.2',
      rule: "the viewer's value, a comma and the viewer's IP",
    },
    { sent: null, ip: '2001:db8::7', arrives: '2001:db8::7', rule: 'IPv6 written plainly' },
  ])('the origin gets $rule', async ({ sent, ip, arrives }) => {
    await using front = await startFront({ origin })
    const seen = await headersAtOrigin(front, {
      ...at(ip),
      ...(sent !== null && { 'X-Forwarded-For': sent }),
    })
    expect(seen['x-forwarded-for']).toBe(arrives)
  })

  test('the address of the edge location is not added', async () => {
    await using front = await startFront({ origin })
    expect((await headersAtOrigin(front, {}))['x-forwarded-for']).toBe('127.0.0.1')
  })
})

describe('H.2 CloudFront viewer headers', () => {
  const cases = [
    { header: 'CloudFront-Viewer-Country', send: from('us'), value: 'US' },
    { header: 'CloudFront-Viewer-Country-Name', send: from('US'), value: 'United States' },
    { header: 'CloudFront-Viewer-ASN', send: { 'x-pocketfront-viewer-asn': '7018' }, value: '7018' },
    {
      header: 'CloudFront-Viewer-City',
      send: { 'x-pocketfront-viewer-city': 'Cleveland' },
      value: 'Cleveland',
    },
    {
      header: 'CloudFront-Viewer-Country-Region',
      send: { 'x-pocketfront-viewer-country-region': 'OH' },
      value: 'OH',
    },
    {
      header: 'CloudFront-Viewer-Country-Region-Name',
      send: { 'x-pocketfront-viewer-country-region-name': 'Ohio' },
      value: 'Ohio',
    },
    {
      header: 'CloudFront-Viewer-Latitude',
      send: { 'x-pocketfront-viewer-latitude': '34.19310' },
      value: '34.19310',
    },
    {
      header: 'CloudFront-Viewer-Longitude',
      send: { 'x-pocketfront-viewer-longitude': '-118.13830' },
      value: '-118.13830',
    },
    {
      header: 'CloudFront-Viewer-Metro-Code',
      send: { 'x-pocketfront-viewer-metro-code': '803' },
      value: '803',
    },
    {
      header: 'CloudFront-Viewer-Postal-Code',
      send: { 'x-pocketfront-viewer-postal-code': '91001' },
      value: '91001',
    },
    {
      header: 'CloudFront-Viewer-Time-Zone',
      send: { 'x-pocketfront-viewer-time-zone': 'America/Los_Angeles' },
      value: 'America/Los_Angeles',
    },
  ] as const
  test.each(cases)('$header is $value', async ({ header, send, value }) => {
    await using front = await startFront({ origin, behavior: forwarding(header) })
    expect((await headersAtOrigin(front, { ...send }))[header.toLowerCase()]).toBe(value)
  })

  test('letters outside ASCII are percent-encoded', async () => {
    await using front = await startFront({ origin, behavior: forwarding('CloudFront-Viewer-City') })
    const city = Buffer.from('Köln').toString('latin1')
    const seen = await headersAtOrigin(front, { 'x-pocketfront-viewer-city': city })
    expect(seen['cloudfront-viewer-city']).toBe('K%C3%B6ln')
  })

  test('a missing value means no header, not an empty one', async () => {
    const names = cases.map(({ header }) => header)
    await using front = await startFront({ origin, behavior: forwarding(...names) })
    const seen = await headersAtOrigin(front, { 'x-pocketfront-viewer-city': '' })
    expect(Object.keys(seen).filter((name) => name.startsWith('cloudfront-'))).toEqual([])
  })
})

describe('H.3 Device detection', () => {
  const FLAGS = ['Android', 'Desktop', 'IOS', 'Mobile', 'SmartTV', 'Tablet']
  const agents = [
    ['iPhone; CPU iPhone OS 17_0', 'IOS, Mobile'],
    ['iPod touch; CPU iPhone OS 12_0', 'IOS, Mobile'],
    ['iPad; CPU OS 12_2', 'IOS, Mobile, Tablet'],
    ['Linux; Android 14; Pixel 8) Chrome/120.0 Mobile', 'Android, Mobile'],
    ['Linux; Android 13; SM-X700) Chrome/120.0', 'Android, Mobile, Tablet'],
    ['Linux; Android 11; KFTRWI) Silk/120.0', 'Android, Mobile, Tablet'],
    ['X11; Linux) Silk/44.1', 'Tablet'],
    ['PlayBook; U; RIM Tablet OS 2.1.0', 'Tablet'],
    ['X11; U; Linux armv7l) Kindle/3.0', 'Tablet'],
    ['Windows Phone 10.0', 'Mobile'],
    ['BlackBerry; U; BlackBerry 9900', 'Mobile'],
    ['Opera/9.80 (J2ME/MIDP; Opera Mini/9', 'Mobile'],
    ['compatible; MSIE 10.0; IEMobile/10.0', 'Mobile'],
    ['SMART-TV; Linux; Tizen 6.0', 'SmartTV'],
    ['Linux; Tizen 2.3; SAMSUNG TV', 'SmartTV'],
    ['Web0S; Linux/SmartTV', 'SmartTV'],
    ['HbbTV/1.4.1', 'SmartTV'],
    ['AppleTV11,1/11.1', 'SmartTV'],
    ['Linux; Android 9; AFTMM', 'Android, SmartTV'],
    ['Linux; Android 10; BRAVIA 4K', 'Android, SmartTV'],
    ['Roku/DVP-9.10', 'SmartTV'],
    ['X11; Linux armv7l) CrKey/1.54', 'SmartTV'],
    ['Macintosh; Intel Mac OS X 10_15_7', 'Desktop'],
    ['Windows NT 10.0; Win64; x64', 'Desktop'],
    ['curl/8.5.0', 'Desktop'],
    ['python-requests/2.31', 'Desktop'],
    ['', 'Desktop'],
  ] as const
  let front: Front
  beforeAll(async () => {
    front = await startFront({
      origin,
      behavior: forwarding(...FLAGS.map((flag) => `CloudFront-Is-${flag}-Viewer`)),
    })
  })
  afterAll(() => front.stop())

  test.each(agents)("'%s' is %s (unverified)", async (agent, flags) => {
    const seen = await headersAtOrigin(front, agent === '' ? {} : { 'User-Agent': `Mozilla/5.0 (${agent})` })
    const values = FLAGS.map((flag) => [flag, seen[`cloudfront-is-${flag.toLowerCase()}-viewer`]])
    expect(values.filter(([, value]) => value === 'true').map(([flag]) => flag)).toEqual(flags.split(', '))
    expect(values.filter(([, value]) => value === 'false')).toHaveLength(
      FLAGS.length - flags.split(', ').length,
    )
  })
})

describe('H.6 Geo data', () => {
  test.each([
    ['8.8.8.8', 'US'],
    ['2001:4860:4860::8888', 'US'],
    ['81.2.69.142', 'GB'],
    ['133.11.0.1', 'JP'],
  ])("the country is that of the viewer's address: %s is %s", async (ip, country) => {
    await using front = await startFront({ origin })
    expect((await front.get('/', at(ip))).trace).toMatchObject({
      clientIp: ip,
      country,
      countryFrom: 'address',
    })
  })

  test('never that of X-Forwarded-For', async () => {
    await using front = await startFront({ origin })
    const { trace } = await front.get('/', { 'X-Forwarded-For': '8.8.8.8' })
    expect(trace).toMatchObject({ country: null, countryFrom: 'unknown' })
  })

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.17.0.1',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.9',
    '::1',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
  ])('%s, of a private or reserved network, has no country, or the default one (choice)', async (ip) => {
    await using front = await startFront({ origin })
    expect((await front.get('/', at(ip))).trace).toMatchObject({ country: null, countryFrom: 'unknown' })
    await using german = await startFront({ origin, viewerCountry: 'de' })
    expect((await german.get('/', at(ip))).trace).toMatchObject({ country: 'DE', countryFrom: 'default' })
  })

  const page = 'The Amazon CloudFront distribution is configured to block access from your country.'
  const restricted = (RestrictionType: string, ...Locations: string[]) =>
    startFront({ origin, distribution: { Restrictions: { GeoRestriction: { RestrictionType, Locations } } } })

  test.each([
    { type: 'whitelist', country: 'DE', status: 200, rule: 'a country on the allow list is served' },
    { type: 'whitelist', country: 'US', status: 403, rule: 'a country that is not on it is refused' },
    { type: 'blacklist', country: 'DE', status: 403, rule: 'a country on the block list is refused' },
    { type: 'blacklist', country: 'US', status: 200, rule: 'a country that is not on it is served' },
  ])('$rule ($type)', async ({ type, country, status }) => {
    await using front = await restricted(type, 'DE', 'FR')
    expect((await front.get('/', from(country))).status).toBe(status)
  })

  test.each(['whitelist', 'blacklist'])('a viewer of unknown country is served (%s)', async (type) => {
    await using front = await restricted(type, 'DE')
    expect((await front.get('/')).status).toBe(200)
    expect((await front.get('/', from('none'))).status).toBe(200)
    expect((await front.get('/', at('203.0.113.9'))).status).toBe(200)
  })

  test('the page says that the country is blocked, the log ClientGeoBlocked (observed)', async () => {
    await using front = await restricted('blacklist', 'KP')
    const answer = await front.get('/', from('KP'))
    expect(answer.text).toContain(page)
    expect(answer.headers['x-cache']).toBe('Error from cloudfront')
    expect(answer.trace).toMatchObject({ resultType: 'Error', detailedResultType: 'ClientGeoBlocked' })
    expect(answer.trace?.problem).toBe("KP is on the blacklist of the distribution's GeoRestriction")
  })

  test('a copy in the cache does not excuse a viewer from the list', async () => {
    await using front = await startFront({
      origin,
      viewerCountry: 'KP',
      distribution: { Restrictions: { GeoRestriction: { RestrictionType: 'blacklist', Locations: ['KP'] } } },
    })
    const stored = await front.get('/', { ...from('DE'), 'x-pocketfront-pop': front.pocketfront.pop })
    expect(stored).toBeMiss()
    expect(await front.get('/', { ...from('DE'), 'x-pocketfront-pop': front.pocketfront.pop })).toBeHit(
      'edge',
    )
    expect((await front.get('/')).status).toBe(403)
    expect((await front.get('/', at('133.11.0.1'))).status).toBe(200)
  })

  test('the list is that of the whole distribution, looked at before methods and functions (unverified)', async () => {
    await using front = await restricted('whitelist', 'DE')
    const answer = await front.ask('/', { method: 'DELETE', headers: from('US') })
    expect(answer.trace?.detailedResultType).toBe('ClientGeoBlocked')
  })

  test('a custom error page for 403 stands in for the page', async () => {
    await using front = await startFront({
      origin,
      distribution: {
        Restrictions: { GeoRestriction: { RestrictionType: 'blacklist', Locations: ['KP'] } },
        CustomErrorResponses: [{ ErrorCode: 403, ResponsePagePath: '/blocked.html', ResponseCode: 404 }],
      },
    })
    const answer = await front.get('/', from('KP'))
    expect([answer.status, answer.trace?.errorPage?.path]).toEqual([404, '/blocked.html'])
    expect(answer.text).not.toContain(page)
    expect(origin.requests.at(-1)?.url).toBe('/blocked.html')
  })

  test('RestrictionType none serves every country', async () => {
    await using front = await restricted('none')
    expect((await front.get('/', from('US'))).status).toBe(200)
  })

  test('the API form with Quantity and Items is read, too', async () => {
    await using front = await startFront({
      origin,
      distribution: {
        Restrictions: { GeoRestriction: { RestrictionType: 'blacklist', Quantity: 1, Items: ['US'] } },
      },
    })
    expect((await front.get('/', from('US'))).status).toBe(403)
  })

  test('a default country decides which location serves local viewers (choice)', async () => {
    await using front = await startFront({ origin, viewerCountry: 'JP' })
    expect((await front.get('/')).trace).toMatchObject({ pop: 'NRT20', country: 'JP', popBecause: 'default' })
    await using both = await startFront({ origin, viewerCountry: 'JP', pop: 'FRA56' })
    expect((await both.get('/')).trace).toMatchObject({ pop: 'FRA56', country: 'JP' })
  })

  test('a default country that does not exist is refused at start (choice)', async () => {
    const refused = createPocketfront({ origins: origin.url, viewerCountry: 'ZZ', clock: fakeClock() })
    await expect(refused).rejects.toMatchObject({ code: 'PF_USAGE' })
  })
})
