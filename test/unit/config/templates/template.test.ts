// Expressions of CloudFormation templates: each function, and what references give.
import { describe, expect, test } from 'vitest'
import { fromText } from '../../../../src/config/nodes/from-text.ts'
import type { MapNode } from '../../../../src/config/nodes/node.ts'
import { Report } from '../../../../src/config/nodes/report.ts'
import { Template } from '../../../../src/config/templates/template.ts'
import { toPlain } from '../../../../src/config/templates/values.ts'

const BASE = `
Parameters:
  Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] }
  Names: { Type: CommaDelimitedList, Default: "a.example.com, b.example.com" }
  Port: { Type: Number, Default: 8080 }
  Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /images/latest }
Mappings:
  Hosts:
    dev: { api: api.dev.example.com, list: [x, y] }
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [!Condition IsDev]
  Both: !And [!Condition IsDev, !Equals [1, "1"]]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub 'site-\${Stage}' } }
  Unnamed: { Type: AWS::S3::Bucket }
  Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: edge } }
  Version: { Type: AWS::Lambda::Version, Properties: { FunctionName: !GetAtt Function.Arn } }
  Url: { Type: AWS::Lambda::Url }
  ProdOnly: { Type: AWS::S3::Bucket, Condition: IsProd }
  Custom: { Type: Custom::Thing }
  Probe:
    Type: Probe
    Properties:
      Value: VALUE
`

function evaluate(
  value: string,
  options: { parameters?: Record<string, string>; known?: Record<string, string> } = {},
) {
  const report = new Report()
  const root = fromText(BASE.replace('VALUE', value), 'site.yaml', report) as MapNode
  const template = new Template(root, {
    report,
    stackName: 'site',
    region: 'eu-west-1',
    accountId: '123456789012',
    parameters: new Map(Object.entries(options.parameters ?? {})),
    lookUp: (name) => options.known?.[name] ?? null,
    exported: () => null,
  })
  const properties = toPlain(template.properties(template.resources.get('Probe')!)) as { Value?: unknown }
  return { value: properties.Value, issues: report.issues, template }
}

