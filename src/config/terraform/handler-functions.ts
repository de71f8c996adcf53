// Lambda functions of a Terraform configuration as they run in a Region: found by what refers to them.
import type { HandlerFunction } from '../../model/handler-origin.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { ReadContext } from '../readers/source.ts'
import { toCount, toHandlerFunction } from '../stacks/handler-function.ts'
import { toFunctionName } from '../stacks/handler-functions.ts'
import { textOf } from '../templates/values.ts'
import { locateCode } from './lambda-code.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

const FUNCTION = 'aws_lambda_function'
const ALIAS = 'aws_lambda_alias'

/** All functions of a plan or a state. */
export class TerraformFunctions {
  #source: Terraform
  #context: ReadContext
  #made = new Map<TerraformResource, HandlerFunction | null>()

  constructor(source: Terraform, context: ReadContext) {
    this.#source = source
    this.#context = context
  }

  /** What an argument of a resource names, by reference, name, ARN or URI; null when it cannot run here. */
  behind(resource: TerraformResource, argument: string): HandlerFunction | null {
    for (const each of this.#source.referredBy(resource, argument)) {
      if (each.type === FUNCTION) return this.#toHandler(each)
      if (each.type === ALIAS) return this.behind(each, 'function_name')
    }
    return this.find(textOf(entryOf(resource.values, argument)))
  }

  /** By ARN, by name, or as the URI that API Gateway wants. */
  find(text: string | null): HandlerFunction | null {
    if (text === null || text === '') return null
    const name = toFunctionName(text)
    const found = this.#source
      .ofType(FUNCTION)
      .find((each) => this.#source.attribute(each, 'function_name') === name)
    return found === undefined ? null : this.#toHandler(found)
  }

  #toHandler(resource: TerraformResource): HandlerFunction | null {
    let made = this.#made.get(resource)
    if (made === undefined) {
      made = this.#make(resource)
      this.#made.set(resource, made)
    }
    return made
  }

  #make(resource: TerraformResource): HandlerFunction | null {
    const { values, address, name } = resource
    const { files, report } = this.#context
    const { disk } = files
    const text = (key: string): string | null => textOf(entryOf(values, key))
    const runtime = text('runtime')
    const declared = {
      name: this.#source.attribute(resource, 'function_name') ?? name,
      Runtime: runtime === '' ? null : runtime,
      MemorySize: toCount(text('memory_size')),
      Timeout: toCount(text('timeout')),
      environment: () => environmentOf(resource),
      source: () => locateCode(resource, this.#source, disk),
    }
    return toHandlerFunction(declared, { place: values.place, path: address }, { disk, report })
  }
}

/** What is known only after apply is left out: its value is nobody's to guess. */
function environmentOf({ values }: TerraformResource): Record<string, string> {
  const [environment] = itemsOf(values, 'environment')
  const variables = environment === undefined ? null : entryOf(environment, 'variables')
  const all: Record<string, string> = {}
  if (variables?.kind !== 'map') return all
  for (const [key, { value }] of variables.entries) {
    const text = textOf(value)
    if (text !== null) all[key] = text
  }
  return all
}
