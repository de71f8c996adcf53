// Every example configuration loads without problems, promises nothing that is not done, and its functions do what it says.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { EdgeRequest, EdgeResponse, RequestEvent, ResponseEvent } from '../../config/edge/events.ts'
import { handler as authenticate } from '../../config/edge/basic-auth.ts'
import { handler as setCacheControl } from '../../config/edge/cache-control.ts'
import { handler as findIndexPage } from '../../config/edge/index-pages.ts'
import { handler as addSecurityHeaders } from '../../config/edge/security-headers.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { LoadResult } from '../../src/config/load.ts'
import type { Distribution } from '../../src/model/distribution.ts'

const folder = fileURLToPath(new URL('../../config/', import.meta.url))
/** What the command line or the environment adds in each case. */
const ORIGINS: Readonly<Record<string, readonly string[]>> = {
  'aws/distribution.json': ['site=./site', 'api=http://localhost:3000'],
  'compose/distribution.yaml': ['web=http://origin:80'],
  'demo/distribution.yaml': ['api=http://127.0.0.1:40000'],
}

/** Examples that show a trap on purpose. */
const TRAPS: Readonly<Record<string, readonly string[]>> = {
  'aws/distribution.json': ['error-page-hides-api-errors'],
  'cache-policy.yaml': ['set-cookie-cached'],
  'cloudfront-functions.yaml': ['viewer-response-skips-errors'],
  'error-pages.yaml': ['error-page-hides-api-errors'],
  'forwarded-values.yaml': ['legacy-settings', 'set-cookie-cached'],
  'lambda-at-edge.yaml': ['viewer-response-skips-errors'],
}

const examples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.(?:ya?ml|json)$/.test(name))

function load(name: string): Promise<LoadResult> {
  return loadConfig({
    files: [join(folder, name)],
    origins: ORIGINS[name] ?? [],
    lambdas: [],
    env: { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    cwd: folder,
    allowRemoteOrigins: false,
    servesHttps: true,
  })
}

async function distributionsOf(name: string): Promise<readonly Distribution[]> {
  const result = await load(name)
  return result.ok ? result.deployment.Distributions : []
}

const request = (uri: string, headers: EdgeRequest['headers'] = {}): EdgeRequest => ({
  clientIp: '192.0.2.1',
  method: 'GET',
  uri,
  querystring: '',
  headers,
})
const onRequest = (given: EdgeRequest): RequestEvent => ({ Records: [{ cf: { request: given } }] })
const onResponse = (uri: string, response: EdgeResponse): ResponseEvent => ({
  Records: [{ cf: { request: request(uri), response } }],
})

test('there are examples, and each is on the list for readers', () => {
  expect(examples.length).toBeGreaterThan(9)
  const list = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const name of examples) expect(list).toMatch(new RegExp(`\\]\\((${name}|${name.split('/')[0]})\\)`))
})

test.each(examples)('%s loads as it stands', async (name) => {
  const result = await load(name)
  expect(result.ok ? [] : result.issues).toEqual([])
  if (!result.ok) return
  expect(result.warnings).toEqual([])
  const traps = [...new Set(result.findings.map(({ code }) => code))].toSorted()
  expect(traps).toEqual(TRAPS[name] ?? [])
  const untrue = result.notes.filter(({ feature }) => feature !== 'Aliases')
  expect(name.startsWith('aws/') ? [] : untrue).toEqual([])
  for (const { Origins } of result.deployment.Distributions) {
    for (const { Id, target } of Origins) {
      expect(target.kind, Id).not.toBe('unresolved')
      if (target.kind === 'folder') expect(existsSync(target.folder), target.folder).toBe(true)
    }
  }
  for (const { file } of result.deployment.LambdaFunctions) expect(existsSync(file), file).toBe(true)
})

