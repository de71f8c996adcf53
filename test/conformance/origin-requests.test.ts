// The request line, bodies and protocols between CloudFront and an origin.
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startFunctionFront, handler } from '../support/cloudfront-functions.ts'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'
import { startTlsOrigin } from '../support/tls.ts'
import { issuesOf, withFiles } from '../unit/config/harness.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
async function codesOf(origin: string): Promise<(string | null)[]> {
  const site = `Origins: [{ Id: a, DomainName: localhost, ${origin} }]\nDefaultCacheBehavior: { TargetOriginId: a }\n`
  const issues = await withFiles({ 'site.yaml': site }, (cwd) => issuesOf({ files: ['site.yaml'], cwd }))
  return issues.filter((issue) => issue.severity === 'error').map((issue) => issue.code)
}

describe('4.5 URL, body, protocol', () => {
  test.each([
    ['/production', true],
    ['/a/b', true],
    ['production', false],
    ['/production/', false],
    ['/', false],
  ])('OriginPath %s is allowed: %s', async (path, isAllowed) => {
    expect(await codesOf(`OriginPath: ${path}`)).toEqual(isAllowed ? [] : ['InvalidArgument'])
  })

  test.each([
    [80, true],
    [443, true],
    [1024, true],
    [65_535, true],
    [79, false],
    [1023, false],
    [65_536, false],
  ])('An origin may have the port %d: %s', async (port, isAllowed) => {
    expect(await codesOf(`CustomOriginConfig: { HTTPPort: ${port} }`)).toEqual(
      isAllowed ? [] : ['InvalidArgument'],
    )
  })

  test.each([
    ['origin.example.com.', 'origin.example.com'],
    ['Origin.Example.com', 'Origin.Example.com'],
  ])('The DomainName %s is asked for as Host: %s (choice)', async (DomainName, host) => {
    await using origin = await startOrigin()
    const CustomOriginConfig = { OriginProtocolPolicy: 'http-only' }
    const Origins = [{ Id: 'origin', DomainName, CustomOriginConfig }]
    await using front = await startFront({ origin, distribution: { Origins } })
    await front.get('/a')
    expect(origin.requests[0]?.headers.host).toBe(host)
  })

  test.each(['..', 'a..b.', '.'])('%s is no DomainName', async (name) => {
    const site = `Origins: [{ Id: a, DomainName: "${name}" }]\nDefaultCacheBehavior: { TargetOriginId: a }\n`
    const issues = await withFiles({ 'site.yaml': site }, (cwd) => issuesOf({ files: ['site.yaml'], cwd }))
    expect(issues.map(({ message }) => message).join()).toContain('is not a host name')
  })

  test.each(['PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s may have a body, byte for byte',
    async (method) => {
      await using origin = await startOrigin()
      await using front = await startFront({ origin, behavior: { AllowedMethods: ALL_METHODS } })
      const body = Buffer.from([0, 1, 255, 13, 10, 128])
      expect((await front.ask('/a', { method, body, headers: { 'content-length': '6' } })).status).toBe(200)
      expect(origin.requests[0]).toMatchObject({ method, bodyBytes: 6 })
    },
  )

  test('A GET with a body is answered with 403 and not forwarded', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    expect((await front.ask('/a', { body: 'x', headers: { 'content-length': '1' } })).status).toBe(403)
    expect(origin.requests).toHaveLength(0)
  })

  test('The origin is asked over HTTP/1.1', async () => {
    const versions: string[] = []
    await using origin = await startOrigin((request, response) => {
      versions.push(request.httpVersion)
      response.end()
    })
    await using front = await startFront({ origin })
    await front.get('/a')
    expect(versions).toEqual(['1.1'])
  })

  test.each([
    ['match-viewer', false, 'http'],
    ['match-viewer', true, 'https'],
    ['http-only', true, 'http'],
    ['https-only', false, 'https'],
  ])(
    '%s with a viewer over HTTPS (%s) asks the origin over %s',
    async (OriginProtocolPolicy, https, scheme) => {
      await using origin = await startOrigin()
      const CustomOriginConfig = { HTTPPort: 8000, HTTPSPort: 8443, OriginProtocolPolicy }
      await using front = await startFront({ origin, httpsPort: 0, originConfig: { CustomOriginConfig } })
      await front.ask('/a', { https })
      // A target has a scheme of its own; the port in Host is that of the scheme that CloudFront uses.
      const port = scheme === 'https' ? 8443 : 8000
      expect(origin.requests[0]!.headers.host).toBe(`origin.example.com:${port}`)
    },
  )

  test.each([
    ['http', 'origin.example.com', 80, 8443],
    ['https', 'origin.example.com', 8000, 443],
    ['http', 'origin.example.com:8000', 8000, 443],
    ['https', 'origin.example.com:8443', 80, 8443],
  ])('Over %s, Host is %s with the ports %d and %d (choice)', async (scheme, host, HTTPPort, HTTPSPort) => {
    await using origin = await startOrigin()
    const CustomOriginConfig = { HTTPPort, HTTPSPort, OriginProtocolPolicy: `${scheme}-only` }
    await using front = await startFront({ origin, originConfig: { CustomOriginConfig } })
    await front.get('/a')
    expect(origin.requests[0]!.headers.host).toBe(host)
  })

  test('A self-signed certificate of an origin gives 502, unless it is allowed (choice)', async () => {
    await using origin = await startTlsOrigin({ domains: ['other.example.com'] })
    await using strict = await startFront({ origin })
    await using lax = await startFront({ origin, insecureOrigins: true })
    expect([(await strict.get('/')).status, (await lax.get('/')).status]).toEqual([502, 200])
  })

  test('A redirect of the origin is cached and passed on, not followed', async () => {
    await using origin = await startOrigin({ status: 302, headers: { Location: '/b' } })
    await using front = await startFront({ origin })
    expect((await front.get('/a')).headers.location).toBe('/b')
    expect(await front.get('/a')).toBeHit('edge')
    expect(origin.requests.map((each) => each.url)).toEqual(['/a'])
  })
})

