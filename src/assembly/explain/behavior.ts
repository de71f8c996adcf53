// A behavior in words: which requests, in which manner, under which key.
import {
  toForwardedText,
  toKeyText,
  toMethodsText,
  toPolicyName,
  toResponseHeadersText,
  toSelectionText,
  toTtlText,
} from './words.ts'
import type { CacheBehavior, CacheSettings, DefaultCacheBehavior } from '../../model/cache-behavior.ts'
import type { Deployment } from '../../model/deployment.ts'
import type { ForwardedValues } from '../../model/policies.ts'
import { selectKeyedQuery, toTtlBounds } from '../../policies/selections.ts'
import { bypassReason } from '../../policies/ttl.ts'

/** What a policy does, and its name; null where there is none. */
export interface PolicyView {
  readonly name: string | null
  readonly text: string
}

/** A function on an event. */
export interface FunctionView {
  readonly event: string
  readonly name: string
  readonly kind: 'CloudFront Function' | 'Lambda@Edge'
  readonly includesBody: boolean
}

export interface BehaviorView {
  /** `*` is the default one. */
  readonly path: string
  readonly target: string
  readonly viewers: string
  readonly methods: string
  /** Whose signatures viewers have to bring, which nobody checks here; null: none. */
  readonly signed: string | null
  readonly key: PolicyView
  /** Besides the key. */
  readonly forwarded: PolicyView | null
  readonly ttl: string
  readonly compress: boolean
  readonly functions: readonly FunctionView[]
  readonly responseHeaders: PolicyView | null
}

type Code = Pick<Deployment, 'Functions' | 'LambdaFunctions' | 'KeyGroups'>

/** (Developer Guide, 'Cache behavior settings') */
export function toBehaviorView(behavior: CacheBehavior | DefaultCacheBehavior, code: Code): BehaviorView {
  const { ResponseHeadersPolicy: headers, AllowedMethods, CachedMethods, Compress } = behavior
  const isBypassed = bypassReason(behavior) !== null
  return {
    path: 'PathPattern' in behavior ? behavior.PathPattern : '*',
    target: behavior.TargetOriginId,
    viewers: behavior.ViewerProtocolPolicy,
    methods: toMethodsText(AllowedMethods, CachedMethods),
    signed: toSigned(behavior, code),
    key: toKey(behavior),
    forwarded: toForwarded(behavior.Cache),
    ttl: isBypassed ? 'not cached' : toTtlText(toTtlBounds(behavior)),
    compress: Compress,
    functions: toFunctions(behavior, code),
    responseHeaders:
      headers === null ? null : { name: toPolicyName(headers), text: toResponseHeadersText(headers) },
  }
}

/** `key group downloads (app: RSA 2048), account self` */
function toSigned(
  { TrustedKeyGroups, TrustedSigners }: DefaultCacheBehavior,
  { KeyGroups }: Code,
): string | null {
  const groups = (TrustedKeyGroups ?? []).map((id) => {
    const group = KeyGroups.find((each) => each.Id === id)
    if (group === undefined) return `key group ${id}`
    const keys = group.Items.map(({ Name, type }) => `${Name}: ${type}`).join(', ')
    return `key group ${group.Name}${keys === '' ? '' : ` (${keys})`}`
  })
  const all = [...groups, ...(TrustedSigners ?? []).map((account) => `account ${account}`)]
  return all.length === 0 ? null : all.join(', ')
}

function toKey(behavior: DefaultCacheBehavior): PolicyView {
  const { Cache } = behavior
  if (Cache.kind === 'policy')
    return { name: toPolicyName(Cache.CachePolicy), text: toKeyText(Cache.CachePolicy) }
  const { Headers, Cookies } = Cache.ForwardedValues
  const named = Headers.filter((name) => name !== '*')
  const parts = [
    'path',
    toSelectionText('query strings', selectKeyedQuery(behavior)),
    named.length === 0 ? null : `headers ${named.join(', ')}`,
    toSelectionText('cookies', { behavior: Cookies.Forward, names: Cookies.WhitelistedNames }),
  ]
  return { name: 'ForwardedValues', text: parts.filter((part) => part !== null).join('; ') }
}

function toForwarded(cache: CacheSettings): PolicyView | null {
  if (cache.kind === 'legacy') {
    const text = toLegacyForwarded(cache.ForwardedValues)
    return text === '' ? null : { name: null, text }
  }
  const { OriginRequestPolicy: policy } = cache
  return policy === null ? null : { name: toPolicyName(policy), text: toForwardedText(policy) }
}

/** What is forwarded is in the key but for these. */
function toLegacyForwarded({ Headers, QueryString, QueryStringCacheKeys }: ForwardedValues): string {
  const parts = [
    Headers.includes('*') ? 'all headers' : null,
    QueryString && QueryStringCacheKeys.length > 0 ? 'all query strings' : null,
  ]
  return parts.filter((part) => part !== null).join('; ')
}

function toFunctions(behavior: DefaultCacheBehavior, code: Code): FunctionView[] {
  const own = behavior.FunctionAssociations.map(({ EventType, FunctionARN }) => ({
    event: EventType,
    name: code.Functions.find((it) => it.FunctionARN === FunctionARN)?.Name ?? FunctionARN,
    kind: 'CloudFront Function' as const,
    includesBody: false,
  }))
  const lambdas = behavior.LambdaFunctionAssociations.map(
    ({ EventType, LambdaFunctionARN, IncludeBody }) => ({
      event: EventType,
      name:
        code.LambdaFunctions.find((it) => it.LambdaFunctionARN === LambdaFunctionARN)?.name ??
        LambdaFunctionARN,
      kind: 'Lambda@Edge' as const,
      includesBody: IncludeBody,
    }),
  )
  return [...own, ...lambdas]
}
