import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixtures, issuesOf, load, loaded, loadText, withFiles } from './harness.ts'

const API = ['get-distribution.json', 'get-cache-policy.json']
const AUTH = ['shop-auth=edge/auth.ts']
const API_ORIGIN = ['api=http://localhost:3000/v1']

const MINIMAL = `
Origins: [{ Id: app, DomainName: localhost, CustomOriginConfig: { HTTPPort: 3000 } }]
DefaultCacheBehavior: { TargetOriginId: app }
`

describe('AWS output and pocketfront YAML', () => {
  test('say the same distribution and give the same deployment', async () => {
    const api = await loaded({
      files: API,
      lambdas: AUTH,
      env: { POCKETFRONT_ORIGIN_API: 'http://localhost:3000/v1' },
    })
    const yaml = await loaded({
      files: ['twin.yaml'],
      env: { POCKETFRONT_ORIGIN_API: 'http://localhost:3000/v1' },
    })
    expect(yaml.deployment).toEqual(api.deployment)
  })

  test('get-distribution output keeps id, domain name, order and numbers', async () => {
    const { deployment } = await loaded({ files: API, lambdas: AUTH, origins: API_ORIGIN })
    const [distribution] = deployment.Distributions
    expect(distribution).toMatchObject({
      Id: 'E2EXAMPLEABCDE',
      DomainName: 'd3examplexyz12.cloudfront.net',
      Aliases: ['shop.example.com', '*.shop.example.com'],
      OriginGroups: [{ Id: 'api-group', StatusCodes: [502, 503], Members: ['api', 'api-spare'] }],
      CustomErrorResponses: [
        { ErrorCode: 404, ErrorCachingMinTTL: 60, ResponsePagePath: '/404.html', ResponseCode: 404 },
        { ErrorCode: 503, ErrorCachingMinTTL: 5 },
      ],
    })
    expect(distribution?.CacheBehaviors.map((it) => it.PathPattern)).toEqual(['/api/*', '/legacy/*'])
    expect(distribution?.CacheBehaviors[0]?.Cache).toMatchObject({
      kind: 'policy',
      CachePolicy: {
        Name: 'api-short',
        MinTTL: 1,
        Headers: { behavior: 'whitelist', names: ['Authorization', 'Origin'] },
      },
      OriginRequestPolicy: { Name: 'Managed-AllViewerExceptHostHeader' },
    })
    expect(distribution?.CacheBehaviors[1]?.Cache).toEqual({
      kind: 'legacy',
      ForwardedValues: {
        QueryString: true,
        QueryStringCacheKeys: ['page'],
        Cookies: { Forward: 'whitelist', WhitelistedNames: ['session'] },
        Headers: ['Accept-Language'],
      },
      MinTTL: 0,
      DefaultTTL: 300,
      MaxTTL: 3600,
    })
  })

  test('a real distribution loads without a warning when its functions and origins have a place', async () => {
    const origins = [...API_ORIGIN, 'api-spare=http://localhost:3001']
    const { warnings, files } = await loaded({ files: API, lambdas: AUTH, origins })
    expect(warnings).toEqual([])
    expect(files).toEqual(API.map((file) => join(fixtures, file)))
  })

  test('a policy that is not at hand is reported with the command that fetches it', async () => {
    const issues = await issuesOf({ files: ['get-distribution.json'], lambdas: AUTH, origins: API_ORIGIN })
    const [issue] = issues.filter((it) => it.severity === 'error')
    expect(issue).toMatchObject({
      code: 'NoSuchCachePolicy',
      line: 232,
      path: 'Distribution.DistributionConfig.CacheBehaviors[0].CachePolicyId',
    })
    expect(issue?.hint).toContain('aws cloudfront get-cache-policy --id 0b1d2e3f-1111-4222-8333-444455556666')
  })

  test('a folder of outputs is read file by file', async () => {
    const text = MINIMAL.replace('app }', 'app, CachePolicyId: p1 }')
    const policy = JSON.stringify({ CachePolicy: { Id: 'p1', CachePolicyConfig: policyConfig('one') } })
    await withFiles(
      { 'conf/site.yaml': text, 'conf/p1.json': policy, 'conf/notes.txt': 'no' },
      async (cwd) => {
        const { deployment, files } = await loaded({ files: ['conf'], cwd })
        expect(deployment.Distributions[0]?.DefaultCacheBehavior.Cache).toMatchObject({
          CachePolicy: { Name: 'one' },
        })
        expect(files).toEqual([join(cwd, 'conf/p1.json'), join(cwd, 'conf/site.yaml')])
      },
    )
  })
})

function policyConfig(Name: string): object {
  return {
    Name,
    MinTTL: 0,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
  }
}

