// A distribution compiled once into tables and closures; the data plane touches nothing else.
import { compileBehaviors } from '../behaviors/select.ts'
import { compileGeoRestriction, type GeoCheck } from './geo-restriction.ts'
import { createPlacing, type Placing, type PlacingParts } from './placing.ts'
import type { InvalidationSequence } from '../cache/invalidation.ts'
import type { BehaviorHooks } from '../functions/hooks.ts'
import type { BehaviorOrigin, CacheRules } from '../message/context.ts'
import type { Headers } from '../message/headers.ts'
import type { OriginOverride } from '../message/origin-override.ts'
import type { ViewerRequest } from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import { selectOrigins } from '../model/origin.ts'
import type { ResponseHeadersPolicy } from '../model/policies.ts'
import type { BypassReason } from '../model/result-types.ts'
import { compileCacheKey, compileInvalidationUrl } from '../policies/cache-key.ts'
import { compileForwarding, type ForwardingFacts } from '../policies/origin-request.ts'
import { compileResponseHeaders } from '../policies/response-headers.ts'
import { bypassReason, compileRules } from '../policies/ttl.ts'
import { compileViewerHeaders } from '../policies/viewer-response.ts'

/** One behavior with everything its requests need. */
export interface CompiledBehavior {
  /** '*' for the default behavior. */
  readonly PathPattern: string
  /** Number in the list, or -1 for the default behavior. */
  readonly index: number
  readonly behavior: DefaultCacheBehavior
  readonly allowedMethods: ReadonlySet<string>
  /** What plain HTTP gets; always 'allow-all' while no HTTPS port is open. */
  readonly viewerProtocolPolicy: DefaultCacheBehavior['ViewerProtocolPolicy']
  readonly cachedMethods: ReadonlySet<string>
  /** Why nothing of this behavior is cached, or null. */
  readonly bypass: BypassReason | null
  readonly rules: CacheRules
  readonly cacheKey: (request: ViewerRequest) => string
  readonly invalidationUrl: (request: ViewerRequest) => string
  readonly forward: (
    request: ViewerRequest,
    facts: ForwardingFacts,
  ) => { queryString: string; headers: Headers }
  /** The same past the caches, where conditions of the viewer go along. */
  readonly forwardUncached: CompiledBehavior['forward']
  readonly viewerHeaders: (headers: Headers) => Headers
  readonly responseHeaders: ReturnType<typeof compileResponseHeaders> | null
  /** The sampling rate where the policy adds Server-Timing, or null. */
  readonly serverTiming: Pick<ResponseHeadersPolicy['ServerTiming'], 'SamplingRate'> | null
  readonly hooks: BehaviorHooks
  readonly origin: BehaviorOrigin
  /** What stands in its place for a request whose origin a function chose. */
  readonly overrideOrigin: (override: OriginOverride) => BehaviorOrigin
}

/** One distribution, compiled. */
export interface CompiledDistribution {
  readonly distribution: Distribution
  /** The behavior for a raw path, after the default root object. */
  readonly select: (path: string) => CompiledBehavior
  readonly invalidations: InvalidationSequence
  /** This distribution's element of Via: `1.1 <32 hex>.cloudfront.net (CloudFront)`. */
  readonly via: string
  /** What '/' stands for, or null. */
  readonly rootPath: string | null
  /** Value of Alt-Svc on every response, or null. */
  readonly altSvc: string | null
  /** Custom error pages by the status that they stand in for; null without any. */
  readonly errorPages: ReadonlyMap<number, ErrorPage> | null
  /** Which edge location a viewer meets. */
  readonly placing: Placing
  /** Null when every country is served. */
  readonly geoCheck: GeoCheck | null
}

/** A custom error page, and the behavior that fetches it. (API Reference, 'CustomErrorResponse') */
export interface ErrorPage {
  readonly errorCode: number
  readonly path: string
  readonly responseCode: number
  readonly selected: CompiledBehavior
}

