// Which of the viewer's headers a behavior sends to the origin.
import { HOP_BY_HOP } from '../model/hop-by-hop.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { OriginRequestPolicy } from '../model/policies.ts'
import { DEVICE_PROTOCOL_AND_LOCATION, findCloudFrontHeader, isCloudFrontName } from './cloudfront-headers.ts'
import type { CloudFrontHeader } from './cloudfront-headers.ts'
import { selectKeyedHeaders } from './selections.ts'

/** Never sent on: hop-by-hop headers, and those CloudFront makes or removes itself. */
const NEVER = new Set([...HOP_BY_HOP, 'expect', 'x-amz-cf-id', 'x-forwarded-proto', 'x-real-ip'])

/** Sent on under policies that do not name them. (Developer Guide, 'Request and response behavior for custom origins') */
const KEPT_WITH_POLICIES = new Set([
  'cache-control',
  'date',
  'from',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'pragma',
  'range',
  'request-range',
  'warning',
])

/** Of the request body, and therefore only sent with one (choice). */
const OF_THE_BODY = new Set(['content-md5', 'content-type'])

/** Removed by the legacy settings unless named. (the same page) */
const REMOVED_BY_LEGACY = new Set([
  'accept',
  'accept-charset',
  'accept-language',
  'host',
  'referer',
  'x-http-method-override',
])

/** AllViewerExceptHostHeader, which brings some CloudFront-* headers along. */
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

/** The header rules of one behavior; names in lower case. */
export interface HeaderRules {
  /** A policy, or the legacy list, takes the viewer's value of this header. */
  isNamed(name: string): boolean
  /** The viewer's header goes to the origin as it is. */
  passes(name: string, method: string, hasBody: boolean): boolean
  /** The header is part of the cache key. */
  isKeyed(name: string): boolean
  /** CloudFront-* headers to add. */
  readonly added: readonly CloudFrontHeader[]
}

/** Compiles which viewer headers pass. (Developer Guide, 'Control origin requests with a policy') */
export function compileHeaderRules(behavior: DefaultCacheBehavior, originIsS3: boolean): HeaderRules {
  const keyed = new Set(selectKeyedHeaders(behavior))
  const { Cache } = behavior
  const policy = Cache.kind === 'policy' ? Cache.OriginRequestPolicy : null
  const forwardsAll = Cache.kind === 'legacy' && Cache.ForwardedValues.Headers.includes('*')
  const isTaken = compileTaken(policy)
  const blocked = new Set(policy?.Headers.behavior === 'allExcept' ? policy.Headers.names.map(toLower) : [])
  const isNamed = (name: string) => forwardsAll || keyed.has(name) || isTaken(name)
  const isAuthorized = compileAuthorization(behavior)
  const byDefault = (name: string, method: string, hasBody: boolean) => {
    if (name === 'authorization') return isAuthorized(method)
    if (Cache.kind === 'legacy') return !REMOVED_BY_LEGACY.has(name)
    return KEPT_WITH_POLICIES.has(name) || (hasBody && OF_THE_BODY.has(name))
  }
  return {
    isNamed,
    isKeyed: (name) => keyed.has(name),
    passes(name, method, hasBody) {
      if (isNeverForwarded(name) || (originIsS3 && name === 'host')) return false
      return isNamed(name) || (!blocked.has(name) && byDefault(name, method, hasBody))
    },
    added: selectAdded(keyed, policy),
  }
}

/** Authorization passes unnamed with methods that are not cached. */
function compileAuthorization({ CachedMethods }: DefaultCacheBehavior): (method: string) => boolean {
  const cached = new Set<string>(CachedMethods)
  return (method) => method !== 'GET' && method !== 'HEAD' && !cached.has(method)
}

function compileTaken(policy: OriginRequestPolicy | null): (name: string) => boolean {
  const names = new Set(policy?.Headers.names.map(toLower))
  switch (policy?.Headers.behavior) {
    case 'whitelist':
      return (name) => names.has(name)
    case 'allViewer':
    case 'allViewerAndWhitelistCloudFront':
      return () => true
    case 'allExcept':
      return (name) => !names.has(name)
    case 'none':
    case undefined:
      return () => false
  }
}

function selectAdded(keyed: ReadonlySet<string>, policy: OriginRequestPolicy | null): CloudFrontHeader[] {
  const names = new Set(keyed)
  const behavior = policy?.Headers.behavior
  if (behavior === 'whitelist' || behavior === 'allViewerAndWhitelistCloudFront') {
    for (const name of policy!.Headers.names) names.add(toLower(name))
  }
  if (policy?.Id === ALL_VIEWER_EXCEPT_HOST) for (const name of DEVICE_PROTOCOL_AND_LOCATION) names.add(name)
  return [...names].map(findCloudFrontHeader).filter((header) => header !== null)
}

function isNeverForwarded(name: string): boolean {
  return (
    NEVER.has(name) ||
    isCloudFrontName(name) ||
    name.startsWith('x-edge-') ||
    name.startsWith('x-pocketfront-')
  )
}

function toLower(name: string): string {
  return name.toLowerCase()
}
