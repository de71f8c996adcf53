// Names with one value or several, as CloudFront Functions read and write headers, cookies and query strings.
import { isObject } from '../header-maps.ts'

/**
 * A header line, a cookie or a parameter. `raw` is how it stands in the message; it goes on as it is when the
 * function leaves the value alone.
 */
export interface Item {
  readonly name: string
  readonly value: string
  /** What follows the value of Set-Cookie; null for all else. */
  readonly attributes: string | null
  readonly raw: string
}

/** How the items of one kind are named in messages, and written. */
export interface ItemKind {
  /** `request.headers`, `response.cookies`, … */
  readonly field: string
  readonly hasAttributes: boolean
  /** Why a name cannot stand in the message, or null. */
  readonly checkName: (name: string) => string | null
  /** Why a value, or its attributes, cannot. */
  readonly checkValue: (text: string) => string | null
  readonly write: (name: string, value: string, attributes: string | null) => string
}

/** A problem with what a function returned, in words. */
export interface ValueProblem {
  readonly problem: string
}

/**
 * The items as JSON. `multiValue` is there only for names that occur more than once; `value` is the first of them.
 * (Developer Guide, 'CloudFront Functions event structure', structure for a query string, header, or cookie)
 */
export function toEventItems(items: readonly Item[]): string {
  const seen = new Set<string>()
  let text = ''
  for (const item of items) {
    const { name } = item
    if (seen.has(name)) continue
    seen.add(name)
    if (text !== '') text += ','
    text += `${JSON.stringify(name)}:{${toFields(item)}`
    const all = hasSeveral(items, name) ? items.filter((each) => each.name === name) : null
    text += all === null ? '}' : `,"multiValue":[${all.map((each) => `{${toFields(each)}}`).join(',')}]}`
  }
  return `{${text}}`
}

function toFields({ value, attributes }: Item): string {
  const text = `"value":${JSON.stringify(value)}`
  return attributes === null ? text : `${text},"attributes":${JSON.stringify(attributes)}`
}

function hasSeveral(items: readonly Item[], name: string): boolean {
  let count = 0
  for (const item of items) if (item.name === name && ++count > 1) return true
  return false
}

/**
 * The items after a function: names it left out are gone, those it left alone are the same objects, new ones come
 * last. Returns `before` itself when nothing has changed.
 */
export function applyEventItems(
  before: readonly Item[],
  after: unknown,
  kind: ItemKind,
): readonly Item[] | ValueProblem {
  if (!isObject(after)) return { problem: `${kind.field} is not an object` }
  const groups = groupByName(before)
  const wanted = new Map<string, readonly Item[]>()
  for (const [name, entry] of Object.entries(after)) {
    const result = toWanted(name, entry, groups.get(name) ?? [], kind)
    if ('problem' in result) return result
    wanted.set(name, result)
  }
  return arrange(before, groups, wanted)
}

function groupByName(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(item.name)
    if (group === undefined) groups.set(item.name, [item])
    else group.push(item)
  }
  return groups
}

/** A changed multiValue counts before value; a changed value takes the place of the first and the others stay. */
function toWanted(
  name: string,
  entry: unknown,
  had: readonly Item[],
  kind: ItemKind,
): readonly Item[] | ValueProblem {
  const at = `${kind.field}.${name}`
  if (!isObject(entry)) return { problem: `${at} is not an object` }
  const { multiValue } = entry
  if (multiValue !== undefined && !Array.isArray(multiValue))
    return { problem: `${at}.multiValue is not an array` }
  if (multiValue !== undefined && !isSameList(multiValue, had)) {
    const items: Item[] = []
    for (const [index, each] of multiValue.entries()) {
      const item = toItem(name, each, had[index], kind, `${at}.multiValue[${index}]`)
      if ('problem' in item) return item
      items.push(item)
    }
    return items
  }
  const first = toItem(name, entry, had[0], kind, at)
  if ('problem' in first) return first
  return first === had[0] ? had : [first, ...had.slice(1)]
}

function toItem(
  name: string,
  entry: unknown,
  was: Item | undefined,
  kind: ItemKind,
  at: string,
): Item | ValueProblem {
  if (!isObject(entry) || typeof entry['value'] !== 'string')
    return { problem: `${at} has no value that is a string` }
  const { value } = entry
  const attributes = kind.hasAttributes ? (entry['attributes'] ?? '') : null
  if (attributes !== null && typeof attributes !== 'string')
    return { problem: `${at}.attributes is not a string` }
  if (was !== undefined && was.value === value && was.attributes === attributes) return was
  const why = kind.checkName(name)
  if (why !== null) return { problem: why }
  const problem = kind.checkValue(value) ?? (attributes === null ? null : kind.checkValue(attributes))
  if (problem !== null) return { problem: `${at} has ${problem}` }
  return { name, value, attributes, raw: kind.write(name, value, attributes) }
}

function isSameList(list: readonly unknown[], had: readonly Item[]): boolean {
  if (list.length !== had.length || had.length < 2) return false
  return had.every((item, index) => {
    const each = list[index]
    if (!isObject(each) || each['value'] !== item.value) return false
    return item.attributes === null || (each['attributes'] ?? '') === item.attributes
  })
}

/** In the order of before; further values of a name follow its last one. */
function arrange(
  before: readonly Item[],
  groups: ReadonlyMap<string, readonly Item[]>,
  wanted: ReadonlyMap<string, readonly Item[]>,
): readonly Item[] {
  const out: Item[] = []
  const seen = new Map<string, number>()
  for (const { name } of before) {
    const items = wanted.get(name)
    if (items === undefined) continue
    const index = seen.get(name) ?? 0
    seen.set(name, index + 1)
    const isLast = index + 1 === groups.get(name)!.length
    out.push(...items.slice(index, isLast ? items.length : index + 1))
  }
  for (const [name, items] of wanted) if (!groups.has(name)) out.push(...items)
  const isSame = out.length === before.length && out.every((item, index) => item === before[index])
  return isSame ? before : out
}