describe('the examples show what they say', () => {
  test('the demo has a bucket, an API and a function', async () => {
    const [demo] = await distributionsOf('demo/distribution.yaml')
    expect(demo!.Origins.map(({ Id, target }) => [Id, target.kind])).toEqual([
      ['site', 'folder'],
      ['api', 'http'],
    ])
    const secure = demo!.CacheBehaviors.find(({ PathPattern }) => PathPattern === '/secure/*')
    expect(secure!.LambdaFunctionAssociations.map(({ EventType }) => EventType)).toEqual(['viewer-response'])
  })

  test('the Lambda@Edge example uses all four events', async () => {
    const [distribution] = await distributionsOf('lambda-at-edge.yaml')
    const behaviors = [...distribution!.CacheBehaviors, distribution!.DefaultCacheBehavior]
    const events = behaviors.flatMap((each) =>
      each.LambdaFunctionAssociations.map(({ EventType }) => EventType),
    )
    expect([...new Set(events)].toSorted()).toEqual([
      'origin-request',
      'origin-response',
      'viewer-request',
      'viewer-response',
    ])
  })

  test('the example of countries has a price class, a list and a key by country', async () => {
    const [shop] = await distributionsOf('geo.yaml')
    expect(shop!.PriceClass).toBe('PriceClass_200')
    expect(shop!.GeoRestriction.RestrictionType).toBe('whitelist')
    expect(shop!.GeoRestriction.Locations).toContain('JP')
    expect(JSON.stringify(shop!.CacheBehaviors[0]!.Cache)).toContain('CloudFront-Viewer-Country')
  })

  test('several distributions stand in one file', async () => {
    expect((await distributionsOf('several-distributions.yaml')).map(({ Id }) => Id)).toEqual([
      'E1SITEEXAMPLE',
      'E2SHOPEXAMPLE',
    ])
  })

  test('the legacy settings stay legacy', async () => {
    const [distribution] = await distributionsOf('forwarded-values.yaml')
    expect(distribution!.DefaultCacheBehavior.Cache.kind).toBe('legacy')
  })
})

describe('the functions of the examples', () => {
  test('basic-auth lets the right password pass and answers 401 to all else', async () => {
    const known = request('/members/', {
      authorization: [{ value: `Basic ${Buffer.from('demo:demo').toString('base64')}` }],
    })
    expect(await authenticate(onRequest(known))).toBe(known)
    for (const headers of [{}, { authorization: [{ value: 'Basic eDp5' }] }]) {
      expect(await authenticate(onRequest(request('/members/', headers)))).toMatchObject({ status: '401' })
    }
  })

  test.each([
    ['/', '/index.html'],
    ['/about', '/about/index.html'],
    ['/about/', '/about/index.html'],
    ['/a.b/c', '/a.b/c/index.html'],
    ['/assets/site.css', '/assets/site.css'],
  ])('index-pages asks for %s as %s', async (uri, expected) => {
    expect((await findIndexPage(onRequest(request(uri)))).uri).toBe(expected)
  })

  test.each([
    ['/assets/a.css', '200', 'public, max-age=31536000, immutable'],
    ['/index.html', '200', 'public, max-age=60'],
    ['/index.html', '403', undefined],
  ])('cache-control gives %s with status %s the value %s', async (uri, status, expected) => {
    const response = await setCacheControl(onResponse(uri, { status, headers: {} }))
    expect(response.headers['cache-control']?.[0]?.value).toBe(expected)
  })

  test('cache-control leaves what the origin said', async () => {
    const headers = { 'cache-control': [{ value: 'no-store' }] }
    expect((await setCacheControl(onResponse('/', { status: '200', headers }))).headers).toEqual(headers)
  })

  test('security-headers adds to the headers that are there', async () => {
    const headers = { server: [{ key: 'Server', value: 'AmazonS3' }] }
    const response = await addSecurityHeaders(onResponse('/', { status: '200', headers }))
    expect(Object.keys(response.headers)).toEqual([
      'server',
      'strict-transport-security',
      'x-content-type-options',
      'x-frame-options',
      'referrer-policy',
    ])
  })
})
