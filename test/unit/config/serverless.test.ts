// The Serverless Framework: variables, events `cloudFront`, the Lambda@Edge plug-in, and resources.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/config/load.ts'
import { fromText } from '../../../src/config/nodes/from-text.ts'
import type { MapNode } from '../../../src/config/nodes/node.ts'
import { Report } from '../../../src/config/nodes/report.ts'
import { realDisk } from '../../../src/config/disk.ts'
import { Variables } from '../../../src/config/serverless/variables.ts'
import { SourceFiles } from '../../../src/config/source-files.ts'
import { toPlain } from '../../../src/config/templates/values.ts'
import { issuesOf, loaded, withFiles } from './harness.ts'

const folder = fileURLToPath(new URL('../../fixtures/templates/serverless/', import.meta.url))

const service = (functions: string, more = ''): string => `
service: { name: site }
provider: { name: aws, runtime: nodejs22.x, region: us-east-1 }
functions:
${functions}
${more}`
const edge = (event: string): string =>
  `  edge: { handler: index.handler, events: [{ cloudFront: ${event} }] }`
const CODE = { 'index.mjs': 'export const handler = () => {}' }

function loadService(text: string, options: Partial<LoadOptions> = {}) {
  return withFiles({ 'serverless.yml': text, ...CODE }, (cwd) =>
    loaded({ files: ['serverless.yml'], cwd, ...options }),
  )
}

function issuesIn(text: string, options: Partial<LoadOptions> = {}) {
  return withFiles({ 'serverless.yml': text, ...CODE }, (cwd) =>
    issuesOf({ files: ['serverless.yml'], cwd, ...options }),
  )
}