const apiConfig = {
  CallerReference: 'x',
  Comment: '',
  Enabled: true,
  Origins: {
    Quantity: 1,
    Items: [
      {
        Id: 'app',
        DomainName: 'localhost',
        CustomOriginConfig: { HTTPPort: 3000, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
      },
    ],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'app',
    ViewerProtocolPolicy: 'allow-all',
    CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  },
}

describe('the shapes of the AWS CLI', () => {
  const shapes: [string, object, string | null][] = [
    ['get-distribution-config', { ETag: 'E1', DistributionConfig: apiConfig }, null],
    ['get-distribution', { ETag: 'E1', Distribution: { Id: 'EABC', DistributionConfig: apiConfig } }, 'EABC'],
    ['a bare DistributionConfig', apiConfig, null],
    ['--cli-input-json', { Id: 'EABC', IfMatch: 'E1', DistributionConfig: apiConfig }, 'EABC'],
    [
      'DistributionConfigWithTags',
      { DistributionConfigWithTags: { DistributionConfig: apiConfig, Tags: { Items: [] } } },
      null,
    ],
    [
      'list-distributions',
      { DistributionList: { IsTruncated: false, Quantity: 1, Items: [{ Id: 'EABC', ...apiConfig }] } },
      'EABC',
    ],
  ]
  test.each(shapes)('%s is read', async (_name, shape, id) => {
    await withFiles({ 'x.txt': JSON.stringify(shape) }, async (cwd) => {
      const { deployment, warnings } = await loaded({ files: ['x.txt'], cwd })
      expect(deployment.Distributions).toHaveLength(1)
      expect(deployment.Distributions[0]?.DefaultCacheBehavior.Cache).toMatchObject({
        CachePolicy: { Name: 'Managed-CachingDisabled' },
      })
      if (id !== null) expect(deployment.Distributions[0]?.Id).toBe(id)
      expect(warnings).toEqual([])
    })
  })

  test('an object given to the API is read in the same shapes', async () => {
    const fromFile = await withFiles({ config: JSON.stringify(apiConfig) }, (cwd) =>
      loaded({ files: ['config'], cwd }),
    )
    const inline = await loaded({ inline: apiConfig })
    expect(inline.deployment).toEqual(fromFile.deployment)
  })
})

describe('pocketfront YAML', () => {
  test('a behavior that names no policy gets CachingOptimized', async () => {
    const result = await loadText(MINIMAL)
    expect(result.ok && result.deployment.Distributions[0]?.DefaultCacheBehavior).toMatchObject({
      Cache: { kind: 'policy', CachePolicy: { Name: 'Managed-CachingOptimized' }, OriginRequestPolicy: null },
      AllowedMethods: ['GET', 'HEAD'],
      CachedMethods: ['GET', 'HEAD'],
      Compress: false,
      ViewerProtocolPolicy: 'allow-all',
    })
  })

  test('policies are named with or without Managed-, or written out', async () => {
    const result = await loadText(`
Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior:
  TargetOriginId: app
  CachePolicy: { DefaultTTL: 60, ParametersInCacheKeyAndForwardedToOrigin: { QueryStringsConfig: { QueryStringBehavior: all } } }
  OriginRequestPolicy: Managed-AllViewer
  ResponseHeadersPolicy:
    CustomHeadersConfig: { Items: [{ Header: X-A, Value: b, Override: true }] }
    RemoveHeadersConfig: [{ Header: Server }]
    SecurityHeadersConfig:
      XSSProtection: { Override: true, Protection: true, ReportUri: /r }
      StrictTransportSecurity: { Override: false, AccessControlMaxAgeSec: 5, IncludeSubdomains: true, Preload: true }
`)
    expect(result.ok && result.deployment.Distributions[0]?.DefaultCacheBehavior).toMatchObject({
      Cache: {
        CachePolicy: {
          MinTTL: 0,
          DefaultTTL: 60,
          MaxTTL: 31_536_000,
          QueryStrings: { behavior: 'all', names: [] },
        },
        OriginRequestPolicy: { Headers: { behavior: 'allViewer', names: [] } },
      },
      ResponseHeadersPolicy: {
        CustomHeaders: [{ Header: 'X-A', Value: 'b', Override: true }],
        RemoveHeaders: ['Server'],
        SecurityHeaders: [
          {
            Header: 'Strict-Transport-Security',
            Value: 'max-age=5; includeSubDomains; preload',
            Override: false,
          },
          { Header: 'X-XSS-Protection', Value: '1; report=/r', Override: true },
        ],
      },
    })
  })

  test('anchors and merge keys share settings', async () => {
    const result = await loadText(`
Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior: &base { TargetOriginId: app, Compress: true }
CacheBehaviors: [{ <<: *base, PathPattern: /x, Compress: false }, { <<: *base, PathPattern: /y }]
`)
    expect(result.ok && result.deployment.Distributions[0]?.CacheBehaviors).toMatchObject([
      { PathPattern: '/x', Compress: false },
      { PathPattern: '/y', Compress: true, TargetOriginId: 'app' },
    ])
  })

  test('a distribution without id gets the same one on every run', async () => {
    const [first, second] = [await loadText(MINIMAL), await loadText(MINIMAL)]
    const id = first.ok ? first.deployment.Distributions[0]! : null
    expect(id?.Id).toMatch(/^E[0-9A-Z]{13}$/)
    expect(id?.DomainName).toMatch(/^d[0-9a-z]{13}\.cloudfront\.net$/)
    expect(second.ok && second.deployment.Distributions[0]?.Id).toBe(id?.Id)
  })

  test('JSON that is indented with tabs keeps its lines and columns', async () => {
    const [issue] = await issuesOf({ files: ['tabs.json'] })
    expect(issue).toMatchObject({
      code: 'NoSuchOrigin',
      line: 10,
      column: 21,
      path: 'DefaultCacheBehavior.TargetOriginId',
    })
    expect(issue?.message).toContain('did you mean app?')
  })
})

describe('what cannot be read', () => {
  test.each([
    ['a file that is not there', {}, 'there is no such file'],
    ['an empty file', { 'site.yaml': ' \n' }, 'the file is empty'],
    ['YAML that does not parse', { 'site.yaml': 'Origins: [\n  - x: {' }, null],
    ['a template without a distribution', { 'site.yaml': 'Resources: {}' }, 'no distribution in here'],
    [
      'a Terraform state without a distribution',
      { 'site.yaml': 'format_version: "1.0"' },
      'no distribution in here',
    ],
    ['something else', { 'site.yaml': 'hello: 1' }, 'no distribution in here'],
    ['a list', { 'site.yaml': '[1]' }, 'this is no distribution'],
    ['a template function', { 'site.yaml': `${MINIMAL}Comment: !Sub x` }, null],
  ])('%s is an issue', async (_name, files, message) => {
    await withFiles(files as Record<string, string>, async (cwd) => {
      const result = await load({ files: ['site.yaml'], cwd })
      expect(result).toMatchObject({ ok: false, files: [join(cwd, 'site.yaml')] })
      if (message !== null) expect(!result.ok && result.issues[0]?.message).toBe(message)
    })
  })

  test('an anchor that multiplies without end is refused', async () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let n = 1; n < 9; n++)
      bomb.push(`a${n}: &a${n} [${Array.from({ length: 10 }, () => `*a${n - 1}`).join(', ')}]`)
    const result = await loadText(bomb.join('\n'))
    expect(!result.ok && result.issues.some((it) => it.message.includes('far too large'))).toBe(true)
  })

  test('an object that refers to itself is refused', async () => {
    const loop: Record<string, unknown> = { ...apiConfig }
    loop['Comment'] = loop
    expect(await load({ inline: loop })).toMatchObject({ ok: false })
  })
})

