// CloudFormation beyond one template: code of functions, nested stacks, included parts, macros, parameter files.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/config/load.ts'
import { issuesOf, loaded, withFiles } from './harness.ts'

const site = (associations = '', resources = '', more = ''): string => `
AWSTemplateFormatVersion: 2010-09-09
${more}
Resources:
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - { Id: api, DomainName: localhost, CustomOriginConfig: { OriginProtocolPolicy: http-only } }
        DefaultCacheBehavior:
          TargetOriginId: api
          ViewerProtocolPolicy: allow-all
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
${associations}
${resources}
`
const EDGE = `
          LambdaFunctionAssociations:
            - { EventType: origin-request, LambdaFunctionARN: !Ref EdgeVersion }`
const edgeFunction = (properties: string): string => `
  Edge:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
${properties}
  EdgeVersion: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Edge } }`

function loadFiles(files: Record<string, string>, options: Partial<LoadOptions> = {}) {
  return withFiles(files, (cwd) => loaded({ files: ['site.yaml'], cwd, ...options }))
}

function issuesIn(files: Record<string, string>, options: Partial<LoadOptions> = {}) {
  return withFiles(files, (cwd) => issuesOf({ files: ['site.yaml'], cwd, ...options }))
}

describe('The code of an edge function', () => {
  test('may stand in the template', async () => {
    const code = "      Code: { ZipFile: 'exports.handler = async (event) => event.Records[0].cf.request' }"
    const { deployment } = await loadFiles({ 'site.yaml': site(EDGE, edgeFunction(code)) })
    const [edge] = deployment.LambdaFunctions
    expect(edge).toMatchObject({ exportName: 'handler', version: '1', Runtime: 'nodejs22.x' })
    expect(edge!.LambdaFunctionARN).toMatch(
      /^arn:aws:lambda:us-east-1:123456789012:function:site-Edge-\w{12}:1$/,
    )
    expect(readFileSync(edge!.file, 'utf8')).toContain('exports.handler')
    expect(deployment.Distributions[0]!.DefaultCacheBehavior.LambdaFunctionAssociations).toHaveLength(1)
  })

  test('may be a Python text', async () => {
    const code = `      Code: { ZipFile: "def on_request(event, context):\\n  return event['Records'][0]['cf']['request']" }`
    const text = edgeFunction(code)
      .replace('index.handler', 'index.on_request')
      .replace('nodejs22.x', 'python3.13')
    const { deployment } = await loadFiles({ 'site.yaml': site(EDGE, text) })
    expect(deployment.LambdaFunctions).toMatchObject([
      { file: expect.stringMatching(/index\.py$/), exportName: 'on_request', Runtime: 'python3.13' },
    ])
  })

  test.each([
    ['a folder', '      Code: ./edge', 'edge/index.mjs'],
    [
      'a folder with a handler below it',
      '      Code: .\n      Handler: edge/index.handler',
      'edge/index.mjs',
    ],
  ])('may be in %s beside the template', async (_, code, file) => {
    const text = site(
      EDGE,
      edgeFunction(code).replace(
        '      Handler: index.handler\n',
        code.includes('Handler') ? '' : '      Handler: index.handler\n',
      ),
    )
    await withFiles(
      { 'site.yaml': text, 'edge/index.mjs': 'export const handler = () => {}' },
      async (cwd) => {
        const { deployment } = await loaded({ files: ['site.yaml'], cwd })
        expect(deployment.LambdaFunctions[0]!.file).toBe(join(cwd, file))
      },
    )
  })

  test('of a Python package is found by its dotted name', async () => {
    const text = site(
      EDGE,
      edgeFunction('      Code: .')
        .replace('index.handler', 'app.edge.handler')
        .replace('nodejs22.x', 'python3.13'),
    )
    const { deployment } = await loadFiles({ 'site.yaml': text, 'app/edge.py': 'def handler(e, c): pass' })
    expect(deployment.LambdaFunctions[0]!.file).toMatch(/app[/\\]edge\.py$/)
  })

  test('in a bucket is missed only where a behavior runs it, and may be given by logical id', async () => {
    const text = edgeFunction('      Code: { S3Bucket: artifacts, S3Key: edge.zip }')
    expect(await issuesIn({ 'site.yaml': site('', text) })).toEqual([])
    expect(await issuesIn({ 'site.yaml': site(EDGE, text) })).toMatchObject([
      {
        severity: 'warning',
        line: 21,
        message: 'the function Edge is left out: its code is not on this machine',
        hint: 'add --lambda Edge=FILE',
      },
    ])
    const files = { 'site.yaml': site(EDGE, text), 'edge.mjs': 'export const handler = () => {}' }
    const { deployment } = await loadFiles(files, { lambdas: ['Edge=edge.mjs'] })
    expect(deployment.LambdaFunctions).toMatchObject([{ exportName: 'handler' }])
  })

  test.each([
    ['Environment', '      Environment: { Variables: { A: b } }'],
    ['Timeout', '      Timeout: 60'],
    ['Architectures', '      Architectures: [arm64]'],
    ['Runtime', '      Runtime: ruby3.3'],
  ])('with %s that the edge refuses is refused', async (key, line) => {
    const inline = "      Code: { ZipFile: 'exports.handler = 1' }"
    const text = edgeFunction(`${inline}\n${line}`).replace(
      key === 'Runtime' ? '      Runtime: nodejs22.x\n' : '\0',
      '',
    )
    const [issue] = await issuesIn({ 'site.yaml': site(EDGE, text) })
    expect(issue).toMatchObject({ severity: 'error', code: 'InvalidLambdaFunctionAssociation' })
    expect(issue!.line).toBeGreaterThan(20)
  })

  test('is looked for where the template says, with the place of the Handler', async () => {
    const [issue] = await issuesIn({
      'site.yaml': site(EDGE, edgeFunction('      Code: ./edge')),
      'edge/other.mjs': '',
    })
    expect(issue).toMatchObject({
      severity: 'error',
      line: 23,
      message: expect.stringContaining('there is no file'),
    })
  })
})

