// What the text and the Markdown of explain-config say alike.
import type { BehaviorView, FunctionView, PolicyView } from '../assembly/explain/behavior.ts'
import type { DistributionView, FeatureView } from '../assembly/explain/distribution.ts'

/** A policy in a table: its name, which is explained once, or what it does. */
export function toPolicyCell(policy: PolicyView | null): string {
  if (policy === null) return ''
  if (policy.name === 'ForwardedValues') return policy.text
  return policy.name ?? policy.text
}

export function toFunctionText({ event, name, kind, includesBody }: FunctionView): string {
  return `${event}: ${name} (${kind}${includesBody ? ', with body' : ''})`
}

/** Each named policy once, in the order of the behaviors. */
export function collectPolicies({ behaviors }: DistributionView): readonly (readonly [string, string])[] {
  const found = new Map<string, string>()
  for (const { key, forwarded, responseHeaders } of behaviors) {
    for (const policy of [key, forwarded, responseHeaders]) {
      if (policy === null || policy.name === null || policy.name === 'ForwardedValues') continue
      if (!found.has(policy.name)) found.set(policy.name, policy.text === '' ? 'nothing' : policy.text)
    }
  }
  return [...found]
}

/** Where compression is on, the key says in which forms. */
export function toTtlCell({ ttl, compress }: BehaviorView): string {
  return compress && ttl !== 'not cached' ? `${ttl}, compressed` : ttl
}

/** `cache behaviors (3), compression`; null when nothing is honored as it is. */
export function toHonoredText(features: readonly FeatureView[]): string {
  return features
    .filter(({ handling }) => handling === 'honored')
    .map(({ feature, detail }) => (detail === '' || detail === '1' ? feature : `${feature} (${detail})`))
    .join(', ')
}
