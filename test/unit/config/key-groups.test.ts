// Public keys, key groups and the behaviors that trust them, from every tool; what AWS would refuse is refused.
import { generateKeyPairSync } from 'node:crypto'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { explainConfiguration } from '../../../src/assembly/explain-config.ts'
import { EC_KEY, RSA_KEY } from '../../support/public-keys.ts'
import { issuesOf, loaded, withFiles } from './harness.ts'

const terraform = resolve(fileURLToPath(import.meta.url), '../../../fixtures/terraform/site')
const corpus = resolve(fileURLToPath(import.meta.url), '../../../fixtures/templates/corpus')

const ORIGIN = { Id: 'app', DomainName: 'localhost' }
const BEHAVIOR = { TargetOriginId: 'app', ViewerProtocolPolicy: 'https-only' }
const own = (behavior: object, lists: object = {}) => ({
  Id: 'EKEYS',
  Origins: [ORIGIN],
  DefaultCacheBehavior: { ...BEHAVIOR, ...behavior },
  ...lists,
})
const KEYS = [
  { Id: 'K1', Name: 'old', EncodedKey: RSA_KEY },
  { Id: 'K2', Name: 'new', EncodedKey: EC_KEY },
]
const GROUPS = [{ Id: 'g-1', Name: 'downloads', Items: ['K1', 'new'] }]

describe('Key groups', () => {
  test('are read with their keys, by id or by name', async () => {
    const config = own({ TrustedKeyGroups: ['downloads'] }, { PublicKeys: KEYS, KeyGroups: GROUPS })
    const { deployment, warnings } = await loaded({ inline: config })
    expect(warnings).toEqual([])
    expect(deployment.KeyGroups).toEqual([
      {
        Id: 'g-1',
        Name: 'downloads',
        Items: [
          { ...KEYS[0], type: 'RSA 2048' },
          { ...KEYS[1], type: 'ECDSA P-256' },
        ],
      },
    ])
    expect(deployment.Distributions[0]!.DefaultCacheBehavior.TrustedKeyGroups).toEqual(['g-1'])
  })

  test('have keys in files beside the configuration, which are watched', async () => {
    const site = `
Id: EKEYS
Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior: { TargetOriginId: app, TrustedKeyGroups: [g] }
PublicKeys: [{ Name: k, EncodedKey: ./keys/k.pem }]
KeyGroups: [{ Name: g, Items: [k] }]`
    await withFiles({ 'site.yaml': site, 'keys/k.pem': EC_KEY }, async (cwd) => {
      const { deployment, watched } = await loaded({ files: ['site.yaml'], cwd })
      expect(deployment.KeyGroups[0]!.Items[0]).toMatchObject({ type: 'ECDSA P-256', EncodedKey: EC_KEY })
      expect(watched).toContain(resolve(cwd, 'keys/k.pem'))
    })
  })

  test.each([
    ['a CloudFormation template', { files: ['signed-urls.yaml'], cwd: corpus }],
    ['a Terraform plan', { files: ['plan.json'], cwd: terraform }],
    ['a Terraform state', { files: ['state.json'], cwd: terraform }],
    ['a state file of Terraform', { files: ['terraform.tfstate'], cwd: terraform }],
  ])('come from %s', async (_, options) => {
    const { deployment, warnings } = await loaded(options)
    expect(warnings.filter(({ message }) => /key/.test(message))).toEqual([])
    const [group] = deployment.KeyGroups
    expect(group!.Items.map(({ type }) => type)).toEqual(['ECDSA P-256'])
  })

  test.each([
    ['by the id that a state has', ['g-1'], undefined],
    [
      'by reference in a plan',
      undefined,
      { references: ['aws_cloudfront_key_group.g.id', 'aws_cloudfront_key_group.g'] },
    ],
  ])('are trusted by behaviors of Terraform %s', async (_, trusted, expression) => {
    const behavior = {
      target_origin_id: 'app',
      viewer_protocol_policy: 'https-only',
      allowed_methods: ['GET', 'HEAD'],
      cached_methods: ['GET', 'HEAD'],
      cache_policy_id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      ...(trusted !== undefined && { trusted_key_groups: trusted }),
    }
    const custom = [
      {
        http_port: 80,
        https_port: 443,
        origin_protocol_policy: 'http-only',
        origin_ssl_protocols: ['TLSv1.2'],
      },
    ]
    const origin = [{ origin_id: 'app', domain_name: 'localhost', custom_origin_config: custom }]
    const resources = [
      ['aws_cloudfront_distribution', 'd', { enabled: true, origin, default_cache_behavior: [behavior] }],
      [
        'aws_cloudfront_key_group',
        'g',
        { name: 'downloads', items: ['K1'], ...(trusted !== undefined && { id: 'g-1' }) },
      ],
      ['aws_cloudfront_public_key', 'k', { name: 'old', encoded_key: RSA_KEY, id: 'K1' }],
    ] as const
    const toResource = ([type, name, values]: (typeof resources)[number]) => ({
      address: `${type}.${name}`,
      mode: 'managed',
      type,
      name,
      values,
    })
    const inline = {
      format_version: '1.2',
      planned_values: { root_module: { resources: resources.map(toResource) } },
      resource_changes: [
        {
          address: 'aws_cloudfront_distribution.d',
          change: {
            after_unknown: { default_cache_behavior: [{ trusted_key_groups: trusted === undefined }] },
          },
        },
      ],
      configuration: {
        root_module: {
          resources: [
            {
              address: 'aws_cloudfront_distribution.d',
              expressions: { default_cache_behavior: [{ trusted_key_groups: expression ?? {} }] },
            },
          ],
        },
      },
    }
    const { deployment } = await loaded({ inline })
    const [group] = deployment.KeyGroups
    expect(group).toMatchObject({ Name: 'downloads', Items: [{ Name: 'old', type: 'RSA 2048' }] })
    expect(deployment.Distributions[0]!.DefaultCacheBehavior.TrustedKeyGroups).toEqual([group!.Id])
  })

  test('come from what the AWS CLI prints, in lists as well', async () => {
    const files = {
      'distribution.json': JSON.stringify({
        ETag: 'E',
        DistributionConfig: {
          CallerReference: 'x',
          Comment: '',
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                ...ORIGIN,
                CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
              },
            ],
          },
          DefaultCacheBehavior: {
            ...BEHAVIOR,
            CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
            TrustedKeyGroups: { Enabled: true, Quantity: 1, Items: ['g-1'] },
            TrustedSigners: { Enabled: false, Quantity: 0 },
          },
        },
      }),
      'keys.json': JSON.stringify({ PublicKeyList: { Quantity: 1, Items: [KEYS[0]] } }),
      'groups.json': JSON.stringify({
        KeyGroupList: {
          Quantity: 1,
          Items: [{ KeyGroup: { Id: 'g-1', KeyGroupConfig: { Name: 'downloads', Items: ['K1', 'K9'] } } }],
        },
      }),
    }
    await withFiles(files, async (cwd) => {
      const { deployment, warnings } = await loaded({ files: ['.'], cwd })
      expect(deployment.KeyGroups).toMatchObject([{ Id: 'g-1', Items: [{ Id: 'K1' }] }])
      expect(deployment.Distributions[0]!.DefaultCacheBehavior).toMatchObject({ TrustedKeyGroups: ['g-1'] })
      expect(deployment.Distributions[0]!.DefaultCacheBehavior.TrustedSigners).toBeUndefined()
      expect(warnings).toMatchObject([
        {
          file: resolve(cwd, 'groups.json'),
          code: 'NoSuchPublicKey',
          message: "the public key 'K9' is not in this configuration, did you mean K1?",
          hint: expect.stringContaining('aws cloudfront get-public-key --id K9') as string,
        },
      ])
    })
  })

  test('that are not there are told with their place', async () => {
    const config = own({ TrustedKeyGroups: ['nobody'] }, { PublicKeys: KEYS, KeyGroups: GROUPS })
    const [issue] = await issuesOf({ inline: config })
    expect(issue).toMatchObject({
      severity: 'warning',
      code: 'TrustedKeyGroupDoesNotExist',
      path: 'DefaultCacheBehavior.TrustedKeyGroups[0]',
      message: "the key group 'nobody' is not in this configuration",
    })
  })

  test('and signers are shown by explain-config, with the word that nobody is refused', async () => {
    const config = own(
      { TrustedKeyGroups: ['g-1'], TrustedSigners: ['self'] },
      { PublicKeys: KEYS, KeyGroups: GROUPS },
    )
    const [view] = await explainConfiguration({ config })
    expect(view!.behaviors[0]!.signed).toBe(
      'key group downloads (old: RSA 2048, new: ECDSA P-256), account self',
    )
    expect(JSON.stringify(view)).toContain(
      'signed URLs and signed cookies are not checked: every request passes',
    )
  })
})

