// A folder of what the AWS CLI prints is a whole configuration.
import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/config/load.ts'
import { load, withFiles } from './harness.ts'

const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/5v4NwshbW0ES8pm+neXcYevN0Kx
dCHvHs0OlKTwAUT4Hq7bRKSPXSgfzbjqs4SkeOllLA+vyJX1gbyNETq6KQ==
-----END PUBLIC KEY-----
`

const FUNCTION_ARN = 'arn:aws:cloudfront::123456789012:function/rewrite'
const STORE_ARN = 'arn:aws:cloudfront::123456789012:key-value-store/0a1b2c3d-1111-4222-8333-444455556666'
const POLICY = '11111111-2222-4333-8444-555555555555'

const config = {
  CallerReference: 'x',
  Comment: '',
  Enabled: true,
  Origins: {
    Quantity: 1,
    Items: [
      {
        Id: 'site',
        DomainName: 'assets-site.s3.us-east-1.amazonaws.com',
        S3OriginConfig: { OriginAccessIdentity: '' },
        OriginAccessControlId: 'E3OAC',
      },
    ],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'site',
    ViewerProtocolPolicy: 'allow-all',
    CachePolicyId: POLICY,
    FunctionAssociations: {
      Quantity: 1,
      Items: [{ EventType: 'viewer-request', FunctionARN: FUNCTION_ARN }],
    },
  },
}
const summary = {
  Name: 'rewrite',
  Status: 'DEPLOYED',
  FunctionConfig: {
    Comment: '',
    Runtime: 'cloudfront-js-2.0',
    KeyValueStoreAssociations: { Quantity: 1, Items: [{ KeyValueStoreARN: STORE_ARN }] },
  },
  FunctionMetadata: { FunctionARN: FUNCTION_ARN, Stage: 'LIVE', CreatedTime: 'x', LastModifiedTime: 'x' },
}
const policy = {
  Id: POLICY,
  LastModifiedTime: 'x',
  CachePolicyConfig: {
    Name: 'mine',
    MinTTL: 1,
    DefaultTTL: 2,
    MaxTTL: 3,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
  },
}
const store = {
  Name: 'redirects',
  Id: '0a1b2c3d-1111-4222-8333-444455556666',
  ARN: STORE_ARN,
  Status: 'READY',
}

const FILES: Readonly<Record<string, unknown>> = {
  'distribution.json': {
    ETag: 'E',
    Distribution: { Id: 'E1', DomainName: 'd1.cloudfront.net', DistributionConfig: config },
  },
  'policy.json': { ETag: 'E', CachePolicy: policy },
  'function.json': { ETag: 'E', FunctionSummary: summary },
  'get-function.json': { ETag: 'E', ContentType: 'application/octet-stream' },
  'rewrite.js': 'function handler(event) { return event.request }',
  'store.json': { ETag: 'E', KeyValueStore: store },
  'redirects.keys.json': { Items: [{ Key: '/old', Value: '/new' }] },
  'key-group.json': { ETag: 'E', KeyGroup: { Id: 'k', KeyGroupConfig: { Name: 'g', Items: ['K1'] } } },
  'public-key.json': {
    ETag: 'E',
    PublicKey: { Id: 'K1', PublicKeyConfig: { Name: 'k', EncodedKey: PUBLIC_KEY } },
  },
  'oac.json': {
    ETag: 'E',
    OriginAccessControl: {
      Id: 'E3OAC',
      OriginAccessControlConfig: {
        Name: 'oac',
        SigningBehavior: 'never',
        SigningProtocol: 'sigv4',
        OriginAccessControlOriginType: 's3',
      },
    },
  },
}

function loadFolder(changes: Record<string, unknown> = {}, options: Partial<LoadOptions> = {}) {
  const files = Object.entries({ ...FILES, ...changes }).flatMap(([name, content]): [string, string][] =>
    content === null ? [] : [[name, typeof content === 'string' ? content : JSON.stringify(content)]],
  )
  return withFiles(Object.fromEntries(files), (cwd) => load({ files: ['.'], cwd, ...options }))
}

const messages = (result: Awaited<ReturnType<typeof load>>) =>
  (result.ok ? result.warnings : result.issues)
    .filter(({ message }) => !message.startsWith('nothing on this machine'))
    .map(({ message }) => message)

describe('A folder of outputs of the AWS CLI', () => {
  test('is the distribution with its policy, its function, and the keys of its store', async () => {
    const result = await loadFolder()
    expect(messages(result)).toEqual([])
    if (!result.ok) return
    expect(result.deployment.Distributions).toMatchObject([
      { Id: 'E1', DefaultCacheBehavior: { Cache: { CachePolicy: { Name: 'mine', MaxTTL: 3 } } } },
    ])
    const [rewrite] = result.deployment.Functions
    expect(rewrite).toMatchObject({
      FunctionARN: FUNCTION_ARN,
      FunctionCode: FILES['rewrite.js'],
      KeyValueStore: { ARN: STORE_ARN, Name: 'redirects' },
    })
    expect(rewrite!.KeyValueStore!.items).toEqual(new Map([['/old', '/new']]))
  })

  test.each([
    [
      'policies',
      {
        'policy.json': { CachePolicyList: { Quantity: 1, Items: [{ Type: 'custom', CachePolicy: policy }] } },
      },
    ],
    ['functions', { 'function.json': { FunctionList: { MaxItems: 100, Quantity: 1, Items: [summary] } } }],
    ['stores', { 'store.json': { KeyValueStoreList: { MaxItems: 50, Quantity: 1, Items: [store] } } }],
    [
      'keys as they are imported',
      { 'redirects.keys.json': null, 'redirects.data.json': { data: [{ key: '/old', value: '/new' }] } },
    ],
    [
      'distributions',
      {
        'distribution.json': {
          DistributionList: {
            Quantity: 1,
            Items: [{ Id: 'E1', DomainName: 'd1.cloudfront.net', ...config, CallerReference: undefined }],
          },
        },
      },
    ],
    [
      'the input of an update',
      { 'distribution.json': { Id: 'E1', IfMatch: 'E', DistributionConfig: config } },
    ],
    [
      'YAML',
      {
        'distribution.json': null,
        'distribution.yaml': `ETag: E\nDistributionConfig: ${JSON.stringify(config)}\n`,
      },
    ],
  ])('may have lists and other forms: %s', async (_, changes) => {
    const result = await loadFolder(changes)
    expect(messages(result)).toEqual([])
    expect(result.ok && result.deployment.Functions[0]!.KeyValueStore!.items.size).toBe(1)
  })

  test.each([
    [
      'policy',
      { 'policy.json': null },
      `fetch it with \`aws cloudfront get-cache-policy --id ${POLICY} > ${POLICY}.json\``,
    ],
    [
      'function',
      { 'function.json': null, 'rewrite.js': null },
      'aws cloudfront get-function --name rewrite --stage LIVE rewrite.js',
    ],
    [
      "function's code",
      { 'rewrite.js': null },
      'aws cloudfront get-function --name rewrite --stage LIVE rewrite.js',
    ],
  ])('that lacks the %s is told the command that fetches it', async (_, changes, command) => {
    const result = await loadFolder(changes)
    const hints = (result.ok ? result.warnings : result.issues).map(({ hint }) => hint)
    expect(hints).toContainEqual(expect.stringContaining(command))
  })

  test('may have other files, which are left out', async () => {
    const result = await loadFolder({ 'package.json': { name: 'x', private: true }, 'list.json': [1] })
    expect(result.ok).toBe(true)
    expect(messages(result)).toEqual([
      'is no configuration, and is left out',
      'is no configuration, and is left out',
    ])
  })
})
