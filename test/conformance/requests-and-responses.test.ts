// What the origin receives of a request and the viewer of a response, over real sockets.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer, type FrontOptions } from '../support/front.ts'
import { startOrigin, type SeenRequest } from '../support/origin.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const VIA = /^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/

interface Exchange {
  readonly path?: string
  readonly method?: string
  readonly body?: string
  readonly headers?: Record<string, string | string[]>
}

/** One request through a fresh distribution: what the origin saw, and what came back. */
async function exchange(
  options: FrontOptions,
  { path = '/a', ...ask }: Exchange = {},
): Promise<{ seen: SeenRequest; answer: Answer }> {
  await using origin = await startOrigin()
  await using front = await startFront({ origin, ...options })
  const answer = await front.ask(path, ask)
  return { seen: origin.requests[0]!, answer }
}

/** The values of a header, each as it stood on the wire. */
function valuesOf({ rawHeaders }: Pick<Answer, 'rawHeaders'>, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name)
}

function policy(parameters: object): object {
  return cachePolicy(0, 60, 600, parameters)
}

describe('4.1 Request headers: those that CloudFront makes', () => {
  test("Host is the origin's production name, User-Agent is CloudFront's", async () => {
    const { seen } = await exchange({}, { headers: { 'user-agent': 'curl/8', host: 'localhost' } })
    expect(seen.headers).toMatchObject({ host: 'origin.example.com', 'user-agent': 'Amazon CloudFront' })
  })

  test('A port of the origin that is not the usual one stands in Host', async () => {
    const CustomOriginConfig = { HTTPPort: 8000, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' }
    const { seen } = await exchange({ originConfig: { CustomOriginConfig } })
    expect(seen.headers.host).toBe('origin.example.com:8000')
  })

  test("With host: target the origin sees the target's own Host", async () => {
    await using origin = await startOrigin()
    const origins = { origin: { url: origin.url, host: 'target' } }
    await using front = await startFront({ distribution: { origins } })
    await front.get('/a')
    expect(origin.requests[0]!.headers.host).toBe(`127.0.0.1:${origin.port}`)
  })

  test("CloudFront's element comes after those the viewer sent in Via", async () => {
    const alone = await exchange({})
    expect(alone.seen.headers.via).toMatch(VIA)
    const { seen } = await exchange({}, { headers: { via: '1.0 proxy, 1.1 other' } })
    const elements = String(seen.headers.via).split(', ')
    expect(elements.slice(0, -1)).toEqual(['1.0 proxy', '1.1 other'])
    expect(elements.at(-1)).toMatch(VIA)
  })

  test.each([
    [undefined, '127.0.0.1'],
    ['192.0.2.4,192.0.2.3', '192.0.2.4,192.0.2.3,127.0.0.1'],
  ])("X-Forwarded-For %s arrives with the viewer's address at the end", async (sent, arrives) => {
    const { seen } = await exchange({}, { headers: sent === undefined ? {} : { 'x-forwarded-for': sent } })
    expect(seen.headers['x-forwarded-for']).toBe(arrives)
  })

  test('The origin gets the X-Amz-Cf-Id that the viewer gets, whatever the viewer sent', async () => {
    const { seen, answer } = await exchange({}, { headers: { 'x-amz-cf-id': 'mine' } })
    expect(answer.headers['x-amz-cf-id']).toMatch(/^[\w-]{54}==$/)
    expect(valuesOf(seen, 'x-amz-cf-id')).toEqual([answer.headers['x-amz-cf-id']])
  })
})

describe('4.5 URL, body, protocol', () => {
  test.each([
    { path: '/a//b/../c%2f%C3%A4?x=1', url: '/production/a//b/../c%2f%C3%A4' },
    { path: '/', url: '/production/index.html' },
    { path: '/?x', url: '/production/index.html' },
    { path: '/folder/', url: '/production/folder/' },
  ])('$path is asked for as $url', async ({ path, url }) => {
    const { seen } = await exchange(
      {
        originConfig: { OriginPath: '/production' },
        distribution: { DefaultRootObject: 'index.html' },
      },
      { path },
    )
    expect(seen.url).toBe(url)
  })

  test('A path in the URL of the target comes before the origin path', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({
      origins: { origin: `${origin.url}/local/` },
      originConfig: { OriginPath: '/v1' },
    })
    await front.get('/a')
    expect(origin.requests[0]!.url).toBe('/local/v1/a')
  })

  test.each([
    [{ QueryStringBehavior: 'none' }, '/a'],
    [{ QueryStringBehavior: 'all' }, '/a?b=%7e&A=1&b=+2&&c&=d'],
    [{ QueryStringBehavior: 'whitelist', QueryStrings: ['b', 'c'] }, '/a?b=%7e&b=+2&c'],
    [{ QueryStringBehavior: 'allExcept', QueryStrings: ['b'] }, '/a?A=1&&c&=d'],
  ])('With %o the query string arrives byte for byte as %s', async (QueryStringsConfig, url) => {
    const CachePolicy = policy({ QueryStringsConfig })
    const { seen } = await exchange({ behavior: { CachePolicy } }, { path: '/a?b=%7e&A=1&b=+2&&c&=d' })
    expect(seen.url).toBe(url)
  })
})

