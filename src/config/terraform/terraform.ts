// A Terraform plan or state: its resources, and what their attributes are on this machine.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { isHostName } from '../origins/host-names.ts'
import type { ResourceFacts } from '../templates/generated.ts'
import { partitionOf } from '../templates/pseudo-parameters.ts'
import { DEFAULT_REGION, LOCAL_ACCOUNT_ID } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'
import { TerraformConfiguration } from './configuration.ts'
import { modulesOf, parseReference, printStep } from './reference.ts'
import type { Step } from './reference.ts'
import { collectResources } from './resources.ts'
import type { TerraformResource } from './resources.ts'
import { generatedAttribute, hostAttribute, toAttribute, toTemplateType } from './returns.ts'

/** What a value is for: where an origin is, or a text as it is. The name is the attribute to take of a whole resource. */
export type Want = 'host' | 'id' | 'arn' | 'qualified_arn' | 'cloudfront_access_identity_path'

/** Where a reference stands: it means other things in other modules, and `each.key` other instances. */
export type Standpoint = Pick<TerraformResource, 'module' | 'index'>

const MAX_DEPTH = 32

/** Values are looked up when somebody asks; what only AWS knows is made from the address. */
export class Terraform {
  readonly report: Report
  readonly resources: readonly TerraformResource[]
  readonly configuration: TerraformConfiguration
  #byAddress: ReadonlyMap<string, TerraformResource>
  #accountId: string
  #depth = 0

  constructor(root: MapNode, report: Report) {
    this.report = report
    this.resources = collectResources(root)
    this.configuration = new TerraformConfiguration(root)
    const identity = this.resources.find(({ type }) => type === 'aws_caller_identity')
    this.#accountId =
      (identity === undefined ? null : textOf(entryOf(identity.values, 'account_id'))) ?? LOCAL_ACCOUNT_ID
    this.#byAddress = new Map(this.resources.map((each) => [each.address, each]))
  }

  /** The resources of a type, in the order of the file. */
  ofType(...types: readonly string[]): TerraformResource[] {
    return this.resources.filter(({ mode, type }) => mode === 'managed' && types.includes(type))
  }

