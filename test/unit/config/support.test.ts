// What the lines at start say about settings that work differently here.
import { expect, test } from 'vitest'
import { managedPolicies } from '../../../src/config/managed-policies.ts'
import { fixtures, loaded, loadText } from './harness.ts'

const ORIGIN = 'Origins: [{ Id: app, DomainName: localhost }]'

async function featuresOf(text: string, ...origins: string[]): Promise<string[]> {
  const result = await loadText(text, { origins })
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.notes.map((note) => note.feature)
}

test('every feature is noted once per distribution', async () => {
  const { notes } = await loaded({
    files: ['get-distribution.json', 'get-cache-policy.json'],
    lambdas: ['shop-auth=edge/auth.ts'],
  })
  expect(notes.map((note) => [note.distribution, note.feature, note.handling])).toEqual(
    [
      ['HttpVersion', 'approximated'],
      ['Aliases', 'approximated'],
      ['ViewerProtocolPolicy', 'approximated'],
    ].map((note) => ['E2EXAMPLEABCDE', ...note]),
  )
})

test.each([
  ['behavior', 'TrustedKeyGroups: [k1]', 'TrustedKeyGroups'],
  ['behavior', 'TrustedSigners: { Enabled: true, Items: [self] }', 'TrustedSigners'],
  ['behavior', 'RealtimeLogConfigArn: arn', 'RealtimeLogConfigArn'],
  [
    'behavior',
    'AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE], GrpcConfig: { Enabled: true }',
    'GrpcConfig',
  ],
  ['behavior', 'SmoothStreaming: true', 'SmoothStreaming'],
  ['distribution', 'WebACLId: 473e64fd-f30b-4765-81a0-62ad96dd167a', 'WebACLId'],
  ['distribution', 'Logging: { Bucket: b.s3.amazonaws.com }', 'Logging'],
  ['distribution', 'Staging: true', 'Staging'],
])('%s %s is noted', async (part, text, feature) => {
  const [behavior, top] = part === 'behavior' ? [`, ${text}`, ''] : ['', text]
  const result = await loadText(
    `Origins: [{ Id: app, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: app${behavior} }\n${top}`,
  )
  expect(result.ok && result.notes.map((note) => note.feature)).toEqual([feature])
  expect(result.ok && result.warnings).toEqual([])
})

test('field-level encryption is noted', async () => {
  const behavior =
    'ViewerProtocolPolicy: https-only, AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE], FieldLevelEncryptionId: x'
  expect(await featuresOf(`${ORIGIN}\nDefaultCacheBehavior: { TargetOriginId: app, ${behavior} }`)).toContain(
    'FieldLevelEncryptionId',
  )
})

const MTLS = 'ViewerMtlsConfig: { Mode: required, TrustStoreConfig: { TrustStoreId: t } }'

test('client certificates of viewers are noted', async () => {
  expect(await featuresOf(`${ORIGIN}\nDefaultCacheBehavior: { TargetOriginId: app }\n${MTLS}`)).toEqual([
    'ViewerMtlsConfig',
  ])
})

const BUCKET = 'DomainName: b.s3.eu-west-1.amazonaws.com'

test.each([
  [`${BUCKET}, OriginAccessControlId: E1`, 'OriginAccessControlId'],
  [
    `${BUCKET}, S3OriginConfig: { OriginAccessIdentity: origin-access-identity/cloudfront/E1 }`,
    'OriginAccessIdentity',
  ],
  [
    'DomainName: localhost, CustomOriginConfig: { OriginMtlsConfig: { ClientCertificateArn: a } }',
    'OriginMtlsConfig',
  ],
])('an origin over HTTP with %s is noted, a folder is not', async (keys, feature) => {
  const text = `Origins: [{ Id: app, ${keys} }]\nDefaultCacheBehavior: { TargetOriginId: app }`
  expect(await featuresOf(text, 'app=http://localhost:9000')).toEqual([feature])
  expect(await featuresOf(text, `app=${fixtures}`)).toEqual([])
})

test.each([
  ['CachePolicy: { ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig: KEY } }'],
  ['OriginRequestPolicy: { HeadersConfig: KEY, CookiesConfig: NONE, QueryStringsConfig: NONE }'],
  ['ForwardedValues: { Headers: [CloudFront-Viewer-City] }'],
])('a header about the place of a viewer is noted: %s', async (settings) => {
  const behavior = settings
    .replace(
      'KEY',
      '{ HeaderBehavior: whitelist, Headers: [CloudFront-Viewer-City, Origin, CloudFront-Viewer-Country] }',
    )
    .replace('CookiesConfig: NONE', 'CookiesConfig: { CookieBehavior: none }')
    .replace('QueryStringsConfig: NONE', 'QueryStringsConfig: { QueryStringBehavior: none }')
  const text = `${ORIGIN}\nDefaultCacheBehavior: { TargetOriginId: app, ${behavior} }`
  expect(await featuresOf(text)).toEqual(['CloudFront-Viewer-City'])
})

test('many such headers are one note that names each of them once', async () => {
  const policy = 'OriginRequestPolicy: AllViewerAndCloudFrontHeaders-2022-06'
  const result = await loadText(
    `${ORIGIN}\nDefaultCacheBehavior: { TargetOriginId: app, ${policy} }\n` +
      `CacheBehaviors: [{ PathPattern: a, TargetOriginId: app, ${policy} }]`,
  )
  const notes = result.ok ? result.notes : []
  expect(notes.map((note) => note.feature)).toEqual(['CloudFront-Viewer-*'])
  expect(notes[0]?.detail).toMatch(/^ASN, City, Country-Region, .* are sent where /)
  expect(notes[0]?.detail).not.toContain('Address')
  expect(notes[0]?.detail.match(/City/g)).toHaveLength(1)
})

test('the managed security headers have the values of the guide', () => {
  const policy = managedPolicies().ResponseHeadersPolicies.find(
    (it) => it.Name === 'Managed-SecurityHeadersPolicy',
  )
  expect(policy?.SecurityHeaders).toEqual([
    { Header: 'Strict-Transport-Security', Value: 'max-age=31536000', Override: false },
    { Header: 'X-Content-Type-Options', Value: 'nosniff', Override: true },
    { Header: 'X-Frame-Options', Value: 'SAMEORIGIN', Override: false },
    { Header: 'X-XSS-Protection', Value: '1; mode=block', Override: false },
    { Header: 'Referrer-Policy', Value: 'strict-origin-when-cross-origin', Override: false },
  ])
})