describe('3.2 Cache policy fields: cookies at the origin', () => {
  test.each([
    [{ CookieBehavior: 'none' }, undefined],
    [{ CookieBehavior: 'all' }, 'a="1"; b=2; c='],
    [{ CookieBehavior: 'whitelist', Cookies: ['a'] }, 'a="1"'],
    [{ CookieBehavior: 'allExcept', Cookies: ['a'] }, 'b=2; c='],
  ])('With %o the origin gets Cookie: %s, in the order of names', async (CookiesConfig, cookie) => {
    const behavior = { CachePolicy: policy({ CookiesConfig }) }
    const { seen } = await exchange({ behavior }, { headers: { cookie: 'c=;b=2; a="1"; $x=1' } })
    expect(seen.headers.cookie).toBe(cookie)
  })
})

describe('4.1 Request headers: those of the viewer', () => {
  test('Under policies that name nothing only what CloudFront makes is sent', async () => {
    const headers = { accept: 'a/b', 'accept-language': 'de', origin: 'http://x', 'x-own': '1', referer: 'r' }
    const { seen } = await exchange({}, { headers })
    expect(Object.keys(seen.headers).toSorted()).toEqual([
      'connection',
      'host',
      'user-agent',
      'via',
      'x-amz-cf-id',
      'x-forwarded-for',
    ])
  })

  test('AllViewer sends everything, Host and User-Agent included, in the spelling of the viewer', async () => {
    const headers = { Host: 'www.localhost', 'user-agent': 'curl/8', 'X-oWn': ['1', '2'], accept: 'a/b' }
    const { seen } = await exchange(
      {
        behavior: { CachePolicy: 'CachingDisabled', OriginRequestPolicy: 'AllViewer' },
        distribution: { Aliases: ['www.localhost'] },
      },
      { path: '/a?x=1', headers },
    )
    expect(seen.headers).toMatchObject({ host: 'www.localhost', 'user-agent': 'curl/8', accept: 'a/b' })
    expect(valuesOf(seen, 'x-own')).toEqual(['1', '2'])
    expect(seen.rawHeaders).toContain('X-oWn')
    expect(seen.url).toBe('/a?x=1')
  })

  test('AllViewerExceptHostHeader keeps the production name and adds device headers', async () => {
    const behavior = { CachePolicy: 'CachingDisabled', OriginRequestPolicy: 'AllViewerExceptHostHeader' }
    const headers = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile/15E148', 'x-own': '1' }
    const { seen } = await exchange({ behavior }, { headers })
    expect(seen.headers).toMatchObject({
      host: 'origin.example.com',
      'x-own': '1',
      'cloudfront-is-mobile-viewer': 'true',
      'cloudfront-is-desktop-viewer': 'false',
      'cloudfront-forwarded-proto': 'http',
    })
  })

  test('The settings from before policies send unknown headers, and the query string on request', async () => {
    const ForwardedValues = {
      QueryString: true,
      Cookies: { Forward: 'whitelist', WhitelistedNames: ['se*'] },
      Headers: ['Accept-Language'],
    }
    const headers = { 'accept-language': 'de', accept: 'a/b', 'x-own': '1', cookie: 'a=1; session=2' }
    const { seen } = await exchange({ behavior: { ForwardedValues } }, { path: '/a?x=1', headers })
    expect(seen.url).toBe('/a?x=1')
    expect(seen.headers).toMatchObject({ 'accept-language': 'de', 'x-own': '1', cookie: 'session=2' })
    expect(seen.headers.accept).toBeUndefined()
  })

  test.each([
    { method: 'GET', arrives: undefined },
    { method: 'HEAD', arrives: undefined },
    { method: 'OPTIONS', arrives: 'Basic x' },
    { method: 'POST', arrives: 'Basic x' },
    { method: 'DELETE', arrives: 'Basic x' },
  ])('Authorization of a $method that no policy names arrives as $arrives', async ({ method, arrives }) => {
    const behavior = { AllowedMethods: ALL_METHODS }
    const { seen } = await exchange({ behavior }, { method, headers: { authorization: 'Basic x' } })
    expect(seen.headers.authorization).toBe(arrives)
  })

  test('Authorization in the cache key reaches the origin, and each value has its own object', async () => {
    await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' } })
    const HeadersConfig = { HeaderBehavior: 'whitelist', Headers: ['Authorization'] }
    await using front = await startFront({ origin, behavior: { CachePolicy: policy({ HeadersConfig }) } })
    for (const authorization of ['Basic x', 'Basic y']) {
      expect(await front.get('/a', { authorization })).toBeMissBecause('not-in-cache')
      expect(await front.get('/a', { authorization })).toBeHit('edge')
      expect(origin.requests.at(-1)!.headers.authorization).toBe(authorization)
    }
  })

  test('Headers that Connection names end at CloudFront', async () => {
    const behavior = { CachePolicy: 'CachingDisabled', OriginRequestPolicy: 'AllViewer' }
    const headers = { connection: 'close, X-Hop', 'x-hop': '1', 'x-stay': '2', te: 'trailers' }
    const { seen } = await exchange({ behavior }, { headers })
    expect([seen.headers['x-hop'], seen.headers.te, seen.headers['x-stay']]).toEqual([
      undefined,
      undefined,
      '2',
    ])
    expect(seen.headers.connection).not.toContain('X-Hop')
  })

  test.each([
    ['gzip, deflate, br;q=0.9', 'br,gzip'],
    ['gzip;q=1.0, *;q=0', 'gzip'],
    ['br', 'br'],
    ['deflate', 'identity'],
  ])('Accept-Encoding: %s arrives as %s', async (sent, arrives) => {
    const { seen } = await exchange({}, { headers: { 'accept-encoding': sent } })
    expect(seen.headers['accept-encoding']).toBe(arrives)
  })

  test("A custom header of the origin replaces the viewer's", async () => {
    const CustomHeaders = [
      { HeaderName: 'X-Secret', HeaderValue: 'from CloudFront' },
      { HeaderName: 'Authorization', HeaderValue: 'Bearer y' },
    ]
    const { seen } = await exchange(
      {
        originConfig: { CustomHeaders },
        behavior: { CachePolicy: 'CachingDisabled', OriginRequestPolicy: 'AllViewer' },
      },
      { headers: { 'x-secret': ['a', 'b'], authorization: 'Basic x' } },
    )
    expect(valuesOf(seen, 'x-secret')).toEqual(['from CloudFront'])
    expect(valuesOf(seen, 'authorization')).toEqual(['Bearer y'])
  })

  test('Headers that steer pocketfront do not go on', async () => {
    const behavior = { CachePolicy: 'CachingDisabled', OriginRequestPolicy: 'AllViewer' }
    const headers = { 'x-pocketfront-pop': 'NRT20', 'x-pocketfront-explain': '1' }
    const { seen, answer } = await exchange({ behavior }, { headers })
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('x-pocketfront'))).toEqual([])
    expect(answer.headers['x-pocketfront-trace']).toBe(answer.headers['x-amz-cf-id'])
  })
})

