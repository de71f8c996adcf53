// The resources of a Terraform plan, of a state as `terraform show` prints it, and of a state file.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf, mapOf } from '../nodes/node.ts'
import { textOf } from '../templates/values.ts'

/** One instance of a resource or data source. */
export interface TerraformResource {
  /** `module.cdn.aws_s3_bucket.site["eu"]` */
  readonly address: string
  /** Address of its module; '' for the root. */
  readonly module: string
  readonly mode: string
  readonly type: string
  readonly name: string
  /** `"eu"` or `0`; null without for_each and count. */
  readonly index: string | null
  readonly values: MapNode
  /** What of the values is known only after apply: true in the place of the value. */
  readonly unknown: ConfigNode | null
}

/** All resources; of the state before a plan the data sources, which the plan does not repeat. */
export function collectResources(root: MapNode): TerraformResource[] {
  const found = new Map<string, TerraformResource>()
  const add = (resource: TerraformResource) => {
    if (!found.has(resource.address)) found.set(resource.address, resource)
  }
  const unknowns = readUnknowns(root)
  for (const values of [mapOf(root, 'planned_values'), mapOf(root, 'values')]) {
    const rootModule = values === null ? null : mapOf(values, 'root_module')
    if (rootModule !== null) for (const each of ofModule(rootModule, '', unknowns)) add(each)
  }
  const prior = mapOf(root, 'prior_state')
  const before = prior === null ? null : mapOf(prior, 'values')
  const priorModule = before === null ? null : mapOf(before, 'root_module')
  if (priorModule !== null)
    for (const each of ofModule(priorModule, '', new Map())) if (each.mode === 'data') add(each)
  for (const each of itemsOf(root, 'resources')) for (const instance of ofStateFile(each)) add(instance)
  return [...found.values()]
}

/** (Terraform Documentation, 'JSON Output Format', values representation) */
function ofModule(
  module: MapNode,
  address: string,
  unknowns: ReadonlyMap<string, ConfigNode>,
): TerraformResource[] {
  const own = itemsOf(module, 'resources').flatMap((node): TerraformResource[] => {
    const values = mapOf(node, 'values')
    const [type, name] = [textOf(entryOf(node, 'type')), textOf(entryOf(node, 'name'))]
    if (values === null || type === null || name === null) return []
    const index = readIndex(entryOf(node, 'index'))
    const mode = textOf(entryOf(node, 'mode')) ?? 'managed'
    const full = textOf(entryOf(node, 'address')) ?? toAddress(address, mode, type, name, index)
    return [
      {
        address: full,
        module: address,
        mode,
        type,
        name,
        index,
        values,
        unknown: unknowns.get(full) ?? null,
      },
    ]
  })
  const inner = itemsOf(module, 'child_modules').flatMap((child) =>
    child.kind === 'map' ? ofModule(child, textOf(entryOf(child, 'address')) ?? address, unknowns) : [],
  )
  return [...own, ...inner]
}

function readUnknowns(root: MapNode): Map<string, ConfigNode> {
  const unknowns = new Map<string, ConfigNode>()
  for (const node of itemsOf(root, 'resource_changes')) {
    const address = textOf(entryOf(node, 'address'))
    const change = mapOf(node, 'change')
    const unknown = change === null ? null : entryOf(change, 'after_unknown')
    if (address !== null && unknown !== null) unknowns.set(address, unknown)
  }
  return unknowns
}

/** A resource of terraform.tfstate, version 4. */
function ofStateFile(node: ConfigNode): TerraformResource[] {
  const [type, name] = [textOf(entryOf(node, 'type')), textOf(entryOf(node, 'name'))]
  if (type === null || name === null) return []
  const module = textOf(entryOf(node, 'module')) ?? ''
  const mode = textOf(entryOf(node, 'mode')) ?? 'managed'
  return itemsOf(node, 'instances').flatMap((instance) => {
    const values = mapOf(instance, 'attributes')
    // What is about to be destroyed, because a new one took its place.
    if (values === null || entryOf(instance, 'deposed') !== null) return []
    const index = readIndex(entryOf(instance, 'index_key'))
    const address = toAddress(module, mode, type, name, index)
    return [{ address, module, mode, type, name, index, values, unknown: null }]
  })
}

function readIndex(node: ConfigNode | null): string | null {
  if (node?.kind !== 'scalar') return null
  return typeof node.value === 'number' ? node.text : JSON.stringify(node.text)
}

function toAddress(module: string, mode: string, type: string, name: string, index: string | null): string {
  const parts = [module, mode === 'data' ? 'data' : '', type, name].filter((part) => part !== '')
  return parts.join('.') + (index === null ? '' : `[${index}]`)
}
