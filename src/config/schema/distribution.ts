// A DistributionConfig -> a distribution of the model, with every reference inside it checked.
import type { DefaultCacheBehavior } from '../../model/cache-behavior.ts'
import type { Distribution } from '../../model/distribution.ts'
import { toDomainName } from '../ids.ts'
import { didYouMean } from '../nodes/did-you-mean.ts'
import { Fields } from '../nodes/fields.ts'
import type { ConfigNode, Located } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import type { DistributionSource } from '../readers/source.ts'
import { ROOT_KEYS } from '../readers/source.ts'
import { supportKeys } from '../support.ts'
import { readCacheBehavior, readDefaultCacheBehavior } from './cache-behavior.ts'
import type { DistributionContext, SchemaContext } from './context.ts'
import { readCustomErrorResponses } from './custom-error-response.ts'
import { readOrigin, readOriginGroup } from './origin.ts'
import { checkWhole } from './whole.ts'
import { readGeoRestriction, readViewerCertificate } from './viewer-settings.ts'

const INVALID = 'InvalidArgument'
const ALIAS = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/
const MAX = { aliases: 100, origins: 100, groups: 10, behaviors: 75 }

/** (API Reference, 'DistributionConfig') `derivedId` is used where the configuration gives no Id. */
export function readDistribution(
  source: DistributionSource,
  derivedId: string,
  shared: SchemaContext,
): Distribution {
  const fields = new Fields(source.config, shared.report)
  const Id = source.Id?.kind === 'scalar' && source.Id.text !== '' ? source.Id.text : derivedId
  const context: DistributionContext = {
    ...shared,
    form: source.form,
    distributionId: Id,
    originNames: (id, domainName) => [
      ...(source.logicalId === undefined ? [] : [`${source.logicalId}.${id}`]),
      ...(source.namesOf?.(domainName) ?? []),
    ],
  }
  const { DomainName } = source
  fields.ignore([...supportKeys('distribution'), 'Id', 'DomainName'])
  // The sections of a file stand beside the keys of a bare distribution.
  if (fields.path === '') fields.ignore(ROOT_KEYS)
  collectNotes(fields, context)
  const originFields = fields.maps('Origins')
  const groupFields = fields.maps('OriginGroups')
  const behaviorFields = fields.maps('CacheBehaviors')
  const defaultFields = fields.fields('DefaultCacheBehavior', { required: true })
  const distribution: Distribution = {
    Id,
    DomainName: DomainName?.kind === 'scalar' ? DomainName.text.toLowerCase() : toDomainName(Id),
    Aliases: readAliases(fields),
    Enabled: fields.boolean('Enabled') ?? true,
    Comment: fields.text('Comment', { maxLength: 128 }) ?? '',
    DefaultRootObject: readRootObject(fields),
    Origins: originFields.map((it) => readOrigin(it, originFields.length, context)),
    OriginGroups: groupFields.map((it) => readOriginGroup(it)),
    DefaultCacheBehavior: defaultFields === null ? MISSING : readDefaultCacheBehavior(defaultFields, context),
    CacheBehaviors: behaviorFields.map((it) => readCacheBehavior(it, context)),
    CustomErrorResponses: readCustomErrorResponses(fields, shared.places),
    PriceClass:
      fields.choice('PriceClass', ['PriceClass_100', 'PriceClass_200', 'PriceClass_All', 'None']) ??
      'PriceClass_All',
    GeoRestriction: readGeoRestriction(fields),
    CacheTagConfig: readCacheTagConfig(fields),
    HttpVersion: fields.choice('HttpVersion', ['http1.1', 'http2', 'http3', 'http2and3']) ?? 'http2',
    ViewerCertificate: readViewerCertificate(fields),
  }
  fields.finish()
  checkGrpcVersion(distribution, fields)
  if (originFields.length === 0) {
    shared.report.error(fields.at('Origins'), INVALID, 'needs at least one origin')
  }
  checkIds(distribution, originFields, groupFields)
  checkTargets(distribution, originFields, groupFields, behaviorFields, defaultFields)
  checkPatterns(distribution, behaviorFields)
  warnOfQuotas(distribution, fields)
  shared.places.note(distribution, fields)
  checkWhole(distribution, source.form, shared.places, shared.report)
  return distribution
}

