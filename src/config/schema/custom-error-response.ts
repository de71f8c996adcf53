// CustomErrorResponses of a configuration -> the model.
import type { CustomErrorResponse } from '../../model/distribution.ts'
import type { Fields } from '../nodes/fields.ts'
import type { Places } from '../nodes/places.ts'

const ERROR_CODES = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
const RESPONSE_CODES = [200, ...ERROR_CODES]

/** (API Reference, 'CustomErrorResponse') One entry per error code; page and response code come together. */
export function readCustomErrorResponses(parent: Fields, places: Places): CustomErrorResponse[] {
  const seen = new Set<number>()
  return parent.maps('CustomErrorResponses').map((fields) => {
    const response = readOne(fields)
    if (seen.has(response.ErrorCode)) {
      fields.report.error(
        fields.at('ErrorCode'),
        'InvalidArgument',
        `${response.ErrorCode} has an entry already`,
      )
    }
    seen.add(response.ErrorCode)
    return places.note(response, fields)
  })
}

function readOne(fields: Fields): CustomErrorResponse {
  const ErrorCode = fields.integer('ErrorCode', {
    required: true,
    code: 'InvalidErrorCode',
    allowed: oneOf(ERROR_CODES),
  })
  const page = fields.name('ResponsePagePath')
  // AWS writes '' where no code is set.
  const hasCode = fields.name('ResponseCode') !== null
  const codeRule = { code: 'InvalidResponseCode', allowed: oneOf(RESPONSE_CODES) }
  const ResponseCode = hasCode ? fields.integer('ResponseCode', codeRule) : null
  const ttl = fields.integer('ErrorCachingMinTTL', { min: 0 })
  checkPage(fields, page, hasCode)
  fields.finish()
  const response: CustomErrorResponse = { ErrorCode: ErrorCode ?? 0, ErrorCachingMinTTL: ttl ?? 10 }
  return page === null || ResponseCode === null
    ? response
    : { ...response, ResponsePagePath: page, ResponseCode }
}

function checkPage(fields: Fields, page: string | null, hasCode: boolean): void {
  const { report } = fields
  if (page !== null && !/^\/[^\s?#]*$/.test(page)) {
    report.error(
      fields.at('ResponsePagePath'),
      'InvalidRelativePath',
      `'${page}' is not a path that starts with a slash`,
    )
  }
  if (page !== null && !hasCode)
    report.error(fields.at('ResponsePagePath'), 'InvalidArgument', 'needs a ResponseCode')
  if (page === null && hasCode)
    report.error(fields.at('ResponseCode'), 'InvalidArgument', 'needs a ResponsePagePath')
}

function oneOf(codes: readonly number[]): { test: (value: number) => boolean; words: string } {
  return { test: (value) => codes.includes(value), words: `one of ${codes.join(', ')}` }
}
