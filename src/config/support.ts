// Notes on what a configuration asks for and does not get, for the lines at start.
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { MapNode } from './nodes/node.ts'
import type { Part } from './support-rules.ts'
import { SILENT, SUPPORT } from './support-rules.ts'

/** Something in the configuration that works differently here. */
export interface SupportNote {
  /** Id of the distribution. */
  readonly distribution: string
  readonly feature: string
  readonly handling: 'approximated' | 'ignored'
  readonly detail: string
}

/** Headers that no request brings along here. (Developer Guide, 'Add CloudFront request headers') */
const UNKNOWN_HEADERS =
  /^cloudfront-viewer-(?:asn|cert-.*|city|country|country-name|country-region|country-region-name|ja[34]-fingerprint|latitude|longitude|metro-code|postal-code|time-zone|tls)$/i

/** The keys that the table and the silent list know for a part. */
export function supportKeys(part: Part): string[] {
  return [...SILENT[part], ...SUPPORT.filter((rule) => rule.part === part).map((rule) => rule.key)]
}

/** Collects notes, each feature once per distribution. */
export class SupportNotes {
  #notes: SupportNote[] = []
  /** By distribution, in the spelling of the policy that named them first. */
  #unknownHeaders = new Map<string, Map<string, string>>()

  get notes(): SupportNote[] {
    const headerNotes = [...this.#unknownHeaders].map(([distribution, names]) => ({
      distribution,
      ...toHeaderNote([...names.values()]),
    }))
    return [...this.#notes, ...headerNotes]
  }

  collect(distribution: string, part: Part, node: MapNode): void {
    for (const rule of SUPPORT) {
      if (rule.part !== part) continue
      const value = node.entries.get(rule.key)?.value
      if (value === undefined || !rule.when(value)) continue
      this.#add({ distribution, feature: rule.key, handling: rule.handling, detail: rule.detail })
    }
  }

  /** What a behavior asks for through its policies, or the settings from before them. */
  collectPolicies(distribution: string, { Cache }: DefaultCacheBehavior): void {
    const names =
      Cache.kind === 'legacy'
        ? Cache.ForwardedValues.Headers
        : [Cache.CachePolicy, Cache.OriginRequestPolicy].flatMap((policy) =>
            policy === null || policy.Headers.behavior === 'allExcept' ? [] : policy.Headers.names,
          )
    for (const name of names) {
      if (!UNKNOWN_HEADERS.test(name)) continue
      const known = this.#unknownHeaders.get(distribution) ?? new Map<string, string>()
      if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), name)
      this.#unknownHeaders.set(distribution, known)
    }
  }

  #add(note: SupportNote): void {
    const isNoted = this.#notes.some(
      (it) => it.distribution === note.distribution && it.feature === note.feature,
    )
    if (!isNoted) this.#notes.push(note)
  }
}

const WHY_UNKNOWN = "nothing is known of a viewer's place and TLS connection"

function toHeaderNote(names: readonly string[]): Omit<SupportNote, 'distribution'> {
  const [only] = names
  if (names.length === 1 && only !== undefined) {
    return { feature: only, handling: 'ignored', detail: `not sent: ${WHY_UNKNOWN}` }
  }
  const ends = names.map((name) => name.slice('CloudFront-Viewer-'.length)).join(', ')
  const detail = `${ends} are not sent: ${WHY_UNKNOWN}`
  return { feature: 'CloudFront-Viewer-*', handling: 'ignored', detail }
}
