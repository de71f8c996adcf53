// AWS::Include: parts of a template that stand in files of their own.
import { resolve } from 'node:path'
import type { ConfigNode, Entry, Located, MapNode } from '../nodes/node.ts'
import { baseOf, entryOf, mapOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { mayMention } from '../nodes/tape/nodes.ts'
import type { SourceFiles } from '../source-files.ts'
import { textOf } from './values.ts'

const KEY = 'Fn::Transform'
/** What every include says, with KEY or the short form. */
const WORD = 'AWS::Include'
const MAX_DEPTH = 16

/** Gives the part at a location, or null, which is reported. */
export type Include = (location: string, at: Located) => ConfigNode | null

/** Whether there is anything to include: most templates are left as they are. */
export function hasIncludes(root: MapNode): boolean {
  return includeAtTop(root) !== null || isIncluding(root)
}

function isIncluding(node: ConfigNode): boolean {
  if (node.kind === 'list') return node.items.some(isIncluding)
  if (node.kind !== 'map' || !mayMention(node.entries, WORD)) return false
  if (includeOf(node) !== null) return true
  for (const { value } of node.entries.values()) if (isIncluding(value)) return true
  return false
}

/**
 * A template with the parts in place. Keys that stand beside the macro win over those of the part.
 * (CloudFormation Template Reference, 'AWS::Include transform')
 */
export function expandIncludes(
  root: MapNode,
  evaluate: (node: ConfigNode) => ConfigNode | null,
  include: Include,
): MapNode {
  const expand = (node: ConfigNode, depth: number): ConfigNode => {
    if (node.kind === 'list') return { ...node, items: node.items.map((item) => expand(item, depth)) }
    if (node.kind !== 'map' || !mayMention(node.entries, WORD)) return node
    const entries = new Map<string, Entry>()
    const location = depth > MAX_DEPTH ? null : includeOf(node)
    const text = location === null ? null : textOf(evaluate(location))
    const part = location === null || text === null ? null : include(text, location)
    if (part?.kind === 'map')
      for (const [key, entry] of expandedEntries(part, depth + 1)) entries.set(key, entry)
    for (const [key, entry] of expandedEntries(node, depth))
      if (location === null || key !== KEY) entries.set(key, entry)
    return part !== null && part.kind !== 'map' && node.entries.size === 1
      ? expand(part, depth + 1)
      : { ...node, entries }
  }
  const expandedEntries = ({ entries }: MapNode, depth: number) =>
    [...entries].map(([key, entry]) => [key, { ...entry, value: expand(entry.value, depth) }] as const)
  const top = includeAtTop(root)
  if (top === null) return expand(root, 0) as MapNode
  // The macro of the whole template: a part beside its own sections.
  const withTop: MapNode = { ...root, entries: new Map(root.entries) }
  const part = include(textOf(evaluate(top)) ?? '', top)
  const merged = part?.kind === 'map' ? mergeSections(part, withTop) : withTop
  return expand(merged, 0) as MapNode
}

/** The file at a location: a path, relative to the template. */
export function readIncluded(
  location: string,
  at: Located,
  { files, cwd, report }: { files: SourceFiles; cwd: string; report: Report },
): ConfigNode | null {
  if (/^(?:s3|https?):\/\//.test(location)) {
    const hint = 'write Location as a path, as before `aws cloudformation package`'
    report.error(at, null, `${location} is not on this machine`, hint)
    return null
  }
  return files.read(resolve(baseOf(at, cwd), location), at)
}

/** The Location of `Fn::Transform: {Name: AWS::Include, Parameters: {Location}}` in a map. */
function includeOf(node: MapNode): ConfigNode | null {
  const macro = node.entries.get(KEY)?.value
  return macro === undefined ? null : locationOf(macro)
}

function includeAtTop(root: MapNode): ConfigNode | null {
  const macro = root.entries.get('Transform')?.value
  const all = macro?.kind === 'list' ? macro.items : macro === undefined ? [] : [macro]
  for (const each of all) {
    const location = locationOf(each)
    if (location !== null) return location
  }
  return null
}

function locationOf(macro: ConfigNode): ConfigNode | null {
  const isInclude = textOf(entryOf(macro, 'Name')) === 'AWS::Include'
  const parameters = isInclude ? mapOf(macro, 'Parameters') : null
  return parameters === null ? null : entryOf(parameters, 'Location')
}

function mergeSections(part: MapNode, own: MapNode): MapNode {
  const entries = new Map(part.entries)
  for (const [key, entry] of own.entries) {
    const other = entries.get(key)?.value
    const value =
      other?.kind === 'map' && entry.value.kind === 'map'
        ? { ...entry.value, entries: new Map([...other.entries, ...entry.value.entries]) }
        : entry.value
    entries.set(key, { ...entry, value })
  }
  return { ...own, entries }
}
