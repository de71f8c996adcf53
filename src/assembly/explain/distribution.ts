// A distribution in words: behaviors in their order, origins with what stands for them here, and how far it is honored.
import { isAbsolute, relative, sep } from 'node:path'
import { toBehaviorView, type BehaviorView } from './behavior.ts'
import { toDurationText } from './words.ts'
import type { SupportNote } from '../../config/support.ts'
import { describeTargets } from '../../config/origins/target-rows.ts'
import type { Deployment } from '../../model/deployment.ts'
import type { CustomErrorResponse, Distribution } from '../../model/distribution.ts'
import type { Origin } from '../../model/origin.ts'

export interface OriginView {
  readonly id: string
  readonly domainName: string
  /** Settings that differ from what an origin has by itself; values of headers are left out. */
  readonly settings: readonly string[]
  /** Where it is reached from here; null: nowhere. */
  readonly target: string | null
  readonly source: string
}

/** What a distribution uses, and what becomes of it here. */
export interface FeatureView {
  readonly feature: string
  readonly handling: 'honored' | 'approximated' | 'ignored'
  readonly detail: string
}

export interface DistributionView {
  readonly id: string
  readonly domainName: string
  readonly aliases: readonly string[]
  readonly comment: string
  readonly enabled: boolean
  /** Settings of the whole distribution. */
  readonly settings: readonly string[]
  /** In the order in which they are tried, the default one last. */
  readonly behaviors: readonly BehaviorView[]
  readonly origins: readonly OriginView[]
  readonly groups: readonly { readonly id: string; readonly text: string }[]
  readonly errorPages: readonly { readonly status: number; readonly text: string }[]
  readonly features: readonly FeatureView[]
}

/** (Developer Guide, 'All distribution settings reference') */
export function toDistributionView(
  distribution: Distribution,
  deployment: Deployment,
  notes: readonly SupportNote[],
  cwd: string,
): DistributionView {
  const { Id, DomainName, Aliases, Comment, Enabled, CacheBehaviors, DefaultCacheBehavior } = distribution
  const behaviors = [...CacheBehaviors, DefaultCacheBehavior].map((each) => toBehaviorView(each, deployment))
  return {
    id: Id,
    domainName: DomainName,
    aliases: Aliases,
    comment: Comment,
    enabled: Enabled,
    settings: toSettings(distribution),
    behaviors,
    origins: toOrigins(distribution, deployment, cwd),
    groups: distribution.OriginGroups.map(({ Id: id, Members: [first, second], StatusCodes }) => ({
      id,
      text: `${first}, then ${second} on ${StatusCodes.join(', ')}`,
    })),
    errorPages: distribution.CustomErrorResponses.map((each) => ({
      status: each.ErrorCode,
      text: toErrorPage(each),
    })),
    features: toFeatures(
      distribution,
      behaviors,
      notes.filter((note) => note.distribution === Id),
    ),
  }
}

function toSettings(distribution: Distribution): string[] {
  const { HttpVersion, ViewerCertificate, PriceClass, DefaultRootObject, GeoRestriction, CacheTagConfig } =
    distribution
  const { RestrictionType, Locations } = GeoRestriction
  const countries = RestrictionType === 'whitelist' ? 'viewers only in' : 'no viewers in'
  return [
    DefaultRootObject === '' ? null : `/ is /${DefaultRootObject}`,
    HttpVersion,
    `at least ${ViewerCertificate.MinimumProtocolVersion}`,
    PriceClass,
    RestrictionType === 'none' ? null : `${countries} ${Locations.join(', ')}`,
    CacheTagConfig === null ? null : `cache tags in ${CacheTagConfig.HeaderName}`,
  ].filter((each) => each !== null)
}

function toOrigins(distribution: Distribution, deployment: Deployment, cwd: string): OriginView[] {
  const rows = describeTargets({ ...deployment, Distributions: [distribution] })
  return distribution.Origins.map((origin, index) => ({
    id: origin.Id,
    domainName: origin.DomainName,
    settings: toOriginSettings(origin),
    target: origin.target.kind === 'unresolved' ? null : toShown(rows[index]!.target, cwd),
    source: origin.target.source,
  }))
}

