// Starts a pocketfront in one line, and an HTTP client that shows everything a response has.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fakeClock } from './clock.ts'
import type { ScriptedOrigin } from './origin.ts'
import type { Pocketfront, PocketfrontOptions } from '../../src/assembly/options.ts'
import type { Trace } from '../../src/message/trace.ts'
import { createPocketfront } from '../../src/pocketfront.ts'

/** A response read to its end. */
export interface Answer {
  readonly status: number
  readonly statusText: string
  readonly headers: NodeJS.Dict<string | string[]>
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly text: string
  /** The connection broke before the end of the body. */
  readonly broken: boolean
  /** What pocketfront says happened. */
  readonly trace: Trace | null
}

export interface Ask {
  readonly method?: string
  readonly headers?: Record<string, string | string[]> | readonly string[]
  readonly body?: string | Buffer | Readable
  /** Over the HTTPS port, with the name of the Host header as the name of the server. */
  readonly https?: boolean
}

export interface Front extends AsyncDisposable {
  readonly pocketfront: Pocketfront
  readonly clock: ReturnType<typeof fakeClock>
  readonly port: number
  get(path: string, headers?: Ask['headers']): Promise<Answer>
  ask(path: string, ask: Ask): Promise<Answer>
  stop(): Promise<void>
}

export interface FrontOptions extends Omit<PocketfrontOptions, 'config' | 'clock'> {
  readonly origin?: ScriptedOrigin | { readonly url: string }
  /** Keys of the default behavior; CachingOptimized unless a policy is given. */
  readonly behavior?: object
  /** Ordered behaviors; TargetOriginId and policy are filled in. */
  readonly behaviors?: readonly object[]
  /** Keys of the origin, e.g. timeouts. */
  readonly originConfig?: object
  /** Further keys of the distribution. */
  readonly distribution?: object
  /** Replaces the whole configuration; null is none at all. */
  readonly config?: PocketfrontOptions['config'] | null
}

const BEHAVIOR = { TargetOriginId: 'origin', ViewerProtocolPolicy: 'allow-all' }

/** The policy of a test: TTLs, and what is in the key. */
export function cachePolicy(
  MinTTL: number,
  DefaultTTL: number,
  MaxTTL: number,
  parameters: object = {},
): object {
  return {
    Name: 'test',
    MinTTL,
    DefaultTTL,
    MaxTTL,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      EnableAcceptEncodingBrotli: false,
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
      ...parameters,
    },
  }
}

/** A distribution of one origin on free ports, with a clock that stands still. */
export async function startFront(options: FrontOptions = {}): Promise<Front> {
  const {
    origin,
    behavior = {},
    behaviors = [],
    originConfig = {},
    distribution = {},
    config,
    ...rest
  } = options
  const clock = fakeClock()
  const usual = {
    Id: 'ETESTDISTRIBUT',
    Enabled: true,
    Comment: '',
    Origins: [
      {
        Id: 'origin',
        DomainName: 'origin.example.com',
        CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
        ...originConfig,
      },
    ],
    DefaultCacheBehavior: withPolicy(behavior),
    CacheBehaviors: behaviors.map(withPolicy),
    ...distribution,
  }
  const pocketfront = await createPocketfront({
    graceMs: 500,
    caFolder: CA_FOLDER,
    ...rest,
    ...(origin !== undefined && rest.origins === undefined && { origins: { origin: origin.url } }),
    clock,
    ...(config !== null && { config: config ?? usual }),
  })
  const ask = (path: string, what: Ask): Promise<Answer> => send(pocketfront, path, what)
  return {
    pocketfront,
    clock,
    port: pocketfront.port,
    get: (path, headers) => ask(path, headers === undefined ? {} : { headers }),
    ask,
    stop: () => pocketfront.stop(),
    [Symbol.asyncDispose]: () => pocketfront.stop(),
  }
}

function withPolicy(behavior: object): object {
  const hasPolicy = 'CachePolicy' in behavior || 'CachePolicyId' in behavior || 'ForwardedValues' in behavior
  return { ...BEHAVIOR, ...(hasPolicy ? {} : { CachePolicy: 'CachingOptimized' }), ...behavior }
}

/** One certificate authority for all tests, so that it is made once. */
export const CA_FOLDER = join(tmpdir(), 'pocketfront-tests', 'pocketfront', 'ca')

/** Sends one request over a connection of its own and reads the answer to its end. */
async function send(
  front: Pocketfront,
  path: string,
  { method = 'GET', headers = {}, body, https = false }: Ask,
): Promise<Answer> {
  const name = ((headers as Record<string, string>)['host'] ?? 'localhost').replace(/:\d+$/, '')
  const tls = https ? { ca: await front.ca(), servername: name } : {}
  return new Promise((resolve, reject) => {
    const request = (https ? httpsRequest : httpRequest)(
      {
        host: '127.0.0.1',
        port: https ? front.httpsPort : front.port,
        ...tls,
        path,
        method,
        agent: false,
        maxHeaderSize: 128 * 1024,
        headers: headers as Record<string, string>,
      },
      (message) => {
        read(message).then(({ bytes, broken }) => resolve(toAnswer(message, bytes, broken, front)), reject)
      },
    )
    request.on('error', reject)
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) request.end(body)
    else body.pipe(request)
  })
}

function read(message: IncomingMessage): Promise<{ bytes: Buffer; broken: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => resolve({ bytes: Buffer.concat(chunks), broken: false }))
    message.on('error', () => resolve({ bytes: Buffer.concat(chunks), broken: true }))
  })
}

function toAnswer(message: IncomingMessage, body: Buffer, broken: boolean, front: Pocketfront): Answer {
  const id = message.headers['x-amz-cf-id']
  return {
    status: message.statusCode ?? 0,
    statusText: message.statusMessage ?? '',
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    body,
    text: body.toString(),
    broken,
    trace: typeof id === 'string' ? front.traces.get(id) : null,
  }
}
