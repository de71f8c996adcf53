// Lambda functions of templates as they run in a Region: found by what an integration says of them.
import type { HandlerFunction } from '../../model/handler-origin.ts'
import { mapOf } from '../nodes/node.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'
import { toCount, toHandlerFunction } from './handler-function.ts'
import { locateLambda } from './lambda-source.ts'

/** All functions of a load. */
export class HandlerFunctions {
  #templates: TemplateSet
  #byName: ReadonlyMap<string, readonly [Resource, Template]> | null = null
  #made = new Map<Resource, HandlerFunction | null>()

  constructor(templates: TemplateSet) {
    this.#templates = templates
  }

  /** By ARN, by name, with a version or alias, or as the URI that API Gateway wants; null when it cannot run here. */
  find(text: string | null): HandlerFunction | null {
    if (text === null) return null
    const name = toFunctionName(text)
    this.#byName ??= this.#index()
    const found = this.#byName.get(name)
    if (found === undefined) return null
    const [resource, template] = found
    const known = this.#made.get(resource)
    if (known !== undefined) return known
    const made = this.#make(name, resource, template)
    this.#made.set(resource, made)
    return made
  }

  #index(): Map<string, readonly [Resource, Template]> {
    const found = new Map<string, readonly [Resource, Template]>()
    for (const template of this.#templates.templates) {
      for (const resource of template.ofType('AWS::Lambda::Function')) {
        const name = generatedValue(template.facts(resource), null)
        if (name !== null) found.set(name, [resource, template])
      }
    }
    return found
  }

  #make(name: string, resource: Resource, template: Template): HandlerFunction | null {
    const text = (key: string): string | null => textOf(template.property(resource, key))
    const declared = {
      name,
      Runtime: text('Runtime'),
      MemorySize: toCount(text('MemorySize')),
      Timeout: toCount(text('Timeout')),
      environment: () => environmentOf(resource, template),
      source: () => locateLambda(resource, template, this.#templates),
    }
    const { disk } = this.#templates.options.files
    return toHandlerFunction(declared, resource.node, { disk, report: template.report })
  }
}

/** Of an ARN, a name with a version, or the URI that API Gateway wants. */
export function toFunctionName(text: string): string {
  const named = /functions\/(.+)\/invocations$/.exec(text)?.[1] ?? text
  return /:function:([\w-]+)/.exec(named)?.[1] ?? named.replace(/:.*$/, '')
}

function environmentOf(resource: Resource, template: Template): Record<string, string> {
  const environment = template.property(resource, 'Environment')
  const variables = environment === null ? null : mapOf(environment, 'Variables')
  const all: Record<string, string> = {}
  for (const [key, { value }] of variables?.entries ?? []) all[key] = textOf(value) ?? ''
  return all
}
