// An object given to the API as a located tree; it has paths but no lines.
import { toMapOrList } from './build.ts'
import type { ConfigNode, Entry, Place } from './node.ts'
import { toPath } from './node.ts'
import type { Report } from './report.ts'

const MAX_DEPTH = 64
const MAX_NODES = 200_000

/** The tree of a JavaScript value; what no file could say is reported. `file` names the value in issues. */
export function fromValue(value: unknown, file: string, report: Report): ConfigNode {
  const place = { file, line: null, column: null }
  let nodes = 0

  function convert(part: unknown, path: string, depth: number): ConfigNode {
    nodes++
    if (depth > MAX_DEPTH || nodes > MAX_NODES)
      return refuse(part, path, 'is nested too deeply or refers to itself')
    if (part === undefined || part === null) return toScalar(null, place, path)
    if (typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean') {
      return toScalar(part, place, path)
    }
    if (Array.isArray(part)) {
      const items = part.map((item, index) => convert(item, `${path}[${index}]`, depth + 1))
      return { kind: 'list', items, extras: new Map(), isQuantified: false, place, path }
    }
    if (typeof part === 'object') return convertObject(part, path, depth)
    return refuse(part, path, `is a ${typeof part}; only plain values are read`)
  }

  function convertObject(part: object, path: string, depth: number): ConfigNode {
    const entries = new Map<string, Entry>()
    for (const [key, child] of Object.entries(part)) {
      const childPath = key === 'Items' ? path : toPath(path, key)
      entries.set(key, { keyPlace: place, value: convert(child, childPath, depth + 1) })
    }
    return toMapOrList(entries, place, path, report)
  }

  let refused = false
  function refuse(_part: unknown, path: string, message: string): ConfigNode {
    if (!refused) report.error({ place, path }, null, message)
    refused = true
    return toScalar(null, place, path)
  }

  return convert(value, '', 0)
}

function toScalar(value: string | number | boolean | null, place: Place, path: string): ConfigNode {
  return { kind: 'scalar', value, text: value === null ? '' : String(value), place, path }
}
