// Which headers a function may see and change. (Developer Guide, 'Restrictions on all edge functions')
import { headerName } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import { refuse, refuseDisallowedHeader, refuseReadOnlyHeader } from './failures.ts'
import type { Refusal } from './failures.ts'
import type { EventType } from '../model/functions.ts'

const DISALLOWED = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'upgrade',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-amzn-auth',
  'x-amzn-cf-billing',
  'x-amzn-cf-id',
  'x-amzn-cf-xff',
  'x-amzn-errortype',
  'x-amzn-fle-profile',
  'x-amzn-header-count',
  'x-amzn-header-order',
  'x-amzn-lambda-integration-tag',
  'x-amzn-requestid',
  'x-cache',
  'x-forwarded-proto',
  'x-real-ip',
])
const DISALLOWED_PREFIXES = ['x-amz-cf-', 'x-edge-'] as const

/** Read-only headers of Lambda@Edge by event. */
const READ_ONLY: Record<EventType, readonly string[]> = {
  'viewer-request': ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'],
  'origin-request': [
    'accept-encoding',
    'cdn-loop',
    'content-length',
    'if-modified-since',
    'if-none-match',
    'if-range',
    'if-unmodified-since',
    'transfer-encoding',
    'via',
  ],
  'origin-response': ['transfer-encoding', 'via'],
  'viewer-response': ['warning', 'via', 'content-length', 'content-encoding', 'transfer-encoding'],
}

/** Headers that every function has hidden from it and may not add. */
export function isDisallowed(lowerName: string): boolean {
  if (lowerName.charCodeAt(0) === 120 /* x */) {
    for (const prefix of DISALLOWED_PREFIXES) if (lowerName.startsWith(prefix)) return true
  }
  return DISALLOWED.has(lowerName)
}

/** Compares the headers a function returned with those it was given; null when it kept to the rules. */
export function checkHeaderChanges(event: EventType, before: Headers, after: Headers): Refusal | null {
  const added = checkAddedHeaders(event, after)
  if (added !== null) return added
  if (event === 'viewer-request' && after.has('cloudfront-viewer-country')) {
    if (!hasSameValues(before, after, 'cloudfront-viewer-country')) {
      return refuse('A viewer-request function must not set CloudFront-Viewer-Country.')
    }
  }
  for (const name of READ_ONLY[event]) {
    if (hasSameValues(before, after, name)) continue
    const verb = !after.has(name) ? 'delete' : before.has(name) ? 'change' : 'add'
    return refuseReadOnlyHeader(`function tried to ${verb} read-only header, headerName : ${name}`)
  }
  return null
}

/** A response that a function makes itself has no earlier headers to compare with. */
export function checkAddedHeaders(event: EventType, after: Headers): Refusal | null {
  const { pairs } = after
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower } = headerName(pairs[i]!)
    if (isDisallowed(lower))
      return refuseDisallowedHeader(`${event} functions must not set the header ${lower}`)
  }
  return null
}

/** Puts the headers that were hidden from the function back. */
export function withHidden(before: Headers, after: Headers): Headers {
  const { pairs } = before
  for (let i = 0; i < pairs.length; i += 2) {
    if (!isDisallowed(headerName(pairs[i]!).lower)) continue
    return new Headers([...after.pairs, ...before.filter(isDisallowed).pairs])
  }
  return after
}

function hasSameValues(before: Headers, after: Headers, name: string): boolean {
  const first = before.get(name)
  const now = after.get(name)
  if (first === null || now === null) return first === now
  const was = before.all(name)
  const is = after.all(name)
  return was.length === is.length && was.every((value, i) => value === is[i])
}
