// Nodes of a configuration as YAML of our own form: plain lists, without what says nothing.
import { Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { ConfigNode, Entries, ListNode, MapNode } from '../nodes/node.ts'
import { entryOf, isNull } from '../nodes/node.ts'

export type Yaml = Scalar | YAMLMap | YAMLSeq

/** Texts that mean something when they are empty. */
const MAY_BE_EMPTY = new Set(['HeaderValue', 'Value'])
/** Keys whose map says nothing when it only says no. */
const SWITCHES = new Set(['Enabled', 'IncludeCookies'])
/** What AWS adds to what it prints, and is no setting. */
const ECHOES = new Set([
  'CallerReference',
  'LastModifiedTime',
  'CreatedTime',
  'ETag',
  'Status',
  'ARN',
  'InProgressInvalidationBatches',
  'ActiveTrustedSigners',
  'ActiveTrustedKeyGroups',
  'AliasICPRecordals',
  'CertificateSource',
])
/** A list of texts up to this length stands in one line. */
const MAX_LINE = 90

/** Changes the value of a key; undefined leaves it as it is, null takes it out. */
export type Change = (key: string, node: ConfigNode, parent: MapNode) => Yaml | null | undefined

/** A node; `change` is asked about every key first. */
export function toYaml(node: ConfigNode, change: Change = () => undefined): Yaml {
  switch (node.kind) {
    case 'scalar':
      return node.value === null
        ? new Scalar(null)
        : toScalar(String(node.value) === node.text ? node.value : node.text)
    case 'list':
      return listToYaml(node, change)
    case 'map':
      return mapToYaml(node, change)
  }
}

/** A map from pairs; null values are left out. */
export function toMap(entries: Iterable<readonly [string, Yaml | null]>): YAMLMap {
  const map = new YAMLMap<Scalar, Yaml>()
  for (const [key, value] of entries) if (value !== null) map.add(new Pair(new Scalar(key), value))
  return map
}

/** A list; of short texts in one line. */
export function toSeq(items: readonly Yaml[]): YAMLSeq {
  const seq = new YAMLSeq()
  seq.items = items.slice()
  const texts = items.map((item) => (item instanceof Scalar ? String(item.value) : null))
  const length = texts.reduce((sum, text) => sum + (text?.length ?? MAX_LINE) + 2, 0)
  if (items.length > 0 && length < MAX_LINE && texts.every((text) => text?.includes('\n') === false))
    seq.flow = true
  return seq
}

/** A plain value: text, number or boolean. */
export function toScalar(value: string | number | boolean): Scalar {
  const scalar = new Scalar(value)
  if (typeof value !== 'string') return scalar
  if (value.includes('\n')) scalar.type = 'BLOCK_LITERAL'
  // Booleans for older readers of YAML.
  else if (/^(?:y|n|yes|no|on|off)$/i.test(value)) scalar.type = 'QUOTE_SINGLE'
  return scalar
}

function mapToYaml(node: MapNode, change: Change): YAMLMap {
  const pairs: [string, Yaml][] = []
  for (const [key, { value }] of node.entries) {
    if (ECHOES.has(key)) continue
    const changed = change(key, value, node)
    if (changed !== undefined) {
      if (changed !== null) pairs.push([key, changed])
      continue
    }
    if (isEmpty(key, value)) continue
    pairs.push(...listedBeside(key, value, change))
  }
  const map = toMap(pairs)
  const isShort = pairs.length <= 4 && pairs.every(([, value]) => value instanceof Scalar && isWord(value))
  const length = pairs.reduce(
    (sum, [key, value]) => sum + key.length + String((value as Scalar).value).length + 4,
    0,
  )
  if (pairs.length > 0 && isShort && length < MAX_LINE) map.flow = true
  return map
}

function isWord({ value }: Scalar): boolean {
  return !String(value).includes('\n')
}

/** `AllowedMethods` with `CachedMethods` inside is two lists; other keys beside Items stay a map. (API Reference, 'AllowedMethods') */
function listedBeside(key: string, value: ConfigNode, change: Change): [string, Yaml][] {
  if (value.kind !== 'list') return [[key, toYaml(value, change)]]
  const cached = value.extras.get('CachedMethods')?.value
  const own: [string, Yaml] = [key, listToYaml(value, change)]
  return cached === undefined ? [own] : [own, ['CachedMethods', toYaml(cached, change)]]
}

function listToYaml(node: ListNode, change: Change): Yaml {
  const seq = toSeq(node.items.map((item) => toYaml(item, change)))
  const type = node.extras.get('RestrictionType')?.value
  if (type === undefined) return seq
  return toMap([
    ['RestrictionType', toYaml(type)],
    ['Locations', node.items.length === 0 ? null : seq],
  ])
}

/** AWS writes '' , empty lists and `Enabled: false` for what is not set. */
function isEmpty(key: string, node: ConfigNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return isNull(node) || (node.text === '' && !MAY_BE_EMPTY.has(key))
    case 'list':
      return node.items.length === 0 && !saysSomething(node.extras)
    case 'map': {
      if (key === 'Restrictions') return isUnrestricted(node)
      return (
        node.entries.size > 0 &&
        [...node.entries.keys()].some((each) => SWITCHES.has(each)) &&
        !saysSomething(node.entries)
      )
    }
  }
}

function saysSomething(entries: Entries): boolean {
  return [...entries].some(([key, { value }]) => {
    const isOff = SWITCHES.has(key) && value.kind === 'scalar' && /^false$/i.test(value.text)
    return !isOff && !isEmpty(key, value)
  })
}

function isUnrestricted(restrictions: MapNode): boolean {
  const geo = entryOf(restrictions, 'GeoRestriction')
  const type = geo === null ? null : entryOf(geo, 'RestrictionType')
  return type?.kind === 'scalar' && type.text === 'none'
}
