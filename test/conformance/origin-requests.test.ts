// The request line, bodies and protocols between CloudFront and an origin.
import { describe, expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
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