const pem = (type: 'rsa' | 'ec', options: object) =>
  generateKeyPairSync(type as 'rsa', {
    modulusLength: 1024,
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

describe('AWS refuses', () => {
  test.each([
    ['what is no key', 'x', 'is no public key in PEM'],
    ['a key that is cut off', `${EC_KEY.slice(0, 80)}\n-----END PUBLIC KEY-----`, 'is no public key in PEM'],
    ['a private key', pem('rsa', {}).privateKey, 'is a private key; CloudFront gets the public one'],
    [
      'another length',
      pem('rsa', {}).publicKey,
      'is a key of the kind rsa 1024; CloudFront takes RSA 2048 and ECDSA P-256',
    ],
    [
      'another curve',
      pem('ec', { namedCurve: 'secp384r1' }).publicKey,
      'is a key of the kind ec secp384r1; CloudFront takes RSA 2048 and ECDSA P-256',
    ],
  ])('%s', async (_, EncodedKey, message) => {
    const issues = await issuesOf({ inline: own({}, { PublicKeys: [{ Name: 'k', EncodedKey }] }) })
    expect(issues).toMatchObject([
      { severity: 'error', code: 'InvalidArgument', path: 'PublicKeys[0].EncodedKey', message },
    ])
  })

  test('a group without keys, and a signer that is no account', async () => {
    const config = own({ TrustedSigners: ['me'] }, { KeyGroups: [{ Name: 'g', Items: [] }] })
    expect((await issuesOf({ inline: config })).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'KeyGroups[0].Items: needs at least one public key',
      "DefaultCacheBehavior.TrustedSigners[0]: 'me' is no account: 12 digits, or self",
    ])
  })
})
