// The files that took part in a load, of every tool: each of them is watched, and so are folders for new ones.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createArchives } from '../../../src/config/archives/archives.ts'
import type { LoadOptions } from '../../../src/config/load.ts'
import { EC_KEY } from '../../support/public-keys.ts'
import { zip } from '../../support/zip.ts'
import { loaded, withFiles } from './harness.ts'

/** What a load of these files watches, relative to their folder. */
function watchedOf(
  files: Record<string, string | Buffer>,
  options: Partial<LoadOptions>,
): Promise<readonly string[]> {
  const archives = createArchives(() => mkdtempSync(join(tmpdir(), 'pocketfront-unpacked-')))
  return withFiles(files, async (cwd) => {
    try {
      const { watched } = await loaded({ cwd, archives, allowRemoteOrigins: true, ...options })
      return watched.map((path) => relative(cwd, path) || '.').toSorted()
    } finally {
      archives.close()
    }
  })
}

const CACHE = 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6, ViewerProtocolPolicy: allow-all'
const ORIGIN =
  '{ Id: app, DomainName: app.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }'
const DISTRIBUTION = (behavior = '') => `
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [${ORIGIN}]
        DefaultCacheBehavior: { TargetOriginId: app, ${CACHE}${behavior} }
`
const EDGE = zip({ 'index.js': 'exports.handler = async (event) => event.Records[0].cf.request' })

