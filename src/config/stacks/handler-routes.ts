// The routes of an API of a template: its own resources, a definition in OpenAPI, or the routes of a tool.
import type { HandlerFunction, HandlerRoute } from '../../model/handler-origin.ts'
import type { ConfigNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import { textOf } from '../templates/values.ts'
import type { HandlerFunctions } from './handler-functions.ts'
import { ROUTE_TYPE } from './route.ts'

export type Payload = HandlerRoute['payload']

/** A route before its function is looked for. */
export interface FoundRoute {
  readonly method: string
  readonly path: string
  readonly payload: Payload
  /** ARN, name or URI of the function. */
  readonly target: string | null
}

/** Every route that leads to a function on this machine. */
export function routesOfApi(
  kind: 'http-api' | 'rest-api',
  id: string,
  api: Resource,
  template: Template,
  functions: HandlerFunctions,
): HandlerRoute[] {
  const found = [
    ...(kind === 'http-api' ? routesOfHttpApi(id, api, template) : methodsOfRestApi(id, template)),
    ...routesOfDefinition(kind, template.property(api, 'Body')),
    ...routesOfTools(kind, id, template),
  ]
  return found.flatMap(({ method, path, payload, target }) =>
    toRoute(method, path, payload, functions.find(target)),
  )
}

/** None where the function is not on this machine. */
export function toRoute(
  method: string,
  path: string,
  payload: Payload,
  found: HandlerFunction | null,
): HandlerRoute[] {
  return found === null ? [] : [{ method: method.toUpperCase(), path, payload, function: found }]
}

/** `GET /items/{id}`, or `$default`. */
export function parseRouteKey(key: string): readonly [method: string, path: string] {
  const [first = '$default', second] = key.split(' ')
  return second === undefined ? ['ANY', '$default'] : [first, second]
}

/** (CloudFormation Template Reference, 'AWS::ApiGatewayV2::Route'; quick create is 'AWS::ApiGatewayV2::Api' Target) */
function routesOfHttpApi(id: string, api: Resource, template: Template): FoundRoute[] {
  const text = (resource: Resource, name: string): string | null => textOf(template.property(resource, name))
  const integrations = new Map<string, { readonly uri: string | null; readonly payload: Payload }>()
  for (const each of template.ofType('AWS::ApiGatewayV2::Integration')) {
    if (text(each, 'ApiId') !== id) continue
    const name = textOf(template.reference(each.logicalId, each.node))
    if (name === null) continue
    // Integrations that CloudFormation makes have 1.0 unless they say otherwise.
    const payload = text(each, 'PayloadFormatVersion') === '2.0' ? '2.0' : '1.0'
    integrations.set(`integrations/${name}`, { uri: text(each, 'IntegrationUri'), payload })
  }
  const routes = template.ofType('AWS::ApiGatewayV2::Route').flatMap((each): FoundRoute[] => {
    const integration = integrations.get(text(each, 'Target') ?? '')
    if (text(each, 'ApiId') !== id || integration === undefined) return []
    const [method, path] = parseRouteKey(text(each, 'RouteKey') ?? '$default')
    return [{ method, path, payload: integration.payload, target: integration.uri }]
  })
  const quick = text(api, 'Target')
  const quickRoute: FoundRoute[] =
    quick === null ? [] : [{ method: 'ANY', path: '$default', payload: '2.0', target: quick }]
  return [...routes, ...quickRoute]
}

/** (CloudFormation Template Reference, 'AWS::ApiGateway::Method', 'AWS::ApiGateway::Resource') */
function methodsOfRestApi(id: string, template: Template): FoundRoute[] {
  const text = (resource: Resource, name: string): string | null => textOf(template.property(resource, name))
  const parts = new Map<string, { readonly parent: string | null; readonly part: string }>()
  for (const each of template.ofType('AWS::ApiGateway::Resource')) {
    const name = textOf(template.reference(each.logicalId, each.node))
    if (name !== null) parts.set(name, { parent: text(each, 'ParentId'), part: text(each, 'PathPart') ?? '' })
  }
  const pathOf = (name: string | null, depth = 0): string => {
    const found = name === null || depth > 30 ? undefined : parts.get(name)
    return found === undefined ? '' : `${pathOf(found.parent, depth + 1)}/${found.part}`
  }
  return template.ofType('AWS::ApiGateway::Method').flatMap((each): FoundRoute[] => {
    const integration = template.property(each, 'Integration')
    if (text(each, 'RestApiId') !== id || integration === null) return []
    if (textOf(entryOf(integration, 'Type'))?.startsWith('AWS_PROXY') !== true) return []
    const path = pathOf(text(each, 'ResourceId'))
    const target = textOf(entryOf(integration, 'Uri'))
    return [
      { method: text(each, 'HttpMethod') ?? 'ANY', path: path === '' ? '/' : path, payload: '1.0', target },
    ]
  })
}

/** (API Gateway Developer Guide, 'OpenAPI extensions for API Gateway') */
export function routesOfDefinition(kind: 'http-api' | 'rest-api', body: ConfigNode | null): FoundRoute[] {
  const paths = body === null ? null : mapOf(body, 'paths')
  return [...(paths?.entries ?? [])].flatMap(([path, { value: item }]) =>
    item.kind !== 'map'
      ? []
      : [...item.entries].flatMap(([method, { value: operation }]): FoundRoute[] => {
          const integration = mapOf(operation, 'x-amazon-apigateway-integration')
          const type = integration === null ? null : textOf(entryOf(integration, 'type'))
          if (integration === null || type?.toLowerCase() !== 'aws_proxy') return []
          const version = textOf(entryOf(integration, 'payloadFormatVersion'))
          const isAny = method === 'x-amazon-apigateway-any-method'
          return [
            {
              method: isAny ? 'ANY' : method,
              path,
              payload: kind === 'http-api' && version === '2.0' ? '2.0' : '1.0',
              target: textOf(entryOf(integration, 'uri')),
            },
          ]
        }),
  )
}

/** (AWS SAM Developer Guide, 'Api', 'HttpApi' event sources) */
function routesOfTools(kind: 'http-api' | 'rest-api', id: string, template: Template): FoundRoute[] {
  return template.ofType(ROUTE_TYPE).flatMap((each): FoundRoute[] => {
    const text = (name: string): string | null => textOf(template.property(each, name))
    if (text('ApiId') !== id) return []
    const isOld = kind === 'rest-api' || text('PayloadFormatVersion') === '1.0'
    const method = text('Method') ?? 'ANY'
    return [
      {
        method: method === '*' ? 'ANY' : method,
        path: text('Path') ?? '$default',
        payload: isOld ? '1.0' : '2.0',
        target: text('FunctionName'),
      },
    ]
  })
}