describe('A key value store of a template', () => {
  const text = site(
    `
          FunctionAssociations:
            - { EventType: viewer-request, FunctionARN: !GetAtt Rewrite.FunctionARN }`,
    `
  Rewrite:
    Type: AWS::CloudFront::Function
    Properties:
      Name: rewrite
      FunctionConfig:
        Comment: ''
        Runtime: cloudfront-js-2.0
        KeyValueStoreAssociations: [{ KeyValueStoreARN: !GetAtt Store.Arn }]
      FunctionCode: 'function handler(event) { return event.request }'
  Store:
    Type: AWS::CloudFront::KeyValueStore
    Properties:
      Name: redirects
      ImportSource: { SourceType: S3, SourceArn: arn:aws:s3:::data/stores/redirects.json }`,
  )
  const data = '{"data": [{"key": "a", "value": "b"}]}'

  test.each(['data/stores/redirects.json', 'stores/redirects.json'])('has the keys of %s', async (name) => {
    const { deployment, watched } = await loadFiles({ 'site.yaml': text, [name]: data })
    const store = deployment.Functions[0]!.KeyValueStore!
    expect(store).toMatchObject({ Name: 'redirects', items: new Map([['a', 'b']]) })
    expect(watched.some((file) => file.endsWith('redirects.json'))).toBe(true)
  })

  test.each(['redirects', 'Store'])('has the keys of a section that names it %s', async (key) => {
    const files = {
      'site.yaml': text,
      'local.yaml': `keyValueStores: { ${key}: ./keys.json }`,
      'keys.json': '{"x": "y"}',
    }
    const { deployment, warnings } = await loadFiles(files, { files: ['site.yaml', 'local.yaml'] })
    expect(deployment.Functions[0]!.KeyValueStore).toMatchObject({
      Name: 'redirects',
      items: new Map([['x', 'y']]),
    })
    expect(warnings).toEqual([])
  })

  test('is empty without data, with a hint', async () => {
    const { deployment, warnings } = await loadFiles({ 'site.yaml': text })
    expect(deployment.Functions[0]!.KeyValueStore!.items.size).toBe(0)
    expect(warnings).toMatchObject([{ hint: 'add keyValueStores: { Store: ./FILE.json }' }])
  })
})

