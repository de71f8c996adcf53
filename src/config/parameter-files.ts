// Values for templates: the command line's, those of parameter files, those of the environment.
import { resolve } from 'node:path'
import type { Disk } from './disk.ts'
import { fromText } from './nodes/from-text.ts'
import type { ConfigNode } from './nodes/node.ts'
import { entryOf, mapOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import { textOf } from './templates/values.ts'

export interface ParameterOptions {
  readonly parameters?: Readonly<Record<string, string>>
  /** Files in one of the forms that AWS's tools know. */
  readonly parameterFiles?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

const ENV_PREFIX = 'POCKETFRONT_PARAMETER_'

/** All values by name: single ones go before files, the later file before the earlier, files before the environment. */
export function readParameters(options: ParameterOptions, disk: Disk, report: Report): Map<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(options.env))
    if (name.startsWith(ENV_PREFIX) && value !== undefined) values.set(name.slice(ENV_PREFIX.length), value)
  for (const file of options.parameterFiles ?? [])
    for (const [name, value] of readFile(resolve(options.cwd, file), disk, report)) values.set(name, value)
  for (const [name, value] of Object.entries(options.parameters ?? {})) values.set(name, value)
  return values
}

function readFile(file: string, disk: Disk, report: Report): Map<string, string> {
  const at = { place: { file, line: null, column: null }, path: '' }
  const read = disk.readText(file)
  if (read.kind !== 'text') {
    report.error(at, null, disk.isFile(file) ? `cannot be read: ${read.reason}` : 'there is no such file')
    return new Map()
  }
  const tree = fromText(read.text, file, report)
  return tree === null ? new Map() : valuesOf(tree, report)
}

/**
 * `[{ParameterKey, ParameterValue}]`, `{Parameters: {name: value}}`, or `{name: value}`.
 * (AWS CLI Command Reference, 'create-stack', --parameters; CloudFormation User Guide, 'Template configuration file')
 */
function valuesOf(tree: ConfigNode, report: Report): Map<string, string> {
  const values = new Map<string, string>()
  const add = (name: string, node: ConfigNode): void => {
    const value = toText(node)
    if (value === null) report.error(node, null, `the value of ${name} is no text, number or list of them`)
    else values.set(name, value)
  }
  if (tree.kind === 'list') {
    for (const item of tree.items) {
      const name = textOf(entryOf(item, 'ParameterKey'))
      const value = entryOf(item, 'ParameterValue')
      if (name === null) report.error(item, null, 'expects {ParameterKey, ParameterValue}')
      else if (value !== null) add(name, value)
    }
    return values
  }
  const map = mapOf(tree, 'Parameters') ?? tree
  if (map.kind === 'map') for (const [name, { value }] of map.entries) add(name, value)
  else report.error(map, null, 'expects names and values')
  return values
}

function toText(node: ConfigNode): string | null {
  if (node.kind === 'list') {
    const items = node.items.map(textOf)
    return items.includes(null) ? null : items.join(',')
  }
  return node.kind === 'scalar' ? node.text : null
}
