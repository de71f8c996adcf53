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
const UNKNOWN_HEADERS = /^cloudfront-viewer-(?:cert-.*|ja[34]-fingerprint)$/i
/** Headers that the database of address ranges does not know. (the same page) */
const ASKED_HEADERS =
  /^cloudfront-viewer-(?:asn|city|country-region|country-region-name|latitude|longitude|metro-code|postal-code|time-zone)$/i

/** The keys that the table and the silent list know for a part. */
export function supportKeys(part: Part): string[] {
  return [...SILENT[part], ...SUPPORT.filter((rule) => rule.part === part).map((rule) => rule.key)]
}

/** Collects notes, each feature once per distribution. */
export class SupportNotes {
  #notes: SupportNote[] = []
  #servesHttps: boolean
  /** By distribution, in the spelling of the policy that named them first. */
  #unknownHeaders = new Map<string, Map<string, string>>()

  constructor(servesHttps = false) {
    this.#servesHttps = servesHttps
  }

  get notes(): SupportNote[] {
    const headerNotes = [...this.#unknownHeaders].flatMap(([distribution, names]) =>
      toHeaderNotes([...names.values()]).map((note) => ({ distribution, ...note })),
    )
    return [...this.#notes, ...headerNotes]
  }

  collect(distribution: string, part: Part, node: MapNode): void {
    for (const rule of SUPPORT) {
      if (rule.part !== part || (rule.withoutHttps && this.#servesHttps)) continue
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
      if (!UNKNOWN_HEADERS.test(name) && !ASKED_HEADERS.test(name)) continue
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

type HeaderNote = Omit<SupportNote, 'distribution'>

function toHeaderNotes(names: readonly string[]): HeaderNote[] {
  const notes: HeaderNote[] = []
  const unknown = names.filter((name) => UNKNOWN_HEADERS.test(name))
  if (unknown.length > 0) {
    notes.push(toHeaderNote(unknown, 'ignored', "not sent: nothing is known of a viewer's TLS connection"))
  }
  const asked = names.filter((name) => ASKED_HEADERS.test(name))
  if (asked.length > 0) {
    notes.push(
      toHeaderNote(
        asked,
        'approximated',
        'sent where a --geo-database or the request (x-pocketfront-viewer-…) tells them',
      ),
    )
  }
  return notes
}

function toHeaderNote(
  names: readonly string[],
  handling: SupportNote['handling'],
  detail: string,
): HeaderNote {
  const [only] = names
  if (names.length === 1 && only !== undefined) return { feature: only, handling, detail }
  const ends = names.map((name) => name.slice('CloudFront-Viewer-'.length)).join(', ')
  return { feature: 'CloudFront-Viewer-*', handling, detail: `${ends} are ${detail}` }
}
