// What the lines at start say about settings that work differently here.
import { expect, test } from 'vitest'
import { managedPolicies } from '../../../src/config/managed-policies.ts'
import { loaded, loadText } from './harness.ts'

test('every feature is noted once per distribution', async () => {
  const { notes } = await loaded({
    files: ['get-distribution.json', 'get-cache-policy.json'],
    lambdas: ['shop-auth=edge/auth.ts'],
  })
  expect(notes.map((note) => [note.distribution, note.feature, note.handling])).toEqual(
    [
      ['OriginGroups', 'approximated'],
      ['HttpVersion', 'approximated'],
      ['PriceClass', 'ignored'],
      ['Aliases', 'approximated'],
      ['OriginShield', 'ignored'],
      ['ViewerProtocolPolicy', 'approximated'],
      ['ResponsePagePath', 'ignored'],
    ].map((note) => ['E2EXAMPLEABCDE', ...note]),
  )
})

test.each([
  ['behavior', 'TrustedKeyGroups: [k1]', 'TrustedKeyGroups'],
  ['behavior', 'TrustedSigners: { Enabled: true, Items: [self] }', 'TrustedSigners'],
  [
    'behavior',
    'FunctionAssociations: [{ EventType: viewer-request, FunctionARN: a }]',
    'FunctionAssociations',
  ],
  ['behavior', 'RealtimeLogConfigArn: arn', 'RealtimeLogConfigArn'],
  ['behavior', 'FieldLevelEncryptionId: x', 'FieldLevelEncryptionId'],
  ['behavior', 'GrpcConfig: { Enabled: true }', 'GrpcConfig'],
  ['behavior', 'SmoothStreaming: true', 'SmoothStreaming'],
  ['distribution', 'WebACLId: arn', 'WebACLId'],
  ['distribution', 'Logging: { Bucket: b.s3.amazonaws.com }', 'Logging'],
  [
    'distribution',
    'Restrictions: { GeoRestriction: { RestrictionType: blacklist, Quantity: 1, Items: [DE] } }',
    'GeoRestriction',
  ],
  ['distribution', 'Staging: true', 'Staging'],
])('%s %s is noted', async (part, text, feature) => {
  const [behavior, top] = part === 'behavior' ? [`, ${text}`, ''] : ['', text]
  const result = await loadText(
    `Origins: [{ Id: app, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: app${behavior} }\n${top}`,
  )
  expect(result.ok && result.notes.map((note) => note.feature)).toEqual([feature])
  expect(result.ok && result.warnings).toEqual([])
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
