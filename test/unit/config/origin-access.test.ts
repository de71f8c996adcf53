// Origin access controls fit their origins, or AWS refuses them.
import { describe, expect, test } from 'vitest'
import { issuesOf, loaded } from './harness.ts'

const CUSTOM = { CustomOriginConfig: { OriginProtocolPolicy: 'https-only' } }
const S3 = { S3OriginConfig: {} }

const site = (DomainName: string, type: string | null, kind: object) => ({
  Origins: [{ Id: 'o', DomainName, OriginAccessControlId: 'c', ...kind }],
  DefaultCacheBehavior: { TargetOriginId: 'o' },
  OriginAccessControls:
    type === null ? [] : [{ Name: 'c', OriginAccessControlOriginType: type, SigningBehavior: 'always' }],
})

describe('An origin access control', () => {
  test.each([
    ['b.s3.eu-west-1.amazonaws.com', 's3', S3],
    ['abc.lambda-url.eu-west-1.on.aws', 'lambda', CUSTOM],
    ['abc.data.mediastore.eu-west-1.amazonaws.com', 'mediastore', CUSTOM],
    ['abc.egress.def.mediapackagev2.eu-west-1.amazonaws.com', 'mediapackagev2', CUSTOM],
    ['abc.lambda-url.eu-west-1.on.aws', null, CUSTOM],
  ])('for %s may be of the type %s', async (name, type, kind) => {
    const issues = await issuesOf({ inline: site(name, type, kind), allowRemoteOrigins: true })
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test.each([
    ['abc.lambda-url.eu-west-1.on.aws', 's3', CUSTOM, 'InvalidOriginAccessControl'],
    ['b.s3.eu-west-1.amazonaws.com', 'lambda', S3, 'InvalidOriginAccessControl'],
    ['a.execute-api.eu-west-1.amazonaws.com', 'lambda', CUSTOM, 'InvalidDomainNameForOriginAccessControl'],
    ['b.s3-website-eu-west-1.amazonaws.com', 's3', CUSTOM, 'InvalidDomainNameForOriginAccessControl'],
    ['api.example.com', 's3', CUSTOM, 'InvalidDomainNameForOriginAccessControl'],
  ])('for %s cannot be of the type %s', async (name, type, kind, code) => {
    const issues = await issuesOf({ inline: site(name, type, kind), allowRemoteOrigins: true })
    expect(issues).toContainEqual(
      expect.objectContaining({ severity: 'error', code, path: 'Origins[0].OriginAccessControlId' }),
    )
  })

  test('is part of the origin', async () => {
    const inline = site('abc.lambda-url.eu-west-1.on.aws', 'lambda', CUSTOM)
    const { deployment } = await loaded({ inline, allowRemoteOrigins: true })
    expect(deployment.Distributions[0]!.Origins[0]!.OriginAccessControl).toEqual({
      SigningBehavior: 'always',
      OriginAccessControlOriginType: 'lambda',
    })
  })
})