describe('5.1 Response headers', () => {
  const cached = { 'Cache-Control': 'max-age=60' }
  const COOKIES = { CachePolicy: policy({ CookiesConfig: { CookieBehavior: 'all' } }) }

  /** The first answer, a miss, and the second, a hit. */
  async function missAndHit(
    headers: Record<string, string | string[]>,
    options: FrontOptions = {},
    asked: Record<string, string> = {},
  ): Promise<readonly [Answer, Answer]> {
    await using origin = await startOrigin({ headers: { ...cached, ...headers } })
    await using front = await startFront({ origin, ...options })
    const miss = await front.get('/a', asked)
    const hit = await front.get('/a', asked)
    expect(miss).toBeMiss()
    expect(hit).toBeHit('edge')
    return [miss, hit]
  }

  test('Vary keeps only what the origin could see', async () => {
    const vary = 'Accept-Encoding, Cookie, Accept-Language, User-Agent, Origin'
    for (const answer of await missAndHit({ vary }))
      expect(answer.headers.vary).toBe('Accept-Encoding, Cookie')
    const HeadersConfig = { HeaderBehavior: 'whitelist', Headers: ['Origin', 'CloudFront-Is-Mobile-Viewer'] }
    for (const answer of await missAndHit({ vary }, { behavior: { CachePolicy: policy({ HeadersConfig }) } }))
      expect(answer.headers.vary).toBe('Accept-Encoding, Cookie, User-Agent, Origin')
    for (const answer of await missAndHit({ vary: 'Referer' })) expect(answer.headers.vary).toBeUndefined()
  })

  test('Set-Cookie is dropped where cookies are not forwarded', async () => {
    for (const answer of await missAndHit({ 'Set-Cookie': ['a=1', 'b=2'] }))
      expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('Set-Cookie is kept where cookies are forwarded, and repeated on every hit', async () => {
    for (const answer of await missAndHit({ 'Set-Cookie': ['a=1', 'b=2'] }, { behavior: COOKIES }))
      expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  test('With no-cache="Set-Cookie" only the viewer that caused the fetch gets the cookie', async () => {
    const headers = { 'Set-Cookie': 'a=1', 'Cache-Control': 'max-age=60, no-cache="Set-Cookie"' }
    const [miss, hit] = await missAndHit(headers, { behavior: COOKIES })
    expect([miss.headers['set-cookie'], hit.headers['set-cookie']]).toEqual([['a=1'], undefined])
  })

  test("The origin's Via stays in front of CloudFront's", async () => {
    for (const answer of await missAndHit({ via: '1.1 varnish' })) {
      const [first, own, ...rest] = String(answer.headers.via).split(', ')
      expect([first, rest]).toEqual(['1.1 varnish', []])
      expect(own).toMatch(VIA)
    }
  })

  test('Headers keep their order, their spelling and their duplicates', async () => {
    const headers = { 'x-lOwer': '1', Link: ['</a>; rel=preload', '</b>; rel=preload'], 'X-UPPER': 'ä' }
    for (const answer of await missAndHit(headers)) {
      const names = answer.rawHeaders.filter((_, index) => index % 2 === 0)
      const ours = names.filter((name) => /^(?:x-lower|link|x-upper)$/i.test(name))
      expect(ours).toEqual(['x-lOwer', 'Link', 'Link', 'X-UPPER'])
      expect(valuesOf(answer, 'link')).toEqual(headers.Link)
      expect(valuesOf(answer, 'x-upper')).toEqual(['ä'])
    }
  })

  test("CloudFront's own headers are its own, even when the origin sends them", async () => {
    const sent = { 'X-Cache': 'HIT', 'X-Amz-Cf-Id': 'theirs', 'Keep-Alive': 'timeout=1' }
    for (const answer of await missAndHit(sent)) {
      expect(valuesOf(answer, 'x-cache')).toHaveLength(1)
      expect(valuesOf(answer, 'x-amz-cf-id')).toEqual([answer.trace?.id])
      expect(answer.headers['keep-alive']).not.toBe('timeout=1')
    }
  })

  test('The managed security headers are added where the origin is silent', async () => {
    const behavior = { ResponseHeadersPolicy: 'SecurityHeadersPolicy' }
    const sent = { 'X-Frame-Options': 'DENY', 'X-Content-Type-Options': 'other' }
    for (const answer of await missAndHit(sent, { behavior })) {
      expect(answer.headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-xss-protection': '1; mode=block',
        'referrer-policy': 'strict-origin-when-cross-origin',
      })
      expect(valuesOf(answer, 'x-content-type-options')).toHaveLength(1)
    }
  })

  test('Custom headers override or leave alone as they are told, and others are removed', async () => {
    const ResponseHeadersPolicy = {
      CustomHeadersConfig: [
        { Header: 'X-Strong', Value: 'policy', Override: true },
        { Header: 'X-Weak', Value: 'policy', Override: false },
        { Header: 'X-New', Value: 'policy', Override: false },
      ],
      RemoveHeadersConfig: [{ Header: 'X-Powered-By' }, { Header: 'Server' }],
    }
    const sent = {
      'X-Strong': ['1', '2'],
      'X-Weak': 'origin',
      'X-Powered-By': 'origin',
      Server: 'origin',
    }
    for (const answer of await missAndHit(sent, { behavior: { ResponseHeadersPolicy } })) {
      expect(
        ['x-strong', 'x-weak', 'x-new', 'x-powered-by', 'server'].map((it) => valuesOf(answer, it)),
      ).toEqual([['policy'], ['origin'], ['policy'], [], ['CloudFront']])
    }
  })

  test('CORS is decided for each request, on a hit as well', async () => {
    await using origin = await startOrigin({ headers: cached })
    const ResponseHeadersPolicy = {
      CorsConfig: {
        AccessControlAllowOrigins: ['https://a.example', 'https://*.b.example'],
        AccessControlAllowHeaders: ['*'],
        AccessControlAllowMethods: ['GET'],
        AccessControlAllowCredentials: false,
        OriginOverride: true,
      },
    }
    await using front = await startFront({ origin, behavior: { ResponseHeadersPolicy } })
    expect(await front.get('/a')).toBeMiss()
    const allowed: [string | null, string | undefined][] = [
      ['https://a.example', 'https://a.example'],
      ['https://x.b.example', 'https://x.b.example'],
      ['https://evil.example', undefined],
      [null, undefined],
      ['https://a.example', 'https://a.example'],
    ]
    for (const [from, expected] of allowed) {
      const hit = await front.get('/a', from === null ? {} : { origin: from })
      expect(hit).toBeHit('edge')
      expect(hit.headers['access-control-allow-origin']).toBe(expected)
    }
    expect(origin.countOf('/a')).toBe(1)
  })

  test('An error of the origin gets the headers of the policy, too', async () => {
    await using origin = await startOrigin({ status: 500 })
    const behavior = { ResponseHeadersPolicy: 'SecurityHeadersPolicy' }
    await using front = await startFront({ origin, behavior })
    const answer = await front.get('/a')
    expect([answer.status, answer.headers['x-content-type-options']]).toEqual([500, 'nosniff'])
  })
})
