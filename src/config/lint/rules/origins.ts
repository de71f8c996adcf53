// Traps of origins: what they are shown, and how they are reached.
import { SHIELD_ADVICE, SHIELD_REGIONS } from '../../../model/locations.ts'
import type { Origin } from '../../../model/origin.ts'
import { isLocalName } from '../../origins/host-names.ts'
import { classOf, nameOf, regionOf } from '../origin-class.ts'
import { eachBehavior, eachOrigin, isSigned, type LintRule } from '../rule.ts'

const ORIGIN_PAGE = 'Origin settings'

export const hostForwarded: LintRule = {
  id: 'host-forwarded',
  title: "the viewer's Host goes to an origin that knows only its own",
  why: 'Buckets, function URLs and API Gateway find their resource by the Host header. With the name of the distribution in it they answer 403 or 404.',
  page: 'Control origin requests with a policy',
  check: eachBehavior(({ caching, origins, name }) => {
    if (!caching.sends('host')) return null
    const picky = origins.find((origin) => !['custom origin', 'load balancer'].includes(classOf(origin)))
    if (picky === undefined) return null
    return {
      key: caching.keyHeaders.includes('host') ? 'CachePolicy' : 'OriginRequestPolicy',
      message: `${name} sends the viewer's Host to ${nameOf(picky)}, which knows only ${picky.DomainName}`,
      fix: 'use AllViewerExceptHostHeader in place of AllViewer, and leave Host out of the cache policy',
    }
  }),
}

const SECRET = /secret|token|auth|api-?key|password|verify|signature/i

export const secretOverHttp: LintRule = {
  id: 'secret-over-http',
  title: 'a secret header goes to the origin in plain text',
  why: 'A header that proves that requests come from CloudFront is worth nothing when anybody on the way can read it.',
  page: 'Restrict access to Application Load Balancers',
  check: eachOrigin((origin, { behaviors }) => {
    const { CustomOriginConfig, CustomHeaders, Id, DomainName } = origin
    const secret = CustomHeaders.find(({ HeaderName }) => SECRET.test(HeaderName))
    if (secret === undefined || CustomOriginConfig === null || isLocalName(DomainName)) return null
    const { OriginProtocolPolicy } = CustomOriginConfig
    const mayBePlain =
      OriginProtocolPolicy === 'http-only' ||
      (OriginProtocolPolicy === 'match-viewer' &&
        behaviors.some(
          (each) => each.origins.includes(origin) && each.behavior.ViewerProtocolPolicy === 'allow-all',
        ))
    if (!mayBePlain) return null
    const message = `${secret.HeaderName} is sent to ${Id} over HTTP with ${OriginProtocolPolicy}`
    return {
      key: 'CustomOriginConfig.OriginProtocolPolicy',
      message,
      fix: 'OriginProtocolPolicy: https-only',
    }
  }),
}

export const httpToHttpsOrigin: LintRule = {
  id: 'http-to-https-origin',
  title: 'HTTP to an origin that speaks HTTPS alone',
  why: 'Function URLs and the default endpoints of API Gateway have no HTTP port, so that each request ends with 502 or 504.',
  page: ORIGIN_PAGE,
  check: eachOrigin((origin) => {
    const kind = classOf(origin)
    const policy = origin.CustomOriginConfig?.OriginProtocolPolicy
    if ((kind !== 'function URL' && kind !== 'API Gateway') || policy !== 'http-only') return null
    const message = `${nameOf(origin)} does not listen for HTTP`
    return {
      key: 'CustomOriginConfig.OriginProtocolPolicy',
      message,
      fix: 'OriginProtocolPolicy: https-only',
    }
  }),
}

export const httpsToWebsite: LintRule = {
  id: 'https-to-website',
  title: 'HTTPS to the website endpoint of a bucket',
  why: 'Website endpoints of S3 speak HTTP alone. CloudFront cannot connect over HTTPS and answers 502 or 504.',
  page: 'Use various origins with CloudFront distributions',
  check: eachOrigin((origin, { behaviors }) => {
    const policy = origin.CustomOriginConfig?.OriginProtocolPolicy
    if (classOf(origin) !== 'website' || policy === 'http-only') return null
    const viewers = behaviors.filter((each) => each.origins.includes(origin))
    const isHttps =
      policy === 'https-only' || viewers.some(({ behavior }) => behavior.ViewerProtocolPolicy !== 'allow-all')
    if (!isHttps) return null
    return {
      key: 'CustomOriginConfig.OriginProtocolPolicy',
      message: `${nameOf(origin)} does not speak HTTPS`,
      fix: 'OriginProtocolPolicy: http-only, or the REST endpoint of the bucket with an origin access control',
    }
  }),
}

