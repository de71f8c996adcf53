// CachePolicyConfig and OriginRequestPolicyConfig -> the policies of the model.
import type { CachePolicy, OriginRequestPolicy } from '../../model/policies.ts'
import type { Fields } from '../nodes/fields.ts'
import { checkKeyHeaders, checkOriginRequestHeaders } from './header-names.ts'
import { readSelection } from './items.ts'
import { readTtls } from './ttl.ts'

/** What a policy is called when its text does not say so. */
export interface PolicyName {
  readonly Id: string
  readonly Name: string
}

const INVALID = 'InvalidArgument'
/** Of headers, cookies and query strings together. */
const MAX_NAMES_LENGTH = 1024
const CACHE_ITEMS = ['none', 'whitelist', 'allExcept', 'all'] as const

/** (API Reference, 'CachePolicyConfig') A policy of our own files may leave everything out: the key is the path. */
export function readCachePolicy(fields: Fields, name: PolicyName, isStrict: boolean): CachePolicy {
  fields.ignore(['Id', 'Name', 'Comment'])
  const ttls = readTtls(fields, INVALID, isStrict)
  const key = fields.fields('ParametersInCacheKeyAndForwardedToOrigin', { required: isStrict })
  const shape = { isRequired: isStrict }
  const gzip = key?.boolean('EnableAcceptEncodingGzip', { required: isStrict }) ?? false
  const brotli = key?.boolean('EnableAcceptEncodingBrotli') ?? false
  const policy: CachePolicy = {
    ...name,
    ...ttls,
    EnableAcceptEncodingGzip: gzip,
    EnableAcceptEncodingBrotli: brotli,
    Headers: readSelection(key, {
      ...shape,
      config: 'HeadersConfig',
      behavior: 'HeaderBehavior',
      names: 'Headers',
      behaviors: ['none', 'whitelist'],
      tooMany: 'TooManyHeadersInCachePolicy',
      check: (names) => checkKeyHeaders(names, gzip || brotli, fields.report),
    }),
    Cookies: readSelection(key, {
      ...shape,
      config: 'CookiesConfig',
      behavior: 'CookieBehavior',
      names: 'Cookies',
      behaviors: CACHE_ITEMS,
      tooMany: 'TooManyCookiesInCachePolicy',
    }),
    QueryStrings: readSelection(key, {
      ...shape,
      config: 'QueryStringsConfig',
      behavior: 'QueryStringBehavior',
      names: 'QueryStrings',
      behaviors: CACHE_ITEMS,
      tooMany: 'TooManyQueryStringsInCachePolicy',
    }),
  }
  if (key !== null) checkKey(policy, key)
  warnOfLength(policy, fields)
  key?.finish()
  fields.finish()
  return policy
}

/** With MaxTTL 0 there is no key to form. */
function checkKey(policy: CachePolicy, key: Fields): void {
  const { report } = key
  if (policy.MaxTTL > 0) return
  const parts: readonly [string, boolean][] = [
    ['EnableAcceptEncodingGzip', policy.EnableAcceptEncodingGzip],
    ['EnableAcceptEncodingBrotli', policy.EnableAcceptEncodingBrotli],
    ['HeadersConfig', policy.Headers.behavior !== 'none'],
    ['CookiesConfig', policy.Cookies.behavior !== 'none'],
    ['QueryStringsConfig', policy.QueryStrings.behavior !== 'none'],
  ]
  for (const [name, isSet] of parts) {
    const message = 'must not be set when MaxTTL is 0, which switches caching off'
    if (isSet) report.error(key.at(name), INVALID, message, 'forward it with an origin request policy')
  }
}

/** (Developer Guide, 'Quotas') */
function warnOfLength(policy: CachePolicy | OriginRequestPolicy, fields: Fields): void {
  const { Headers, Cookies, QueryStrings } = policy
  const length = [...Headers.names, ...Cookies.names, ...QueryStrings.names].join('').length
  if (length <= MAX_NAMES_LENGTH) return
  const message = `its names have ${length} characters; AWS takes ${MAX_NAMES_LENGTH} at most`
  fields.report.warn(fields, INVALID, message)
}

/** (API Reference, 'OriginRequestPolicyConfig') */
export function readOriginRequestPolicy(
  fields: Fields,
  name: PolicyName,
  isStrict: boolean,
): OriginRequestPolicy {
  fields.ignore(['Id', 'Name', 'Comment'])
  const shape = { isRequired: isStrict }
  const policy: OriginRequestPolicy = {
    ...name,
    Headers: readSelection(fields, {
      ...shape,
      config: 'HeadersConfig',
      behavior: 'HeaderBehavior',
      names: 'Headers',
      behaviors: ['none', 'whitelist', 'allViewer', 'allViewerAndWhitelistCloudFront', 'allExcept'],
      tooMany: 'TooManyHeadersInOriginRequestPolicy',
      check: (names) => checkOriginRequestHeaders(names, fields.report),
    }),
    Cookies: readSelection(fields, {
      ...shape,
      config: 'CookiesConfig',
      behavior: 'CookieBehavior',
      names: 'Cookies',
      behaviors: ['none', 'whitelist', 'all', 'allExcept'],
      tooMany: 'TooManyCookiesInOriginRequestPolicy',
    }),
    QueryStrings: readSelection(fields, {
      ...shape,
      config: 'QueryStringsConfig',
      behavior: 'QueryStringBehavior',
      names: 'QueryStrings',
      behaviors: ['none', 'whitelist', 'all', 'allExcept'],
      tooMany: 'TooManyQueryStringsInOriginRequestPolicy',
    }),
  }
  warnOfLength(policy, fields)
  fields.finish()
  return policy
}
