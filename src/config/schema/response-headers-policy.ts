// ResponseHeadersPolicyConfig -> the policy of the model, security headers as name and value.
import type { CorsConfig, PolicyHeader, ResponseHeadersPolicy } from '../../model/policies.ts'
import type { Fields, Rule } from '../nodes/fields.ts'
import type { Located } from '../nodes/node.ts'
import type { PolicyName } from './cache-policy.ts'

const INVALID = 'InvalidArgument'
const CORS_METHODS = ['GET', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'ALL'] as const
const REFERRER_POLICIES = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const
/** Headers that a policy can neither add nor remove. (Developer Guide, 'Understand response headers policies') */
const READ_ONLY =
  /^(?:connection|content-encoding|content-length|expect|host|keep-alive|proxy-(?:authenticate|authorization|connection)|trailer|transfer-encoding|upgrade|via|warning|x-accel-(?:buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-(?:auth|cf-billing|cf-id|cf-xff|errortype|fle-profile|header-count|header-order|lambda-integration-tag|requestid)|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/i

/** ('Quotas', response headers policies) */
const MOST = { cspCharacters: 1783, customHeaders: 10 }

/** A token (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\da-z]+$/i
/** A control character, or one that does not fit in a byte. */
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** (API Reference, 'ResponseHeadersPolicyConfig') */
export function readResponseHeadersPolicy(
  fields: Fields,
  name: PolicyName,
  isStrict: boolean,
): ResponseHeadersPolicy {
  fields.ignore(['Id', 'Name', 'Comment'])
  const policy: ResponseHeadersPolicy = {
    ...name,
    CorsConfig: readCors(fields, isStrict),
    SecurityHeaders: readSecurityHeaders(fields),
    CustomHeaders: items(fields, 'CustomHeadersConfig').map(readCustomHeader),
    RemoveHeaders: items(fields, 'RemoveHeadersConfig').map(readRemovedHeader),
    ServerTiming: readServerTiming(fields),
  }
  if (policy.CustomHeaders.length > MOST.customHeaders) {
    const message = `has more than ${MOST.customHeaders} headers, AWS's default quota`
    const at = fields.at('CustomHeadersConfig')
    fields.report.warn(at, 'TooManyCustomHeadersInResponseHeadersPolicy', message)
  }
  fields.finish()
  return policy
}

/** `{Items: [..]}` as in AWS's forms, or a plain list. */
function items(fields: Fields, name: string): Fields[] {
  return fields.maps(name)
}

function readCors(parent: Fields, isStrict: boolean): CorsConfig | null {
  const cors = parent.fields('CorsConfig')
  if (cors === null) return null
  const required = { required: isStrict }
  for (const name of ['AccessControlAllowOrigins', 'AccessControlAllowHeaders']) {
    if (isStrict && !cors.has(name)) cors.report.error(cors.at(name), INVALID, 'is missing')
  }
  const config: CorsConfig = {
    AccessControlAllowOrigins: cors.texts('AccessControlAllowOrigins').map((item) => item.text),
    AccessControlAllowHeaders: readHeaderNames(cors, 'AccessControlAllowHeaders'),
    AccessControlAllowMethods: readCorsMethods(cors),
    AccessControlAllowCredentials: cors.boolean('AccessControlAllowCredentials', required) ?? false,
    AccessControlExposeHeaders: readHeaderNames(cors, 'AccessControlExposeHeaders'),
    AccessControlMaxAgeSec: cors.integer('AccessControlMaxAgeSec', { min: 0 }),
    OriginOverride: cors.boolean('OriginOverride', required) ?? true,
  }
  checkCredentials(config, cors)
  cors.finish()
  return config
}

function readHeaderNames(fields: Fields, list: string): string[] {
  return fields.texts(list).map(({ text, node }) => {
    checkHeaderName(text, node, fields)
    return text
  })
}

function readCorsMethods(cors: Fields): string[] {
  const methods: string[] = []
  for (const node of cors.list('AccessControlAllowMethods')) {
    const method = cors.toChoice(node, CORS_METHODS)
    if (method !== null) methods.push(method)
  }
  if (methods.includes('ALL') && methods.length > 1) {
    cors.report.error(cors.at('AccessControlAllowMethods'), INVALID, 'ALL stands alone')
  }
  return methods
}

/** Browsers take no wildcard together with credentials, so AWS refuses it. */
function checkCredentials(config: CorsConfig, cors: Fields): void {
  if (!config.AccessControlAllowCredentials) return
  const lists = [
    'AccessControlAllowOrigins',
    'AccessControlAllowHeaders',
    'AccessControlAllowMethods',
  ] as const
  for (const name of lists) {
    if (!config[name].some((item) => item === '*' || item === 'ALL')) continue
    cors.report.error(
      cors.at(name),
      INVALID,
      'cannot allow everything when AccessControlAllowCredentials is true',
    )
  }
}

/** The values are those of the guide's table. (Developer Guide, 'Understand response headers policies') */
function readSecurityHeaders(parent: Fields): PolicyHeader[] {
  const security = parent.fields('SecurityHeadersConfig')
  if (security === null) return []
  const headers: PolicyHeader[] = []
  const add = (setting: string, Header: string, toValue: (fields: Fields) => string | null) => {
    const fields = security.fields(setting)
    if (fields === null) return
    const Override = fields.boolean('Override', { required: true }) ?? false
    const Value = toValue(fields)
    fields.finish()
    if (Value !== null) headers.push({ Header, Value, Override })
  }
  add('StrictTransportSecurity', 'Strict-Transport-Security', toHsts)
  add('ContentTypeOptions', 'X-Content-Type-Options', () => 'nosniff')
  add('FrameOptions', 'X-Frame-Options', (it) =>
    it.choice('FrameOption', ['DENY', 'SAMEORIGIN'], { required: true }),
  )
  add('XSSProtection', 'X-XSS-Protection', toXssProtection)
  add('ReferrerPolicy', 'Referrer-Policy', (it) =>
    it.choice('ReferrerPolicy', REFERRER_POLICIES, { required: true }),
  )
  add('ContentSecurityPolicy', 'Content-Security-Policy', (it) => toContentSecurityPolicy(it))
  security.finish()
  return headers
}

function toContentSecurityPolicy(fields: Fields): string | null {
  const value = readHeaderValue(fields, 'ContentSecurityPolicy', { required: true })
  const { length } = value ?? ''
  if (length > MOST.cspCharacters) {
    const message = `has ${length} characters; AWS takes ${MOST.cspCharacters}`
    fields.report.warn(fields.at('ContentSecurityPolicy'), 'TooLongCSPInResponseHeadersPolicy', message)
  }
  return value
}

function toHsts(fields: Fields): string | null {
  const age = fields.integer('AccessControlMaxAgeSec', { min: 0, required: true })
  const subdomains = fields.boolean('IncludeSubdomains') === true ? '; includeSubDomains' : ''
  const preload = fields.boolean('Preload') === true ? '; preload' : ''
  return age === null ? null : `max-age=${age}${subdomains}${preload}`
}

function toXssProtection(fields: Fields): string {
  const isOn = fields.boolean('Protection', { required: true }) ?? false
  const blocks = fields.boolean('ModeBlock') ?? false
  const given = readHeaderValue(fields, 'ReportUri')
  const reportUri = given === '' ? null : given
  if (blocks && reportUri !== null) {
    fields.report.error(fields.at('ReportUri'), INVALID, 'cannot be set together with ModeBlock')
  }
  if (!isOn) return '0'
  if (blocks) return '1; mode=block'
  return reportUri === null ? '1' : `1; report=${reportUri}`
}

function readCustomHeader(fields: Fields): PolicyHeader {
  const header = {
    Header: readHeaderName(fields),
    Value: readHeaderValue(fields, 'Value', { required: true }) ?? '',
    Override: fields.boolean('Override', { required: true }) ?? false,
  }
  fields.finish()
  return header
}

function readRemovedHeader(fields: Fields): string {
  const name = readHeaderName(fields)
  fields.finish()
  return name
}

/** What stands in a block of its own (`Value: |`) ends in a line break that nobody means. */
function readHeaderValue(fields: Fields, name: string, rule: Rule = {}): string | null {
  const value = fields.text(name, rule)?.replace(/\r?\n$/, '') ?? null
  const found = value === null ? null : NOT_IN_A_VALUE.exec(value)
  if (found === null) return value
  const isBreak = /[\r\n]/.test(found[0])
  fields.report.error(
    fields.at(name),
    INVALID,
    isBreak ? 'has a line break, which no header can carry' : 'has a character that no header can carry',
    isBreak ? 'write it in one line, or as a block with >- in place of |' : null,
  )
  return value
}

function checkHeaderName(name: string, at: Located, { report }: Fields): void {
  if (!HEADER_NAME.test(name))
    report.error(at, INVALID, `${JSON.stringify(name)} is not the name of a header`)
}

function readHeaderName(fields: Fields): string {
  const given = fields.text('Header', { required: true })
  const name = given ?? ''
  if (given !== null) checkHeaderName(given, fields.at('Header'), fields)
  if (READ_ONLY.test(name)) {
    fields.report.error(
      fields.at('Header'),
      INVALID,
      `${name} is CloudFront's own and cannot be changed by a policy`,
    )
  }
  return name
}

function readServerTiming(parent: Fields): ResponseHeadersPolicy['ServerTiming'] {
  const fields = parent.fields('ServerTimingHeadersConfig')
  if (fields === null) return { Enabled: false, SamplingRate: 0 }
  const Enabled = fields.boolean('Enabled', { required: true }) ?? false
  const text = fields.text('SamplingRate')
  const SamplingRate = text === null ? 0 : Number(text)
  if (!(text === null || /^\d+(?:\.\d{1,4})?$/.test(text)) || SamplingRate > 100) {
    fields.report.error(
      fields.at('SamplingRate'),
      INVALID,
      `'${text}' is not a number from 0 to 100 with up to four decimals`,
    )
  }
  fields.finish()
  return { Enabled, SamplingRate }
}
