// Blocks of Terraform -> the nodes of AWS's form; what is known only after apply is worked out.
import { didYouMean } from '../nodes/did-you-mean.ts'
import type { ConfigNode, ListNode, MapNode, ScalarNode } from '../nodes/node.ts'
import { entryOf, isNull, itemsOf } from '../nodes/node.ts'
import { listAt, mapAt, scalarAt, textOf } from '../templates/values.ts'
import { matchExpressions } from './match-expressions.ts'
import type { TerraformResource } from './resources.ts'
import type { Rule, Shape } from './shapes.ts'
import type { Terraform, Want } from './terraform.ts'

/** One block with what the plan says of it in other places. */
export interface Block {
  readonly node: MapNode
  /** True in the place of each value that is known only after apply. */
  readonly unknown: ConfigNode | null
  readonly expressions: MapNode | null
  readonly owner: TerraformResource
}

/** A whole resource as a block. */
export function toBlock(owner: TerraformResource, terraform: Terraform): Block {
  return {
    node: owner.values,
    unknown: owner.unknown,
    expressions: terraform.configuration.expressionsOf(owner),
    owner,
  }
}

/** The settings of a block; its paths are Terraform's addresses. */
export function convertBlock(block: Block, shape: Shape, terraform: Terraform): MapNode {
  return new Conversion(terraform, block.owner).map(block, shape)
}

class Conversion {
  #terraform: Terraform
  #owner: TerraformResource

  constructor(terraform: Terraform, owner: TerraformResource) {
    this.#terraform = terraform
    this.#owner = owner
  }

  map(block: Block, shape: Shape): MapNode {
    const entries: [string, ConfigNode][] = []
    for (const [key, rule] of Object.entries(shape)) {
      if (rule.kind === 'ignored') continue
      const node = this.#entry(block, key, rule)
      if (node !== null) entries.push([rule.to, node])
    }
    this.#warnUnknown(block, shape)
    return mapAt(this.#moved(block.node), entries)
  }

  #entry(block: Block, key: string, rule: Exclude<Rule, { kind: 'ignored' }>): ConfigNode | null {
    const node = entryOf(block.node, key)
    const unknown = block.unknown === null ? null : entryOf(block.unknown, key)
    switch (rule.kind) {
      case 'value':
        return this.#value(block, key, rule, node, unknown)
      case 'list':
        return this.#list(block, key, rule, node, unknown)
      case 'block':
        return this.#blocks(block, key, rule.shape)[0] ?? null
      case 'blocks': {
        const maps = this.#blocks(block, key, rule.shape)
        return maps.length === 0 ? null : listAt(this.#moved(node ?? block.node), maps)
      }
      case 'items': {
        const [inner] = this.#innerBlocks(block, key)
        if (inner === undefined) return null
        if (rule.shape !== undefined)
          return listAt(this.#moved(inner.node), this.#blocks(inner, 'items', rule.shape))
        const items = entryOf(inner.node, 'items')
        return items === null ? null : this.#list(inner, 'items', rule, items, null)
      }
    }
  }

  #value(
    block: Block,
    key: string,
    rule: Extract<Rule, { kind: 'value' }>,
    node: ConfigNode | null,
    unknown: ConfigNode | null,
  ): ConfigNode | null {
    if (node !== null) {
      if (node.kind !== 'scalar') return this.#moved(node)
      const isUnset = node.text === '' || (rule.unset === 'zero' && node.text === '0')
      return isUnset ? null : this.#moved(node)
    }
    const at = this.#at(block, key)
    const isUnknown = textOf(unknown) === 'true'
    if (!isUnknown) return typeof rule.unset === 'number' ? scalarAt(at, rule.unset) : null
    const expression = block.expressions === null ? null : entryOf(block.expressions, key)
    // What nobody wrote the provider fills in; blocks made by `dynamic` are not in the configuration.
    if (expression === null && (block.expressions !== null || rule.want === undefined)) return null
    const want = rule.want ?? 'id'
    const value = expression === null ? null : this.#terraform.resolve(expression, this.#owner, want)
    if (value !== null) return scalarAt(at, value)
    return rule.want === undefined
      ? this.#unknownSetting(at, key, expression)
      : this.#stranger(at, want, key, expression)
  }

  /** Lists of a plan have null in the place of what is not known yet. */
  #list(
    block: Block,
    key: string,
    rule: Extract<Rule, { kind: 'list' | 'items' }>,
    node: ConfigNode | null,
    unknown: ConfigNode | null,
  ): ConfigNode | null {
    if (node !== null && node.kind !== 'list') return this.#moved(node)
    const isUnknown = textOf(unknown) === 'true' || (node !== null && node.items.some(isNull))
    const known = node === null ? [] : node.items.filter((item) => !isNull(item))
    const items: ConfigNode[] = known.map((item) => this.#moved(item))
    if (isUnknown) {
      const at = this.#at(block, key)
      const expression = block.expressions === null ? null : entryOf(block.expressions, key)
      if (expression === null) return null
      const want = rule.kind === 'list' ? (rule.want ?? 'id') : 'id'
      for (const each of this.#terraform.referred(expression, this.#owner)) {
        const value = this.#terraform.attribute(each, want)
        if (value !== null) items.push(scalarAt(at, value))
      }
      if (items.length === 0) return this.#unknownSetting(at, key, expression)
    }
    if (items.length === 0) return null
    const { order } = rule
    const sorted =
      order === undefined
        ? items
        : items.toSorted((a, b) => order.indexOf(textOf(a) ?? '') - order.indexOf(textOf(b) ?? ''))
    return listAt(this.#moved(node ?? block.node), sorted)
  }

  #blocks(block: Block, key: string, shape: Shape): MapNode[] {
    return this.#innerBlocks(block, key).map((inner) => this.map(inner, shape))
  }

  /** A single block is a list of one. */
  #innerBlocks(block: Block, key: string): Block[] {
    const value = entryOf(block.node, key)
    if (value === null) return []
    const nodes = value.kind === 'map' ? [value] : value.kind === 'list' ? value.items : []
    if (value.kind === 'scalar') this.#terraform.report.error(this.#moved(value), null, 'expects blocks')
    const unknowns = block.unknown === null ? [] : itemsOf(block.unknown, key)
    const maps = nodes.flatMap((node, index) =>
      node.kind === 'map' ? [{ node, unknown: unknowns[index] ?? null }] : [],
    )
    const written = block.expressions === null ? [] : blocksOf(entryOf(block.expressions, key))
    const expressions = matchExpressions(maps, written, (expression) =>
      this.#terraform.resolve(expression, this.#owner, 'id'),
    )
    return maps.map((each, index) => ({
      ...each,
      expressions: expressions[index] ?? null,
      owner: block.owner,
    }))
  }

