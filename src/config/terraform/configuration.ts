// The expressions of a Terraform configuration, as a plan repeats them: what a value was written as.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf, mapOf } from '../nodes/node.ts'
import { textOf } from '../templates/values.ts'
import { modulesOf } from './reference.ts'
import type { TerraformResource } from './resources.ts'

/** (Terraform Documentation, 'JSON Output Format', configuration representation) */
export class TerraformConfiguration {
  #root: MapNode | null
  #variables: MapNode | null
  #providers: MapNode | null
  #resources = new Map<MapNode, Map<string, MapNode>>()

  constructor(root: MapNode) {
    const configuration = mapOf(root, 'configuration')
    this.#root = configuration === null ? null : mapOf(configuration, 'root_module')
    this.#providers = configuration === null ? null : mapOf(configuration, 'provider_config')
    this.#variables = mapOf(root, 'variables')
  }

  /** The expressions of a resource; null in a state, which has none. */
  expressionsOf(resource: TerraformResource): MapNode | null {
    const declaration = this.#declarationOf(resource)
    return declaration === null ? null : mapOf(declaration, 'expressions')
  }

  /** The expression of an output of a module. */
  outputOf(moduleAddress: string, name: string): ConfigNode | null {
    const module = this.#moduleOf(moduleAddress)
    const outputs = module === null ? null : mapOf(module, 'outputs')
    const output = outputs === null ? null : mapOf(outputs, name)
    return output === null ? null : entryOf(output, 'expression')
  }

  /** What a module's variable is given: an expression of the module that calls it. */
  argumentOf(moduleAddress: string, name: string): ConfigNode | null {
    const steps = modulesOf(moduleAddress)
    const last = steps.pop()
    const parent = last === undefined ? null : this.#walk(steps.map((step) => step.name))
    const call = parent === null ? null : this.#callOf(parent, last!.name)
    const expressions = call === null ? null : mapOf(call, 'expressions')
    return (expressions === null ? null : entryOf(expressions, name)) ?? this.#defaultOf(moduleAddress, name)
  }

  /** The value of a variable of the root module. */
  variable(name: string): ConfigNode | null {
    const variable = this.#variables === null ? null : mapOf(this.#variables, name)
    return variable === null ? null : entryOf(variable, 'value')
  }

  /** The expression of the Region of the provider that a resource is made with. */
  regionOf(resource: TerraformResource): ConfigNode | null {
    const declaration = this.#declarationOf(resource)
    const key = declaration === null ? null : textOf(entryOf(declaration, 'provider_config_key'))
    const names = [key, key?.split(':').at(-1), 'aws']
    for (const name of names) {
      if (name === null || name === undefined || this.#providers === null) continue
      const provider = mapOf(this.#providers, name)
      const expressions = provider === null ? null : mapOf(provider, 'expressions')
      const region = expressions === null ? null : entryOf(expressions, 'region')
      if (region !== null) return region
    }
    return null
  }

  /** A variable that the caller leaves to its default is a constant. */
  #defaultOf(moduleAddress: string, name: string): ConfigNode | null {
    const module = this.#moduleOf(moduleAddress)
    const variables = module === null ? null : mapOf(module, 'variables')
    const variable = variables === null ? null : mapOf(variables, name)
    return variable === null ? null : entryOf(variable, 'default')
  }

  #declarationOf({ module, mode, type, name }: TerraformResource): MapNode | null {
    const node = this.#moduleOf(module)
    if (node === null) return null
    let known = this.#resources.get(node)
    if (known === undefined) {
      known = new Map()
      for (const each of itemsOf(node, 'resources')) {
        const address = textOf(entryOf(each, 'address'))
        if (each.kind === 'map' && address !== null) known.set(address, each)
      }
      this.#resources.set(node, known)
    }
    return known.get(`${mode === 'data' ? 'data.' : ''}${type}.${name}`) ?? null
  }

  #moduleOf(address: string): MapNode | null {
    return this.#walk(modulesOf(address).map(({ name }) => name))
  }

  #walk(names: readonly string[]): MapNode | null {
    let module = this.#root
    for (const name of names) {
      const call = module === null ? null : this.#callOf(module, name)
      module = call === null ? null : mapOf(call, 'module')
    }
    return module
  }

  #callOf(module: MapNode, name: string): MapNode | null {
    const calls = mapOf(module, 'module_calls')
    return calls === null ? null : mapOf(calls, name)
  }
}