describe('Every file is watched that takes part in', () => {
  test('a configuration of our own, with code, data and keys beside it', async () => {
    const site = `
Id: EWATCHED
Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior:
  TargetOriginId: app
  TrustedKeyGroups: [g]
  FunctionAssociations: [{ EventType: viewer-request, FunctionARN: rewrite }]
  LambdaFunctionAssociations: [{ EventType: origin-request, LambdaFunctionARN: 'arn:aws:lambda:us-east-1:123456789012:function:edge:1' }]
Functions:
  - Name: rewrite
    FunctionConfig: { Runtime: cloudfront-js-2.0, KeyValueStoreAssociations: [{ KeyValueStoreARN: words }] }
    FunctionCode: ./code/rewrite.js
KeyValueStores: [{ Name: words, Data: ./data/words.json }]
PublicKeys: [{ Name: k, EncodedKey: ./keys/k.pem }]
KeyGroups: [{ Name: g, Items: [k] }]
lambdas: { edge: ./edge.zip }`
    const files = {
      'site.yaml': site,
      'code/rewrite.js': 'function handler(event) { return event.request }',
      'data/words.json': '{"a": "b"}',
      'keys/k.pem': EC_KEY,
      'edge.zip': EDGE,
    }
    expect(await watchedOf(files, { files: ['site.yaml'] })).toEqual(Object.keys(files).toSorted())
  })

  test('a CloudFormation template: nested stacks, includes, parameter files', async () => {
    const files = {
      'main.yaml': `
Parameters: { Host: { Type: String } }
Resources:
  Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./inner.yaml } }
  Site:
    Fn::Transform: { Name: AWS::Include, Parameters: { Location: ./parts/site.yaml } }
`,
      'inner.yaml': `Resources:\n  Other:${DISTRIBUTION()}`,
      'parts/site.yaml': DISTRIBUTION().replaceAll(/^ {4}/gm, ''),
      'parameters.json': '{"Host": "app.example.com"}',
    }
    const options = { files: ['main.yaml'], parameterFiles: ['parameters.json'] }
    expect(await watchedOf(files, options)).toEqual(Object.keys(files).toSorted())
  })

  test('a SAM project: its template and the packages of its functions', async () => {
    const files = {
      'template.yaml': `
Transform: AWS::Serverless-2016-10-31
Resources:
  Edge:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ./edge.zip, Handler: index.handler, Runtime: nodejs22.x, AutoPublishAlias: live }
  Site:${DISTRIBUTION(', LambdaFunctionAssociations: [{ EventType: origin-request, LambdaFunctionARN: !Ref Edge.Version }]')}`,
      'edge.zip': EDGE,
    }
    expect(await watchedOf(files, { files: ['template.yaml'] })).toEqual(Object.keys(files).toSorted())
  })

  test('serverless.yml: files of its variables, texts and maps', async () => {
    const files = {
      'serverless.yml': `
service: site
provider: { name: aws, runtime: nodejs22.x, region: us-east-1 }
resources: \${file(./resources.yml)}
custom: { note: '\${file(./note.txt)}' }
`,
      'resources.yml':
        `Resources:\n  Site:${DISTRIBUTION(', SmoothStreaming: false')}        Comment: "\${self:custom.note}"\n`.replace(
          /( {8}DefaultCacheBehavior.*\n)( {8}Comment.*\n)/,
          '$2$1',
        ),
      'note.txt': 'said elsewhere',
    }
    expect(await watchedOf(files, { files: ['serverless.yml'] })).toEqual(Object.keys(files).toSorted())
  })

  test('a CDK app: manifest, templates, manifests of assets, data of stores', async () => {
    const template = {
      Resources: {
        Store: {
          Type: 'AWS::CloudFront::KeyValueStore',
          Properties: {
            Name: 'words',
            ImportSource: { SourceType: 'S3', SourceArn: 'arn:aws:s3:::assets/h1.json' },
          },
        },
        Fn: {
          Type: 'AWS::CloudFront::Function',
          Properties: {
            Name: 'f',
            FunctionCode: 'function handler(event) { return event.request }',
            FunctionConfig: {
              Comment: '',
              Runtime: 'cloudfront-js-2.0',
              KeyValueStoreAssociations: [{ KeyValueStoreARN: { 'Fn::GetAtt': ['Store', 'Arn'] } }],
            },
          },
        },
        Site: {
          Type: 'AWS::CloudFront::Distribution',
          Properties: {
            DistributionConfig: {
              Enabled: true,
              Origins: [
                {
                  Id: 'app',
                  DomainName: 'app.example.com',
                  CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
                },
              ],
              DefaultCacheBehavior: {
                TargetOriginId: 'app',
                ViewerProtocolPolicy: 'allow-all',
                CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
                FunctionAssociations: [
                  { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Fn', 'FunctionARN'] } },
                ],
              },
            },
          },
        },
      },
    }
    const files = {
      'cdk.out/manifest.json': JSON.stringify({
        artifacts: {
          Site: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Site.template.json' } },
        },
      }),
      'cdk.out/Site.template.json': JSON.stringify(template),
      'cdk.out/Site.assets.json': JSON.stringify({
        files: {
          h1: { source: { path: 'asset.h1.json' }, destinations: { here: { objectKey: 'h1.json' } } },
        },
      }),
      'cdk.out/asset.h1.json': '{"data": [{"key": "a", "value": "b"}]}',
    }
    expect(await watchedOf(files, { files: ['cdk.out'] })).toEqual(Object.keys(files).toSorted())
  })

  test('a folder of what the AWS CLI prints, with the folder itself', async () => {
    const files = {
      'aws/distribution.json': JSON.stringify({
        DistributionConfig: {
          CallerReference: 'x',
          Comment: '',
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 'app',
                DomainName: 'localhost',
                CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
              },
            ],
          },
          DefaultCacheBehavior: {
            TargetOriginId: 'app',
            ViewerProtocolPolicy: 'allow-all',
            CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
            FunctionAssociations: {
              Quantity: 1,
              Items: [
                {
                  EventType: 'viewer-request',
                  FunctionARN: 'arn:aws:cloudfront::123456789012:function/rewrite',
                },
              ],
            },
          },
        },
      }),
      'aws/rewrite.json': JSON.stringify({
        FunctionSummary: {
          Name: 'rewrite',
          FunctionConfig: { Comment: '', Runtime: 'cloudfront-js-2.0' },
          FunctionMetadata: { FunctionARN: 'arn:aws:cloudfront::123456789012:function/rewrite' },
        },
      }),
      'aws/rewrite.js': 'function handler(event) { return event.request }',
    }
    expect(await watchedOf(files, { files: ['aws'] })).toEqual(['aws', ...Object.keys(files)].toSorted())
  })
})
