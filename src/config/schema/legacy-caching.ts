// ForwardedValues with its three TTLs: the caching rules from before cache policies.
import type { CacheSettings } from '../../model/cache-behavior.ts'
import type { ForwardedValues } from '../../model/policies.ts'
import type { Fields } from '../nodes/fields.ts'
import type { Form } from '../readers/source.ts'
import { checkKeyHeaders } from './header-names.ts'
import { readTtls } from './ttl.ts'

const QUERY = 'InvalidQueryStringParameters'
const MAX_NAMES = 10

/** (API Reference, 'ForwardedValues') Call it only where ForwardedValues stands. */
export function readLegacyCaching(behavior: Fields, form: Form): CacheSettings {
  const ttls = readTtls(behavior, 'InvalidTTLOrder', form === 'api')
  const fields = behavior.fields('ForwardedValues')
  if (fields === null) return { kind: 'legacy', ForwardedValues: NOTHING, ...ttls }
  const QueryString = fields.boolean('QueryString', { required: form === 'api' }) ?? false
  const keys = fields.texts('QueryStringCacheKeys').map((item) => item.text)
  const headerTexts = fields.texts('Headers')
  const headers = headerTexts.map((item) => item.text)
  checkKeyHeaders(headerTexts, false, fields.report)
  const values: ForwardedValues = {
    QueryString,
    QueryStringCacheKeys: keys,
    Cookies: readCookies(fields, form),
    Headers: headers,
  }
  const { report } = fields
  if (keys.length > 0 && !QueryString) {
    report.error(fields.at('QueryStringCacheKeys'), QUERY, 'needs QueryString: true')
  }
  if (headers.includes('*') && headers.length > 1) {
    report.error(fields.at('Headers'), 'InvalidArgument', "'*' means all headers and stands alone")
  }
  if (headers.includes('*') && ttls.MinTTL > 0) {
    report.error(
      behavior.at('MinTTL'),
      'InvalidArgument',
      "must be 0 when Headers is '*', which switches caching off",
    )
  }
  warnTooMany(fields, 'Headers', headers.length, 'TooManyHeadersInForwardedValues')
  warnTooMany(fields, 'QueryStringCacheKeys', keys.length, 'TooManyQueryStringParameters')
  fields.finish()
  return { kind: 'legacy', ForwardedValues: values, ...ttls }
}

const NOTHING: ForwardedValues = {
  QueryString: false,
  QueryStringCacheKeys: [],
  Cookies: { Forward: 'none', WhitelistedNames: [] },
  Headers: [],
}

function readCookies(parent: Fields, form: Form): ForwardedValues['Cookies'] {
  const fields = parent.fields('Cookies', { required: form === 'api' })
  if (fields === null) return NOTHING.Cookies
  const words = ['none', 'whitelist', 'all'] as const
  const Forward = fields.choice('Forward', words, { required: true, code: 'InvalidForwardCookies' }) ?? 'none'
  const WhitelistedNames = fields.texts('WhitelistedNames').map((item) => item.text)
  const at = fields.at('WhitelistedNames')
  if (Forward === 'whitelist' && WhitelistedNames.length === 0) {
    fields.report.error(at, 'InvalidForwardCookies', 'whitelist needs at least one name')
  }
  if (Forward !== 'whitelist' && WhitelistedNames.length > 0) {
    fields.report.error(at, 'InvalidForwardCookies', `names are for Forward: whitelist, not for ${Forward}`)
  }
  warnTooMany(fields, 'WhitelistedNames', WhitelistedNames.length, 'TooManyCookieNamesInWhiteList')
  fields.finish()
  return { Forward, WhitelistedNames }
}

function warnTooMany(fields: Fields, name: string, count: number, code: string): void {
  if (count <= MAX_NAMES) return
  fields.report.warn(fields.at(name), code, `has more than ${MAX_NAMES} names, AWS's default quota`)
}
