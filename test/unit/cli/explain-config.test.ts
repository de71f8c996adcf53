// What `pocketfront explain-config` says of a configuration.
import { describe, expect, test } from 'vitest'
import { explainConfiguration } from '../../../src/assembly/explain-config.ts'
import { toDurationText, toTtlText } from '../../../src/assembly/explain/words.ts'
import { parseArguments } from '../../../src/cli/arguments.ts'
import { toExplainMarkdown } from '../../../src/cli/explain-markdown.ts'
import { toExplainText } from '../../../src/cli/explain-text.ts'
import { NO_PALETTE } from '../../../src/observe/palette.ts'
import { withFiles } from '../config/harness.ts'

const SITE = `
Id: E2EXAMPLEABCDE
Comment: Shop | EU
Aliases: [shop.example.com]
DefaultRootObject: index.html
Restrictions: { GeoRestriction: { RestrictionType: blacklist, Locations: [US] } }
WebACLId: arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1
Origins:
  - { Id: site, DomainName: site-assets.s3.eu-central-1.amazonaws.com }
  - Id: api
    DomainName: api.example.com
    OriginPath: /v1
    CustomHeaders: [{ HeaderName: X-Secret, HeaderValue: hunter2 }]
    CustomOriginConfig: { OriginProtocolPolicy: http-only, HTTPPort: 8080, OriginReadTimeout: 60 }
    OriginShield: { Enabled: true, OriginShieldRegion: eu-central-1 }
DefaultCacheBehavior:
  TargetOriginId: site
  Compress: true
  CachePolicy: CachingOptimized
  ResponseHeadersPolicy: SimpleCORS
  FunctionAssociations:
    - { EventType: viewer-request, FunctionARN: index, FunctionCode: 'function handler(event) { return event.request }' }
CacheBehaviors:
  - PathPattern: /api/*
    TargetOriginId: api
    ViewerProtocolPolicy: https-only
    AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]
    CachePolicy: CachingDisabled
    OriginRequestPolicy: AllViewerExceptHostHeader
  - PathPattern: /old/*
    TargetOriginId: api
    ForwardedValues: { QueryString: true, QueryStringCacheKeys: [page], Headers: [Accept], Cookies: { Forward: all } }
    MinTTL: 0
    DefaultTTL: 90
    MaxTTL: 604800
CustomErrorResponses:
  - { ErrorCode: 404, ResponseCode: 200, ResponsePagePath: /index.html, ErrorCachingMinTTL: 0 }
origins: { site: ./dist }
`

const explain = (text = SITE) =>
  withFiles({ 'site.yaml': text, 'dist/index.html': '' }, (cwd) =>
    explainConfiguration({ config: ['site.yaml'], cwd, env: {} }),
  )

test('the command line is a value', () => {
  expect(parseArguments(['explain-config', 'a.yaml', 'b', '--markdown', '-o', 'a=./x'], '1')).toEqual({
    kind: 'explain-config',
    explain: {
      files: ['a.yaml', 'b'],
      format: 'markdown',
      origin: ['a=./x'],
      lambda: [],
      function: [],
      parameter: [],
      parameters: [],
      json: false,
    },
  })
  expect(parseArguments(['explain-config', 'a', '--json'], '1')).toMatchObject({
    explain: { format: 'json' },
  })
  expect(parseArguments(['explain-config'], '1')).toMatchObject({ kind: 'refused' })
  expect(parseArguments(['explain-config', 'a', '--json', '--markdown'], '1')).toMatchObject({
    kind: 'refused',
  })
})

test('import takes the same options', () => {
  expect(parseArguments(['import', 'state.json', '-o', 'a=./x'], '1')).toEqual({
    kind: 'import',
    import: {
      files: ['state.json'],
      origin: ['a=./x'],
      lambda: [],
      function: [],
      parameter: [],
      parameters: [],
      json: false,
    },
  })
  expect(parseArguments(['import'], '1')).toMatchObject({ kind: 'refused' })
})

