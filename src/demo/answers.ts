// What the demo API answers on each path.

/** A request as the API sees it: what CloudFront forwarded. */
export interface ApiRequest {
  readonly method: string
  readonly url: string
  /** Name, value, name, value, … */
  readonly rawHeaders: readonly string[]
  readonly bodyBytes: number
  /** How many requests have reached this origin, this one included. */
  readonly hits: number
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Sent after a while. */
  readonly isSlow: boolean
}

const UNCHANGED_TAG = '"demo-1"'

/** Each path shows one rule of caching; `hits` in the answer tells whether the origin was asked. */
export function answerApi(request: ApiRequest): ApiAnswer {
  const { hits } = request
  const [path = '/'] = request.url.split('?', 1)
  switch (path) {
    case '/api/time':
      return toJson(200, 'max-age=5', { about: 'fresh for 5 seconds', time: now(), hits })
    case '/api/slow':
      return {
        ...toJson(200, 'max-age=30', { about: 'slow to make, fresh for 30 seconds', time: now(), hits }),
        isSlow: true,
      }
    case '/api/private':
      return toJson(200, 'private', { about: 'for one viewer only, so never cached', time: now(), hits })
    case '/api/unchanged':
      return answerUnchanged(request)
    case '/api/echo':
      return toJson(200, 'no-store', { ...toEcho(request), hits })
    case '/api/error':
      return toJson(500, null, { about: 'the origin failed; CloudFront remembers it for 10 seconds', hits })
    default:
      return toJson(404, null, { about: `there is no ${path}`, hits })
  }
}

/** After two seconds CloudFront asks whether its copy is still good, and 304 says yes. */
function answerUnchanged(request: ApiRequest): ApiAnswer {
  const known = toLists(request.rawHeaders)['if-none-match'] ?? []
  const answer = toJson(200, 'max-age=2', { about: 'never changes, checked again every 2 seconds' })
  const headers = { ...answer.headers, ETag: UNCHANGED_TAG }
  return known.some((tag) => tag.includes(UNCHANGED_TAG))
    ? { ...answer, status: 304, headers, body: '' }
    : { ...answer, headers }
}

function toEcho(request: ApiRequest): object {
  return {
    about: 'what CloudFront sent to the origin',
    method: request.method,
    url: request.url,
    bodyBytes: request.bodyBytes,
    headers: toLists(request.rawHeaders),
  }
}

function toJson(status: number, cacheControl: string | null, value: object): ApiAnswer {
  const body = `${JSON.stringify(value, null, 2)}\n`
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Content-Length': `${Buffer.byteLength(body)}`,
  }
  if (cacheControl !== null) headers['Cache-Control'] = cacheControl
  return { status, headers, body, isSlow: false }
}

function toLists(rawHeaders: readonly string[]): Record<string, string[]> {
  const lists = new Map<string, string[]>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    lists.set(name, [...(lists.get(name) ?? []), rawHeaders[i + 1]!])
  }
  return Object.fromEntries(lists)
}

/** An origin is another machine: its clock is not the product's, and nobody can turn it. */
function now(): string {
  return new Date(performance.timeOrigin + performance.now()).toISOString()
}