  /** The text of an attribute: as it is known, as its expression says, or made up; null when nothing tells. */
  attribute(resource: TerraformResource, name: string): string | null {
    const known = textOf(entryOf(resource.values, name))
    if (known !== null && known !== '') return known
    return this.#within(() => {
      const expressions = this.configuration.expressionsOf(resource)
      const expression = expressions === null ? null : entryOf(expressions, name)
      const written = expression === null ? null : this.resolve(expression, resource, 'id')
      if (written !== null) return written
      return generatedAttribute(resource.type, this.#facts(resource), name)
    })
  }

  /** What an expression comes to; null when that depends on what a plan does not tell. */
  resolve(expression: ConfigNode, from: Standpoint, want: Want): string | null {
    return this.#within(() => {
      if (expression.kind === 'scalar') return accept(expression.text, want)
      const constant = textOf(entryOf(expression, 'constant_value'))
      if (constant !== null) return accept(constant, want)
      const references = itemsOf(expression, 'references').flatMap((each) => textOf(each) ?? [])
      // Whatever else an expression is made of, the resource in it decides.
      const ordered = [...references.filter((text) => !isPlain(text)), ...references.filter(isPlain)]
      for (const text of ordered) {
        const value = this.#follow(parseReference(text), from, want)
        if (value !== null) return value
      }
      return null
    })
  }

  /** The resources that an expression refers to, through modules and their variables. */
  referred(expression: ConfigNode, from: Standpoint): TerraformResource[] {
    const found = this.#within((): TerraformResource[] => {
      const references = itemsOf(expression, 'references').flatMap((each) => textOf(each) ?? [])
      return references.flatMap((text) => {
        const steps = parseReference(text)
        const next = this.#throughModule(steps, from)
        if (next !== null) return this.referred(next.expression, next.from)
        return this.#instanceOf(steps, from)?.resource ?? []
      })
    })
    return [...new Set(found ?? [])]
  }

  /** The resources that an argument of a resource refers to. */
  referredBy(resource: TerraformResource, name: string): TerraformResource[] {
    const expressions = this.configuration.expressionsOf(resource)
    const expression = expressions === null ? null : entryOf(expressions, name)
    return expression === null ? [] : this.referred(expression, resource)
  }

  /** The Region that a resource is made in. */
  regionOf(resource: TerraformResource): string {
    const own = textOf(entryOf(resource.values, 'region'))
    if (own !== null && own !== '') return own
    const expression = this.configuration.regionOf(resource)
    const from = { module: '', index: null }
    return (expression === null ? null : this.resolve(expression, from, 'id')) ?? DEFAULT_REGION
  }

  #facts(resource: TerraformResource): ResourceFacts {
    const region = this.regionOf(resource)
    return {
      logicalId: resource.address.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/-$/, ''),
      type: toTemplateType(resource.type) ?? '',
      stackName: 'terraform',
      region,
      accountId: this.#accountId,
      partition: partitionOf(region),
      property: (name) => {
        const attribute = toAttribute(resource.type, name)
        return attribute === null ? null : this.attribute(resource, attribute)
      },
    }
  }

  #follow(steps: readonly Step[], from: Standpoint, want: Want): string | null {
    const next = this.#throughModule(steps, from)
    if (next !== null) return this.resolve(next.expression, next.from, want)
    const found = this.#instanceOf(steps, from)
    if (found === null) return null
    const { resource, attribute } = found
    const own = attribute === null ? null : this.attribute(resource, attribute)
    if (own !== null && (want !== 'host' || isHost(own))) return accept(own, want)
    // The whole resource, or an attribute that the wanted one is made of.
    const usual = want === 'host' ? hostAttribute(resource.type) : want
    const value = usual === null ? null : this.attribute(resource, usual)
    return value === null ? null : accept(value, want)
  }

  /** A variable is what the caller gives, a module's output what the module says. */
  #throughModule(
    [first, second, third]: readonly Step[],
    from: Standpoint,
  ): { readonly expression: ConfigNode; readonly from: Standpoint } | null {
    if (second === undefined) return null
    if (first?.name === 'var') {
      const steps = modulesOf(from.module)
      const index = steps.pop()?.index ?? null
      const caller = steps.map((step) => `module.${printStep(step)}`).join('.')
      const given =
        from.module === ''
          ? this.configuration.variable(second.name)
          : this.configuration.argumentOf(from.module, second.name)
      return given === null ? null : { expression: given, from: { module: caller, index } }
    }
    if (first?.name !== 'module' || third === undefined) return null
    const call = { name: second.name, index: second.index ?? this.#indexOfModule(second.name, from) }
    const module = [from.module, `module.${printStep(call)}`].filter((part) => part !== '').join('.')
    const output = this.configuration.outputOf(module, third.name)
    return output === null ? null : { expression: output, from: { module, index: call.index } }
  }

  /** `module.cdn[each.key]` stands in a plan as `module.cdn`: the instance with the index of the one that refers. */
  #indexOfModule(name: string, from: Standpoint): string | null {
    const prefix = from.module === '' ? 'module.' : `${from.module}.module.`
    const indexes = this.resources.flatMap(({ module }) => {
      if (!module.startsWith(prefix + name)) return []
      const steps = modulesOf(module)
      const step = steps[modulesOf(from.module).length]
      return step?.name === name ? [step.index] : []
    })
    return indexes.includes(from.index) ? from.index : (indexes[0] ?? null)
  }

  #instanceOf(
    steps: readonly Step[],
    from: Standpoint,
  ): { readonly resource: TerraformResource; readonly attribute: string | null } | null {
    const isData = steps[0]?.name === 'data'
    const [type, name, attribute] = isData ? steps.slice(1) : steps
    if (type === undefined || name === undefined) return null
    const parts = [from.module, isData ? 'data' : '', type.name].filter((part) => part !== '')
    const base = `${parts.join('.')}.${name.name}`
    const indexes = [name.index, from.index].flatMap((index) => (index === null ? [] : [`${base}[${index}]`]))
    const address = [...indexes, base].find((each) => this.#byAddress.has(each))
    const resource =
      address === undefined
        ? this.resources.find((each) => each.address.startsWith(`${base}[`))
        : this.#byAddress.get(address)
    return resource === undefined ? null : { resource, attribute: attribute?.name ?? null }
  }

  /** Expressions of a damaged file may go round in circles. */
  #within<T>(run: () => T): T | null {
    if (this.#depth >= MAX_DEPTH) return null
    this.#depth++
    try {
      return run()
    } finally {
      this.#depth--
    }
  }
}

/** What is no resource. */
function isPlain(reference: string): boolean {
  return /^(?:var|local|each|count|path|terraform|self)\b/.test(reference)
}

/** A text as it is wanted; null when it cannot be that. */
function accept(text: string, want: Want): string | null {
  if (want !== 'host') return text === '' ? null : text
  const host = text.replace(/^https?:\/\//, '').replace(/[:/].*$/, '')
  return isHost(text) ? host : null
}

function isHost(text: string): boolean {
  const host = text.replace(/^https?:\/\//, '').replace(/[:/].*$/, '')
  return host.includes('.') && !text.startsWith('arn:') && isHostName(host)
}
