// The functions behind Function URLs and APIs of templates, so that origins of these names can be run here.
import type { HandlerOrigin } from '../../model/handler-origin.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'
import { HandlerFunctions } from './handler-functions.ts'
import { routesOfApi } from './handler-routes.ts'
import { lazily } from './lazy-handler.ts'

/** Everything of all templates. Routes are found when somebody asks for them: most stacks have APIs of no concern. */
export function declaredHandlers(templates: TemplateSet): HandlerOrigin[] {
  const functions = new HandlerFunctions(templates)
  return templates.templates.flatMap((template) => [
    ...template.ofType('AWS::Lambda::Url').map((each) => toFunctionUrl(each, template, functions)),
    ...template.ofType('AWS::ApiGatewayV2::Api').map((each) => toApi('http-api', each, template, functions)),
    ...template
      .ofType('AWS::ApiGateway::RestApi')
      .map((each) => toApi('rest-api', each, template, functions)),
  ])
}

function toFunctionUrl(url: Resource, template: Template, functions: HandlerFunctions): HandlerOrigin {
  const text = (name: string): string | null => textOf(template.property(url, name))
  return lazily({
    // Made here, of a region that may be anything: no URL for sure.
    domainName: generatedValue(template.facts(url), 'FunctionUrl')!
      .slice('https://'.length, -1)
      .toLowerCase(),
    kind: 'function-url',
    stages: () => ['$default'],
    authType: () => text('AuthType'),
    invokeMode: () => (text('InvokeMode') === 'RESPONSE_STREAM' ? 'RESPONSE_STREAM' : 'BUFFERED'),
    routes() {
      const target = functions.find(text('TargetFunctionArn'))
      return target === null ? [] : [{ method: 'ANY', path: '$default', payload: '2.0', function: target }]
    },
  })
}

function toApi(
  kind: 'http-api' | 'rest-api',
  api: Resource,
  template: Template,
  functions: HandlerFunctions,
): HandlerOrigin {
  const id = generatedValue(template.facts(api), null)!
  const stage = kind === 'http-api' ? 'AWS::ApiGatewayV2::Stage' : 'AWS::ApiGateway::Stage'
  const idKey = kind === 'http-api' ? 'ApiId' : 'RestApiId'
  return lazily({
    domainName: `${id}.execute-api.${template.region}.amazonaws.com`,
    kind,
    stages() {
      const stages = template.ofType(stage, 'AWS::ApiGateway::Deployment').flatMap((each) => {
        const isOwn = textOf(template.property(each, idKey)) === id
        return isOwn ? (textOf(template.property(each, 'StageName')) ?? []) : []
      })
      // An API without stages of its own: quick create, or one that another tool deploys.
      const all = stages.length > 0 ? stages : [kind === 'http-api' ? '$default' : 'prod']
      return [...new Set(all)]
    },
    invokeMode: () => 'BUFFERED',
    routes: () => routesOfApi(kind, id, api, template, functions),
  })
}
