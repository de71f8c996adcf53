// gRPC calls: which requests are calls, which way they take, and what is left out for them.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startFunctionFront, handler } from '../support/cloudfront-functions.ts'
import { cachePolicy, startFront, type Front, type FrontOptions } from '../support/front.ts'
import { connectHttp2, type Http2Answer } from '../support/http2.ts'
import { startOrigin } from '../support/origin.ts'
import { issuesOf, withFiles } from '../unit/config/harness.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const CALL = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' }
const GRPC = {
  AllowedMethods: ALL_METHODS,
  CachePolicy: cachePolicy(0, 60, 60),
  OriginRequestPolicy: 'AllViewer',
  GrpcConfig: { Enabled: true },
}

interface GrpcOrigin extends AsyncDisposable {
  readonly url: string
  readonly seen: IncomingHttpHeaders[]
}

/** A server that speaks HTTP/2 alone, without TLS. */
async function startGrpcOrigin(status = 200): Promise<GrpcOrigin> {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer()
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => void sessions.add(session))
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    seen.push(headers)
    stream.on('error', () => {})
    stream.respond({ ':status': status, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end('pong')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

function startGrpcFront(origin: { url: string }, options: FrontOptions = {}): Promise<Front> {
  return startFront({ origin, httpsPort: 0, behavior: GRPC, ...options })
}

async function call(front: Front, headers: Record<string, string> = {}): Promise<Http2Answer> {
  await using client = await connectHttp2(front)
  const stream = client.open('/test.Echo/Unary', { ...CALL, ...headers }, false)
  stream.end('ping')
  return await client.read(stream)
}

describe('1.1 Route of a request: gRPC', () => {
  test('A gRPC call skips edge and regional cache, and is never cached', async () => {
    await using origin = await startGrpcOrigin()
    await using front = await startGrpcFront(origin)
    for (const answer of [await call(front), await call(front)]) {
      expect([answer.status, answer.text, answer.headers['x-cache']]).toEqual([
        200,
        'pong',
        'Miss from cloudfront',
      ])
      expect(answer.trace).toMatchObject({ bypass: 'grpc', edge: null, regional: null })
    }
    expect(origin.seen).toHaveLength(2)
  })

  test('A gRPC call does not pass the Origin Shield', async () => {
    await using origin = await startGrpcOrigin()
    const originConfig = { OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' } }
    await using front = await startGrpcFront(origin, { originConfig })
    expect((await call(front)).trace?.shield).toBeNull()
  })

  test('A gRPC call gets no custom error page', async () => {
    await using origin = await startGrpcOrigin(503)
    const CustomErrorResponses = [{ ErrorCode: 503, ResponsePagePath: '/page', ResponseCode: 200 }]
    await using front = await startGrpcFront(origin, { distribution: { CustomErrorResponses } })
    const answer = await call(front)
    expect([answer.status, answer.trace?.errorPage]).toEqual([503, null])
  })

  test('A gRPC call does not fail over', async () => {
    await using primary = await startGrpcOrigin(503)
    await using secondary = await startGrpcOrigin()
    const CustomOriginConfig = { OriginProtocolPolicy: 'https-only' }
    await using front = await startFront({
      httpsPort: 0,
      origins: { a: primary.url, b: secondary.url },
      behavior: { ...GRPC, TargetOriginId: 'group' },
      distribution: {
        Origins: [
          { Id: 'a', DomainName: 'a.example.com', CustomOriginConfig },
          { Id: 'b', DomainName: 'b.example.com', CustomOriginConfig },
        ],
        OriginGroups: [
          {
            Id: 'group',
            FailoverCriteria: { StatusCodes: [503] },
            Members: [{ OriginId: 'a' }, { OriginId: 'b' }],
          },
        ],
      },
    })
    const answer = await call(front)
    expect([answer.status, answer.trace?.failovers, secondary.seen.length]).toEqual([503, null, 0])
  })
})

describe('4.5 URL, body, protocol: gRPC', () => {
  test('The origin is asked over HTTP/2, and its trailers reach the viewer (unverified)', async () => {
    await using origin = await startGrpcOrigin()
    await using front = await startGrpcFront(origin)
    await using client = await connectHttp2(front)
    const stream = client.open('/test.Echo/Unary', CALL, false)
    const trailers = once(stream, 'trailers')
    stream.end('ping')
    const [answer, [given]] = await Promise.all([client.read(stream), trailers])
    expect([answer.status, answer.text]).toEqual([200, 'pong'])
    expect(given).toMatchObject({ 'grpc-status': '0' })
    expect(origin.seen[0]).toMatchObject({ ':method': 'POST', te: 'trailers' })
  })

  test.each([
    { name: 'application/grpc', headers: {}, isCall: true },
    { name: 'application/grpc+proto', headers: { 'content-type': 'application/grpc+proto' }, isCall: true },
    {
      name: 'application/grpc;x=1',
      headers: { 'content-type': 'application/grpc; charset=x' },
      isCall: true,
    },
    {
      name: 'application/grpc-web',
      headers: { 'content-type': 'application/grpc-web' },
      isCall: false,
    },
    { name: 'application/json', headers: { 'content-type': 'application/json' }, isCall: false },
  ])('A POST with Content-Type: $name is a gRPC call: $isCall', async ({ headers, isCall }) => {
    await using origin = await startOrigin()
    await using grpc = await startGrpcOrigin()
    await using front = await startGrpcFront(isCall ? grpc : origin)
    expect((await call(front, headers)).trace?.bypass).toBe(isCall ? 'grpc' : 'proxy-method')
  })

  test('Without GrpcConfig such a POST is an ordinary request over HTTP/1.1', async () => {
    await using origin = await startOrigin()
    await using front = await startGrpcFront(origin, {
      behavior: { ...GRPC, GrpcConfig: { Enabled: false } },
    })
    const answer = await call(front)
    expect([answer.status, answer.trace?.bypass, origin.requests.length]).toEqual([200, 'proxy-method', 1])
  })

  test('A CloudFront Function on viewer-request runs for a gRPC call (unverified)', async () => {
    await using origin = await startGrpcOrigin()
    const code = handler('event.request.headers["x-by"] = { value: "function" }; return event.request')
    await using front = await startFunctionFront({
      code: { 'viewer-request': code },
      origin,
      httpsPort: 0,
      behavior: GRPC,
    })
    const answer = await call(front)
    expect([answer.status, origin.seen[0]?.['x-by']]).toEqual([200, 'function'])
  })

  async function issuesWith(behavior: string, more = ''): Promise<string[]> {
    const files = { 'handler.mjs': 'export const handler = async (event) => event.Records[0].cf.request' }
    const site = `Origins: [{ Id: a, DomainName: localhost }]\n${more}DefaultCacheBehavior: { TargetOriginId: a, GrpcConfig: { Enabled: true }, ${behavior} }\n`
    const issues = await withFiles({ ...files, 'site.yaml': site }, (cwd) =>
      issuesOf({ files: ['site.yaml'], cwd }),
    )
    return issues.filter((issue) => issue.severity === 'error').map((issue) => issue.message)
  }
  const ALL = `AllowedMethods: [${ALL_METHODS.join(', ')}]`

  test('GrpcConfig needs POST among AllowedMethods', async () => {
    expect(await issuesWith(ALL)).toEqual([])
    expect(await issuesWith('AllowedMethods: [GET, HEAD]')).toEqual([
      expect.stringContaining('needs POST among AllowedMethods'),
    ])
  })

  test('GrpcConfig needs HTTP/2 for viewers', async () => {
    expect(await issuesWith(ALL, 'HttpVersion: http1.1\n')).toEqual(['gRPC needs HTTP/2'])
  })

  test('GrpcConfig does not go with Lambda@Edge functions', async () => {
    const lambda = 'LambdaFunctionAssociations: [{ EventType: origin-request, Handler: ./handler.mjs }]'
    expect((await issuesWith(`${ALL}, ${lambda}`)).join()).toContain(
      'cannot be enabled beside Lambda@Edge functions',
    )
  })
})