describe('A nested stack', () => {
  const parent = `
Parameters: { Stage: { Type: String, Default: dev } }
Resources:
  Cdn:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./stacks/cdn.yaml
      Parameters:
        Host: !Sub 'api.\${Stage}.example.com'
        Names: [a.example.com, !GetAtt Names.Outputs.Alias]
  Names:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./stacks/names.yaml }
`
  const cdn = site()
    .replace(
      'Resources:',
      'Parameters: { Host: { Type: String }, Names: { Type: CommaDelimitedList } }\nResources:',
    )
    .replace('DomainName: localhost', 'DomainName: !Ref Host')
    .replace('Enabled: true', 'Enabled: true\n        Aliases: !Ref Names')
  const names =
    'Resources: { Topic: { Type: AWS::SNS::Topic } }\nOutputs: { Alias: { Value: b.example.com } }'
  const files = { 'site.yaml': parent, 'stacks/cdn.yaml': cdn, 'stacks/names.yaml': names }

  test('brings its distribution, gets parameters, and gives outputs to its sister', async () => {
    const { deployment, watched } = await loadFiles(files)
    expect(deployment.Distributions).toMatchObject([
      { Aliases: ['a.example.com', 'b.example.com'], Origins: [{ DomainName: 'api.dev.example.com' }] },
    ])
    expect(watched.map((file) => file.split(/[/\\]/).at(-1))).toEqual(
      expect.arrayContaining(['cdn.yaml', 'names.yaml']),
    )
  })

  test('gets what its parent passes, whatever the command line says to a parameter of this name', async () => {
    const { deployment } = await loadFiles(files, {
      parameters: { Stage: 'prod', Host: 'other.example.com' },
    })
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('api.prod.example.com')
  })

  test('may be there twice', async () => {
    const twice = `${parent}
  Second:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./stacks/cdn.yaml
      Parameters: { Host: second.example.com, Names: c.example.com }`
    const { deployment } = await loadFiles({ ...files, 'site.yaml': twice })
    expect(deployment.Distributions.map(({ Origins }) => Origins[0]!.DomainName)).toEqual([
      'api.dev.example.com',
      'second.example.com',
    ])
    expect(new Set(deployment.Distributions.map(({ Id }) => Id)).size).toBe(2)
  })

  test('that nests itself ends', async () => {
    const itself = `${site()}
  Again:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./site.yaml }`
    expect(await issuesIn({ 'site.yaml': itself })).toMatchObject([
      { severity: 'error', line: 21, message: 'the stack Again nests itself' },
    ])
  })

  test('in a bucket is left out with a warning at its place', async () => {
    const text = `${site()}
  Cdn:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: 'https://s3.amazonaws.com/bucket/cdn.yaml' }`
    expect(await issuesIn({ 'site.yaml': text })).toMatchObject([
      { severity: 'warning', line: 21, message: expect.stringContaining('Cdn is not on this machine') },
    ])
  })

  test('whose file is not there is an error at its place', async () => {
    const [issue] = await issuesIn({ ...files, 'site.yaml': parent.replace('names.yaml', 'nmes.yaml') })
    expect(issue).toMatchObject({
      severity: 'error',
      line: 13,
      message: expect.stringContaining('there is no file'),
    })
  })

  test('with a problem says where in its own file', async () => {
    const broken = cdn.replace('TargetOriginId: api', 'TargetOriginId: ap')
    const issues = await issuesIn({ ...files, 'stacks/cdn.yaml': broken })
    expect(issues.find(({ severity }) => severity === 'error')).toMatchObject({
      file: expect.stringMatching(/cdn\.yaml$/),
      line: 15,
      code: 'NoSuchOrigin',
    })
  })
})

describe('AWS::Include', () => {
  const origins =
    '- { Id: api, DomainName: included.example.com, CustomOriginConfig: { OriginProtocolPolicy: http-only } }'

  test('puts a part where the macro stands', async () => {
    const text = site().replace(
      /Origins:\n.*\n/,
      'Origins:\n          Fn::Transform: { Name: AWS::Include, Parameters: { Location: ./origins.yaml } }\n',
    )
    const { deployment, watched } = await loadFiles({ 'site.yaml': text, 'origins.yaml': origins })
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('included.example.com')
    expect(watched.some((file) => file.endsWith('origins.yaml'))).toBe(true)
  })

  test('adds resources to those of the template', async () => {
    const macro = "{ Name: AWS::Include, Parameters: { Location: !Sub './${AWS::Region}.yaml' } }"
    const text = site().replace('Resources:', () => `Resources:\n  Fn::Transform: ${macro}`)
    const part = 'Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: included } }'
    const { deployment } = await loadFiles({
      'site.yaml': text.replace('DomainName: localhost', "DomainName: !Sub '${Bucket}.example.com'"),
      'us-east-1.yaml': part,
    })
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('included.example.com')
  })

  test('of the whole template brings sections', async () => {
    const text = site('', '', 'Transform: { Name: AWS::Include, Parameters: { Location: mappings.yaml } }')
    const { deployment } = await loadFiles({
      'site.yaml': text.replace('DomainName: localhost', 'DomainName: !FindInMap [Hosts, dev, api]'),
      'mappings.yaml': 'Mappings: { Hosts: { dev: { api: mapped.example.com } } }',
    })
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('mapped.example.com')
  })

  test('from a bucket is refused with what to do', async () => {
    const text = site(
      '',
      '',
      'Transform: { Name: AWS::Include, Parameters: { Location: s3://b/mappings.yaml } }',
    )
    expect(await issuesIn({ 'site.yaml': text })).toMatchObject([
      { severity: 'error', line: 3, hint: expect.stringContaining('Location as a path') },
    ])
  })
})

