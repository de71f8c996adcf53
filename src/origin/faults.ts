// Responses that are proper HTTP and that CloudFront answers with an error of its own all the same.
import type { ExchangeResponse } from './exchange.ts'
import { incorrectResponse, type OriginFailure } from './failures.ts'
import type { OriginRequest } from '../message/requests.ts'
import { QUOTAS } from '../model/quotas.ts'

const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(?:\d{1,15}|\*)$/i

/** What is wrong with a response, or null. Decided from its head: nothing of it goes out. */
export function findFault(
  { status, headers }: Pick<ExchangeResponse, 'status' | 'headers'>,
  { method, key }: Pick<OriginRequest, 'method' | 'key'>,
): OriginFailure | null {
  const length = headers.get('content-length')
  if (length === null) {
    // ('Request and response behavior for custom origins', transfer encoding)
    const framing = headers.get('transfer-encoding')
    if (framing === null) return null
    const detail = `Transfer-Encoding: ${framing}; of codings for the transfer only chunked is supported, Content-Encoding says how the content is encoded`
    return incorrectResponse('OriginInvalidResponseError', detail)
  }
  if (status === 206) {
    const range = CONTENT_RANGE.exec(headers.get('content-range') ?? '')
    const bytes = range === null ? null : Number(range[2]) - Number(range[1]) + 1
    if (bytes !== null && bytes !== Number(length)) {
      const detail = `Content-Range names ${bytes} bytes, Content-Length ${length}`
      return incorrectResponse('OriginContentRangeLengthError', detail)
    }
  }
  // With caching off it is passed through.
  if (key !== '' && method === 'GET' && Number(length) > QUOTAS.cacheableObjectBytes) {
    const detail = `${length} bytes are more than the ${QUOTAS.cacheableObjectBytes} of the largest object with caching on; ask for ranges`
    return incorrectResponse('OriginError', detail)
  }
  return null
}
