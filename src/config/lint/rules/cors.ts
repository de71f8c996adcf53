// Traps of cross-origin requests.
import type { CorsConfig } from '../../../model/policies.ts'
import { classOf } from '../origin-class.ts'
import { eachBehavior, type LintRule } from '../rule.ts'
import { keyOf } from './cache-key.ts'

const PAGE = 'Understand response headers policies'
const HEADERS_PAGE = 'Cache content based on request headers'
const PREFLIGHT = ['origin', 'access-control-request-method', 'access-control-request-headers']
const ASKS_FIRST = ['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'ALL']

export const preflightRefused: LintRule = {
  id: 'preflight-refused',
  title: 'CORS with preflight, but OPTIONS is not allowed',
  why: 'A browser asks with OPTIONS before it sends PUT, DELETE or headers of its own. CloudFront answers 403 when the behavior does not allow OPTIONS, and the response headers policy changes nothing about that.',
  page: PAGE,
  check: eachBehavior(({ behavior, name }) => {
    const cors = behavior.ResponseHeadersPolicy?.CorsConfig ?? null
    if (cors === null || !needsPreflight(cors) || behavior.AllowedMethods.includes('OPTIONS')) return null
    return {
      key: 'AllowedMethods',
      message: `${name} promises CORS for ${cors.AccessControlAllowMethods.join(', ')} and refuses the preflight`,
      fix: 'AllowedMethods: [GET, HEAD, OPTIONS], or all seven',
    }
  }),
}

function needsPreflight({ AccessControlAllowMethods }: CorsConfig): boolean {
  return AccessControlAllowMethods.some((method) => ASKS_FIRST.includes(method))
}

export const bucketCorsNotForwarded: LintRule = {
  id: 'bucket-cors-not-forwarded',
  title: 'OPTIONS goes to a bucket without the headers of CORS',
  why: 'S3 adds CORS headers only to requests that bring Origin, and Access-Control-Request-Method and -Headers with a preflight. CloudFront removes them unless they are listed.',
  page: HEADERS_PAGE,
  check: eachBehavior(({ behavior, caching, origins, name }) => {
    if ((behavior.ResponseHeadersPolicy?.CorsConfig ?? null) !== null) return null
    if (!behavior.AllowedMethods.includes('OPTIONS')) return null
    if (!origins.some((origin) => classOf(origin) === 'bucket')) return null
    const missing = PREFLIGHT.filter((header) => !caching.sends(header))
    if (missing.length === 0) return null
    return {
      key: 'AllowedMethods',
      message: `${name} lets preflights pass, but the bucket does not see ${missing.join(', ')}`,
      fix: 'OriginRequestPolicy: CORS-S3Origin, with Origin in the cache policy; or a response headers policy with CORS',
    }
  }),
}

export const preflightsShared: LintRule = {
  id: 'preflights-shared',
  title: 'answers to OPTIONS are cached, and shared by all sites',
  why: 'A cached answer to a preflight is given to every site that asks for the same URL, unless Origin and Access-Control-Request-Headers and -Method are in the key.',
  page: HEADERS_PAGE,
  check: eachBehavior(({ behavior, caching, name }) => {
    if (!caching.isOn || !behavior.CachedMethods.includes('OPTIONS')) return null
    if (behavior.ResponseHeadersPolicy?.CorsConfig?.OriginOverride === true) return null
    const missing = PREFLIGHT.filter((header) => !caching.keyHeaders.includes(header))
    if (missing.length === 0) return null
    return {
      key: keyOf(caching.kind),
      message: `${name} caches preflights without ${missing.join(', ')} in the key`,
      fix: 'list the three headers in the cache policy, or leave OPTIONS out of CachedMethods',
    }
  }),
}

export const corsOverridesOrigin: LintRule = {
  id: 'cors-overrides-origin',
  title: "the response headers policy replaces an API's own CORS headers",
  why: 'With OriginOverride the policy goes before what the origin answers. Allowed origins, credentials and exposed headers that an API decides for each request are lost.',
  page: PAGE,
  check: eachBehavior(({ behavior, origins, name }) =>
    behavior.ResponseHeadersPolicy?.CorsConfig?.OriginOverride === true &&
    behavior.AllowedMethods.includes('POST') &&
    origins.some((origin) => classOf(origin) !== 'bucket')
      ? {
          key: 'ResponseHeadersPolicy',
          message: `${name} replaces the CORS headers of ${origins[0]?.Id} by those of the policy`,
          fix: 'OriginOverride: false keeps those that the origin sends',
        }
      : null,
  ),
}
