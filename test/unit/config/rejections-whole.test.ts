// What AWS refuses about settings that do not go together, what it refuses by the account, and what strict makes of both.
import { describe, expect, test } from 'vitest'
import { load, withFiles } from './harness.ts'

const S3 = 'site.s3.eu-central-1.amazonaws.com'
const ALL = 'AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]'

interface Parts {
  readonly origin?: string
  readonly behavior?: string
  readonly top?: string
}

/** Line 1 the origin, 2 the behavior, 3 the rest. */
function site({ origin = 'DomainName: localhost', behavior = '', top = '' }: Parts): string {
  return `Origins: [{ Id: a, ${origin} }]\nDefaultCacheBehavior: { TargetOriginId: a, ${behavior} }\n${top}`
}

/** The same in AWS's own form, as far as it has to be said. */
function api({ behavior = '', top = '' }: Parts): string {
  const custom = '{ HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: http-only }'
  const policy = 'CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
  return `CallerReference: x\nOrigins: [{ Id: a, DomainName: localhost, CustomOriginConfig: ${custom} }]\nDefaultCacheBehavior: { TargetOriginId: a, ViewerProtocolPolicy: allow-all, ${policy}, ${behavior} }\n${top}`
}

/** `[severity, code, line, column]` of all issues; strict or not. */
async function issuesOf(text: string, strict = false) {
  const result = await withFiles({ 'site.yaml': text }, (cwd) =>
    load({ files: ['site.yaml'], cwd, strict, allowRemoteOrigins: true }),
  )
  const issues = result.ok ? result.warnings : result.issues
  return {
    ok: result.ok,
    issues: issues.map(({ severity, code, line, column }) => [severity, code, line, column]),
  }
}

function placeOf(marked: string): [line: number, column: number] {
  const before = marked.slice(0, marked.indexOf('«')).split('\n')
  return [before.length, before.at(-1)!.length + 1]
}

const ERRORS: [name: string, text: string, code: string][] = [
  [
    'a header that a bucket is not sent, in ForwardedValues',
    site({ origin: `DomainName: ${S3}`, behavior: 'ForwardedValues: { Headers: «[Origin, Referer] }' }),
    'InvalidHeadersForS3Origin',
  ],
  [
    'a bucket whose name is too short, in AWS’s form',
    api({}).replace(
      /Origins: .*/,
      'Origins: [{ Id: a, DomainName: «ab.s3.amazonaws.com, S3OriginConfig: {} }]',
    ),
    'InvalidOrigin',
  ],
  [
    'an origin access control for a web server',
    site({ origin: 'DomainName: www.example.com, OriginAccessControlId: «E1' }),
    'InvalidDomainNameForOriginAccessControl',
  ],
  [
    'field-level encryption without POST',
    site({ behavior: 'ViewerProtocolPolicy: https-only, FieldLevelEncryptionId: «C1' }),
    'IllegalFieldLevelEncryptionConfigAssociationWithCacheBehavior',
  ],
  [
    'field-level encryption over HTTP',
    site({ behavior: `${ALL}, FieldLevelEncryptionId: «C1` }),
    'IllegalFieldLevelEncryptionConfigAssociationWithCacheBehavior',
  ],
  [
    'SSLv3 with sni-only',
    site({
      top: 'ViewerCertificate: { IAMCertificateId: x, SSLSupportMethod: sni-only, MinimumProtocolVersion: «SSLv3 }',
    }),
    'InvalidProtocolSettings',
  ],
  [
    'an unknown MinimumProtocolVersion',
    site({ top: 'ViewerCertificate: { IAMCertificateId: x, MinimumProtocolVersion: «TLSv1.2 }' }),
    'InvalidMinimumProtocolVersion',
  ],
  [
    'a code of no country',
    site({ top: 'Restrictions: { GeoRestriction: { RestrictionType: whitelist, Locations: [«ZZ] } }' }),
    'InvalidLocationCode',
  ],
  [
    'tenant settings without tenants',
    site({ top: 'TenantConfig: «{ ParameterDefinitions: [{ Name: a }] }' }),
    'InvalidArgument',
  ],
]

describe('AWS refuses', () => {
  test.each(ERRORS)('%s', async (_name, marked, code) => {
    const { ok, issues } = await issuesOf(marked.replace('«', ''))
    expect(ok).toBe(false)
    expect(issues.filter(([severity]) => severity === 'error')).toEqual([['error', code, ...placeOf(marked)]])
  })
})

const rhp = (config: string) => site({ behavior: `ResponseHeadersPolicy: { ${config} }` })

