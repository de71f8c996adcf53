// SAM templates: serverless resources, what is generated for them, and the functions behind their APIs.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { HandlerOrigin } from '../../../src/model/handler-origin.ts'
import { Report } from '../../../src/config/nodes/report.ts'
import { readSources } from '../../../src/config/read-sources.ts'
import { declaredHandlers } from '../../../src/config/stacks/handlers.ts'
import { issuesOf, loaded, withFiles } from './harness.ts'

const folder = fileURLToPath(new URL('../../fixtures/templates/sam/', import.meta.url))
const app = join(folder, 'src/app.mjs')

async function handlersOf(...files: string[]): Promise<readonly HandlerOrigin[]> {
  const report = new Report()
  const { templates } = await readSources({ files, env: {}, cwd: folder }, report)
  const handlers = declaredHandlers(templates)
  for (const { routes } of handlers) expect(routes).toBeDefined()
  expect(report.issues).toEqual([])
  return handlers
}

describe('A SAM template', () => {
  test('gives a distribution with the functions of its versions, over the settings of Globals', async () => {
    const { deployment } = await loaded({ files: ['template.yaml'], cwd: folder })
    const [distribution] = deployment.Distributions
    expect(distribution).toMatchObject({ Comment: 'items dev', HttpVersion: 'http2' })
    expect(distribution!.Origins.map(({ Id, OriginPath }) => [Id, OriginPath])).toEqual([
      ['site', ''],
      ['url', ''],
      ['http', ''],
      ['rest', '/Prod'],
      ['own', '/dev'],
    ])
    expect(deployment.LambdaFunctions).toMatchObject([
      {
        file: join(folder, 'edge/auth.py'),
        exportName: 'on_request',
        Runtime: 'python3.13',
        MemorySize: 128,
        Timeout: 5,
      },
      {
        file: expect.stringMatching(/index\.js$/),
        exportName: 'handler',
        Runtime: 'nodejs22.x',
        MemorySize: 256,
        Timeout: 10,
      },
    ])
  })

  test('is loaded from the folder of its project', async () => {
    const text = 'Transform: AWS::Serverless-2016-10-31\nResources: {}'
    const issues = await withFiles(
      { 'template.yaml': text, 'samconfig.toml': '', 'package.json': '{}' },
      (cwd) => issuesOf({ files: ['.'], cwd }),
    )
    expect(issues).toMatchObject([{ message: 'no distribution in here' }])
  })

  test('an origin may be mapped by the id of the API, of the URL or of the function', async () => {
    for (const [key, id] of [
      ['ServerlessHttpApi', 'http'],
      ['OwnApi', 'own'],
      ['ItemsFunctionUrl', 'url'],
      ['Bucket', 'site'],
    ]) {
      const options = { origins: [`${key}=http://localhost:1`], cwd: folder, files: ['template.yaml'] }
      const { deployment } = await loaded(options)
      const origin = deployment.Distributions[0]!.Origins.find(({ Id }) => Id === id)
      expect(origin!.target).toMatchObject({ kind: 'http', port: 1 })
    }
  })

  test('without AutoPublishAlias a function has no version', async () => {
    const text = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Edge: { Type: AWS::Serverless::Function, Properties: { InlineCode: x, Handler: index.handler, Runtime: nodejs22.x } }
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: a, DomainName: localhost, CustomOriginConfig: { OriginProtocolPolicy: http-only } }]
        DefaultCacheBehavior:
          TargetOriginId: a
          ViewerProtocolPolicy: allow-all
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
          LambdaFunctionAssociations: [{ EventType: viewer-request, LambdaFunctionARN: !Ref Edge.Version }]
`
    const issues = await withFiles({ 'site.yaml': text }, (cwd) => issuesOf({ files: ['site.yaml'], cwd }))
    expect(issues[0]).toMatchObject({
      line: 15,
      message: 'the template has no parameter or resource Edge.Version',
    })
  })

  test('nests an application', async () => {
    const parent = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Child: { Type: AWS::Serverless::Application, Properties: { Location: ./child.yaml, Parameters: { Host: a.example.com } } }`
    const child = `
Parameters: { Host: { Type: String } }
Resources:
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: a, DomainName: !Ref Host, CustomOriginConfig: { OriginProtocolPolicy: http-only } }]
        DefaultCacheBehavior:
          TargetOriginId: a
          ViewerProtocolPolicy: allow-all
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6`
    const { deployment } = await withFiles({ 'site.yaml': parent, 'child.yaml': child }, (cwd) =>
      loaded({ files: ['site.yaml'], cwd }),
    )
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('a.example.com')
  })
})

