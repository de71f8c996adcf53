// The key-value pairs of a store: AWS's import form or a flat map, from JSON text or from the configuration itself.
import { QUOTAS } from '../model/quotas.ts'
import type { ConfigNode, Located } from './nodes/node.ts'
import { itemsOf, mapOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import { fromText } from './nodes/from-text.ts'

/** Larger files are not read a second time to find the line of a problem. */
const MAX_LOCATED_CHARACTERS = 512 * 1024

interface Pair {
  readonly key: unknown
  readonly value: unknown
  /** Where it stands: `data[3]` or the key of a flat map. */
  readonly path: readonly (string | number)[]
}

/** Reports one problem; `path` leads to the value it is about. */
type Complain = (path: readonly (string | number)[], message: string, hint?: string) => void

/**
 * The pairs of a JSON file, `{"data": [{"key": …, "value": …}]}` or `{"key": "value"}`; null when it is not usable,
 * which is reported. (Developer Guide, 'File format for key-value pairs')
 */
export function parseKeyValues(text: string, file: string, report: Report): Map<string, string> | null {
  const parsed = parseJson(text, file, report)
  if (parsed === null) return null
  let tree: ConfigNode | null | undefined
  return collect(toPairs(parsed.value), (path, message, hint) => {
    if (tree === undefined) tree = text.length > MAX_LOCATED_CHARACTERS ? null : fromText(text, file, report)
    report.error(locate(tree, path, file), null, message, hint ?? null)
  })
}

/** The same from the configuration, where a value may be anything that a line of YAML says. */
export function readKeyValues(node: ConfigNode, report: Report): Map<string, string> | null {
  const pairs = toPairs(toValue(node))
  return collect(pairs, (path, message, hint) =>
    report.error(locate(node, path, node.place.file), null, message, hint ?? null),
  )
}

function parseJson(text: string, file: string, report: Report): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const found = /\(line (\d+) column (\d+)\)/.exec(message)
    const place = {
      file,
      line: found === null ? null : Number(found[1]),
      column: found === null ? null : Number(found[2]),
    }
    const hint = 'a store is a JSON file: {"data": [{"key": "…", "value": "…"}]} or {"key": "value"}'
    report.error({ place, path: '' }, null, `is no JSON: ${message}`, hint)
    return null
  }
}

function toPairs(value: unknown): readonly Pair[] | null {
  if (typeof value !== 'object' || value === null) return null
  const { data: own, Items } = value as { data?: unknown; Items?: unknown }
  // Items with capitals are what `aws cloudfront-keyvaluestore list-keys` prints.
  const data: unknown = Array.isArray(value) ? value : (own ?? Items)
  if (!Array.isArray(data)) {
    return Object.entries(value).map(([key, each]) => ({ key, value: each, path: [key] }))
  }
  const base = Array.isArray(value) ? [] : [own === undefined ? 'Items' : 'data']
  return data.map((item: Partial<Record<'key' | 'value' | 'Key' | 'Value', unknown>> | null, index) => ({
    key: item?.key ?? item?.Key,
    value: item?.value ?? item?.Value,
    path: [...base, index],
  }))
}

function collect(pairs: readonly Pair[] | null, complain: Complain): Map<string, string> | null {
  if (pairs === null) {
    complain([], 'expects keys and values')
    return null
  }
  const items = new Map<string, string>()
  let bytes = 0
  let isGood = true
  for (const { key, value, path } of pairs) {
    const problem = whyNot(key, value, items)
    if (problem !== null) {
      isGood = false
      complain(path, problem)
      continue
    }
    items.set(key as string, value as string)
    bytes += Buffer.byteLength(key as string) + Buffer.byteLength(value as string)
  }
  if (bytes > QUOTAS.keyValueStoreBytes) {
    complain([], `has ${bytes} bytes of keys and values; a store holds ${QUOTAS.keyValueStoreBytes}`)
    return null
  }
  return isGood ? items : null
}

/** ('Quotas on key value stores') */
function whyNot(key: unknown, value: unknown, items: ReadonlyMap<string, string>): string | null {
  if (typeof key !== 'string' || key === '') return 'expects a key and a value, both of them text'
  if (typeof value !== 'string') return `the value of '${shorten(key)}' is not a text`
  if (items.has(key)) return `the key '${shorten(key)}' is there twice`
  const { keyValueStoreKeyBytes: maxKey, keyValueStoreValueBytes: maxValue } = QUOTAS
  if (Buffer.byteLength(key) > maxKey) return `the key '${shorten(key)}' is longer than ${maxKey} bytes`
  if (Buffer.byteLength(value) > maxValue) {
    return `the value of '${shorten(key)}' has ${Buffer.byteLength(value)} bytes; ${maxValue} are allowed`
  }
  return null
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** A node as plain values; a scalar is the text that was written. */
function toValue(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.text
    case 'list':
      return node.items.map(toValue)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toValue(value)]))
  }
}

function locate(tree: ConfigNode | null, path: readonly (string | number)[], file: string): Located {
  let node: ConfigNode | null = tree
  for (const step of path) {
    if (node === null) break
    if (typeof step === 'number') node = node.kind === 'list' ? (node.items[step] ?? null) : null
    else if (step === 'data' && node.kind === 'map') node = toList(node)
    else node = node.kind === 'map' ? (node.entries.get(step)?.value ?? null) : null
  }
  if (node !== null) return { place: node.place, path: toText(path) }
  return { place: tree?.place ?? { file, line: null, column: null }, path: toText(path) }
}

function toList(node: ConfigNode): ConfigNode | null {
  const items = itemsOf(node, 'data')
  if (items.length === 0) return mapOf(node, 'data')
  return { kind: 'list', items, extras: new Map(), isQuantified: false, place: node.place, path: node.path }
}

function toText(path: readonly (string | number)[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join('')
}
