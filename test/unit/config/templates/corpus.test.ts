// Templates in the manner of real ones: each loads, and its twin in JSON is the same deployment.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { fromText } from '../../../../src/config/nodes/from-text.ts'
import { Report } from '../../../../src/config/nodes/report.ts'
import { toPlain } from '../../../../src/config/templates/values.ts'
import type { Deployment } from '../../../../src/model/deployment.ts'
import { loaded, withFiles } from '../harness.ts'

const folder = fileURLToPath(new URL('../../../fixtures/templates/corpus/', import.meta.url))
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

const load = (name: string, cwd: string) =>
  loaded({ files: [name], cwd, parameters: { '/shop/api': 'shop' } })

/** As plain data: maps of stores as lists. */
const comparable = (deployment: Deployment): unknown =>
  JSON.parse(JSON.stringify(deployment, (_, value: unknown) => (value instanceof Map ? [...value] : value)))

describe('A template', () => {
  test('of the corpus is there for each thing that templates say', () => {
    expect(names.length).toBeGreaterThanOrEqual(25)
  })

  test.each(names)('%s loads, as YAML and as JSON alike', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    const plain = toPlain(fromText(text, join(folder, name), new Report())!)
    const files = { [name]: text, [`json/${name.replace('.yaml', '.json')}`]: JSON.stringify(plain, null, 2) }
    await withFiles(files, async (cwd) => {
      const yaml = await load(name, cwd)
      const json = await load(name.replace('.yaml', '.json'), join(cwd, 'json'))
      expect(comparable(json.deployment)).toEqual(comparable(yaml.deployment))
      const issues = [yaml, json].map(({ warnings }) =>
        warnings.map(({ message, code }) => ({ message, code })),
      )
      expect(issues[1]).toEqual(issues[0])
    })
  })

  test.each([
    [
      'parameters.yaml',
      {
        Aliases: ['www.example.com', 'example.com'],
        Comment: 'test of parameters',
        Origins: [{ DomainName: 'shop.example.com', CustomOriginConfig: { HTTPPort: 8080 } }],
      },
    ],
    [
      'conditions.yaml',
      {
        Aliases: ['www.example.com'],
        PriceClass: 'PriceClass_All',
        Origins: [{ DomainName: 'live.example.com' }],
      },
    ],
    [
      'mappings.yaml',
      {
        Comment: 'none said',
        Origins: [{ DomainName: 'api.us.example.com' }],
        DefaultCacheBehavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS'] },
      },
    ],
    [
      'texts.yaml',
      {
        Comment: 'beA==us-east-1a',
        Origins: [
          {
            CustomHeaders: [
              { HeaderValue: 'unresolved-shop-SecretString-key' },
              { HeaderValue: '{"a":[1,2],"length":2}' },
            ],
          },
          { DomainName: 'balancer.us-east-1.elb.amazonaws.com' },
          { DomainName: 'texts-123456789012.example.com' },
        ],
      },
    ],
    [
      'origin-access-identity.yaml',
      { Origins: [{ DomainName: 'site-123456789012-us-east-1.s3.amazonaws.com' }] },
    ],
    [
      'rest-api.yaml',
      {
        Origins: [
          {
            OriginPath: '/prod',
            DomainName: expect.stringMatching(/^\w{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
          },
        ],
      },
    ],
    ['http-api.yaml', { Origins: [{ OriginPath: '/v1' }] }],
    ['exports.yaml', { Origins: [{ DomainName: 'shared.us-east-1.example.com' }] }],
    [
      'legacy.yaml',
      { HttpVersion: 'http1.1', Origins: [{ Id: 'origin', DomainName: 'old-site.s3.amazonaws.com' }] },
    ],
    ['anchors.yaml', { CacheBehaviors: [{ PathPattern: '/a/*', TargetOriginId: 'api' }] }],
    [
      'origin-group.yaml',
      { OriginGroups: [{ Id: 'both', StatusCodes: [500, 503], Members: ['primary', 'secondary'] }] },
    ],
    [
      'lambda-at-edge.yaml',
      {
        DefaultCacheBehavior: {
          LambdaFunctionAssociations: [{ EventType: 'origin-request', IncludeBody: true }],
        },
      },
    ],
  ])('%s means what it says', async (name, expected) => {
    const { deployment } = await load(name, folder)
    expect(deployment.Distributions[0]).toMatchObject(expected)
  })

  test('with a loop gives a distribution for each item', async () => {
    const { deployment } = await load('for-each.yaml', folder)
    expect(deployment.Distributions.map(({ Comment, Aliases }) => [Comment, Aliases])).toEqual([
      ['the shop', ['shop.example.com']],
      ['the blog', ['blog.example.com']],
    ])
  })
})