/** Stands in for a behavior that is not there; the load fails anyway. */
const MISSING: DefaultCacheBehavior = {
  TargetOriginId: '',
  ViewerProtocolPolicy: 'allow-all',
  AllowedMethods: ['GET', 'HEAD'],
  CachedMethods: ['GET', 'HEAD'],
  Compress: false,
  GrpcConfig: { Enabled: false },
  Cache: {
    kind: 'legacy',
    ForwardedValues: {
      QueryString: false,
      QueryStringCacheKeys: [],
      Cookies: { Forward: 'none', WhitelistedNames: [] },
      Headers: [],
    },
    MinTTL: 0,
    DefaultTTL: 0,
    MaxTTL: 0,
  },
  ResponseHeadersPolicy: null,
  FunctionAssociations: [],
  LambdaFunctionAssociations: [],
}

function collectNotes(fields: Fields, context: DistributionContext): void {
  const { notes, distributionId } = context
  notes.collect(distributionId, 'distribution', fields.node)
}

/** (API Reference, 'CacheTagConfig') */
function readCacheTagConfig(distribution: Fields): Distribution['CacheTagConfig'] {
  const fields = distribution.fields('CacheTagConfig')
  if (fields === null) return null
  const HeaderName = fields.text('HeaderName', { required: true })
  if (HeaderName !== null && !/^[\w!#$%&'*+\-.^`|~]+$/.test(HeaderName)) {
    fields.report.error(fields.at('HeaderName'), INVALID, `'${HeaderName}' is not the name of a header`)
  }
  fields.finish()
  return HeaderName === null ? null : { HeaderName }
}

function readAliases(fields: Fields): string[] {
  const seen = new Set<string>()
  for (const { text, node } of fields.texts('Aliases', 'CNAMEs')) {
    const alias = text.toLowerCase()
    if (!ALIAS.test(alias)) fields.report.error(node, INVALID, `'${text}' is not a domain name`)
    if (seen.has(alias)) fields.report.error(node, 'CNAMEAlreadyExists', `'${text}' is listed twice`)
    seen.add(alias)
  }
  return [...seen]
}

function readRootObject(fields: Fields): string {
  const name = fields.text('DefaultRootObject', { maxLength: 255, code: 'InvalidDefaultRootObject' }) ?? ''
  const at = fields.at('DefaultRootObject')
  if (name.startsWith('/')) {
    const hint = `write ${name.replace(/^\/+/, '') || 'index.html'}`
    fields.report.error(at, 'InvalidDefaultRootObject', 'starts with a slash', hint)
  } else if (!/^[\w\-.*$/~"'@:+&%!(),;=]*$/.test(name)) {
    fields.report.error(
      at,
      'InvalidDefaultRootObject',
      `'${name}' has characters that are not allowed in the name of an object`,
    )
  }
  return name
}

/** ('Using gRPC with CloudFront distributions') */
function checkGrpcVersion(distribution: Distribution, fields: Fields): void {
  const { HttpVersion, DefaultCacheBehavior, CacheBehaviors } = distribution
  const usesGrpc = [DefaultCacheBehavior, ...CacheBehaviors].some((each) => each.GrpcConfig.Enabled)
  if (!usesGrpc || HttpVersion === 'http2' || HttpVersion === 'http2and3') return
  fields.report.error(fields.at('HttpVersion'), INVALID, 'gRPC needs HTTP/2', 'write http2 or http2and3')
}

/** Origins and groups share one namespace. */
function checkIds(distribution: Distribution, origins: readonly Fields[], groups: readonly Fields[]): void {
  const seen = new Set<string>()
  const ids = [...distribution.Origins, ...distribution.OriginGroups].map((it) => it.Id)
  const fields = [...origins, ...groups]
  for (const [index, id] of ids.entries()) {
    const at = fields[index]
    if (id !== '' && seen.has(id))
      at?.report.error(at.at('Id'), INVALID, `'${id}' is the id of another origin or origin group`)
    seen.add(id)
  }
}

function checkTargets(
  distribution: Distribution,
  origins: readonly Fields[],
  groups: readonly Fields[],
  behaviors: readonly Fields[],
  fallback: Fields | null,
): void {
  const originIds = distribution.Origins.map((it) => it.Id)
  const ids = new Set([...originIds, ...distribution.OriginGroups.map((it) => it.Id)])
  for (const [index, group] of distribution.OriginGroups.entries()) {
    const members = groups[index]?.list('Members') ?? []
    for (const [number, id] of group.Members.entries()) {
      const member = members[number]
      const named = member === undefined ? null : entryOf(member, 'OriginId')
      // What is no text has been reported already.
      if (named?.kind !== 'scalar' || originIds.includes(id)) continue
      reportNoOrigin(groups[index]!, named, id, originIds)
    }
  }
  const used: readonly [Fields | null | undefined, DefaultCacheBehavior][] = [
    [fallback, distribution.DefaultCacheBehavior],
    ...distribution.CacheBehaviors.map((it, index): [Fields | undefined, DefaultCacheBehavior] => [
      behaviors[index],
      it,
    ]),
  ]
  if (origins.length === 0) return
  for (const [fields, behavior] of used) {
    const id = behavior.TargetOriginId
    // What is no text has been reported already.
    if (fields?.get('TargetOriginId')?.kind !== 'scalar') continue
    if (!ids.has(id)) reportNoOrigin(fields, fields.at('TargetOriginId'), id, ids)
    else if (!originIds.includes(id)) warnOfGroupMethods(fields, behavior)
  }
}

/** The service refuses such a behavior; here its other methods reach the primary origin. */
function warnOfGroupMethods(fields: Fields, { AllowedMethods }: DefaultCacheBehavior): void {
  if (!AllowedMethods.includes('POST')) return
  const message = 'AWS refuses POST, PUT, PATCH and DELETE where TargetOriginId is an origin group'
  const hint = 'allow GET, HEAD and OPTIONS here, and send the others to an origin by a behavior of their own'
  fields.report.warn(fields.at('AllowedMethods'), INVALID, message, hint)
}

function reportNoOrigin(fields: Fields, at: Located | ConfigNode, id: string, known: Iterable<string>): void {
  const message = `no origin has the id '${id}'${didYouMean(id, known)}`
  fields.report.error(at, 'NoSuchOrigin', message, `known: ${[...known].join(', ')}`)
}

/** A leading slash makes no difference to a pattern. */
function checkPatterns(distribution: Distribution, behaviors: readonly Fields[]): void {
  const seen = new Set<string>()
  for (const [index, { PathPattern }] of distribution.CacheBehaviors.entries()) {
    const pattern = PathPattern.replace(/^\//, '')
    const at = behaviors[index]!
    if (seen.has(pattern))
      at.report.error(at.at('PathPattern'), INVALID, `another behavior has the pattern '${PathPattern}'`)
    seen.add(pattern)
  }
}

/** Quotas can be raised for an account, so more is only warned of. (Developer Guide, 'Quotas') */
function warnOfQuotas(distribution: Distribution, fields: Fields): void {
  const counts: readonly [string, number, number, string][] = [
    ['Aliases', distribution.Aliases.length, MAX.aliases, 'TooManyDistributionCNAMEs'],
    ['Origins', distribution.Origins.length, MAX.origins, 'TooManyOrigins'],
    ['OriginGroups', distribution.OriginGroups.length, MAX.groups, 'TooManyOriginGroupsPerDistribution'],
    ['CacheBehaviors', distribution.CacheBehaviors.length + 1, MAX.behaviors, 'TooManyCacheBehaviors'],
  ]
  for (const [name, count, max, code] of counts) {
    if (count > max)
      fields.report.warn(fields.at(name), code, `there are ${count}; AWS's default quota is ${max}`)
  }
}