/** Folders below the current one are told from there: the path to it is nobody's business in a pull request. */
function toShown(target: string, cwd: string): string {
  const path = isAbsolute(target) ? relative(cwd, target) : target.replaceAll(cwd + sep, '')
  return path === '' ? '.' : path.startsWith('..') ? target : path
}

function toOriginSettings(origin: Origin): string[] {
  const { CustomOriginConfig: custom, S3OriginConfig: s3, OriginPath, OriginShield, CustomHeaders } = origin
  const {
    OriginReadTimeout,
    OriginKeepaliveTimeout = 5,
  }: { OriginReadTimeout: number; OriginKeepaliveTimeout?: number } = custom ??
    s3 ?? { OriginReadTimeout: 30 }
  const {
    ConnectionAttempts: attempts,
    ConnectionTimeout: timeout,
    ResponseCompletionTimeout: whole,
  } = origin
  return [
    custom === null ? 'S3' : toProtocol(custom),
    OriginPath === '' ? null : `path ${OriginPath}`,
    CustomHeaders.length === 0
      ? null
      : `headers ${CustomHeaders.map(({ HeaderName }) => HeaderName).join(', ')}`,
    OriginShield.Enabled ? `Origin Shield ${OriginShield.OriginShieldRegion}` : null,
    attempts === 3 && timeout === 10 ? null : `${attempts} × ${timeout} s to connect`,
    OriginReadTimeout === 30 ? null : `${OriginReadTimeout} s to answer`,
    OriginKeepaliveTimeout === 5 ? null : `${OriginKeepaliveTimeout} s kept alive`,
    whole === null ? null : `${whole} s in all`,
  ].filter((each) => each !== null)
}

function toProtocol({
  OriginProtocolPolicy: policy,
  HTTPPort,
  HTTPSPort,
}: NonNullable<Origin['CustomOriginConfig']>): string {
  const ports = [
    policy === 'https-only' || HTTPPort === 80 ? null : HTTPPort,
    policy === 'http-only' || HTTPSPort === 443 ? null : HTTPSPort,
  ].filter((port) => port !== null)
  return ports.length === 0 ? policy : `${policy} on ${ports.join(' and ')}`
}

function toErrorPage({ ResponsePagePath, ResponseCode, ErrorCachingMinTTL }: CustomErrorResponse): string {
  const cached = `cached ${toDurationText(ErrorCachingMinTTL)}`
  return ResponsePagePath === undefined ? cached : `${ResponsePagePath} with ${ResponseCode}, ${cached}`
}

/** What is in use and needs no note is honored. */
function toFeatures(
  distribution: Distribution,
  behaviors: readonly BehaviorView[],
  notes: readonly SupportNote[],
): FeatureView[] {
  const kinds = behaviors.flatMap(({ functions }) => functions.map(({ kind }) => kind))
  const { OriginGroups, Origins, CustomErrorResponses, GeoRestriction } = distribution
  const all = [...distribution.CacheBehaviors, distribution.DefaultCacheBehavior]
  const uses: readonly [string, number | boolean][] = [
    ['cache behaviors', behaviors.length],
    [
      'origin request policies',
      all.filter(({ Cache }) => Cache.kind === 'policy' && Cache.OriginRequestPolicy).length,
    ],
    ['response headers policies', behaviors.filter((each) => each.responseHeaders !== null).length],
    ['compression', behaviors.some(({ compress }) => compress)],
    ['CloudFront Functions', kinds.filter((kind) => kind === 'CloudFront Function').length],
    ['Lambda@Edge', kinds.filter((kind) => kind === 'Lambda@Edge').length],
    ['origin failover', OriginGroups.length],
    ['Origin Shield', Origins.filter(({ OriginShield }) => OriginShield.Enabled).length],
    ['custom error responses', CustomErrorResponses.length],
    ['geo restriction', GeoRestriction.RestrictionType !== 'none'],
  ]
  const honored = uses.flatMap(([feature, use]): FeatureView[] => {
    if (use === false || use === 0) return []
    return [{ feature, handling: 'honored', detail: use === true ? '' : String(use) }]
  })
  return [...honored, ...notes.map(({ feature, handling, detail }) => ({ feature, handling, detail }))]
}
