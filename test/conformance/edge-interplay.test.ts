// Where functions of both kinds stand between the other steps of a distribution: refusals, redirects, failover, pages.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from 'node:net'
import { startFront, type Answer, type Front, type FrontOptions } from '../support/front.ts'
import { writeModule } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import type { EventType } from '../../src/model/functions.ts'

const KINDS = ['CloudFront Functions', 'Lambda@Edge'] as const
type Kind = (typeof KINDS)[number]

const CFF = `function handler(event) { return event.response || event.request }`
const LAMBDA = writeModule(
  `exports.handler = async ({ Records: [{ cf }] }) => cf.response ?? cf.request`,
  'pass-on.cjs',
)

/** Functions of one kind on all events that it has. */
function associate(kind: Kind): object {
  return kind === 'Lambda@Edge'
    ? {
        LambdaFunctionAssociations: [
          'viewer-request',
          'origin-request',
          'origin-response',
          'viewer-response',
        ].map((EventType) => ({ EventType, Handler: LAMBDA })),
      }
    : {
        FunctionAssociations: ['viewer-request', 'viewer-response'].map((EventType) => ({
          EventType,
          FunctionCode: CFF,
        })),
      }
}

const start = (kind: Kind, options: FrontOptions = {}): Promise<Front> =>
  startFront({ origin, ...options, behavior: { ...associate(kind), ...options.behavior } })

const eventsOf = ({ trace }: Answer): EventType[] => (trace!.functions ?? []).map(({ event }) => event)

const withoutOriginEvents = (events: readonly EventType[]): EventType[] =>
  events.filter((event) => event.startsWith('viewer'))

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60', ETag: '"a"' }, body: 'abcdef' })
})
afterAll(() => origin.stop())

