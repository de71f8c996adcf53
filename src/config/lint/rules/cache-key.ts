// Traps of what is, and what is not, in the cache key.
import { classOf } from '../origin-class.ts'
import { eachBehavior, type LintBehavior, type LintRule } from '../rule.ts'

const HEADERS_PAGE = 'Cache content based on request headers'
const COOKIES_PAGE = 'Cache content based on cookies'
/** (Developer Guide) */
export const QUERY_PAGE = 'Cache content based on query string parameters'

export const authorizationNotInKey: LintRule = {
  id: 'authorization-not-in-key',
  title: 'Authorization reaches the origin, but is not in the key',
  why: 'The answer to one user is stored and given to all others who ask for the same URL, unless the origin marks each such response as private.',
  page: HEADERS_PAGE,
  check: eachBehavior(({ caching, name }) =>
    caching.isOn && caching.sends('authorization') && !caching.keyHeaders.includes('authorization')
      ? {
          key: 'OriginRequestPolicy',
          message: `${name} shows the origin who asks and may then give that answer to anybody`,
          fix: 'list Authorization in the cache policy, or switch caching off with CachingDisabled',
        }
      : null,
  ),
}

export const cookiesNotInKey: LintRule = {
  id: 'cookies-not-in-key',
  title: 'cookies reach the origin, but are not in the key',
  why: 'An origin that answers by cookie, with a session or a language, has its answer stored for everybody.',
  page: COOKIES_PAGE,
  check: eachBehavior(({ caching, name }) =>
    caching.isOn && caching.sentCookies !== 'none' && caching.keyCookies === 'none'
      ? {
          key: 'OriginRequestPolicy',
          message: `${name} forwards cookies and caches as if there were none`,
          fix: 'name the cookies that change the answer in the cache policy, and forward no others',
        }
      : null,
  ),
}

export const queryStringsNotInKey: LintRule = {
  id: 'query-strings-not-in-key',
  title: 'query strings reach the origin, but are not in the key',
  why: 'All query strings of a path share one object: the second search gets the results of the first.',
  page: QUERY_PAGE,
  check: eachBehavior(({ caching, name }) =>
    caching.isOn && caching.sentQueryStrings !== 'none' && caching.keyQueryStrings === 'none'
      ? {
          key: 'OriginRequestPolicy',
          message: `${name} forwards query strings and caches as if there were none`,
          fix: 'name the query strings that change the answer in the cache policy',
        }
      : null,
  ),
}

export const originNotInKey: LintRule = {
  id: 'origin-header-not-in-key',
  title: 'Origin reaches the origin, but is not in the key',
  why: 'CORS headers are stored with the object. If the first request comes without an Origin header, or from another site, its answer is what pages of all sites get.',
  page: HEADERS_PAGE,
  check: eachBehavior(({ caching, behavior, name, origins }) =>
    caching.isOn &&
    caching.sends('origin') &&
    !caching.keyHeaders.includes('origin') &&
    behavior.ResponseHeadersPolicy?.CorsConfig?.OriginOverride !== true &&
    origins.some((origin) => classOf(origin) === 'bucket')
      ? {
          key: 'OriginRequestPolicy',
          message: `${name} stores the CORS headers that the first requester got, for all`,
          fix: 'list Origin in the cache policy, or set CORS with a response headers policy',
        }
      : null,
  ),
}

export const userAgentInKey: LintRule = {
  id: 'user-agent-in-key',
  title: 'User-Agent is in the key',
  why: 'There are thousands of its values, so that nearly every request is a miss.',
  page: HEADERS_PAGE,
  check: eachBehavior(({ caching, name }) =>
    caching.isOn && caching.keyHeaders.includes('user-agent')
      ? {
          key: keyOf(caching.kind),
          message: `${name} stores an object for each of thousands of browsers`,
          fix: 'CloudFront-Is-Mobile-Viewer and its sisters tell the kind of device',
        }
      : null,
  ),
}

/** Differs for each viewer, or nearly so. */
const SCATTERED =
  /^(?:cookie|referer|date|user-agent|x-forwarded-for|x-amz-cf-id|x-request-id|traceparent|if-.*|cloudfront-viewer-(?:address|latitude|longitude|postal-code|ja[34]-fingerprint|asn|city|header-order|header-count|tls))$/

export const scatteredHeaderInKey: LintRule = {
  id: 'viewer-header-in-key',
  title: 'a header that differs for nearly each viewer is in the key',
  why: 'Each value makes an object of its own, so that next to nothing is a hit.',
  page: HEADERS_PAGE,
  check: eachBehavior(({ caching, name }) => {
    const scattered = caching.keyHeaders.filter((it) => it !== 'user-agent' && SCATTERED.test(it))
    if (!caching.isOn || scattered.length === 0) return null
    return {
      key: keyOf(caching.kind),
      message: `${name} stores an object for each value of ${scattered.join(' and ')}`,
      fix: 'forward it with an origin request policy if the origin only reads it',
    }
  }),
}

export const allCookiesInKey: LintRule = {
  id: 'all-cookies-in-key',
  title: 'all cookies are in the key',
  why: 'Cookies of analytics and sessions differ for each visitor, so that each has objects of their own and hits are rare.',
  page: COOKIES_PAGE,
  check: eachBehavior(({ caching, name }) =>
    caching.isOn && caching.keyCookies === 'all' && caching.DefaultTTL > 0
      ? {
          key: keyOf(caching.kind),
          message: `${name} stores objects for each visitor: any cookie makes another one`,
          fix: 'name the cookies that change the answer',
        }
      : null,
  ),
}

export const queryStringsOfBucket: LintRule = {
  id: 'query-strings-of-bucket',
  title: 'a bucket answers alike for all query strings, but they are in the key',
  why: 'Tracking parameters such as utm_source make another copy of the same file for each of their values.',
  page: QUERY_PAGE,
  check: eachBehavior(({ caching, name, origins, behavior }) =>
    caching.isOn &&
    caching.keyQueryStrings === 'all' &&
    behavior.FunctionAssociations.length + behavior.LambdaFunctionAssociations.length === 0 &&
    isBucketAlone(origins)
      ? {
          key: keyOf(caching.kind),
          message: `${name} stores a file of ${origins[0]?.Id} anew for each query string`,
          fix: 'leave query strings out of the key, or name those that a function reads',
        }
      : null,
  ),
}

function isBucketAlone(origins: LintBehavior['origins']): boolean {
  return origins.length > 0 && origins.every((origin) => classOf(origin) === 'bucket')
}

export const uncachedForwardsNothing: LintRule = {
  id: 'uncached-forwards-nothing',
  title: 'caching is off, and nothing of the request is forwarded',
  why: 'CachingDisabled has no key, and what is in no key is not forwarded: without an origin request policy the origin gets neither query strings nor cookies nor Authorization.',
  page: 'Control origin requests with a policy',
  check: eachBehavior(({ caching, behavior, name, origins }) => {
    const { Cache } = behavior
    if (Cache.kind !== 'policy' || caching.isOn || Cache.OriginRequestPolicy !== null) return null
    if (origins.some((origin) => classOf(origin) === 'bucket' || classOf(origin) === 'website')) return null
    return {
      key: 'CachePolicy',
      message: `${name} sends the origin no query strings, cookies or Authorization`,
      fix: 'add OriginRequestPolicyId of AllViewerExceptHostHeader, b689b0a8-53d0-40ab-baf2-68738e2966ac',
    }
  }),
}

/** Where the key is written. */
export function keyOf(kind: LintBehavior['caching']['kind']): string {
  return kind === 'policy' ? 'CachePolicy' : 'ForwardedValues'
}
