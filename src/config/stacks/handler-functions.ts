// Lambda functions of templates as they run in a Region: found by what an integration says of them.
import type { HandlerFunction } from '../../model/handler-origin.ts'
import { parseHandler } from '../lambda-settings.ts'
import { mapOf } from '../nodes/node.ts'
import { Report } from '../nodes/report.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'
import { locateLambda } from './lambda-source.ts'

/** What runs here; other runtimes are left to an origin of the user's. */
const RUNTIMES = /^(?:nodejs\d+\.x|python3\.\d+)$/

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
    const named = /functions\/(.+)\/invocations$/.exec(text)?.[1] ?? text
    const name = /:function:([\w-]+)/.exec(named)?.[1] ?? named.replace(/:.*$/, '')
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
    const Runtime = textOf(template.property(resource, 'Runtime'))
    if (Runtime !== null && !RUNTIMES.test(Runtime)) return null
    const source = locateLambda(resource, template, this.#templates)
    if (source.kind === 'elsewhere') return null
    // What is not there leaves the origin without a target, which is told there.
    const { disk } = this.#templates.options.files
    const seen = { at: resource.node, disk, report: new Report() }
    const code = disk.isFile(source.code)
      ? parseHandler(`${source.code}#${source.handler.split('.').at(-1)!}`, '', seen)
      : parseHandler(source.handler, source.code, seen)
    if (code === null) return null
    const { file, exportName } = code
    const number = (key: string): number | null => {
      const text = textOf(template.property(resource, key))
      return text === null || !/^\d+$/.test(text) ? null : Number(text)
    }
    return {
      name,
      file,
      exportName,
      Runtime,
      MemorySize: number('MemorySize'),
      Timeout: number('Timeout'),
      Environment: environmentOf(resource, template),
    }
  }
}

function environmentOf(resource: Resource, template: Template): Record<string, string> {
  const environment = template.property(resource, 'Environment')
  const variables = environment === null ? null : mapOf(environment, 'Variables')
  const all: Record<string, string> = {}
  for (const [key, { value }] of variables?.entries ?? []) all[key] = textOf(value) ?? ''
  return all
}