const WARNINGS: [name: string, text: string, code: string][] = [
  [
    'a certificate of another Region',
    site({
      top: 'ViewerCertificate: { ACMCertificateArn: «arn:aws:acm:eu-west-1:123456789012:certificate/1, MinimumProtocolVersion: TLSv1.2_2021 }',
    }),
    'InvalidViewerCertificate',
  ],
  [
    'a Content-Security-Policy of 1,784 characters',
    rhp(
      `SecurityHeadersConfig: { ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: «${'x'.repeat(1784)} } }`,
    ),
    'TooLongCSPInResponseHeadersPolicy',
  ],
  [
    'eleven custom headers',
    rhp(
      `CustomHeadersConfig: «[${Array.from({ length: 11 }, (_, index) => `{ Header: X-${index}, Value: x, Override: true }`).join(', ')}]`,
    ),
    'TooManyCustomHeadersInResponseHeadersPolicy',
  ],
  ['no certificate at all', site({ top: 'ViewerCertificate: «{}' }), 'InvalidViewerCertificate'],
  [
    'aliases with the default certificate',
    site({ top: 'Aliases: [a.example.com]\nViewerCertificate: «{ CloudFrontDefaultCertificate: true }' }),
    'InvalidViewerCertificate',
  ],
  [
    'aliases without a certificate, in AWS’s form',
    api({ top: 'Aliases: «[a.example.com]' }),
    'InvalidViewerCertificate',
  ],
  [
    'a certificate without SSLSupportMethod, in AWS’s form',
    api({ top: 'ViewerCertificate: «{ IAMCertificateId: x, MinimumProtocolVersion: TLSv1.2_2021 }' }),
    'InvalidViewerCertificate',
  ],
  [
    'a certificate without MinimumProtocolVersion, in AWS’s form',
    api({ top: 'ViewerCertificate: «{ IAMCertificateId: x, SSLSupportMethod: sni-only }' }),
    'InvalidMinimumProtocolVersion',
  ],
  [
    'a regional web ACL',
    site({ top: "WebACLId: «'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/1'" }),
    'InvalidWebACLId',
  ],
  [
    'six trusted signers',
    site({
      behavior:
        'TrustedSigners: «[self, 100000000001, 100000000002, 100000000003, 100000000004, 100000000005]',
    }),
    'TooManyTrustedSigners',
  ],
  [
    'five key groups',
    site({ behavior: 'TrustedKeyGroups: «[a, b, c, d, e]' }),
    'TooManyKeyGroupsAssociatedToDistribution',
  ],
  [
    '31 custom headers',
    site({
      origin: `DomainName: localhost, CustomHeaders: «[${Array.from({ length: 31 }, (_, index) => `{ HeaderName: X-${index}, HeaderValue: x }`).join(', ')}]`,
    }),
    'TooManyOriginCustomHeaders',
  ],
  [
    'eleven headers in ForwardedValues',
    site({
      behavior: `ForwardedValues: { Headers: «[${Array.from({ length: 11 }, (_, index) => `X-${index}`).join(', ')}] }`,
    }),
    'TooManyHeadersInForwardedValues',
  ],
  [
    'writing methods for an origin group',
    `Origins: [{ Id: a, DomainName: localhost }, { Id: b, DomainName: localhost }]\nOriginGroups: [{ Id: g, FailoverCriteria: { StatusCodes: [502] }, Members: [{ OriginId: a }, { OriginId: b }] }]\nDefaultCacheBehavior: { TargetOriginId: g, ${ALL.replace('[', '«[')} }`,
    'InvalidArgument',
  ],
  [
    'a Quantity that does not count',
    site({ top: 'Aliases: { Quantity: «2, Items: [a.example.com] }' }),
    'InconsistentQuantities',
  ],
]

describe('what the account decides is a warning, and with strict an error', () => {
  test.each(WARNINGS)('%s', async (_name, marked, code) => {
    const text = marked.replace('«', '')
    const usual = await issuesOf(text)
    expect(usual).toEqual({ ok: true, issues: [['warning', code, ...placeOf(marked)]] })
    expect(await issuesOf(text, true)).toEqual({ ok: false, issues: [['error', code, ...placeOf(marked)]] })
  })
})

describe('what goes together is taken, strict or not', () => {
  test.each([
    site({
      origin: `DomainName: ${S3}`,
      behavior:
        'ForwardedValues: { Headers: [Origin, Access-Control-Request-Method, CloudFront-Viewer-Country] }',
    }),
    site({ origin: 'DomainName: x.lambda-url.eu-west-1.on.aws, OriginAccessControlId: E1' }),
    site({ origin: `DomainName: ${S3}, OriginAccessControlId: E1` }),
    site({ behavior: `${ALL}, ViewerProtocolPolicy: https-only, FieldLevelEncryptionId: C1` }),
    site({
      top: "WebACLId: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/473e64fd-f30b-4765-81a0-62ad96dd167a'",
    }),
    site({ top: 'WebACLId: 473e64fd-f30b-4765-81a0-62ad96dd167a' }),
    site({ top: 'ConnectionMode: tenant-only\nTenantConfig: { ParameterDefinitions: [] }' }),
    site({ top: 'Restrictions: { GeoRestriction: { RestrictionType: blacklist, Locations: [DE, XK] } }' }),
  ])('%s', async (text) => {
    expect(await issuesOf(text, true)).toEqual({ ok: true, issues: [] })
  })
})