describe('Functions', () => {
  test.each<[string, unknown]>([
    ['!Ref Stage', 'dev'],
    ['{ Ref: Stage }', 'dev'],
    ['!Ref Names', ['a.example.com', 'b.example.com']],
    ['!Ref AWS::Region', 'eu-west-1'],
    ['!Ref AWS::AccountId', '123456789012'],
    ['!Ref AWS::Partition', 'aws'],
    ['!Ref AWS::URLSuffix', 'amazonaws.com'],
    ['!Ref AWS::StackName', 'site'],
    ['!Ref AWS::NotificationARNs', []],
    ['!Ref AWS::NoValue', undefined],
    ['[a, !Ref AWS::NoValue, b]', ['a', 'b']],
    [
      '!Sub "https://${Stage}.${AWS::Region}/${!Literal}/${Bucket.Arn}"',
      'https://dev.eu-west-1/${Literal}/arn:aws:s3:::site-dev',
    ],
    ['!Sub ["${a}-${Stage}", { a: !Ref Port }]', '8080-dev'],
    ['!Join [".", [a, !Ref Stage, b]]', 'a.dev.b'],
    ['!Join [",", !Ref Names]', 'a.example.com,b.example.com'],
    ['!Split ["-", a-b-c]', ['a', 'b', 'c']],
    ['!Select [1, [a, b]]', 'b'],
    ['!Select ["0", !Ref Names]', 'a.example.com'],
    ['!Select [2, !Split ["/", "https://x.example.com/path"]]', 'x.example.com'],
    ['!FindInMap [Hosts, !Ref Stage, api]', 'api.dev.example.com'],
    ['!FindInMap [Hosts, dev, list]', ['x', 'y']],
    ['!FindInMap [Hosts, none, api, { DefaultValue: fallback }]', 'fallback'],
    ['!If [IsDev, yes-it-is, no]', 'yes-it-is'],
    ['!If [IsProd, a, !Ref AWS::NoValue]', undefined],
    ['!If [Both, 1, 2]', 1],
    ['!If [Either, 1, 2]', 1],
    ['{ "Fn::If": [IsDev, { a: !Ref Stage }, {}] }', { a: 'dev' }],
    ['!Base64 hello', 'aGVsbG8='],
    ['!Length [a, b, c]', 3],
    ['!ToJsonString { a: [1, !Ref Stage] }', '{"a":[1,"dev"]}'],
    ['!GetAZs ""', ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['!Cidr [10.0.0.0/16, 2, 8]', ['10.0.0.0/24', '10.0.1.0/24']],
    ['!ImportValue shared-name', 'shared-name.unresolved'],
    ['!Equals [a, a]', true],
  ])('%s is %j', (value, expected) => {
    const { value: found, issues } = evaluate(value)
    expect(issues).toEqual([])
    expect(found).toEqual(expected)
  })

  test.each([
    ['!Ref Nobody', 'the template has no parameter or resource Nobody'],
    ['!GetAtt Nobody.Arn', 'the template has no parameter or resource Nobody'],
    ['!Select [5, [a]]', 'Fn::Select takes item 5 of a list of 1'],
    ['!Join [a]', 'Fn::Join expects [delimiter, [items]]'],
    ['!Split ["", a]', 'Fn::Split expects [delimiter, text]'],
    ['!FindInMap [Hosts, x, y]', 'Mappings has no Hosts.x.y'],
    ['!If [Nothing, 1, 2]', 'the condition Nothing is not in Conditions'],
    ['{ "Fn::Unknown": 1 }', 'there is no function Fn::Unknown'],
    ['!Cidr [10.0.0.0/24, 300, 8]', 'Fn::Cidr expects [IPv4 block, count, bits]'],
    ['!Transform { Name: MyMacro }', 'the macro MyMacro is not run here'],
  ])('%s is told with its place: %s', (value, message) => {
    const [issue] = evaluate(value).issues
    expect(issue).toMatchObject({ severity: 'error', message, file: 'site.yaml', line: 26 })
    expect(issue!.column).toBeGreaterThan(0)
  })
})

describe('References to resources', () => {
  test.each([
    ['!Ref Bucket', /^site-dev$/],
    ['!GetAtt Bucket.RegionalDomainName', /^site-dev\.s3\.eu-west-1\.amazonaws\.com$/],
    ['!GetAtt [Bucket, DomainName]', /^site-dev\.s3\.amazonaws\.com$/],
    ['!GetAtt Bucket.WebsiteURL', /^http:\/\/site-dev\.s3-website-eu-west-1\.amazonaws\.com$/],
    ['!Ref Unnamed', /^site-unnamed-[a-z0-9]{12}$/],
    ['!Ref Version', /^arn:aws:lambda:eu-west-1:123456789012:function:edge:1$/],
    ['!GetAtt Url.FunctionUrl', /^https:\/\/[a-z0-9]{32}\.lambda-url\.eu-west-1\.on\.aws\/$/],
    ['!GetAtt Custom.Thing', /^custom-thing\.unresolved$/],
    ['!Ref ProdOnly', /^prodonly\.unresolved$/],
  ])('%s is like %s, the same on every run', (value, expected) => {
    expect(evaluate(value).value).toMatch(expected)
    expect(evaluate(value).value).toBe(evaluate(value).value)
  })

  test('a text made of a reference remembers the resource', () => {
    const { value, template } = evaluate('!GetAtt Unnamed.RegionalDomainName')
    expect(template.names.get(value as string)).toBe('Unnamed')
  })

  test('a resource whose condition does not hold is not there', () => {
    const { template } = evaluate('x')
    expect(template.resources.has('ProdOnly')).toBe(false)
  })
})

describe('Parameters and values from elsewhere', () => {
  test('a given value goes before the Default', () => {
    expect(evaluate('!Ref Stage', { parameters: { Stage: 'prod' } }).value).toBe('prod')
  })

  test('a value that is not allowed is an error at the declaration', () => {
    const [issue] = evaluate('!Ref Stage', { parameters: { Stage: 'test' } }).issues
    expect(issue).toMatchObject({ line: 3, message: "the parameter Stage is 'test', allowed are dev, prod" })
  })

  test('SSM parameters, dynamic references and secrets come from what is known, else as placeholders with a warning', () => {
    const known = { '/images/latest': 'v7', '/token': 't', 'key:SecretString:k': 's' }
    expect(evaluate('!Ref Image', { known }).value).toBe('v7')
    expect(evaluate('"{{resolve:ssm:/token:3}}!"', { known }).value).toBe('t!')
    expect(evaluate('"{{resolve:secretsmanager:key:SecretString:k}}"', { known }).value).toBe('s')
    const { value, issues } = evaluate('"{{resolve:ssm-secure:/none}}"')
    expect(value).toBe('unresolved-none')
    expect(issues).toMatchObject([{ severity: 'warning', hint: 'give it with --parameter /none=VALUE' }])
  })
})

test('Fn::ForEach writes a block for each item, in keys and values', () => {
  const report = new Report()
  const text = `
Parameters: { Names: { Type: CommaDelimitedList, Default: 'One,Two' } }
Resources:
  'Fn::ForEach::Buckets':
    - Name
    - !Ref Names
    - 'Bucket\${Name}':
        Type: AWS::S3::Bucket
        Properties: { BucketName: !Sub 'my-\${Name}', Tag: !Ref Name }
`
  const template = new Template(fromText(text, 'a.yaml', report) as MapNode, {
    report,
    stackName: 's',
    region: 'us-east-1',
    accountId: '1',
    parameters: new Map(),
    lookUp: () => null,
    exported: () => null,
  })
  expect([...template.resources.keys()]).toEqual(['BucketOne', 'BucketTwo'])
  expect(toPlain(template.properties(template.resources.get('BucketTwo')!))).toEqual({
    BucketName: 'my-Two',
    Tag: 'Two',
  })
})

test.each([
  ['A: !Condition B\n  B: !Condition A', 'refers to itself'],
  ['A: !Not [!Condition A]\n  B: !Condition A', 'refers to itself'],
])('conditions in a circle are an error: %j', (conditions, message) => {
  const report = new Report()
  const text = `Conditions:\n  ${conditions}\nResources:\n  X: { Type: AWS::S3::Bucket, Condition: B }\n`
  const template = new Template(fromText(text, 'a.yaml', report) as MapNode, {
    report,
    stackName: 's',
    region: 'us-east-1',
    accountId: '1',
    parameters: new Map(),
    lookUp: () => null,
    exported: () => null,
  })
  expect(template.resources.size).toBeLessThanOrEqual(1)
  expect(report.issues[0]?.message).toContain(message)
})
