// How Lambda@Edge functions and the rest of a distribution meet, and which associations are refused.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { EVENTS, startLambdaFront, writeModule } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import type { EventType } from '../../src/model/functions.ts'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'x'.repeat(2000) })
})
afterAll(() => origin.stop())

const eventsOf = (answer: Awaited<ReturnType<Front['get']>>): EventType[] =>
  (answer.trace!.functions ?? []).map(({ event }) => event)

describe('F.B7 Edge functions: interplay', () => {
  let front: Front
  beforeAll(async () => {
    origin.on('/page', { body: 'the page' })
    front = await startLambdaFront(
      {
        '/to-404': { 'origin-response': `response.status = '404'` },
        '/from-404': { 'origin-response': `response.status = '200'; response.body = 'saved'` },
        '/seen-304': {
          'origin-response': `if (response.status === '304') response.headers['x-seen'] = [{ value: '304' }]`,
        },
        '/key': { 'origin-request': `request.headers['x-vary'] = [{ value: String(Math.random()) }]` },
        '/encoding': {
          'origin-response': `response.headers['x-encoding'] = [{ value: response.headers['content-encoding']?.[0].value ?? 'none' }]`,
        },
      },
      {
        origin,
        behavior: { Compress: true, CachePolicy: 'CachingOptimized', OriginRequestPolicy: null },
        distribution: {
          CustomErrorResponses: [{ ErrorCode: 500, ResponsePagePath: '/page', ResponseCode: '200' }],
        },
      },
    )
  })
  afterAll(() => front.stop())

  test('On a miss all four functions run in order', async () => {
    expect(eventsOf(await front.get('/miss'))).toEqual(EVENTS)
  })

  test('On a hit at the edge only the viewer events run', async () => {
    await front.get('/hit')
    expect(eventsOf(await front.get('/hit'))).toEqual(['viewer-request', 'viewer-response'])
  })

  test('On a hit at the regional cache only the viewer events run', async () => {
    await front.get('/regional', { 'X-Pocketfront-Pop': 'FRA56' })
    const answer = await front.get('/regional', { 'X-Pocketfront-Pop': 'FRA50' })
    expect(answer).toBeHit('regional')
    expect(eventsOf(answer)).toEqual(['viewer-request', 'viewer-response'])
  })

  test('What origin-response returns is stored at every layer', async () => {
    const behavior = { OriginRequestPolicy: null }
    await using own = await startLambdaFront(
      { '/stored': { 'origin-response': `response.headers['x-run'] = [{ value: context.awsRequestId }]` } },
      { origin, behavior },
    )
    const first = await own.get('/stored', { 'X-Pocketfront-Pop': 'FRA56' })
    for (const pop of ['FRA56', 'FRA50']) {
      const answer = await own.get('/stored', { 'X-Pocketfront-Pop': pop })
      expect(answer.headers['x-run']).toBe(first.headers['x-run'])
    }
  })

  test('A revalidation runs both origin events; a 304 is visible as such (unverified)', async () => {
    let requests = 0
    origin.on('/seen-304', (request, response) => {
      requests++
      const headers = { ETag: '"a"', 'Cache-Control': 'max-age=1' }
      if (request.headers['if-none-match'] === '"a"') response.writeHead(304, headers).end()
      else response.writeHead(200, headers).end('body')
    })
    await front.get('/seen-304')
    front.clock.advanceSeconds(5)
    const answer = await front.get('/seen-304')
    expect(answer).toBeRefreshHit()
    expect([requests, eventsOf(answer)]).toEqual([2, EVENTS])
    expect(answer.headers['x-seen']).toBe('304')
  })

  test('Requests that wait for the same object share one run of origin-request', async () => {
    origin.on('/shared', (_request, response) => setTimeout(() => response.end('shared'), 50))
    const answers = await Promise.all(Array.from({ length: 5 }, () => front.get('/shared')))
    const runs = answers.flatMap(eventsOf).filter((event) => event === 'origin-request')
    expect([runs.length, origin.countOf('/shared')]).toEqual([1, 1])
  })

  test.each(['PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])(
    'All four functions run for %s',
    async (method) => {
      expect(eventsOf(await front.ask('/uncached', { method }))).toEqual(EVENTS)
    },
  )

  test.each([400, 404, 500, 503])(
    'viewer-response does not run when the origin answers %i',
    async (status) => {
      origin.on(`/status-${status}`, { status })
      expect(eventsOf(await front.get(`/status-${status}`))).toEqual(EVENTS.slice(0, 3))
    },
  )

  test('viewer-response does not run when a custom error page is returned', async () => {
    origin.on('/fails', { status: 500 })
    const answer = await front.get('/fails')
    expect([answer.status, answer.text]).toEqual([200, 'the page'])
    expect(eventsOf(answer)).not.toContain('viewer-response')
  })

  test('viewer-response sees a status that origin-response rewrote from 404 to 200 (unverified)', async () => {
    origin.on('/from-404', { status: 404 })
    const answer = await front.get('/from-404')
    expect([answer.status, answer.text, eventsOf(answer)]).toEqual([200, 'saved', EVENTS])
  })

  test('A status of 400 and more that origin-response sets leaves out viewer-response (unverified)', async () => {
    const answer = await front.get('/to-404')
    expect([answer.status, eventsOf(answer)]).toEqual([404, EVENTS.slice(0, 3)])
  })

  test('What origin-request does to headers leaves the key as it was', async () => {
    await front.get('/key')
    expect(await front.get('/key')).toBeHit('edge')
  })

  test('Compression comes after origin-response', async () => {
    origin.on('/encoding', { headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(2000) })
    const answer = await front.get('/encoding', { 'Accept-Encoding': 'gzip' })
    expect([answer.headers['x-encoding'], answer.headers['content-encoding']]).toEqual(['none', 'gzip'])
  })

  test('A range of a generated answer is cut from it (choice)', async () => {
    await using own = await startLambdaFront(
      { '/range': { 'origin-request': `return { status: 200, body: 'abcdef' }` } },
      { origin, behavior: { OriginRequestPolicy: null } },
    )
    await own.get('/range')
    const answer = await own.get('/range', { Range: 'bytes=1-2' })
    expect([answer.status, answer.text]).toEqual([206, 'bc'])
  })

  test('A response headers policy applies to generated answers (observed)', async () => {
    await using own = await startLambdaFront(
      { '/made': { 'viewer-request': `return { status: 200 }` } },
      { origin, behavior: { ResponseHeadersPolicy: 'SecurityHeadersPolicy' } },
    )
    expect((await own.get('/made')).headers['x-content-type-options']).toBe('nosniff')
  })

  test('Origin events run in the Region of the Origin Shield, viewer events near the viewer', async () => {
    const code = `response.headers['x-' + cf.config.eventType] = [{ value: process.env.AWS_REGION }]`
    await using own = await startLambdaFront(
      { '/where': { 'origin-response': code, 'viewer-response': code } },
      {
        origin,
        originConfig: { OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-2' } },
        behavior: { OriginRequestPolicy: null },
      },
    )
    const { headers } = await own.get('/where', { 'X-Pocketfront-Pop': 'FRA56' })
    expect([headers['x-origin-response'], headers['x-viewer-response']]).toEqual([
      'us-east-2',
      'eu-central-1',
    ])
  })

  test('A WebSocket handshake passes the request events, with Upgrade hidden; response events are skipped (unverified)', async () => {
    origin.on('/socket', { status: 426, body: 'no' })
    const seen: string[] = []
    await using own = await startLambdaFront(
      {
        '/socket': {
          'viewer-request': `console.log(Object.keys(request.headers).join())`,
          'origin-request': `console.log(Object.keys(request.headers).join())`,
        },
      },
      { origin },
    )
    const head = [
      'GET /socket HTTP/1.1',
      `Host: 127.0.0.1:${own.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '',
      '',
    ].join('\r\n')
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(own.port, '127.0.0.1', () => socket.write(head))
      socket.once('data', (chunk) => {
        resolve(chunk.toString())
        socket.destroy()
      })
      socket.once('error', reject)
    })
    expect(text).toMatch(/^HTTP\/1\.1 426 /)
    const id = /X-Amz-Cf-Id: (\S+)/i.exec(text)![1]!
    const { functions } = own.pocketfront.traces.get(id)!
    for (const { logs } of functions!) seen.push(...logs)
    expect(functions!.map(({ event }) => event)).toEqual(['viewer-request', 'origin-request'])
    expect(seen.join()).toContain('sec-websocket-key')
    expect(seen.join()).not.toMatch(/\b(?:upgrade|connection)\b/)
  })

  test('On failover both origin events run again, with the secondary origin', async () => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin({ body: 'spare' })
    const Handler = writeModule(`exports.handler = async (event) => {
      const { request, response } = event.Records[0].cf
      console.log(request.origin.custom.domainName)
      return response ?? request
    }`)
    const names = ['main', 'spare']
    await using own = await startFront({
      origins: { main: main.url, spare: spare.url },
      behavior: {
        TargetOriginId: 'group',
        LambdaFunctionAssociations: ['origin-request', 'origin-response'].map((EventType) => ({
          EventType,
          Handler,
        })),
      },
      distribution: {
        Origins: names.map((Id) => ({
          Id,
          DomainName: `${Id}.example.com`,
          CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
        })),
        OriginGroups: [
          {
            Id: 'group',
            FailoverCriteria: { StatusCodes: [500] },
            Members: names.map((OriginId) => ({ OriginId })),
          },
        ],
      },
    })
    const answer = await own.get('/')
    expect(answer.text).toBe('spare')
    const runs = answer.trace!.functions!.map(({ event, logs }) => [event, logs[0]!.split('\t').at(-1)])
    expect(runs.filter(([event]) => event === 'origin-request')).toEqual([
      ['origin-request', 'main.example.com'],
      ['origin-request', 'spare.example.com'],
    ])
    expect(runs.at(-1)).toEqual(['origin-response', 'spare.example.com'])
  })
})

describe('F.0 Edge functions: the pipeline', () => {
  const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:edge:1'
  const associate = (...LambdaFunctionAssociations: object[]) =>
    startFront({
      origin,
      lambdas: [`edge=${writeModule('exports.handler = 1')}`],
      behavior: { LambdaFunctionAssociations },
    })

  test.each<[string, object[], RegExp]>([
    [
      'Two Lambda@Edge functions of one event',
      [
        { EventType: 'viewer-request', LambdaFunctionARN: ARN },
        { EventType: 'viewer-request', LambdaFunctionARN: ARN },
      ],
      /LambdaFunctionAssociations\[1\]\.EventType: viewer-request has a function already \(InvalidLambdaFunctionAssociation\)/,
    ],
    ...(['origin-response', 'viewer-response'] as const).map((EventType): [string, object[], RegExp] => [
      `IncludeBody at ${EventType}`,
      [{ EventType, LambdaFunctionARN: ARN, IncludeBody: true }],
      /IncludeBody.*InvalidLambdaFunctionAssociation/s,
    ]),
    ...['$LATEST', 'live', ''].map((version): [string, object[], RegExp] => [
      `The Lambda@Edge version '${version}'`,
      [
        {
          EventType: 'viewer-request',
          LambdaFunctionARN: ARN.replace(/:1$/, version === '' ? '' : `:${version}`),
        },
      ],
      /LambdaFunctionARN: the ARN must end with a version number.*InvalidLambdaFunctionAssociation/,
    ]),
    [
      'An unknown event',
      [{ EventType: 'viewer-requests', LambdaFunctionARN: ARN }],
      /did you mean viewer-request.*InvalidLambdaFunctionAssociation/,
    ],
    [
      'What is no ARN of a Lambda function',
      [{ EventType: 'viewer-request', LambdaFunctionARN: 'arn:aws:s3:::bucket' }],
      /InvalidLambdaFunctionAssociation/,
    ],
  ])('%s is refused', async (_what, associations, reason) => {
    await expect(associate(...associations)).rejects.toThrow(reason)
  })

  test('A Lambda@Edge function of another Region than us-east-1 is warned of (choice)', async () => {
    const LambdaFunctionARN = ARN.replace('us-east-1', 'eu-west-1')
    await using front = await associate({ EventType: 'viewer-request', LambdaFunctionARN })
    expect(front.pocketfront.loaded.warnings.map(({ message }) => message)).toEqual([
      'Lambda@Edge functions are made in us-east-1',
    ])
  })

  test('One Lambda@Edge function may serve all four events', async () => {
    await using front = await associate(...EVENTS.map((EventType) => ({ EventType, LambdaFunctionARN: ARN })))
    expect(front.pocketfront.loaded.warnings).toEqual([])
  })

  test('Changing the uri at viewer-request selects no other behavior or origin', async () => {
    await using front = await startLambdaFront(
      { '/from': { 'viewer-request': `request.uri = '/other/place'` } },
      {
        origin,
        behaviors: [{ PathPattern: '/other/*', AllowedMethods: ['GET', 'HEAD'] }],
        behavior: { OriginRequestPolicy: null },
      },
    )
    const answer = await front.get('/from')
    expect([answer.trace!.behavior, origin.countOf('/other/place')]).toEqual(['*', 1])
  })

  test('A method that the behavior does not allow is refused before any function runs (unverified)', async () => {
    await using front = await startLambdaFront({}, { origin, behavior: { AllowedMethods: ['GET', 'HEAD'] } })
    const answer = await front.ask('/', { method: 'POST' })
    expect([answer.status, answer.trace!.functions]).toEqual([403, null])
  })
})
