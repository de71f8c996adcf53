// A CloudFormation template whose expressions are evaluated when somebody looks.
import type { ConfigNode, Entry, Located, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { replaceDynamicReferences } from './dynamic-references.ts'
import { expandLoops, hasLoops } from './for-each.ts'
import { CONDITIONS, FUNCTIONS_OF_CONDITIONS, isCondition } from './functions-of-conditions.ts'
import { FUNCTIONS_OF_LOOK_UPS } from './functions-of-look-ups.ts'
import { FUNCTIONS_OF_TEXTS } from './functions-of-texts.ts'
import { generatedValue, type ResourceFacts } from './generated.ts'
import type { Include } from './includes.ts'
import { expandIncludes, hasIncludes } from './includes.ts'
import type { ParameterValues } from './parameters.ts'
import { readParameter } from './parameters.ts'
import { isPseudoParameter, partitionOf, pseudoParameter } from './pseudo-parameters.ts'
import type { Resource, Scope, TemplateFunction } from './scope.ts'
import { argumentsOf, scalarAt, singleEntry, moveTo, textOf } from './values.ts'

const FUNCTIONS = new Map<string, TemplateFunction>(
  Object.entries({ ...FUNCTIONS_OF_TEXTS, ...FUNCTIONS_OF_LOOK_UPS, ...FUNCTIONS_OF_CONDITIONS }),
)
const MAX_DEPTH = 100

/** What a template is evaluated with. */
export interface TemplateOptions {
  readonly report: Report
  /** Name of the stack: generated names start with it. */
  readonly stackName: string
  readonly region: string
  readonly accountId: string
  /** Values of parameters by name. */
  readonly parameters: ParameterValues
  /** SSM parameters and secrets by name. */
  readonly lookUp: (name: string) => string | null
  /** What other templates export under a name. */
  readonly exported: (name: string) => ConfigNode | null
  /** What a macro makes of the template, after loops. */
  readonly transform?: (root: MapNode) => MapNode
  /** Parts of the template in files of their own. */
  readonly include?: Include
  /** Attributes that only a tool knows: nested stacks, custom resources; null for others. */
  readonly attributeOf?: (resource: Resource, attribute: string, template: Template) => ConfigNode | null
}

/** One template. Only what is looked at is evaluated, so that resources nobody needs cannot be wrong. */
export class Template implements Scope {
  readonly report: Report
  readonly region: string
  readonly options: TemplateOptions
  readonly root: MapNode
  /** Texts made of references, and the logical ids of the resources that they stand for. */
  readonly names = new Map<string, string>()
  #resources: ReadonlyMap<string, Resource> | null = null
  #byType: ReadonlyMap<string, readonly Resource[]> | null = null
  #parameters = new Map<string, ConfigNode>()
  #conditions = new Map<string, boolean | 'deciding'>()
  #properties = new Map<string, MapNode>()
  #generated = new Map<string, string | null>()
  #depth = 0

  constructor(root: MapNode, options: TemplateOptions) {
    this.options = options
    this.report = options.report
    this.region = options.region
    // The collections of loops are evaluated with the parameters of the template as it stands.
    this.root = root
    const { include } = options
    if (include !== undefined && hasIncludes(root))
      this.root = expandIncludes(root, (node) => this.evaluate(node), include)
    if (hasLoops(this.root))
      this.root = expandLoops(this.root, (collection) => this.#textsOf(collection), options.report)
    this.root = options.transform?.(this.root) ?? this.root
  }

  /** The resources whose Condition holds, in the order of the template. */
  get resources(): ReadonlyMap<string, Resource> {
    this.#resources ??= this.#readResources()
    return this.#resources
  }

  /** The resources of some types, one type after the other. */
  ofType(...types: readonly string[]): readonly Resource[] {
    this.#byType ??= Map.groupBy(this.resources.values(), ({ type }) => type)
    const [first = '', ...others] = types
    const found = this.#byType.get(first) ?? []
    return others.length === 0
      ? found
      : [...found, ...others.flatMap((type) => this.#byType?.get(type) ?? [])]
  }

  /** The evaluated properties of a resource; an empty map when it has none. */
  properties(resource: Resource): MapNode {
    const known = this.#properties.get(resource.logicalId)
    if (known !== undefined) return known
    const node = entryOf(resource.node, 'Properties')
    const value = node === null ? null : this.evaluate(node)
    const map: MapNode = value?.kind === 'map' ? value : { ...resource.node, entries: new Map() }
    this.#properties.set(resource.logicalId, map)
    return map
  }

  /** One evaluated property of a resource; null when it has none of this name. */
  property(resource: Resource, name: string): ConfigNode | null {
    const properties = entryOf(resource.node, 'Properties')
    const value = properties === null ? null : entryOf(properties, name)
    return value === null ? null : this.evaluate(value)
  }

  /** The construct of CDK that made a resource, as the template tells it. */
  constructPath(logicalId: string): string | null {
    const resource = this.resources.get(logicalId)
    const metadata = resource === undefined ? null : mapOf(resource.node, 'Metadata')
    return metadata === null ? null : textOf(entryOf(metadata, 'aws:cdk:path'))
  }

  /** The value of an output of this template by its logical id, or null. */
  output(name: string): ConfigNode | null {
    const outputs = mapOf(this.root, 'Outputs')
    const output = outputs === null ? null : mapOf(outputs, name)
    const value = output === null ? null : entryOf(output, 'Value')
    return value === null ? null : this.evaluate(value)
  }

  /** The value that this template exports under a name, or null. */
  exports(name: string): ConfigNode | null {
    for (const [, { value }] of mapOf(this.root, 'Outputs')?.entries ?? []) {
      const exported = mapOf(value, 'Export')
      const exportName = exported === null ? null : entryOf(exported, 'Name')
      const output = entryOf(value, 'Value')
      if (exportName === null || output === null) continue
      if (textOf(this.evaluate(exportName)) === name) return this.evaluate(output)
    }
    return null
  }

  evaluate(node: ConfigNode): ConfigNode | null {
    if (this.#depth >= MAX_DEPTH) {
      this.report.error(node, null, 'the expression refers to itself, or is nested too deeply')
      return scalarAt(node, null)
    }
    this.#depth++
    try {
      return this.#evaluate(node)
    } finally {
      this.#depth--
    }
  }

  #evaluate(node: ConfigNode): ConfigNode | null {
    if (node.kind === 'scalar') return this.#dynamic(node)
    if (node.kind === 'list') {
      const items = node.items.flatMap((item) => this.evaluate(item) ?? [])
      return { ...node, items, extras: this.#entries(node.extras) }
    }
    const single = singleEntry(node)
    if (single !== null) {
      const [name, argument] = single
      if (CONDITIONS.has(name)) return scalarAt(node, isCondition(node, this))
      const run = FUNCTIONS.get(name)
      if (run !== undefined) return run(argument, node, this)
      if (name.startsWith('Fn::')) {
        this.report.error(node, null, `there is no function ${name}`)
        return scalarAt(node, null)
      }
    }
    return { ...node, entries: this.#entries(node.entries) }
  }

  #entries(entries: ReadonlyMap<string, Entry>): Map<string, Entry> {
    const kept = new Map<string, Entry>()
    for (const [key, entry] of entries) {
      const value = this.evaluate(entry.value)
      if (value !== null) kept.set(key, { ...entry, value })
    }
    return kept
  }

  #dynamic(node: ConfigNode): ConfigNode {
    const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : null
    if (text === null || !text.includes('{{resolve:')) return node
    const replaced = replaceDynamicReferences(text, this.options.lookUp, (name) => {
      this.report.warn(
        node,
        null,
        `the value of ${name} is not known here`,
        `give it with --parameter ${name}=VALUE`,
      )
    })
    return scalarAt(node, replaced)
  }

  holds(condition: string, at: Located): boolean {
    const known = this.#conditions.get(condition)
    if (typeof known === 'boolean') return known
    const node = mapOf(this.root, 'Conditions')?.entries.get(condition)?.value
    if (node === undefined || known === 'deciding') {
      const problem = node === undefined ? 'is not in Conditions' : 'refers to itself'
      this.report.error(at, null, `the condition ${condition} ${problem}`)
      return false
    }
    this.#conditions.set(condition, 'deciding')
    const holds = isCondition(node, this)
    this.#conditions.set(condition, holds)
    return holds
  }

  reference(name: string, at: Located): ConfigNode | null {
    if (isPseudoParameter(name)) return pseudoParameter(name, this.options, at)
    const declaration = mapOf(this.root, 'Parameters')?.entries.get(name)?.value
    if (declaration?.kind === 'map') return moveTo(this.#parameter(name, declaration), at)
    return this.#ofResource(name, null, at)
  }

  /** SAM makes resources with a dot in their names: `Function.Version`. */
  attribute(logicalId: string, attribute: string, at: Located): ConfigNode {
    const dot = attribute.indexOf('.')
    const dotted = `${logicalId}.${dot === -1 ? attribute : attribute.slice(0, dot)}`
    if (this.resources.has(dotted))
      return this.#ofResource(dotted, dot === -1 ? null : attribute.slice(dot + 1), at)
    return this.#ofResource(logicalId, attribute, at)
  }

  mapping(map: string, first: string, second: string): ConfigNode | null {
    const mappings = mapOf(this.root, 'Mappings')
    const outer = mappings === null ? null : mapOf(mappings, map)
    const inner = outer === null ? null : mapOf(outer, first)
    return inner === null ? null : entryOf(inner, second)
  }

  importValue(name: string, at: Located): ConfigNode {
    const found = this.options.exported(name)
    if (found !== null) return moveTo(found, at)
    const given = this.options.parameters.get(name)
    return given === undefined ? this.placeholder(at, name) : scalarAt(at, given)
  }

  placeholder(at: Located, ...name: readonly string[]): ConfigNode {
    const text = `${name
      .join('.')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')}.unresolved`
    if (name[0] !== undefined) this.names.set(text, name[0])
    return scalarAt(at, text)
  }

  /** What generated values are made of. */
  facts(resource: Resource): ResourceFacts {
    const { stackName, region, accountId } = this.options
    return {
      logicalId: resource.logicalId,
      type: resource.type,
      stackName,
      region,
      accountId,
      partition: partitionOf(region),
      property: (name) => textOf(this.property(resource, name)),
    }
  }

  #ofResource(logicalId: string, attribute: string | null, at: Located): ConfigNode {
    const resource = this.resources.get(logicalId)
    if (resource === undefined) {
      const isThere = mapOf(this.root, 'Resources')?.entries.has(logicalId) === true
      if (!isThere) this.report.error(at, null, `the template has no parameter or resource ${logicalId}`)
      return this.placeholder(at, logicalId, attribute ?? '')
    }
    const special = this.options.attributeOf?.(resource, attribute ?? 'Ref', this) ?? null
    if (special !== null) return moveTo(special, at)
    const text = this.#generatedOf(resource, attribute ?? '')
    if (text === null) return this.placeholder(at, logicalId, attribute ?? '')
    this.names.set(text, logicalId)
    return scalarAt(at, text)
  }

  /** Each is asked for many times: by whatever refers to the resource. */
  #generatedOf(resource: Resource, attribute: string): string | null {
    const key = `${resource.logicalId} ${attribute}`
    let text = this.#generated.get(key)
    if (text === undefined) {
      text = generatedValue(this.facts(resource), attribute === '' ? null : attribute)
      this.#generated.set(key, text)
    }
    return text
  }

  #parameter(name: string, declaration: MapNode): ConfigNode {
    let value = this.#parameters.get(name)
    if (value === undefined) {
      const sources = { given: this.options.parameters, lookUp: this.options.lookUp }
      value = readParameter(name, declaration, sources, this.report, declaration)
      this.#parameters.set(name, value)
    }
    return value
  }

  #readResources(): Map<string, Resource> {
    const found = new Map<string, Resource>()
    for (const [logicalId, { value }] of mapOf(this.root, 'Resources')?.entries ?? []) {
      if (value.kind !== 'map') continue
      const condition = textOf(entryOf(value, 'Condition'))
      if (condition !== null && !this.holds(condition, value)) continue
      found.set(logicalId, { logicalId, type: textOf(entryOf(value, 'Type')) ?? '', node: value })
    }
    return found
  }

  #textsOf(collection: ConfigNode): string[] {
    const value = this.evaluate(collection)
    return value === null ? [] : argumentsOf(value).map((item) => textOf(item) ?? '')
  }
}