test('Markdown is a few small tables, with the behaviors in the order in which they are tried', async () => {
  expect(toExplainMarkdown(await explain())).toBe(String.raw`### Shop \| EU (${'`E2EXAMPLEABCDE`'})

${'`shop.example.com`'}
<br>/ is /index.html · http2 · at least TLSv1 · PriceClass\_All · no viewers in US

| path | to | viewers | methods | cache key | also forwarded | TTL min / default / max | functions | response headers |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| ${'`/api/*`'} | api | https-only | all | CachingDisabled | AllViewerExceptHostHeader | not cached |  |  |
| ${'`/old/*`'} | api | allow-all | GET, HEAD | path; query strings page; headers Accept; all cookies | all query strings | 0 s / 90 s / 7 d |  |  |
| ${'`*`'} | site | allow-all | GET, HEAD | CachingOptimized |  | 1 s / 1 d / 1 y, compressed | viewer-request: index (CloudFront Function) | SimpleCORS |

- ${'`CachingDisabled`'}: nothing is cached
- ${'`AllViewerExceptHostHeader`'}: all headers except host; all cookies; all query strings
- ${'`CachingOptimized`'}: path; gzip and br
- ${'`SimpleCORS`'}: CORS for \*

| origin | name | settings | here |
| --- | --- | --- | --- |
| site | ${'`site-assets.s3.eu-central-1.amazonaws.com`'} | S3 | ${'`dist`'} (configuration) |
| api | ${'`api.example.com`'} | http-only on 8080, path /v1, headers X-Secret, Origin Shield eu-central-1, 60 s to answer | **none** |

| error | becomes |
| --- | --- |
| 404 | /index.html with 200, cached 0 s |

Honored by pocketfront: cache behaviors (3), origin request policies, response headers policies, compression, CloudFront Functions, Origin Shield, custom error responses, geo restriction.

| setting | here |  |
| --- | --- | --- |
| ${'`WebACLId`'} | ignored | no firewall rules are evaluated |
`)
})

test('people at a terminal get the same in parts', async () => {
  const text = toExplainText(await explain(), NO_PALETTE)
  expect(text).toContain(
    [
      '  /api/* -> api',
      '    viewers   https-only, all',
      '    key       CachingDisabled',
      '    forwarded AllViewerExceptHostHeader',
      '    cached    not cached',
    ].join('\n'),
  )
  expect(text).toContain('api   api.example.com  http-only on 8080, path /v1')
  expect(text).toContain('ignored  WebACLId: no firewall rules are evaluated')
})

test.each(['text', 'markdown', 'json'])(
  '%s has no values of custom headers, which are often secret',
  async (format) => {
    const views = await explain()
    const text =
      format === 'text'
        ? toExplainText(views, NO_PALETTE)
        : format === 'markdown'
          ? toExplainMarkdown(views)
          : JSON.stringify(views)
    expect(text).toContain('X-Secret')
    expect(text).not.toContain('hunter2')
  },
)

test('a configuration that cannot be used is told with its issues', async () => {
  await expect(explain(SITE.replace('TargetOriginId: site', 'TargetOriginId: sight'))).rejects.toMatchObject({
    code: 'PF_CONFIG',
    issues: expect.arrayContaining([expect.objectContaining({ code: 'NoSuchOrigin' })]),
  })
})

describe('Words', () => {
  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [90, '90 s'],
    [5400, '90 min'],
    [86_400, '1 d'],
    [31_536_000, '1 y'],
    [3_153_600_000, '100 y'],
  ])('%i seconds are %s', (seconds, text) => {
    expect(toDurationText(seconds)).toBe(text)
  })

  test('three equal TTLs are one', () => {
    expect(toTtlText({ MinTTL: 60, DefaultTTL: 60, MaxTTL: 60 })).toBe('1 min, whatever the origin says')
  })
})