describe('A serverless.yml', () => {
  test('gives the distribution of its events, over which resources are laid', async () => {
    const { deployment } = await loaded({ files: ['.'], cwd: folder })
    const [shop] = deployment.Distributions
    expect(shop).toMatchObject({
      Comment: 'shop dev',
      Aliases: ['www.dev.example.com'],
      DefaultRootObject: 'index.html',
      HttpVersion: 'http2',
      Origins: [
        { Id: 's3/shop-dev-site.s3.amazonaws.com/public', OriginPath: '/public', CustomOriginConfig: null },
        { DomainName: 'api.dev.example.com', target: { kind: 'http', port: 3000, source: 'configuration' } },
      ],
      DefaultCacheBehavior: {
        ViewerProtocolPolicy: 'allow-all',
        Cache: { CachePolicy: { Name: 'Managed-CachingOptimized' } },
        LambdaFunctionAssociations: [{ EventType: 'viewer-request' }, { EventType: 'origin-response' }],
      },
      CacheBehaviors: [
        {
          PathPattern: '/api/*',
          ViewerProtocolPolicy: 'redirect-to-https',
          Cache: { CachePolicy: { Name: 'shop-dev-short', DefaultTTL: 60 } },
        },
      ],
    })
  })

  test('gives the distributions of its resources, with the functions of the plug-in and extensions', async () => {
    const { deployment } = await loaded({ files: ['serverless.yml'], cwd: folder })
    expect(deployment.Distributions[1]).toMatchObject({
      Comment: 'extended',
      DefaultCacheBehavior: { LambdaFunctionAssociations: [] },
      CacheBehaviors: [
        { PathPattern: '/old/*', LambdaFunctionAssociations: [{ EventType: 'origin-request' }] },
      ],
      Origins: [
        { DomainName: expect.stringMatching(/^\w{10}\.execute-api\./) },
        { DomainName: expect.stringMatching(/^\w{32}\.lambda-url\./) },
        { DomainName: 'shop-dev-site.s3.us-east-1.amazonaws.com' },
      ],
    })
  })

  test('gives functions the framework’s names and the edge’s defaults', async () => {
    const { deployment } = await loaded({ files: ['serverless.yml'], cwd: folder })
    const file = join(folder, 'src/edge.mjs')
    expect(deployment.LambdaFunctions).toMatchObject([
      { name: 'shop-dev-auth', file, exportName: 'auth', MemorySize: 128, Timeout: 5, Runtime: 'nodejs22.x' },
      { name: 'shop-dev-add-headers', file, exportName: 'headers', MemorySize: 256, Timeout: 10 },
      { name: 'shop-dev-plugged', file, exportName: 'auth' },
    ])
  })

  test('knows the stage that the command line gives', async () => {
    const text = service(
      edge("{ eventType: viewer-request, origin: 'https://api.${sls:stage}.example.com/v1' }"),
    )
    const { deployment } = await loadService(text, { parameters: { stage: 'prod' } })
    expect(deployment.Distributions[0]).toMatchObject({
      Comment: 'site prod',
      Origins: [
        {
          Id: 'custom/api.prod.example.com/v1',
          OriginPath: '/v1',
          CustomOriginConfig: { OriginProtocolPolicy: 'match-viewer' },
        },
      ],
    })
    expect(deployment.LambdaFunctions[0]!.name).toBe('site-prod-edge')
  })

  test('without an event for all paths has the first behavior as default, without its functions', async () => {
    const text = service(`
  a: { handler: index.handler, events: [{ cloudFront: { eventType: viewer-request, pathPattern: /a/*, origin: 'https://a.example.com' } }] }
  b: { handler: index.handler, events: [{ cloudFront: { eventType: viewer-request, pathPattern: /b/*, isDefaultOrigin: true, origin: 'https://b.example.com' } }] }`)
    const { deployment } = await loadService(text)
    expect(deployment.Distributions[0]).toMatchObject({
      DefaultCacheBehavior: { TargetOriginId: 'custom/b.example.com', LambdaFunctionAssociations: [] },
      CacheBehaviors: [{ PathPattern: '/a/*' }, { PathPattern: '/b/*' }],
    })
  })

  test('as JSON is the same', async () => {
    const config = {
      service: 'site',
      provider: { name: 'aws', runtime: 'nodejs22.x' },
      functions: {
        edge: {
          handler: 'index.handler',
          events: [{ cloudFront: { eventType: 'viewer-request', origin: 'https://a.example.com' } }],
        },
      },
    }
    const { deployment } = await withFiles(
      { 'serverless.json': JSON.stringify(config), 'package.json': '{}', ...CODE },
      (cwd) => loaded({ files: ['.'], cwd }),
    )
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('a.example.com')
  })

  test.each(['serverless.ts', 'serverless.js'])(
    'that is code, %s, is refused with what to do',
    async (name) => {
      const issues = await withFiles({ [name]: 'export default {}', 'tsconfig.json': '{}' }, (cwd) =>
        issuesOf({ files: ['.'], cwd }),
      )
      expect(issues).toMatchObject([
        {
          file: expect.stringContaining(name),
          hint: expect.stringContaining('cloudformation-template-update-stack.json'),
        },
      ])
    },
  )

  test('after `serverless package` is read from the folder .serverless, with the sources beside it', async () => {
    const template = {
      Resources: {
        EdgeLambdaFunction: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: {
              S3Bucket: { Ref: 'ServerlessDeploymentBucket' },
              S3Key: 'serverless/site/dev/1/site.zip',
            },
            Handler: 'index.handler',
            Runtime: 'nodejs22.x',
            FunctionName: 'site-dev-edge',
          },
        },
        EdgeLambdaVersionX1: {
          Type: 'AWS::Lambda::Version',
          Properties: { FunctionName: { Ref: 'EdgeLambdaFunction' } },
        },
        ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
        Cdn: {
          Type: 'AWS::CloudFront::Distribution',
          Properties: {
            DistributionConfig: {
              Enabled: true,
              Origins: [
                {
                  Id: 'a',
                  DomainName: 'localhost',
                  CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
                },
              ],
              DefaultCacheBehavior: {
                TargetOriginId: 'a',
                ViewerProtocolPolicy: 'allow-all',
                CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
                LambdaFunctionAssociations: [
                  { EventType: 'viewer-request', LambdaFunctionARN: { Ref: 'EdgeLambdaVersionX1' } },
                ],
              },
            },
          },
        },
      },
    }
    const files = {
      '.serverless/cloudformation-template-update-stack.json': JSON.stringify(template),
      '.serverless/serverless-state.json': '{"service": {}}',
      ...CODE,
    }
    await withFiles(files, async (cwd) => {
      const { deployment } = await loaded({ files: ['.serverless'], cwd })
      expect(deployment.LambdaFunctions).toMatchObject([
        { file: join(cwd, 'index.mjs'), name: 'site-dev-edge' },
      ])
    })
  })
})

describe('What a serverless.yml cannot mean', () => {
  test.each([
    ['no origin', '{ eventType: viewer-request }', 'the event cloudFront has no origin'],
    [
      'an origin that is no URL',
      '{ eventType: viewer-request, origin: nowhere }',
      "'nowhere' is not the URL of an origin",
    ],
    [
      'an unknown event',
      "{ eventType: request, origin: 'https://a.example.com' }",
      "'request' is not one of",
    ],
    [
      'a variable without value',
      "{ eventType: viewer-request, origin: 'https://${opt:host}' }",
      'the variable ${opt:host} has no value',
    ],
  ])('%s', async (_, event, message) => {
    const issues = await issuesIn(service(edge(event)))
    const issue = issues.find((each) => each.message.startsWith(message))
    expect(issue).toMatchObject({ severity: 'error', line: 5 })
  })

  test('two origins for one path', async () => {
    const text = service(`
  a: { handler: index.handler, events: [{ cloudFront: { eventType: viewer-request, origin: 'https://a.example.com' } }] }
  b: { handler: index.handler, events: [{ cloudFront: { eventType: origin-request, origin: 'https://b.example.com' } }] }`)
    expect(await issuesIn(text)).toContainEqual(
      expect.objectContaining({
        line: 7,
        message: 'another event without a pathPattern has another origin; a behavior has one',
      }),
    )
  })

  test('two functions for one event', async () => {
    const event = "{ cloudFront: { eventType: viewer-request, origin: 'https://a.example.com' } }"
    const text = service(`
  a: { handler: index.handler, events: [${event}] }
  b: { handler: index.handler, events: [${event}] }`)
    expect(await issuesIn(text)).toContainEqual(
      expect.objectContaining({
        line: 7,
        code: 'InvalidLambdaFunctionAssociation',
        message: 'viewer-request has a function already',
      }),
    )
  })

  test('a plug-in that names no distribution', async () => {
    const text = service(
      '  a: { handler: index.handler, lambdaAtEdge: { distribution: Nothing, eventType: viewer-request } }',
    )
    expect(await issuesIn(text)).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        line: 5,
        message: "resources has no distribution 'Nothing'",
      }),
    )
  })
})

