// CloudFormation templates as configuration: distributions, policies and functions with their references resolved.
import { describe, expect, test } from 'vitest'
import { load, withFiles } from './harness.ts'

const TEMPLATE = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: { Type: String, Default: dev }
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Policy:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: !Sub 'mine-\${Stage}'
        MinTTL: 0
        DefaultTTL: '60'
        MaxTTL: 600
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: 'true'
          HeadersConfig: { HeaderBehavior: none }
          CookiesConfig: { CookieBehavior: none }
          QueryStringsConfig: { QueryStringBehavior: all }
  Rewrite:
    Type: AWS::CloudFront::Function
    Properties:
      Name: !Sub '\${AWS::StackName}-rewrite'
      AutoPublish: true
      FunctionConfig: { Comment: '', Runtime: cloudfront-js-2.0 }
      FunctionCode: 'function handler(event) { return event.request }'
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: 'true'
        Aliases: !If [Never, [x.example.com], [!Sub 'www.\${Stage}.example.com']]
        Origins:
          - Id: s3
            DomainName: !GetAtt Bucket.RegionalDomainName
            S3OriginConfig: {}
          - Id: api
            DomainName: !Sub '\${Api}.execute-api.\${AWS::Region}.amazonaws.com'
            CustomOriginConfig: { OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2] }
        DefaultCacheBehavior:
          TargetOriginId: s3
          ViewerProtocolPolicy: allow-all
          CachePolicyId: !Ref Policy
          FunctionAssociations:
            - { EventType: viewer-request, FunctionARN: !GetAtt Rewrite.FunctionMetadata.FunctionARN }
  Api: { Type: AWS::ApiGatewayV2::Api }
  Unrelated: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref Nobody } }
Conditions:
  Never: !Equals [a, b]
`

async function loadTemplate(text: string, options: Record<string, unknown> = {}) {
  return withFiles({ 'site.yaml': text }, async (cwd) => load({ files: ['site.yaml'], cwd, ...options }))
}

describe('A template', () => {
  test('gives a distribution with its policy, function, aliases and origins', async () => {
    const result = await loadTemplate(TEMPLATE)
    if (!result.ok) throw new Error(JSON.stringify(result.issues))
    const [distribution] = result.deployment.Distributions
    expect(distribution).toMatchObject({
      Aliases: ['www.dev.example.com'],
      HttpVersion: 'http1.1',
      Origins: [
        { Id: 's3', DomainName: expect.stringMatching(/^site-bucket-\w+\.s3\.us-east-1\.amazonaws\.com$/) },
        { Id: 'api', DomainName: expect.stringMatching(/^\w{10}\.execute-api\.us-east-1\.amazonaws\.com$/) },
      ],
      DefaultCacheBehavior: { Cache: { kind: 'policy', CachePolicy: { Name: 'mine-dev', DefaultTTL: 60 } } },
    })
    expect(result.deployment.Functions).toMatchObject([
      { Name: 'site-rewrite', FunctionARN: 'arn:aws:cloudfront::123456789012:function/site-rewrite' },
    ])
  })

  test('may be JSON with tabs and long forms', async () => {
    const json = `{"Resources":\t{"Site": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": {"Enabled": true,
      "Origins": [{"Id": "a", "DomainName": {"Fn::Join": [".", ["a", {"Ref": "AWS::Region"}, "example.com"]]}, "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}],
      "DefaultCacheBehavior": {"TargetOriginId": "a", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}}}}}}`
    const result = await loadTemplate(json)
    expect(result.ok && result.deployment.Distributions[0]!.Origins[0]!.DomainName).toBe(
      'a.us-east-1.example.com',
    )
  })

  test.each(['Bucket', 'Site.s3', 's3'])('an origin may be mapped by %s', async (key) => {
    const result = await loadTemplate(TEMPLATE, { origins: [`${key}=http://localhost:1`] })
    if (!result.ok) throw new Error(JSON.stringify(result.issues))
    expect(result.deployment.Distributions[0]!.Origins[0]!.target).toMatchObject({ kind: 'http', port: 1 })
  })

  test('parameters are given by name', async () => {
    const result = await loadTemplate(TEMPLATE, { parameters: { Stage: 'prod' } })
    expect(result.ok && result.deployment.Distributions[0]!.Aliases).toEqual(['www.prod.example.com'])
  })

  test('ids and names are the same in every run', async () => {
    const [first, second] = [await loadTemplate(TEMPLATE), await loadTemplate(TEMPLATE)]
    if (!first.ok || !second.ok) throw new Error('not loaded')
    expect(first.deployment.Distributions[0]!.Id).toMatch(/^E[A-Z0-9]{13}$/)
    expect(second.deployment.Distributions).toEqual(
      first.deployment.Distributions.map((each) =>
        expect.objectContaining({ Id: each.Id, DomainName: each.DomainName }),
      ),
    )
  })

  test('a problem names line and column of the template', async () => {
    const result = await loadTemplate(TEMPLATE.replace('!Ref Policy', '!Ref Polisy'))
    if (result.ok) throw new Error('loaded')
    expect(result.issues.find((each) => each.severity === 'error')).toMatchObject({
      line: 43,
      message: 'the template has no parameter or resource Polisy',
    })
  })

  test('a value exported by another template is imported', async () => {
    const exporting = `
Resources: { Api: { Type: AWS::ApiGatewayV2::Api } }
Outputs: { Host: { Value: api.shared.example.com, Export: { Name: shared-host } } }`
    const importing = TEMPLATE.replace(/DomainName: !Sub '.*'/, 'DomainName: !ImportValue shared-host')
    const result = await withFiles({ 'a.yaml': importing, 'b.yaml': exporting }, async (cwd) =>
      load({ files: ['a.yaml', 'b.yaml'], cwd }),
    )
    if (!result.ok) throw new Error(JSON.stringify(result.issues))
    expect(result.deployment.Distributions[0]!.Origins[1]!.DomainName).toBe('api.shared.example.com')
  })

  test('the only origin of an ancient template', async () => {
    const result = await loadTemplate(`
Resources:
  Old:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        CustomOrigin: { DNSName: old.example.com, OriginProtocolPolicy: http-only }
        DefaultCacheBehavior:
          ViewerProtocolPolicy: allow-all
          ForwardedValues: { QueryString: false }
`)
    if (!result.ok) throw new Error(JSON.stringify(result.issues))
    expect(result.deployment.Distributions[0]!.Origins).toMatchObject([
      { Id: 'origin', DomainName: 'old.example.com' },
    ])
  })
})