describe('4.5 URL, body, protocol: WebSockets', () => {
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

  /** The status line of the answer to a handshake. */
  async function handshake({ port }: Front): Promise<string> {
    const viewer = connect(port, '127.0.0.1')
    viewer.write(
      'GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    const [head] = (await once(viewer, 'data')) as [Buffer]
    viewer.destroy()
    return head.toString().split('\r\n', 1)[0]!
  }

  test('They pass without any setting, once the headers of the handshake are forwarded', async () => {
    let seen = ''
    await using origin = await startRawOrigin((socket, head) => {
      seen = head
      socket.write(SWITCH)
    })
    await using front = await startFront({ origin, behavior: { OriginRequestPolicy: 'AllViewer' } })
    expect(await handshake(front)).toBe('HTTP/1.1 101 Switching Protocols')
    expect(seen).toMatch(/^Upgrade: websocket\r$/im)
    expect(seen).toMatch(/^Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r$/im)
  })

  test.each([
    ['redirect-to-https', 'HTTP/1.1 301 Moved Permanently'],
    ['https-only', 'HTTP/1.1 403 Forbidden'],
  ])('The viewer protocol policy applies: %s answers %s', async (ViewerProtocolPolicy, line) => {
    await using origin = await startOrigin()
    const behavior = { ViewerProtocolPolicy, OriginRequestPolicy: 'AllViewer' }
    await using front = await startFront({ origin, httpsPort: 0, behavior })
    expect(await handshake(front)).toBe(line)
    expect(origin.requests).toHaveLength(0)
  })
})

describe('5.9 Order of checks', () => {
  const blocked = { Restrictions: { GeoRestriction: { RestrictionType: 'blacklist', Locations: ['DE'] } } }
  const fromGermany = { 'x-pocketfront-viewer-country': 'DE' }
  const answers = { 'viewer-request': handler("return { statusCode: 418, statusDescription: 'teapot' }") }

  test('The geographic restriction comes before the viewer protocol policy (choice)', async () => {
    await using origin = await startOrigin()
    const behavior = { ViewerProtocolPolicy: 'redirect-to-https' }
    await using front = await startFront({ origin, httpsPort: 0, behavior, distribution: blocked })
    expect((await front.get('/a', fromGermany)).status).toBe(403)
    expect((await front.get('/a')).status).toBe(301)
  })

  test('The geographic restriction comes before the viewer-request function (choice)', async () => {
    await using origin = await startOrigin()
    await using front = await startFunctionFront({ origin, code: answers, distribution: blocked })
    expect((await front.get('/a', fromGermany)).status).toBe(403)
    expect((await front.get('/a')).status).toBe(418)
  })

  test('The viewer-request function comes before the look-up in the cache (choice)', async () => {
    await using origin = await startOrigin()
    const code = { 'viewer-request': handler("if (request.headers['x-stop']) return { statusCode: 418 }") }
    await using front = await startFunctionFront({
      origin,
      code,
      behavior: { CachePolicy: 'CachingOptimized' },
    })
    await front.get('/a')
    expect(await front.get('/a')).toBeHit('edge')
    expect((await front.get('/a', { 'x-stop': '1' })).status).toBe(418)
  })

  test('The method comes before the viewer protocol policy (choice)', async () => {
    await using origin = await startOrigin()
    const behavior = { ViewerProtocolPolicy: 'redirect-to-https' }
    await using front = await startFront({ origin, httpsPort: 0, behavior })
    expect((await front.ask('/a', { method: 'DELETE' })).status).toBe(403)
  })
})
