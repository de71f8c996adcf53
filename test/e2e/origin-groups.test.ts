// Origin groups under the caches: functions, collapsing, revalidation, bodies that nobody reads, WebSockets.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocketfront-groups-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function startGroup(primary: string, secondary: string, behavior: object = {}): Promise<Front> {
  const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' }
  const member = (Id: string) => ({ Id, DomainName: `${Id}.example.com`, CustomOriginConfig: custom })
  return startFront({
    cwd: folder,
    origins: { main: primary, spare: secondary },
    behavior: { TargetOriginId: 'group', ...behavior },
    distribution: {
      Origins: [member('main'), member('spare')],
      OriginGroups: [
        {
          Id: 'group',
          FailoverCriteria: { StatusCodes: [500, 503] },
          Members: [{ OriginId: 'main' }, { OriginId: 'spare' }],
        },
      ],
    },
  })
}

test('The origin-facing functions run once for each member, and request.origin is the member', async () => {
  await writeFile(
    join(folder, 'request.mjs'),
    `export const handler = async (event) => {
      const { request } = event.Records[0].cf
      request.headers['x-asked'] = [{ key: 'X-Asked', value: request.origin.custom.domainName }]
      return request
    }`,
  )
  await writeFile(
    join(folder, 'response.mjs'),
    `export const handler = async (event) => {
      const { request, response } = event.Records[0].cf
      response.headers['x-answered'] = [{ key: 'X-Answered', value: request.origin.custom.domainName }]
      return response
    }`,
  )
  await using main = await startOrigin({ status: 500 })
  await using spare = await startOrigin()
  await using front = await startGroup(main.url, spare.url, {
    LambdaFunctionAssociations: [
      { EventType: 'origin-request', Handler: 'request.mjs' },
      { EventType: 'origin-response', Handler: 'response.mjs' },
    ],
  })
  const answer = await front.get('/')
  expect(answer.headers['x-answered']).toBe('spare.example.com')
  expect(main.requests[0]!.headers['x-asked']).toBe('main.example.com')
  expect(spare.requests[0]!.headers['x-asked']).toBe('spare.example.com')
  expect(answer.trace?.functions?.map((each) => each.event)).toEqual([
    'origin-request',
    'origin-response',
    'origin-request',
    'origin-response',
  ])
})

test('Requests that wait for one object share one failover', async () => {
  const held: (() => void)[] = []
  await using main = await startOrigin((_, response) => {
    held.push(() => response.writeHead(503).end())
  })
  await using spare = await startOrigin({ body: 'spare' })
  await using front = await startGroup(main.url, spare.url)
  const answers = Array.from({ length: 20 }, () => front.get('/'))
  await main.seen(1)
  for (const release of held) release()
  expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(
    Array.from({ length: 20 }, () => 'spare'),
  )
  expect(main.requests).toHaveLength(1)
  expect(spare.requests).toHaveLength(1)
})

test('An expired copy of the primary is confirmed by the secondary', async () => {
  const headers = { 'Cache-Control': 'max-age=10', ETag: '"1"' }
  await using main = await startOrigin({ headers, body: 'v1' })
  await using spare = await startOrigin({ status: 304, headers })
  await using front = await startGroup(main.url, spare.url)
  await front.get('/')
  main.on('/', { status: 500 })
  front.clock.advanceSeconds(11)
  const answer = await front.get('/')
  expect(answer).toBeRefreshHit()
  expect(answer.text).toBe('v1')
  expect(spare.requests[0]!.headers['if-none-match']).toBe('"1"')
})

test("The rest of the primary's answer is not read once the secondary is asked", async () => {
  const closed: Promise<unknown>[] = []
  await using main = await startRawOrigin((socket) => {
    closed.push(once(socket, 'close'))
    socket.write('HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nendl\r\n')
  })
  await using spare = await startOrigin({ body: 'spare' })
  await using front = await startGroup(main.url, spare.url)
  expect((await front.get('/')).text).toBe('spare')
  expect(closed).toHaveLength(1)
  await Promise.all(closed)
})

test('A viewer that leaves during the failover leaves nothing behind', async () => {
  await using main = await startOrigin({ status: 500 })
  const gone: Promise<unknown>[] = []
  await using spare = await startRawOrigin((socket: Socket) => void gone.push(once(socket, 'close')))
  await using front = await startGroup(main.url, spare.url)
  const viewer = connect(front.port, '127.0.0.1')
  viewer.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(() => gone.length).toBe(1)
  viewer.destroy()
  await Promise.all(gone)
})

test('A WebSocket goes to the primary alone', async () => {
  await using main = await startOrigin({ status: 500 })
  await using spare = await startOrigin()
  await using front = await startGroup(main.url, spare.url)
  const viewer = connect(front.port, '127.0.0.1')
  viewer.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  const [head] = (await once(viewer, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 500 /)
  viewer.destroy()
  expect(spare.requests).toHaveLength(0)
})