  /** Nobody but AWS knows it: a name that is mapped by the user, or an id that nothing here has. */
  #stranger(at: ScalarNode, want: Want, key: string, expression: ConfigNode | null): ConfigNode | null {
    const source = sourceOf(expression)
    if (want !== 'host')
      return key.endsWith('_policy_id') ? this.#unknownSetting(at, key, expression) : scalarAt(at, source)
    const name = source
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
    return scalarAt(at, `${name}.unresolved`)
  }

  #unknownSetting(at: ScalarNode, key: string, expression: ConfigNode | null): null {
    const message = `${key} is known only after apply: it is ${sourceOf(expression)}`
    const hint =
      'give the state after an apply (terraform show -json > state.json), or the value as a constant'
    this.#terraform.report.error(at, null, message, hint)
    return null
  }

  #warnUnknown({ node }: Block, shape: Shape): void {
    for (const [key, { value, keyPlace }] of node.entries) {
      if (Object.hasOwn(shape, key) || !isSet(value)) continue
      const at = { place: keyPlace, path: this.#moved(value).path }
      this.#terraform.report.warn(at, null, `unknown argument${didYouMean(key, Object.keys(shape))}`)
    }
  }

  #at(block: Block, key: string): ScalarNode {
    const { place, path } = this.#moved(block.node)
    return { kind: 'scalar', value: null, text: '', place, path: `${path}.${key}` }
  }

  /** The same at its address: `aws_cloudfront_distribution.site.origin[0]`. */
  #moved<T extends ConfigNode>(node: T): T {
    const { address, values } = this.#owner
    return { ...node, path: address + node.path.slice(values.path.length) }
  }
}

function blocksOf(node: ConfigNode | null): MapNode[] {
  const nodes = node?.kind === 'list' ? (node satisfies ListNode).items : node === null ? [] : [node]
  return nodes.filter((each) => each.kind === 'map')
}

/** What an expression is made of, for messages. */
function sourceOf(expression: ConfigNode | null): string {
  const first = expression === null ? undefined : itemsOf(expression, 'references')[0]
  return textOf(first) ?? 'the value of an expression'
}

/** Null, '', 0, false and empty lists are what the provider writes for arguments that are not there. */
function isSet(node: ConfigNode): boolean {
  if (node.kind === 'list') return node.items.length > 0
  return node.kind === 'map' ? node.entries.size > 0 : !['', '0', 'false'].includes(node.text)
}
