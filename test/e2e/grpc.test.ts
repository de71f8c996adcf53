// gRPC through a distribution, with the usual client and server of gRPC.
import {
  credentials,
  Client,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CA_FOLDER, startFront, type Front } from '../support/front.ts'
import { connectHttp2 } from '../support/http2.ts'
import { startOrigin } from '../support/origin.ts'
import { createLocalAuthority } from '../../src/assembly/https.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const asText = (bytes: Buffer): string => bytes.toString()
const asBytes = (text: string): Buffer => Buffer.from(text)

const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/test.Echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asBytes,
  requestDeserialize: asText,
  responseSerialize: asBytes,
  responseDeserialize: asText,
})
const SERVICE = {
  unary: method('Unary', false, false),
  list: method('List', false, true),
  collect: method('Collect', true, false),
  chat: method('Chat', true, true),
} satisfies ServiceDefinition

let server: Server
let port: number
let cancelled = 0
let front: Front
let client: Client

const unary: handleUnaryCall<string, string> = ({ request, metadata }, callback) => {
  if (request === 'fail') {
    return callback({ code: status.NOT_FOUND, details: 'no such thing', metadata: trailer('why', 'because') })
  }
  callback(null, `${request} ${String(metadata.get('x-own')[0])}`, trailer('x-trailer', 'yes'))
}
const list: handleServerStreamingCall<string, string> = (call) => {
  for (let i = 0; i < 1000; i++) call.write(`${i}`.repeat(100))
  call.end()
}
const collect: handleClientStreamingCall<string, string> = (call, callback) => {
  let count = 0
  call.on('data', () => count++)
  call.on('end', () => callback(null, String(count)))
  call.on('cancelled', () => cancelled++)
}
const chat: handleBidiStreamingCall<string, string> = (call) => {
  call.on('data', (text: string) => call.write(`you said ${text}`))
  call.on('end', () => call.end())
  call.on('cancelled', () => cancelled++)
}

function trailer(name: string, value: string): Metadata {
  const metadata = new Metadata()
  metadata.set(name, value)
  return metadata
}

function startServer(using: ServerCredentials): Promise<[Server, number]> {
  const made = new Server()
  made.addService(SERVICE, { unary, list, collect, chat })
  return new Promise((resolve, reject) => {
    made.bindAsync('127.0.0.1:0', using, (error, bound) =>
      error === null ? resolve([made, bound]) : reject(error),
    )
  })
}

const behavior = {
  AllowedMethods: ALL_METHODS,
  CachePolicy: 'CachingDisabled',
  OriginRequestPolicy: 'AllViewer',
  GrpcConfig: { Enabled: true },
}
const distribution = { Aliases: ['www.example.com'] }

/** A client that trusts the local authority and takes it for www.example.com. */
async function dial({ pocketfront }: Front): Promise<Client> {
  const ca = Buffer.from(await pocketfront.ca())
  return new Client(`127.0.0.1:${pocketfront.httpsPort}`, credentials.createSsl(ca), {
    'grpc.ssl_target_name_override': 'www.example.com',
    'grpc.default_authority': 'www.example.com',
  })
}

beforeAll(async () => {
  ;[server, port] = await startServer(ServerCredentials.createInsecure())
  front = await startFront({
    origin: { url: `http://127.0.0.1:${port}` },
    httpsPort: 0,
    behavior,
    distribution,
  })
  client = await dial(front)
})
afterAll(async () => {
  client.close()
  await front.stop()
  server.forceShutdown()
})

interface Unary {
  readonly error: ServiceError | null
  readonly text: string | undefined
  readonly trailers: Metadata
}

function callUnary(text: string, using: Client = client): Promise<Unary> {
  return new Promise((resolve) => {
    let trailers = new Metadata()
    const call = using.makeUnaryRequest(
      SERVICE.unary.path,
      asBytes,
      asText,
      text,
      trailer('x-own', 'header'),
      (error, answer) => resolve({ error, text: answer, trailers: error?.metadata ?? trailers }),
    )
    call.on('status', ({ metadata }) => (trailers = metadata))
  })
}

test('a unary call brings message, metadata and trailers, and is never cached', async () => {
  for (let i = 0; i < 2; i++) {
    const { error, text } = await callUnary('hello')
    expect(error).toBeNull()
    expect(text).toBe('hello header')
  }
  expect(front.pocketfront.traces.last(1)[0]).toMatchObject({
    method: 'POST',
    url: '/test.Echo/Unary',
    httpVersion: '2.0',
    bypass: 'grpc',
    edge: null,
    status: 200,
    delivery: 'complete',
  })
})

test('an error of the server reaches the client with its status, text and metadata', async () => {
  const { error } = await callUnary('fail')
  expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing' })
  expect(error!.metadata.get('why')).toEqual(['because'])
})

test('a method that the server does not have is UNIMPLEMENTED (an answer without a body)', async () => {
  const error = await new Promise<ServiceError | null>((resolve) => {
    client.makeUnaryRequest('/test.Echo/None', asBytes, asText, 'x', (given) => resolve(given))
  })
  expect(error).toMatchObject({ code: status.UNIMPLEMENTED })
})