export const shieldFarAway: LintRule = {
  id: 'shield-far-away',
  title: 'Origin Shield is far from its origin',
  why: 'Every miss crosses the way between Origin Shield and the origin. The Region with the least latency to the origin is the one where the origin is.',
  page: 'Use Amazon CloudFront Origin Shield',
  check: eachOrigin((origin) => {
    const { Enabled, OriginShieldRegion } = origin.OriginShield
    const region = regionOf(origin)
    if (!Enabled || region === null) return null
    const best = SHIELD_REGIONS.includes(region) ? region : SHIELD_ADVICE[region]
    if (best === undefined || best === OriginShieldRegion) return null
    return {
      key: 'OriginShield.OriginShieldRegion',
      message: `${origin.Id} is in ${region}, its Origin Shield in ${OriginShieldRegion}`,
      fix: `OriginShieldRegion: ${best}`,
    }
  }),
}

export const originPathTwice: LintRule = {
  id: 'origin-path-twice',
  title: 'OriginPath repeats what the path pattern has',
  why: 'OriginPath is put before the path of the request, and the pattern takes nothing away: with /api in both, the origin is asked for /api/api.',
  page: ORIGIN_PAGE,
  check: eachBehavior(({ pattern, origins, name, behavior }) => {
    if (hasRequestFunction(behavior)) return null
    const rooted = pattern === null || pattern.startsWith('/') ? pattern : `/${pattern}`
    const twice = origins.find(
      ({ OriginPath }) => OriginPath !== '' && rooted?.startsWith(`${OriginPath}/`) === true,
    )
    if (twice === undefined) return null
    return {
      key: 'TargetOriginId',
      message: `${name} asks ${twice.Id} for ${twice.OriginPath}${rooted}`,
      fix: `take OriginPath away from ${twice.Id}, or rewrite the path with a function`,
    }
  }),
}

/** It may change the path, or refuse the request. */
function hasRequestFunction(behavior: {
  readonly FunctionAssociations: readonly { readonly EventType: string }[]
  readonly LambdaFunctionAssociations: readonly { readonly EventType: string }[]
}): boolean {
  return [...behavior.FunctionAssociations, ...behavior.LambdaFunctionAssociations].some((each) =>
    each.EventType.endsWith('-request'),
  )
}

export const unusedOrigin: LintRule = {
  id: 'unused-origin',
  title: 'an origin that no behavior uses',
  why: 'An origin gets requests only if a behavior or an origin group names it; else a path pattern or a TargetOriginId is not what was meant.',
  page: ORIGIN_PAGE,
  check: (site) =>
    unused(site.distribution.Origins, new Set(site.behaviors.flatMap((each) => each.origins))).map((at) => ({
      at,
      key: 'Id',
      message: `nothing goes to ${at.Id}`,
      fix: 'add a behavior with this TargetOriginId, or remove the origin',
    })),
}

function unused(origins: readonly Origin[], used: ReadonlySet<Origin>): Origin[] {
  return origins.filter((origin) => !used.has(origin))
}

const SLOW_SECONDS = 20

export const slowFailover: LintRule = {
  id: 'slow-failover',
  title: 'failover waits half a minute for the primary origin',
  why: 'A primary that does not answer is dialled three times for 10 seconds each before the secondary is asked. That is the default.',
  page: 'Optimize high availability with CloudFront origin failover',
  check: ({ distribution }) =>
    distribution.OriginGroups.flatMap(({ Members }) => {
      const at = distribution.Origins.find((origin) => origin.Id === Members[0])
      const seconds = (at?.ConnectionAttempts ?? 0) * (at?.ConnectionTimeout ?? 0)
      if (at === undefined || seconds <= SLOW_SECONDS) return []
      const message = `viewers wait up to ${seconds} s for ${at.Id} before ${Members[1]} is asked`
      return [{ at, key: 'ConnectionTimeout', message, fix: 'ConnectionAttempts: 2, ConnectionTimeout: 3' }]
    }),
}

export const writesToBucket: LintRule = {
  id: 'writes-to-bucket',
  title: 'viewers may write to a bucket',
  why: 'With all seven methods a signed request of CloudFront lets anybody who knows the URL put and delete objects, if the bucket policy allows CloudFront to.',
  page: 'Restrict access to an Amazon S3 origin',
  check: eachBehavior(({ behavior, origins, name }) => {
    const bucket = origins.find((origin) => classOf(origin) === 'bucket')
    if (bucket === undefined || !behavior.AllowedMethods.includes('PUT')) return null
    return isSigned(behavior) || hasRequestFunction(behavior)
      ? null
      : {
          key: 'AllowedMethods',
          message: `${name} passes PUT and DELETE of anybody on to the bucket ${bucket.Id}`,
          fix: 'AllowedMethods: [GET, HEAD, OPTIONS], or signed URLs for uploads',
        }
  }),
}
