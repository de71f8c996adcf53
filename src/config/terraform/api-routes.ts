// The routes and stages of the APIs of a Terraform configuration.
import type { HandlerRoute } from '../../model/handler-origin.ts'
import { fromText } from '../nodes/from-text.ts'
import { entryOf } from '../nodes/node.ts'
import type { ReadContext } from '../readers/source.ts'
import { parseRouteKey, routesOfDefinition, toRoute } from '../stacks/handler-routes.ts'
import { textOf } from '../templates/values.ts'
import type { TerraformFunctions } from './handler-functions.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

const MAX_DEPTH = 30

/** (API Gateway Developer Guide, 'Create Lambda proxy integrations') */
export class ApiRoutes {
  #source: Terraform
  #functions: TerraformFunctions
  #context: ReadContext

  constructor(source: Terraform, functions: TerraformFunctions, context: ReadContext) {
    this.#source = source
    this.#functions = functions
    this.#context = context
  }

  /** Names of stages; of a REST API also those that a deployment makes. */
  stagesOf(kind: 'http-api' | 'rest-api', api: TerraformResource): string[] {
    const stages =
      kind === 'http-api'
        ? this.#of('aws_apigatewayv2_stage', 'api_id', api).map((each) => this.#text(each, 'name'))
        : [
            ...this.#of('aws_api_gateway_stage', 'rest_api_id', api),
            ...this.#of('aws_api_gateway_deployment', 'rest_api_id', api),
          ].map((each) => this.#text(each, 'stage_name'))
    return [...new Set(stages.filter((name) => name !== null))]
  }

  ofHttpApi(api: TerraformResource): HandlerRoute[] {
    const integrations = this.#of('aws_apigatewayv2_integration', 'api_id', api)
    const routes = this.#of('aws_apigatewayv2_route', 'api_id', api).flatMap((each): HandlerRoute[] => {
      const integration = this.#referred(each, 'target', integrations, (id) => `integrations/${id}`)
      if (integration === null || this.#text(integration, 'integration_type') !== 'AWS_PROXY') return []
      const [method, path] = parseRouteKey(this.#text(each, 'route_key') ?? '$default')
      const payload = this.#text(integration, 'payload_format_version') === '2.0' ? '2.0' : '1.0'
      return toRoute(method, path, payload, this.#functions.behind(integration, 'integration_uri'))
    })
    const [method, path] = parseRouteKey(this.#text(api, 'route_key') ?? '$default')
    const quick = toRoute(method, path, '2.0', this.#functions.behind(api, 'target'))
    return [...routes, ...quick, ...this.#ofDefinition('http-api', api)]
  }

  ofRestApi(api: TerraformResource): HandlerRoute[] {
    const resources = this.#of('aws_api_gateway_resource', 'rest_api_id', api)
    const routes = this.#of('aws_api_gateway_integration', 'rest_api_id', api).flatMap((each) => {
      if (this.#text(each, 'type') !== 'AWS_PROXY') return []
      const path = this.#pathOf(this.#referred(each, 'resource_id', resources), resources)
      const method = this.#text(each, 'http_method') ?? 'ANY'
      return toRoute(method, path === '' ? '/' : path, '1.0', this.#functions.behind(each, 'uri'))
    })
    return [...routes, ...this.#ofDefinition('rest-api', api)]
  }

  /** OpenAPI as JSON or YAML in one text. */
  #ofDefinition(kind: 'http-api' | 'rest-api', api: TerraformResource): HandlerRoute[] {
    const text = textOf(entryOf(api.values, 'body'))
    if (text === null || text === '') return []
    const body = fromText(text, api.values.place.file, this.#context.report)
    return routesOfDefinition(kind, body).flatMap(({ method, path, payload, target }) =>
      toRoute(method, path, payload, this.#functions.find(target)),
    )
  }

  /** What belongs to an API. */
  #of(type: string, argument: string, api: TerraformResource): TerraformResource[] {
    return this.#source.ofType(type).filter((each) => this.#referred(each, argument, [api]) !== null)
  }

  /** The one of these that an argument refers to, or has the id of. */
  #referred(
    resource: TerraformResource,
    argument: string,
    candidates: readonly TerraformResource[],
    toText = (id: string): string => id,
  ): TerraformResource | null {
    const referred = this.#source.referredBy(resource, argument)
    const byReference = candidates.find((each) => referred.includes(each))
    if (byReference !== undefined) return byReference
    const text = this.#text(resource, argument)
    const isNamed = (each: TerraformResource) => {
      const id = textOf(entryOf(each.values, 'id'))
      return id !== null && toText(id) === text
    }
    return text === null ? null : (candidates.find(isNamed) ?? null)
  }

  /** From the root down: `/items/{id}`. */
  #pathOf(resource: TerraformResource | null, resources: readonly TerraformResource[], depth = 0): string {
    if (resource === null || depth > MAX_DEPTH) return ''
    const parent = this.#referred(resource, 'parent_id', resources)
    return `${this.#pathOf(parent, resources, depth + 1)}/${this.#text(resource, 'path_part') ?? ''}`
  }

  #text(resource: TerraformResource, name: string): string | null {
    const text = textOf(entryOf(resource.values, name))
    return text === '' ? null : text
  }
}
