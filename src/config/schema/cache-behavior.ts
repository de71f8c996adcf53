// A cache behavior of a configuration -> the model, its policies resolved.
import type {
  CacheBehavior,
  CacheSettings,
  DefaultCacheBehavior,
  HttpMethod,
} from '../../model/cache-behavior.ts'
import { managedCachePolicy } from '../managed-policies.ts'
import type { Fields } from '../nodes/fields.ts'
import type { ConfigNode } from '../nodes/node.ts'
import { supportKeys } from '../support.ts'
import type { DistributionContext } from './context.ts'
import { readAssociations } from './function-associations.ts'
import { readLegacyCaching } from './legacy-caching.ts'

const INVALID = 'InvalidArgument'
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] as const
const PROTOCOL_POLICIES = ['allow-all', 'https-only', 'redirect-to-https'] as const
const LEGACY_KEYS = ['ForwardedValues', 'MinTTL', 'DefaultTTL', 'MaxTTL'] as const

/** (API Reference, 'CacheBehavior') */
export function readCacheBehavior(fields: Fields, context: DistributionContext): CacheBehavior {
  const PathPattern = fields.text('PathPattern', { required: true, maxLength: 255 }) ?? ''
  if (!/^[\w\-.*$/~"'@:+&?]*$/.test(PathPattern) || (fields.has('PathPattern') && PathPattern === '')) {
    const message = `'${PathPattern}' is not a path pattern`
    const hint = 'letters, digits, _ - . * $ / ~ " \' @ : + & and ? are allowed'
    fields.report.error(fields.at('PathPattern'), INVALID, message, hint)
  }
  return context.places.note({ ...readBehavior(fields, context), PathPattern }, fields)
}

/** (API Reference, 'DefaultCacheBehavior') */
export function readDefaultCacheBehavior(fields: Fields, context: DistributionContext): DefaultCacheBehavior {
  return context.places.note(readBehavior(fields, context), fields)
}

/** Reads and finishes the map. Whether the target exists is checked when all origins are known. */
function readBehavior(fields: Fields, context: DistributionContext): DefaultCacheBehavior {
  const { policies, notes, form, distributionId } = context
  fields.ignore(supportKeys('behavior'))
  notes.collect(distributionId, 'behavior', fields.node)
  const protocol = fields.choice('ViewerProtocolPolicy', PROTOCOL_POLICIES, { required: form === 'api' })
  const behavior: DefaultCacheBehavior = {
    TargetOriginId: fields.text('TargetOriginId', { required: true }) ?? '',
    ViewerProtocolPolicy: protocol ?? 'allow-all',
    ...readMethods(fields),
    Compress: fields.boolean('Compress') ?? false,
    GrpcConfig: readGrpc(fields),
    Cache: readCacheSettings(fields, context),
    ResponseHeadersPolicy: policies.responseHeaders.read(fields, form),
    ...readAssociations(fields, context),
    ...readTrusted(fields, context),
  }
  checkGrpc(fields, behavior)
  notes.collectPolicies(distributionId, behavior)
  fields.finish()
  return behavior
}

/** Nothing where nobody is trusted: then every request passes in production, too. */
function readTrusted(
  fields: Fields,
  { keyGroups, form }: DistributionContext,
): Pick<DefaultCacheBehavior, 'TrustedKeyGroups' | 'TrustedSigners'> {
  const TrustedKeyGroups = keyGroups.trusted(fields, 'TrustedKeyGroups', form)
  const TrustedSigners = keyGroups.trusted(fields, 'TrustedSigners', form)
  return {
    ...(TrustedKeyGroups.length > 0 && { TrustedKeyGroups }),
    ...(TrustedSigners.length > 0 && { TrustedSigners }),
  }
}

/**
 * Cache policy or legacy settings, never both. A behavior of our own form that says neither gets CachingOptimized,
 * as the AWS CDK does it; the API's form has to say one.
 */
function readCacheSettings(fields: Fields, context: DistributionContext): CacheSettings {
  const { report, form } = context
  const isNamed = fields.name('CachePolicyId') !== null || fields.has('CachePolicy')
  const CachePolicy = context.policies.cache.read(fields, form)
  const OriginRequestPolicy = context.policies.originRequest.read(fields, form)
  const legacy = LEGACY_KEYS.filter((key) => fields.has(key))
  if (isNamed) {
    for (const key of legacy) {
      report.error(fields.at(key), INVALID, 'cannot stand beside a cache policy; put it into the policy')
    }
  } else if (fields.has('ForwardedValues')) {
    if (fields.name('OriginRequestPolicyId') !== null || fields.has('OriginRequestPolicy')) {
      const at = fields.at(
        fields.has('OriginRequestPolicy') ? 'OriginRequestPolicy' : 'OriginRequestPolicyId',
      )
      report.error(at, INVALID, 'needs a cache policy; ForwardedValues says itself what is forwarded')
    }
    return readLegacyCaching(fields, form)
  } else {
    reportNeither(fields, legacy, context)
  }
  return {
    kind: 'policy',
    CachePolicy: CachePolicy ?? managedCachePolicy('CachingOptimized'),
    OriginRequestPolicy,
  }
}

function reportNeither(fields: Fields, legacy: readonly string[], context: DistributionContext): void {
  if (context.form === 'api') {
    context.report.error(fields.at('CachePolicyId'), INVALID, 'is missing, and so is ForwardedValues')
    return
  }
  for (const key of legacy) {
    const message = 'needs ForwardedValues beside it, or belongs into a cache policy'
    context.report.error(fields.at(key), INVALID, message, `write CachePolicy: {${key}: …}`)
  }
}

/** (API Reference, 'GrpcConfig') */
function readGrpc(fields: Fields): DefaultCacheBehavior['GrpcConfig'] {
  const inner = fields.fields('GrpcConfig')
  const Enabled = inner?.boolean('Enabled', { required: true }) ?? false
  inner?.finish()
  return { Enabled }
}

/** ('Using gRPC with CloudFront distributions') */
function checkGrpc(fields: Fields, behavior: DefaultCacheBehavior): void {
  if (!behavior.GrpcConfig.Enabled) return
  const at = fields.at('GrpcConfig')
  if (!behavior.AllowedMethods.includes('POST')) {
    const hint = 'AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]'
    fields.report.error(at, INVALID, 'needs POST among AllowedMethods', hint)
  }
  if (behavior.LambdaFunctionAssociations.length > 0) {
    fields.report.error(at, INVALID, 'cannot be enabled beside Lambda@Edge functions')
  }
}

type Methods = Pick<DefaultCacheBehavior, 'AllowedMethods' | 'CachedMethods'>

/** AllowedMethods with CachedMethods inside, as the API has it, or side by side. (API Reference, 'AllowedMethods') */
function readMethods(fields: Fields): Methods {
  const allowedNode = fields.get('AllowedMethods')
  const inner = allowedNode?.kind === 'list' ? (allowedNode.extras.get('CachedMethods')?.value ?? null) : null
  const cachedNode = inner ?? fields.get('CachedMethods')
  fields.ignore(['CachedMethods'])
  const allowed = readMethodList(fields, allowedNode)
  const cached = readMethodList(fields, cachedNode)
  const { report } = fields
  if (allowedNode !== null && allowed !== null && !isMethodSet(allowed, [2, 3, 7])) {
    const hint = 'GET and HEAD; GET, HEAD and OPTIONS; or all seven'
    report.error(allowedNode, INVALID, 'is none of the three sets of methods that CloudFront allows', hint)
  }
  const AllowedMethods = allowed ?? METHODS.slice(0, 2)
  if (cachedNode !== null && cached !== null) {
    if (!isMethodSet(cached, [2, 3])) {
      report.error(cachedNode, INVALID, 'can be GET and HEAD, or GET, HEAD and OPTIONS')
    } else if (!cached.every((method) => AllowedMethods.includes(method))) {
      report.error(cachedNode, INVALID, 'has a method that AllowedMethods lacks')
    }
  }
  return { AllowedMethods, CachedMethods: cached ?? METHODS.slice(0, 2) }
}

/** Null when there is no list, or not every item is a method. */
function readMethodList(fields: Fields, node: ConfigNode | null): HttpMethod[] | null {
  if (node === null || (node.kind === 'scalar' && node.value === null)) return null
  if (node.kind !== 'list') {
    fields.report.error(node, INVALID, 'expects a list of methods')
    return null
  }
  const methods = node.items.map((item) => fields.toChoice(item, METHODS))
  const known = methods.filter((method) => method !== null)
  return known.length === methods.length ? known : null
}

/** The first n methods of the table, each once. */
function isMethodSet(methods: readonly HttpMethod[], sizes: readonly number[]): boolean {
  const set = new Set(methods)
  return (
    set.size === methods.length &&
    sizes.includes(set.size) &&
    METHODS.slice(0, set.size).every((method) => set.has(method))
  )
}
