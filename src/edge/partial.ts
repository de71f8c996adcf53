// What a viewer gets in place of a whole object: 304, 412, one part, several parts, or 416.
import type { ViewerAnswer } from './visit.ts'
import { findFailedPrecondition, findNotModified, ifRangeMatches } from '../message/conditional.ts'
import type { Headers } from '../message/headers.ts'
import { toMultipart } from '../message/multipart.ts'
import { selectRange, toContentRange, type ByteSpan, type RangeSelection } from '../message/range.ts'
import type { ViewerRequest } from '../message/requests.ts'
import type { Trace } from '../message/trace.ts'
import type { CutReason } from '../model/result-types.ts'

/** Headers that describe content; an answer without content leaves them out (RFC 9110, section 15.4.5). */
const OF_CONTENT = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
])

/** 304 or 412 where a condition of the viewer says so, in the order of RFC 9110, section 13.2.2. */
export function toConditionAnswer(
  request: ViewerRequest,
  answer: ViewerAnswer,
  trace: Trace,
): ViewerAnswer | null {
  const { headers, status } = answer
  // Of other methods only a cached OPTIONS comes this way, which has no version.
  if (request.method !== 'GET' && request.method !== 'HEAD') return null
  const failed = findFailedPrecondition(request.headers, headers)
  if (failed !== null) {
    trace.cut = failed === 'If-Match' ? 'if-match' : 'if-unmodified-since'
    return toEmpty(answer, 412, headers)
  }
  const met = findNotModified(request.headers, status, headers)
  if (met === null) return null
  trace.cut = met === 'If-None-Match' ? 'if-none-match' : 'if-modified-since'
  return {
    ...answer,
    status: 304,
    statusText: '',
    headers: headers.filter((name) => !OF_CONTENT.has(name)),
    delivered: { kind: 'none' },
  }
}

/** Why a Range that CloudFront understands, or does not, brings all of the object. */
const WHOLE_BECAUSE: Readonly<
  Record<Extract<RangeSelection, { kind: 'whole' }>['because'], CutReason | null>
> = {
  'no-range': null,
  'other-unit': 'range-other-unit',
  invalid: 'range-invalid',
  'not-ascending': 'ranges-not-ascending',
  'empty-object': 'range-of-nothing',
}

/**
 * A range of a cached object; what the origin has just sent is passed on as it is.
 * ('How CloudFront processes partial requests for an object (range GETs)')
 */
export function selectPart(
  request: ViewerRequest,
  answer: ViewerAnswer,
  isCached: boolean,
  trace: Trace,
): ViewerAnswer {
  const { body, headers } = answer
  const range = request.headers.get('range')
  if (range === null || request.method !== 'GET') return answer
  if (!isCached) {
    trace.cut = 'range-not-answered'
    return answer
  }
  if (!ifRangeMatches(request.headers, headers)) {
    trace.cut = 'range-if-range-differs'
    return answer
  }
  const size = body.state === 'complete' ? body.bytes : toAnnouncedSize(headers)
  if (size === null || body.state === 'failed') {
    trace.cut = 'range-length-unknown'
    return answer
  }
  const selected = selectRange(range, size)
  switch (selected.kind) {
    case 'whole':
      trace.cut = WHOLE_BECAUSE[selected.because]
      return answer
    case 'unsatisfiable':
      trace.cut = 'range-unsatisfiable'
      return toEmpty(answer, 416, headers.plus('Content-Range', `bytes */${size}`))
    case 'part':
      trace.cut = 'range'
      return {
        ...answer,
        status: 206,
        statusText: '',
        headers: headers
          .with('content-length', String(selected.last - selected.first + 1))
          .plus('Content-Range', toContentRange(selected, size)),
        delivered: selected,
      }
    case 'parts':
      trace.cut = 'ranges'
      return toSeveral(answer, selected.parts, size, trace.id)
  }
}

/** Of a body that is still coming in. */
function toAnnouncedSize(headers: Headers): number | null {
  const length = headers.get('content-length')
  return length !== null && /^[0-9]{1,15}$/.test(length) ? Number(length) : null
}

function toEmpty(answer: ViewerAnswer, status: 412 | 416, headers: Headers): ViewerAnswer {
  return {
    ...answer,
    status,
    statusText: '',
    headers: headers
      .filter((name) => name === 'content-range' || !OF_CONTENT.has(name))
      .plus('Content-Length', '0'),
    delivered: { kind: 'none' },
    resultType: 'Error',
    detailedResultType: 'Error',
  }
}

/** Several ranges of a cached object. */
function toSeveral(answer: ViewerAnswer, parts: readonly ByteSpan[], size: number, id: string): ViewerAnswer {
  const { body, headers } = answer
  const ranges = parts.map((span) => ({ span, pieces: [{ body, ...span }] }))
  const multipart = toMultipart(ranges, size, headers.get('content-type'), id)
  return {
    ...answer,
    status: 206,
    statusText: '',
    headers: headers
      .with('content-length', String(multipart.length))
      .with('content-type', multipart.contentType),
    body: multipart.body,
    delivered: { kind: 'whole' },
  }
}