describe.each(KINDS)('F.0 Edge functions: the pipeline', (kind) => {
  test(`${kind}: a redirect from HTTP to HTTPS runs neither viewer event (unverified)`, async () => {
    await using front = await start(kind, {
      httpsPort: 0,
      behavior: { ViewerProtocolPolicy: 'redirect-to-https' },
    })
    const answer = await front.get('/')
    expect([answer.status, answer.trace!.functions]).toEqual([301, null])
  })

  test(`${kind}: HTTP where only HTTPS is allowed runs neither viewer event (unverified)`, async () => {
    await using front = await start(kind, { httpsPort: 0, behavior: { ViewerProtocolPolicy: 'https-only' } })
    const answer = await front.get('/')
    expect([answer.status, answer.trace!.functions]).toEqual([403, null])
  })

  test(`${kind}: a viewer in a country that is not served runs neither viewer event (unverified)`, async () => {
    await using front = await start(kind, {
      distribution: { Restrictions: { GeoRestriction: { RestrictionType: 'blacklist', Locations: ['FR'] } } },
    })
    const refused = await front.get('/', { 'X-Pocketfront-Viewer-Country': 'FR' })
    expect([refused.status, refused.trace!.functions]).toEqual([403, null])
    const served = await front.get('/', { 'X-Pocketfront-Viewer-Country': 'DE' })
    expect(eventsOf(served)).toContain('viewer-request')
  })

  test(`${kind}: one function serves several behaviors and distributions`, async () => {
    const functions = associate(kind)
    const site = (Id: string, alias: string): object => ({
      Id,
      Aliases: [alias],
      Origins: [
        {
          Id: 'origin',
          DomainName: 'origin.example.com',
          CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'origin',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingOptimized',
        ...functions,
      },
      CacheBehaviors: [
        {
          PathPattern: '/b/*',
          TargetOriginId: 'origin',
          ViewerProtocolPolicy: 'allow-all',
          CachePolicy: 'CachingOptimized',
          ...functions,
        },
      ],
    })
    await using front = await startFront({
      origin,
      config: {
        Distributions: [site('EFIRST00000000', 'a.example.com'), site('ESECOND0000000', 'b.example.com')],
      },
    })
    for (const Host of ['a.example.com', 'b.example.com']) {
      for (const path of ['/', '/b/x'])
        expect(eventsOf(await front.get(path, { Host }))).toContain('viewer-request')
    }
  })
})

describe('F.0 Edge functions: the pipeline', () => {
  test.each(['origin-request', 'origin-response'])(
    'CloudFront Functions on %s are refused',
    async (EventType) => {
      const refused = startFront({
        origin,
        behavior: { FunctionAssociations: [{ EventType, FunctionCode: CFF }] },
      })
      await expect(refused).rejects.toThrow(
        /CloudFront Functions run on viewer events only.*InvalidFunctionAssociation/,
      )
    },
  )

  test('viewer-response of Lambda@Edge does not run for errors that CloudFront makes itself (unverified)', async () => {
    await using front = await start('Lambda@Edge', { origins: { origin: 'http://127.0.0.1:1' } })
    const answer = await front.get('/')
    expect([answer.status, eventsOf(answer).includes('viewer-response')]).toEqual([502, false])
  })

  test('Nothing downstream starts before the function of an event has finished', async () => {
    const Handler = writeModule(`exports.handler = async ({ Records: [{ cf }] }) => {
      await new Promise((resolve) => setTimeout(resolve, 30))
      return { status: '200', body: 'mine' }
    }`)
    await using front = await startFront({
      origin,
      behavior: { LambdaFunctionAssociations: [{ EventType: 'origin-request', Handler }] },
    })
    expect((await front.get('/downstream')).text).toBe('mine')
    expect(origin.countOf('/downstream')).toBe(0)
  })
})

describe.each(KINDS)('F.B7 Edge functions: interplay', (kind) => {
  test(`${kind}: requests for a range run the events as others do, and the viewer gets the range`, async () => {
    await using front = await start(kind)
    const miss = await front.get('/range', { Range: 'bytes=1-2' })
    expect(eventsOf(miss).includes('origin-request')).toBe(kind === 'Lambda@Edge')
    const hit = await front.get('/range', { Range: 'bytes=3-' })
    expect([hit.status, hit.text]).toEqual([206, 'def'])
    expect(eventsOf(hit)).toEqual(withoutOriginEvents(eventsOf(miss)))
  })

  test(`${kind}: the viewer events run for a 304 to the viewer`, async () => {
    await using front = await start(kind)
    await front.get('/conditional')
    const answer = await front.get('/conditional', { 'If-None-Match': '"a"' })
    expect([answer.status, eventsOf(answer)]).toEqual([304, ['viewer-request', 'viewer-response']])
  })

  test(`${kind}: every request that waits for the same object runs its own viewer events`, async () => {
    origin.on('/wait', (_request, response) => setTimeout(() => response.end('waited'), 30))
    await using front = await start(kind)
    const answers = await Promise.all([1, 2, 3].map(() => front.get('/wait')))
    const events = answers.flatMap(eventsOf)
    const count = (event: EventType): number => events.filter((each) => each === event).length
    expect([count('viewer-request'), count('viewer-response')]).toEqual([3, 3])
    expect(count('origin-request')).toBe(kind === 'Lambda@Edge' ? 1 : 0)
  })

  test(`${kind}: HEAD runs the events as GET does`, async () => {
    await using front = await start(kind)
    const answer = await front.ask('/head', { method: 'HEAD' })
    expect(answer.text).toBe('')
    expect(withoutOriginEvents(eventsOf(answer))).toEqual(['viewer-request', 'viewer-response'])
  })

  test(`${kind}: the override flag of a response headers policy decides over what viewer-response set (unverified)`, async () => {
    const set =
      kind === 'Lambda@Edge'
        ? {
            LambdaFunctionAssociations: [
              {
                EventType: 'viewer-response',
                Handler: writeModule(`exports.handler = async ({ Records: [{ cf: { response } }] }) => {
                  response.headers['x-a'] = [{ value: 'function' }]
                  response.headers['x-b'] = [{ value: 'function' }]
                  return response
                }`),
              },
            ],
          }
        : {
            FunctionAssociations: [
              {
                EventType: 'viewer-response',
                FunctionCode: `function handler(event) {
                  event.response.headers['x-a'] = { value: 'function' }
                  event.response.headers['x-b'] = { value: 'function' }
                  return event.response
                }`,
              },
            ],
          }
    await using front = await startFront({
      origin,
      behavior: {
        ...set,
        ResponseHeadersPolicy: {
          CustomHeadersConfig: [
            { Header: 'X-A', Value: 'policy', Override: true },
            { Header: 'X-B', Value: 'policy', Override: false },
          ],
        },
      },
    })
    const { headers } = await front.get('/policy')
    expect([headers['x-a'], headers['x-b']]).toEqual(['policy', 'function'])
  })
})

describe('F.B7 Edge functions: interplay', () => {
  const members = (main: ScriptedOrigin, spare: ScriptedOrigin): FrontOptions => ({
    origins: { main: main.url, spare: spare.url },
    distribution: {
      Origins: ['main', 'spare'].map((Id) => ({
        Id,
        DomainName: `${Id}.example.com`,
        CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
      })),
      OriginGroups: [
        {
          Id: 'group',
          FailoverCriteria: { StatusCodes: [500] },
          Members: [{ OriginId: 'main' }, { OriginId: 'spare' }],
        },
      ],
    },
  })

  test('The failover decision uses the status before origin-response rewrites it (unverified)', async () => {
    await using main = await startOrigin({ status: 500, body: 'main' })
    await using spare = await startOrigin({ body: 'spare' })
    const Handler = writeModule(`exports.handler = async ({ Records: [{ cf: { response } }] }) => {
      if (response.status === '500') { response.status = '200'; response.body = 'rewritten' }
      return response
    }`)
    await using front = await startFront({
      ...members(main, spare),
      behavior: {
        TargetOriginId: 'group',
        LambdaFunctionAssociations: [{ EventType: 'origin-response', Handler }],
      },
    })
    expect((await front.get('/')).text).toBe('spare')
  })

  test('On failover a CloudFront Function does not run again', async () => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin({ body: 'spare' })
    await using front = await startFront({
      ...members(main, spare),
      behavior: { TargetOriginId: 'group', ...associate('CloudFront Functions') },
    })
    const answer = await front.get('/')
    expect([answer.text, eventsOf(answer)]).toEqual(['spare', ['viewer-request', 'viewer-response']])
  })

  test('A status of 400 and more that origin-response sets brings the custom error page (unverified)', async () => {
    const Handler = writeModule(`exports.handler = async ({ Records: [{ cf: { request, response } }] }) => {
      if (request.uri === '/bad') response.status = '404'
      return response
    }`)
    await using front = await start('CloudFront Functions', {
      behavior: { LambdaFunctionAssociations: [{ EventType: 'origin-response', Handler }] },
      distribution: {
        CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: '/page', ResponseCode: '200' }],
      },
    })
    origin.on('/page', { body: 'the page' })
    const answer = await front.get('/bad')
    expect([answer.status, answer.text, eventsOf(answer).includes('viewer-response')]).toEqual([
      200,
      'the page',
      false,
    ])
  })

  test('The page of a custom error response is fetched without viewer-request', async () => {
    origin.on('/gone', { status: 410 })
    origin.on('/missing', { status: 404 })
    origin.on('/page', { body: 'the page' })
    await using front = await start('CloudFront Functions', {
      distribution: {
        CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: '/page', ResponseCode: '404' }],
      },
    })
    const answer = await front.get('/missing')
    expect([answer.text, eventsOf(answer)]).toEqual(['the page', ['viewer-request']])
  })

  test('A WebSocket handshake passes viewer-request of a CloudFront Function (unverified)', async () => {
    origin.on('/socket', { status: 426, body: 'no' })
    await using front = await startFront({
      origin,
      behavior: {
        CachePolicy: 'CachingDisabled',
        OriginRequestPolicy: 'AllViewer',
        FunctionAssociations: [
          {
            EventType: 'viewer-request',
            FunctionCode: `function handler(event) {
              event.request.headers['x-seen'] = { value: Object.keys(event.request.headers).join() }
              return event.request
            }`,
          },
          { EventType: 'viewer-response', FunctionCode: CFF },
        ],
      },
    })
    const head = await handshake(front.port)
    const id = /X-Amz-Cf-Id: (\S+)/i.exec(head)![1]!
    expect(front.pocketfront.traces.get(id)!.functions!.map(({ event }) => event)).toEqual(['viewer-request'])
    const seen = origin.requests.findLast(({ url }) => url === '/socket')!.headers['x-seen']
    expect(seen).toContain('sec-websocket-key')
    expect(seen).not.toMatch(/\b(?:upgrade|connection)\b/)
  })
})

function handshake(port: number): Promise<string> {
  const head = `GET /socket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    socket.once('data', (chunk) => {
      resolve(chunk.toString())
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