/** What compiling needs from the assembly. */
export interface CompileParts {
  readonly hooksFor: (distribution: Distribution, behavior: DefaultCacheBehavior) => BehaviorHooks
  /** What stands behind the last cache: an origin, or the members of an origin group. */
  readonly originFor: (
    distribution: Distribution,
    behavior: DefaultCacheBehavior,
    hooks: BehaviorHooks,
  ) => BehaviorOrigin
  /** The same with an origin that a viewer-request function chose. */
  readonly overrideFor: (
    distribution: Distribution,
    behavior: DefaultCacheBehavior,
    hooks: BehaviorHooks,
  ) => CompiledBehavior['overrideOrigin']
  /** Survives a reload, so that invalidations do. */
  readonly invalidations: InvalidationSequence
  readonly via: string
  readonly placing: PlacingParts
  /** Whether viewers can come over HTTPS. */
  readonly servesHttps: boolean
}

/** Sent where HTTP/3 is enabled. ('Request and response behavior for custom origins', HTTP/3) */
const HTTP_3_ALT_SVC = 'h3=":443"; ma=86400'

export function compileDistribution(distribution: Distribution, parts: CompileParts): CompiledDistribution {
  const select = compileBehaviors(distribution)
  const compiled = new Map<DefaultCacheBehavior, CompiledBehavior>()
  const add = (behavior: DefaultCacheBehavior, PathPattern: string, index: number): void => {
    compiled.set(behavior, compileBehavior(distribution, behavior, PathPattern, index, parts))
  }
  distribution.CacheBehaviors.forEach((behavior, index) => add(behavior, behavior.PathPattern, index))
  add(distribution.DefaultCacheBehavior, '*', -1)
  const selectCompiled = (path: string): CompiledBehavior => compiled.get(select(path).behavior)!
  return {
    distribution,
    select: selectCompiled,
    errorPages: compileErrorPages(distribution, selectCompiled),
    invalidations: parts.invalidations,
    via: parts.via,
    rootPath: distribution.DefaultRootObject === '' ? null : `/${distribution.DefaultRootObject}`,
    placing: createPlacing(distribution.PriceClass, parts.placing),
    geoCheck: compileGeoRestriction(distribution.GeoRestriction),
    altSvc:
      distribution.HttpVersion === 'http3' || distribution.HttpVersion === 'http2and3'
        ? HTTP_3_ALT_SVC
        : null,
  }
}

/** The first behavior whose pattern matches a page's path fetches it. ('Generate custom error responses') */
function compileErrorPages(
  { CustomErrorResponses }: Distribution,
  select: CompiledDistribution['select'],
): CompiledDistribution['errorPages'] {
  const pages = new Map<number, ErrorPage>()
  for (const { ErrorCode, ResponsePagePath, ResponseCode } of CustomErrorResponses) {
    if (ResponsePagePath === undefined || ResponseCode === undefined) continue
    const selected = select(ResponsePagePath)
    pages.set(ErrorCode, {
      errorCode: ErrorCode,
      path: ResponsePagePath,
      responseCode: ResponseCode,
      selected,
    })
  }
  return pages.size === 0 ? null : pages
}

function compileBehavior(
  distribution: Distribution,
  behavior: DefaultCacheBehavior,
  PathPattern: string,
  index: number,
  parts: CompileParts,
): CompiledBehavior {
  const origins = selectOrigins(distribution, behavior.TargetOriginId)
  const isS3 = origins[0].S3OriginConfig !== null
  const hooks = parts.hooksFor(distribution, behavior)
  const policy = behavior.ResponseHeadersPolicy
  return {
    PathPattern,
    index,
    behavior,
    allowedMethods: new Set<string>(behavior.AllowedMethods),
    viewerProtocolPolicy: parts.servesHttps ? behavior.ViewerProtocolPolicy : 'allow-all',
    cachedMethods: new Set<string>(behavior.CachedMethods),
    bypass: bypassReason(behavior),
    rules: compileRules(behavior, distribution, isS3),
    cacheKey: compileCacheKey(distribution, behavior),
    invalidationUrl: compileInvalidationUrl(behavior),
    forward: compileForwarding(distribution, behavior, { originIsS3: isS3, isCached: true }),
    forwardUncached: compileForwarding(distribution, behavior, { originIsS3: isS3, isCached: false }),
    viewerHeaders: compileViewerHeaders(behavior, isS3),
    responseHeaders: policy === null ? null : compileResponseHeaders(policy),
    serverTiming: policy !== null && policy.ServerTiming.Enabled ? policy.ServerTiming : null,
    hooks,
    origin: parts.originFor(distribution, behavior, hooks),
    overrideOrigin: parts.overrideFor(distribution, behavior, hooks),
  }
}
