// The functions behind Function URLs and APIs of a Terraform configuration, so that origins of these names run here.
import type { HandlerOrigin } from '../../model/handler-origin.ts'
import type { ReadContext } from '../readers/source.ts'
import { lazily } from '../stacks/lazy-handler.ts'
import { ApiRoutes } from './api-routes.ts'
import { TerraformFunctions } from './handler-functions.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

/** (Terraform AWS provider documentation, 'aws_lambda_function_url', 'aws_apigatewayv2_api', 'aws_api_gateway_rest_api') */
export function declaredHandlers(source: Terraform, context: ReadContext): HandlerOrigin[] {
  const functions = new TerraformFunctions(source, context)
  const routes = new ApiRoutes(source, functions, context)
  return [
    ...source.ofType('aws_lambda_function_url').flatMap((each) => toFunctionUrl(each, source, functions)),
    ...source.ofType('aws_apigatewayv2_api').flatMap((each) => toApi('http-api', each, source, routes)),
    ...source.ofType('aws_api_gateway_rest_api').flatMap((each) => toApi('rest-api', each, source, routes)),
  ]
}

function toFunctionUrl(
  url: TerraformResource,
  source: Terraform,
  functions: TerraformFunctions,
): HandlerOrigin[] {
  const domainName = hostOf(source.attribute(url, 'function_url'))
  if (domainName === null) return []
  return [
    lazily({
      domainName,
      kind: 'function-url',
      stages: () => ['$default'],
      authType: () => source.attribute(url, 'authorization_type'),
      invokeMode: () =>
        source.attribute(url, 'invoke_mode') === 'RESPONSE_STREAM' ? 'RESPONSE_STREAM' : 'BUFFERED',
      routes() {
        const found = functions.behind(url, 'function_name')
        return found === null ? [] : [{ method: 'ANY', path: '$default', payload: '2.0', function: found }]
      },
    }),
  ]
}

function toApi(
  kind: 'http-api' | 'rest-api',
  api: TerraformResource,
  source: Terraform,
  routes: ApiRoutes,
): HandlerOrigin[] {
  const id = source.attribute(api, 'id')
  if (id === null || source.attribute(api, 'protocol_type') === 'WEBSOCKET') return []
  return [
    lazily({
      domainName: `${id}.execute-api.${source.regionOf(api)}.amazonaws.com`,
      kind,
      stages() {
        const stages = routes.stagesOf(kind, api)
        // An API without stages of its own: quick create, or one that is deployed from elsewhere.
        return stages.length > 0 ? stages : [kind === 'http-api' ? '$default' : 'prod']
      },
      invokeMode: () => 'BUFFERED',
      routes: () => (kind === 'http-api' ? routes.ofHttpApi(api) : routes.ofRestApi(api)),
    }),
  ]
}

function hostOf(url: string | null): string | null {
  return url === null || !URL.canParse(url) ? null : new URL(url).hostname
}