test('a stream of the server arrives whole', async () => {
  const call = client.makeServerStreamRequest(SERVICE.list.path, asBytes, asText, 'go')
  const texts: string[] = []
  for await (const text of call) texts.push(text as string)
  expect(texts).toHaveLength(1000)
  expect(texts[999]).toBe('999'.repeat(100))
})

test('a stream of the client arrives whole', async () => {
  const count = await new Promise<string | undefined>((resolve, reject) => {
    const call = client.makeClientStreamRequest(
      SERVICE.collect.path,
      asBytes,
      asText,
      (error: ServiceError | null, text?: string) => (error === null ? resolve(text) : reject(error)),
    )
    for (let i = 0; i < 500; i++) call.write('x'.repeat(1000))
    call.end()
  })
  expect(count).toBe('500')
})

test('both sides talk at once: each answer comes before the next question', async () => {
  const call = client.makeBidiStreamRequest(SERVICE.chat.path, asBytes, asText)
  const answers: string[] = []
  const done = new Promise((resolve) => void call.on('end', resolve))
  call.on('data', (text: string) => {
    answers.push(text)
    if (answers.length < 20) call.write(`number ${answers.length}`)
    else call.end()
  })
  call.write('number 0')
  await done
  expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => `you said number ${index}`))
})

test('a call that the client cancels is cancelled at the server', async () => {
  const before = cancelled
  const call = client.makeBidiStreamRequest(SERVICE.chat.path, asBytes, asText)
  call.on('error', () => {})
  call.write('hello')
  await new Promise((resolve) => void call.once('data', resolve))
  call.cancel()
  await expect.poll(() => cancelled).toBe(before + 1)
})

test('a server that is gone is UNAVAILABLE for the client, and no error page stands in', async () => {
  const [gone, gonePort] = await startServer(ServerCredentials.createInsecure())
  gone.forceShutdown()
  await using own = await startFront({
    origin: { url: `http://127.0.0.1:${gonePort}` },
    httpsPort: 0,
    behavior,
    originConfig: { ConnectionAttempts: 1 },
    distribution: {
      ...distribution,
      CustomErrorResponses: [{ ErrorCode: 502, ResponsePagePath: '/502.html', ResponseCode: 200 }],
    },
  })
  const ownClient = await dial(own)
  const { error } = await callUnary('hello', ownClient)
  expect(error).toMatchObject({ code: status.UNAVAILABLE })
  expect(own.pocketfront.traces.last(1)[0]).toMatchObject({
    status: 502,
    detailedResultType: 'OriginConnectError',
  })
  ownClient.close()
})

test('an origin over https speaks HTTP/2 with TLS', async () => {
  const { cert, key } = await createLocalAuthority(CA_FOLDER).issue(['origin.example.com'])
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }
  const [secure, securePort] = await startServer(ServerCredentials.createSsl(null, [pair]))
  await using own = await startFront({
    origin: { url: `https://127.0.0.1:${securePort}` },
    httpsPort: 0,
    behavior,
    distribution,
    insecureOrigins: true,
    originConfig: {
      CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' },
    },
  })
  const ownClient = await dial(own)
  expect((await callUnary('hello', ownClient)).text).toBe('hello header')
  ownClient.close()
  secure.forceShutdown()
})

test('without GrpcConfig, or with another content type, a POST is an ordinary request over HTTP/1.1', async () => {
  await using origin = await startOrigin({ body: 'plain' })
  for (const [enabled, type] of [
    [false, 'application/grpc'],
    [true, 'application/json'],
    [true, 'application/grpcish'],
  ] as const) {
    await using own = await startFront({
      origin,
      httpsPort: 0,
      behavior: { ...behavior, GrpcConfig: { Enabled: enabled } },
    })
    await using http2 = await connectHttp2(own)
    const stream = http2.open('/a', { ':method': 'POST', 'content-type': type }, false)
    stream.end('x')
    const answer = await http2.read(stream)
    expect(answer).toMatchObject({ status: 200, text: 'plain' })
    expect(answer.trace).toMatchObject({ bypass: 'proxy-method' })
  }
})

test('a session to the origin that ended is made again', async () => {
  const [first, firstPort] = await startServer(ServerCredentials.createInsecure())
  await using own = await startFront({
    origin: { url: `http://127.0.0.1:${firstPort}` },
    httpsPort: 0,
    behavior,
    distribution,
  })
  const ownClient = await dial(own)
  expect((await callUnary('one', ownClient)).error).toBeNull()
  first.forceShutdown()
  const again = new Server()
  again.addService(SERVICE, { unary, list, collect, chat })
  await new Promise<void>((resolve) => {
    again.bindAsync(`127.0.0.1:${firstPort}`, ServerCredentials.createInsecure(), () => resolve())
  })
  await expect.poll(async () => (await callUnary('two', ownClient)).text).toBe('two header')
  ownClient.close()
  again.forceShutdown()
})