const VARIABLES = `
service: shop
provider: { name: aws, stage: "\${opt:stage, 'dev'}", region: eu-west-1 }
params: { default: { host: h, both: d }, prod: { both: p } }
custom:
  a: { b: [x, { c: deep }] }
  loop: \${self:custom.loop}
  name: "\${sls:stage}"
  byStage: { dev: D, prod: P }
  indirect: \${self:custom.a}
probe: PROBE
`

function resolve(probe: string, parameters: Record<string, string> = {}) {
  const report = new Report()
  const root = fromText(
    VARIABLES.replace('PROBE', () => JSON.stringify(probe)),
    join(folder, 'x.yml'),
    report,
  ) as MapNode
  const variables = new Variables({
    root,
    env: { HOME_PAGE: 'https://x' },
    parameters: new Map(Object.entries(parameters)),
    files: new SourceFiles(realDisk, report),
    cwd: folder,
    report,
  })
  return { value: toPlain(variables.resolve(root.entries.get('probe')!.value)), issues: report.issues }
}

describe('Variables', () => {
  test.each<[string, unknown]>([
    ['plain', 'plain'],
    ['${self:service}', 'shop'],
    ['x-${self:custom.a.b.1.c}-y', 'x-deep-y'],
    ['${self:custom.indirect.b.0}', 'x'],
    ['${self:custom.a.b}', ['x', { c: 'deep' }]],
    ['${self:custom.byStage.${sls:stage}}', 'D'],
    ['${self:provider.stage}', 'dev'],
    ['${opt:stage, self:custom.name}', 'dev'],
    ["${opt:none, 'a, b'}", 'a, b'],
    ['${opt:none, opt:nothing, "c"}', 'c'],
    ['${env:HOME_PAGE}', 'https://x'],
    ["${env:NONE, ''}", ''],
    ['${param:host}', 'h'],
    ['${param:both}', 'd'],
    ['${aws:region}', 'eu-west-1'],
    ['${aws:accountId}', '123456789012'],
    ['${file(./config/dev.yml):ttl.default}', 60],
    ['${file(config/${sls:stage}.yml):domain}', 'dev.example.com'],
    ['${file(./config/none.yml):domain, "fallback"}', 'fallback'],
    ["${strToBool('true')}", true],
    ['${strToBool(${opt:none, "false"})}', false],
    ['${opt:none, 3}', 3],
    ['${opt:none, null}', null],
    ['${AWS::Region}', '${AWS::Region}'],
    ['${Bucket.Arn}/${self:service}', '${Bucket.Arn}/shop'],
    ['arn:${AWS::Partition}:${sls:stage}', 'arn:${AWS::Partition}:dev'],
  ])('%s', (probe, expected) => {
    const { value, issues } = resolve(probe)
    expect({ value, issues }).toEqual({ value: expected, issues: [] })
  })

  test('of a stage are those of the stage', () => {
    expect(resolve('${param:both}-${self:custom.byStage.${sls:stage}}', { stage: 'prod' }).value).toBe('p-P')
  })

  test.each(['cf:other.Output', 'ssm:/a/b', 's3:bucket/key', 'cf(eu-west-1):other.Output'])(
    '${%s} are given by name, or stand in for themselves with a warning',
    (name) => {
      const address = name.slice(name.indexOf(':') + 1)
      expect(resolve(`\${${name}}`, { [address]: 'given' })).toEqual({ value: 'given', issues: [] })
      const { value, issues } = resolve(`\${${name}}`)
      expect(value).toMatch(/^unresolved-/)
      expect(issues).toMatchObject([
        { severity: 'warning', hint: `give it with --parameter ${address}=VALUE` },
      ])
      expect(resolve(`\${${name}, 'usual'}`)).toEqual({ value: 'usual', issues: [] })
    },
  )

  test.each(['${self:custom.loop}', 'x${self:custom.loop}y'])(
    '%s, which refers to itself, is an error',
    (probe) => {
      expect(resolve(probe).issues[0]).toMatchObject({
        severity: 'error',
        message: expect.stringContaining('refer to themselves'),
      })
    },
  )

  test('a map in a text is an error', () => {
    expect(resolve('x-${self:custom.a}').issues).toMatchObject([
      { severity: 'error', message: '${self:custom.a} is no text and cannot stand in one' },
    ])
  })
})