test.each([
  ['Transform: AWS::LanguageExtensions', null],
  ['Transform: [AWS::LanguageExtensions, AWS::CodeDeployBlueGreen]', null],
  ['Transform: Corp::Macro', 'the macro Corp::Macro is not run here'],
  ['Transform: [{ Name: Other, Parameters: {} }]', 'the macro Other is not run here'],
])('%s', async (line, message) => {
  const issues = await issuesIn({ 'site.yaml': site('', '', line) })
  if (message === null) expect(issues).toEqual([])
  else
    expect(issues).toMatchObject([
      { severity: 'error', line: 3, message, hint: expect.stringContaining('--template-stage Processed') },
    ])
})

describe('Values of parameters', () => {
  const text = site(
    '',
    '',
    'Parameters: { Host: { Type: String }, Port: { Type: Number, Default: 1 } }',
  ).replace('DomainName: localhost', "DomainName: !Sub '${Host}-${Port}.example.com'")
  test.each([
    [
      "the AWS CLI's form",
      '[{"ParameterKey": "Host", "ParameterValue": "cli"}, {"ParameterKey": "Port", "UsePreviousValue": true}]',
      'cli-1',
    ],
    [
      'a template configuration file',
      '{"Parameters": {"Host": "conf", "Port": 2}, "Tags": {"a": "b"}}',
      'conf-2',
    ],
    ['a plain map', '{"Host": "map", "Port": "3"}', 'map-3'],
    ['a plain map as YAML', 'Host: yaml\nPort: 4', 'yaml-4'],
  ])('come from a file in %s', async (_, file, host) => {
    const { deployment } = await loadFiles(
      { 'site.yaml': text, 'p.json': file },
      { parameterFiles: ['p.json'] },
    )
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toBe(`${host}.example.com`)
  })

  test('of the command line go before files, and files before the environment', async () => {
    const options = {
      parameterFiles: ['p.json'],
      env: { POCKETFRONT_PARAMETER_Host: 'env', POCKETFRONT_PARAMETER_Port: '9' },
    }
    const files = { 'site.yaml': text, 'p.json': '{"Host": "file"}' }
    const first = await loadFiles(files, options)
    expect(first.deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('file-9.example.com')
    const second = await loadFiles(files, { ...options, parameters: { Host: 'option' } })
    expect(second.deployment.Distributions[0]!.Origins[0]!.DomainName).toBe('option-9.example.com')
  })

  test.each([
    ['{"Host": {"a": 1}}', 'the value of Host is no text, number or list of them'],
    ['[{"Key": "Host"}]', 'expects {ParameterKey, ParameterValue}'],
    ['3', 'expects names and values'],
  ])('a file with %s is refused at its place', async (file, message) => {
    const issues = await issuesIn({ 'site.yaml': text, 'p.json': file }, { parameterFiles: ['p.json'] })
    expect(issues[0]).toMatchObject({ file: expect.stringMatching(/p\.json$/), line: 1, message })
  })

  test('a file that is not there is named', async () => {
    const issues = await issuesIn({ 'site.yaml': text }, { parameterFiles: ['p.json'] })
    expect(issues[0]).toMatchObject({
      file: expect.stringMatching(/p\.json$/),
      message: 'there is no such file',
    })
  })
})

test('inline code is one file for one text', async () => {
  const code = "      Code: { ZipFile: 'exports.handler = async () => 1' }"
  const [first, second] = await Promise.all(
    [1, 2].map(async () => (await loadFiles({ 'site.yaml': site(EDGE, edgeFunction(code)) })).deployment),
  )
  expect(first!.LambdaFunctions[0]!.file).toBe(second!.LambdaFunctions[0]!.file)
  expect(existsSync(first!.LambdaFunctions[0]!.file)).toBe(true)
})