describe('The functions behind the names of a SAM template', () => {
  test('are those of the Function URL and of each route, with their environment', async () => {
    const handlers = await handlersOf('template.yaml')
    const common = {
      name: expect.any(String),
      file: app,
      exportName: 'handler',
      Runtime: 'nodejs22.x',
      MemorySize: 256,
      Timeout: 10,
    }
    const fn = { ...common, Environment: { STAGE: 'dev', TABLE: expect.stringMatching(/^sam-Table-/) } }
    const own = handlers.find(({ stages }) => stages.includes('dev'))
    expect(own).toMatchObject({
      kind: 'http-api',
      routes: [{ method: 'POST', path: '/own', payload: '1.0', function: fn }],
    })
    expect(handlers.find(({ kind }) => kind === 'function-url')).toMatchObject({
      domainName: expect.stringMatching(/^[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws$/),
      invokeMode: 'RESPONSE_STREAM',
      stages: ['$default'],
      routes: [{ method: 'ANY', path: '$default', payload: '2.0', function: fn }],
    })
    expect(handlers.find((each) => each.kind === 'http-api' && each !== own)).toMatchObject({
      stages: ['$default'],
      routes: [{ method: 'GET', path: '/items/{id}', payload: '2.0', function: fn }],
    })
    expect(handlers.find(({ kind }) => kind === 'rest-api')).toMatchObject({
      stages: ['Prod'],
      routes: [{ method: 'ANY', path: '/{proxy+}', payload: '1.0', function: fn }],
    })
  })

  test('have the names that the distribution has as origins', async () => {
    const handlers = await handlersOf('template.yaml')
    const { deployment } = await loaded({ files: ['template.yaml'], cwd: folder })
    const names = deployment.Distributions[0]!.Origins.map(({ DomainName }) => DomainName)
    expect(names.slice(1).toSorted()).toEqual(handlers.map(({ domainName }) => domainName).toSorted())
  })
})

describe('The functions behind the APIs of a CloudFormation template', () => {
  const api = (resources: string): Record<string, string> => ({
    'app.mjs': 'export const handler = () => {}',
    'site.yaml': `
Resources:
  Fn: { Type: AWS::Lambda::Function, Properties: { Code: ., Handler: app.handler, Runtime: nodejs22.x } }
  Java: { Type: AWS::Lambda::Function, Properties: { Code: ., Handler: app.Main, Runtime: java21 } }
  Away: { Type: AWS::Lambda::Function, Properties: { Code: { S3Bucket: a, S3Key: b }, Handler: app.handler, Runtime: nodejs22.x } }
${resources}`,
  })
  const routesOf = (resources: string) =>
    withFiles(api(resources), async (cwd) => {
      const handlers = await handlersOf(join(cwd, 'site.yaml'))
      return handlers.map(({ kind, stages, routes }) => ({
        kind,
        stages,
        routes: routes.map(({ method, path, payload }) => `${method} ${path} ${payload}`),
      }))
    })

  test('of an HTTP API are those of its routes', async () => {
    expect(
      await routesOf(`
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: live } }
  One: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn, PayloadFormatVersion: '2.0' } }
  Two: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations' } }
  Gone: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Java.Arn } }
  A: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: 'GET /a', Target: !Sub 'integrations/\${One}' } }
  B: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Join [/, [integrations, !Ref Two]] } }
  C: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: 'GET /c', Target: !Sub 'integrations/\${Gone}' } }`),
    ).toEqual([{ kind: 'http-api', stages: ['live'], routes: ['GET /a 2.0', 'ANY $default 1.0'] }])
  })

  test('of an HTTP API made quickly is its Target', async () => {
    expect(
      await routesOf(
        '  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP, Target: !GetAtt Fn.Arn } }',
      ),
    ).toEqual([{ kind: 'http-api', stages: ['$default'], routes: ['ANY $default 2.0'] }])
  })

  test('of a REST API are those of its methods', async () => {
    expect(
      await routesOf(`
  Api: { Type: AWS::ApiGateway::RestApi }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api, StageName: v1 } }
  Items: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: items } }
  Item: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Items, PathPart: '{id}' } }
  Root: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, Integration: { Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations' } } }
  Get: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Item, HttpMethod: ANY, Integration: { Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${Fn.Arn}:live/invocations' } } }
  Mock: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Item, HttpMethod: OPTIONS, Integration: { Type: MOCK } } }`),
    ).toEqual([{ kind: 'rest-api', stages: ['v1'], routes: ['GET / 1.0', 'ANY /items/{id} 1.0'] }])
  })

  test('of a definition in OpenAPI are those of its operations', async () => {
    const integration = (version: string) =>
      `{ x-amazon-apigateway-integration: { type: aws_proxy, uri: !GetAtt Fn.Arn${version} } }`
    expect(
      await routesOf(`
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        paths:
          /a: { get: ${integration(", payloadFormatVersion: '2.0'")}, parameters: [] }
          $default: { x-amazon-apigateway-any-method: ${integration('')} }`),
    ).toEqual([{ kind: 'http-api', stages: ['$default'], routes: ['GET /a 2.0', 'ANY $default 1.0'] }])
  })

  test('of a Function URL are found by name, ARN or alias; other runtimes and code elsewhere are left out', async () => {
    expect(
      await routesOf(`
  Url1: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !Ref Fn } }
  Alias: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Fn, Name: live } }
  Url2: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !Ref Alias } }
  Url3: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt Java.Arn } }
  Url4: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt Away.Arn } }`),
    ).toMatchObject([
      { routes: ['ANY $default 2.0'] },
      { routes: ['ANY $default 2.0'] },
      { routes: [] },
      { routes: [] },
    ])
  })
})

test('a bucket of a template answers at its website endpoint as it says', async () => {
  const text = `
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: my-site
      WebsiteConfiguration: { IndexDocument: home.html, ErrorDocument: error.html }
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: a
            DomainName: !Select [2, !Split [/, !GetAtt Bucket.WebsiteURL]]
            CustomOriginConfig: { OriginProtocolPolicy: http-only }
        DefaultCacheBehavior:
          TargetOriginId: a
          ViewerProtocolPolicy: allow-all
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6`
  const { deployment } = await withFiles({ 'site.yaml': text, 'my-site/home.html': 'hi' }, (cwd) =>
    loaded({ files: ['site.yaml'], cwd }),
  )
  expect(deployment.Distributions[0]!.Origins[0]!.target).toMatchObject({
    kind: 'website',
    website: { IndexDocument: 'home.html', ErrorDocument: 'error.html' },
  })
})
