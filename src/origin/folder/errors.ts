// S3's error answers as status and XML.

/** Status and message by code. (Amazon S3 API Reference, 'Error responses') */
const ERRORS = {
  AccessDenied: [403, 'Access Denied'],
  AccessForbidden: [403, 'CORSResponse: CORS is not enabled for this bucket.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, 'Your key is too long'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
} as const

/** What S3 refuses or cannot find, and the elements that its document adds. */
export interface S3Error {
  readonly code: keyof typeof ERRORS
  readonly details?: Readonly<Record<string, string>>
}

/** Status and XML text of an error; the two ids are those of the answer's headers. */
export function toErrorDocument(
  error: S3Error,
  requestId: string,
  hostId: string,
): { readonly status: number; readonly xml: string } {
  const [status, message] = ERRORS[error.code]
  const elements = {
    Code: error.code,
    Message: message,
    ...error.details,
    RequestId: requestId,
    HostId: hostId,
  }
  const text = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
  return { status, xml: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${text.join('')}</Error>` }
}

/** Status, code and message of an error, for other documents than XML. */
export function describeS3Error({ code }: S3Error): { readonly status: number; readonly message: string } {
  const [status, message] = ERRORS[code]
  return { status, message }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** Characters that have no place in XML 1.0, not even escaped. */
const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

/** Text between tags, of XML and HTML alike. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ESCAPES[character]!).replace(NOT_IN_XML, '\uFFFD')
}