test('writing methods on a behavior with an origin group, which AWS refuses, are warned of', async () => {
  const text = (methods: string) => `
Origins:
  - { Id: a, DomainName: localhost }
  - { Id: b, DomainName: localhost }
OriginGroups:
  - { Id: group, FailoverCriteria: { StatusCodes: [500] }, Members: [{ OriginId: a }, { OriginId: b }] }
DefaultCacheBehavior: { TargetOriginId: group, AllowedMethods: [${methods}] }
`
  const warningsOf = async (methods: string) => {
    const result = await loadText(text(methods))
    return result.ok ? result.warnings.map(({ path, message }) => [path, message]) : null
  }
  expect(await warningsOf('GET, HEAD, OPTIONS')).toEqual([])
  expect(await warningsOf('GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE')).toEqual([
    ['DefaultCacheBehavior.AllowedMethods', expect.stringContaining('origin group')],
  ])
})

describe('What cannot be read as it is', () => {
  const PLAN = /terraform show -json tfplan > plan\.json/
  test.each<[string, string, Record<string, string>, RegExp, RegExp]>([
    ['an empty folder', '.', {}, /no configuration in this folder/, /YAML or JSON/],
    ['a folder of Terraform', '.', { 'main.tf': '' }, /no configuration in this folder/, PLAN],
    ['code of Terraform', 'main.tf', { 'main.tf': 'resource "a" "b" {}' }, /is code of Terraform/, PLAN],
    ['a plan as Terraform saves it', 'tfplan', { tfplan: 'PK\u0003\u0004…' }, /an archive/, PLAN],
  ])('%s is told with what to give in its place', async (_, file, files, message, hint) => {
    await withFiles(files, async (cwd) => {
      const issues = await issuesOf({ files: [file], cwd })
      expect(issues).toEqual([
        expect.objectContaining({
          severity: 'error',
          message: expect.stringMatching(message) as string,
          hint: expect.stringMatching(hint) as string,
        }),
      ])
    })
  })
})
