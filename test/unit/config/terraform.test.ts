// Terraform as configuration: plans, states and state files, with what is known only after apply worked out.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/config/load.ts'
import type { Deployment } from '../../../src/model/deployment.ts'
import { issuesOf, load, loaded, withFiles } from './harness.ts'

const site = resolve(fileURLToPath(import.meta.url), '../../../fixtures/terraform/site')
const FORMS = ['plan.json', 'state.json', 'terraform.tfstate'] as const

const of = (file: string, options: Partial<LoadOptions> = {}) =>
  loaded({ files: [join(site, file)], cwd: site, ...options })

/** Generated ids differ between the tools, and a function that is not yet published has version 1. */
function comparable({ Distributions, Functions }: Deployment): unknown {
  const text = JSON.stringify({ Distributions, Functions }, (key, part: unknown) =>
    (key === 'Id' && /[A-Z]{3}|-/.test(String(part))) || ['KeyValueStore', 'hint'].includes(key)
      ? undefined
      : part,
  )
  return JSON.parse(
    text
      .replaceAll(/(function:shop-auth):\d+/g, '$1')
      .replaceAll(/"[a-z0-9]+\.cloudfront\.net"/g, '"d.cloudfront.net"'),
  )
}

describe('A Terraform configuration', () => {
  test.each(FORMS)('%s is the same deployment as the CloudFormation template', async (file) => {
    const lambdas = [`shop-auth=${join(site, 'lambda/auth/index.js')}`]
    const [own, twin] = [await of(file, { lambdas }), await of('twin.yaml', { lambdas })]
    expect(comparable(own.deployment)).toEqual(comparable(twin.deployment))
  })

  test('a state has the ids of AWS, a plan makes up the same ones in every run', async () => {
    const [state, first, again] = [await of('state.json'), await of('plan.json'), await of('plan.json')]
    expect(state.deployment.Distributions[0]).toMatchObject({
      Id: 'E1TERRAFORM123',
      DomainName: 'd1terraformxyz.cloudfront.net',
    })
    expect(first.deployment.Distributions[0]!.Id).toMatch(/^E[A-Z0-9]{13}$/)
    expect(again.deployment.Distributions[0]!.Id).toBe(first.deployment.Distributions[0]!.Id)
  })

  test.each([
    ['plan.json', 'site'],
    ['plan.json', 'aws_s3_bucket.site'],
    ['state.json', 'aws_s3_bucket.site'],
    ['terraform.tfstate', 'aws_cloudfront_distribution.shop.site'],
  ])('in %s the bucket is mapped by %s', async (file, key) => {
    const { deployment } = await of(file, { origins: [`${key}=http://localhost:1`] })
    expect(deployment.Distributions[0]!.Origins.find(({ Id }) => Id === 'site')!.target).toMatchObject({
      kind: 'http',
      port: 1,
    })
  })

  test('a problem has the address, and the place in the file', async () => {
    const issues = await issuesOf({ files: [join(site, 'state.json')], cwd: site })
    expect(issues).toContainEqual(
      expect.objectContaining({
        path: 'aws_cloudfront_distribution.shop.origin[0].domain_name',
        line: 1,
        column: expect.any(Number),
      }),
    )
  })
})

type Json = Record<string, unknown>
const references = (...texts: string[]) => ({ references: texts })
const constant = (value: unknown) => ({ constant_value: value })

interface Written {
  readonly address: string
  readonly values: Json
  readonly unknown?: Json
  readonly index?: string | number
  readonly module?: string
}

/** A plan in which each resource is new. */
function plan(resources: readonly Written[], configuration: Json, rest: Json = {}): Json {
  const own = (each: Written) => each.module ?? ''
  const modules = [...new Set(resources.map(own))]
  const toResource = ({ address, values, index }: Written) => {
    const [type, name] = address.replace(/^(?:module\.[^.]+\.)*/, '').split('.') as [string, string]
    const plain = name.replace(/\[.*$/, '')
    return { address, mode: 'managed', type, name: plain, ...(index !== undefined && { index }), values }
  }
  const inModule = (module: string) => resources.filter((each) => own(each) === module).map(toResource)
  return {
    format_version: '1.2',
    planned_values: {
      root_module: {
        resources: inModule(''),
        child_modules: modules
          .filter((module) => module !== '')
          .map((address) => ({ address, resources: inModule(address) })),
      },
    },
    resource_changes: resources.map(({ address, unknown = {} }) => ({
      address,
      change: { actions: ['create'], after_unknown: unknown },
    })),
    configuration,
    ...rest,
  }
}

const BEHAVIOR = {
  target_origin_id: 'o',
  viewer_protocol_policy: 'allow-all',
  allowed_methods: ['GET', 'HEAD'],
  cached_methods: ['GET', 'HEAD'],
  cache_policy_id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
}
const CUSTOM = [
  { http_port: 80, https_port: 443, origin_protocol_policy: 'https-only', origin_ssl_protocols: ['TLSv1.2'] },
]

/** A distribution whose only origin's name is known after apply. */
function distribution(overrides: Partial<Written> = {}): Written {
  return {
    address: 'aws_cloudfront_distribution.d',
    values: {
      enabled: true,
      origin: [{ origin_id: 'o', custom_origin_config: CUSTOM }],
      default_cache_behavior: [BEHAVIOR],
    },
    unknown: { id: true, domain_name: true, origin: [{ domain_name: true }] },
    ...overrides,
  }
}

const written = (domainName: Json, address = 'aws_cloudfront_distribution.d') => ({
  address,
  expressions: {
    origin: [{ origin_id: constant('o'), domain_name: domainName, custom_origin_config: [{}] }],
    default_cache_behavior: [{ target_origin_id: constant('o') }],
  },
})

const root = (...resources: Json[]) => ({ root_module: { resources } })

async function domainNames(tree: Json): Promise<string[]> {
  const { deployment } = await loaded({ inline: tree })
  return deployment.Distributions.flatMap(({ Origins }) => Origins.map(({ DomainName }) => DomainName))
}

describe('The domain name of an origin that is known only after apply', () => {
  const hosts: readonly [string, Written, string, RegExp][] = [
    [
      "a bucket's",
      { address: 'aws_s3_bucket.b', values: { bucket: 'my-bucket' } },
      'bucket_regional_domain_name',
      /^my-bucket\.s3\.us-east-1\.amazonaws\.com$/,
    ],
    [
      "a bucket's website",
      { address: 'aws_s3_bucket_website_configuration.b', values: { bucket: 'my-bucket' } },
      'website_endpoint',
      /^my-bucket\.s3-website-us-east-1\.amazonaws\.com$/,
    ],
    [
      "a load balancer's",
      { address: 'aws_lb.b', values: { name: 'x' } },
      'dns_name',
      /^aws-lb-b\.us-east-1\.elb\.amazonaws\.com$/,
    ],
    [
      'the host of the endpoint of an HTTP API',
      { address: 'aws_apigatewayv2_api.b', values: {} },
      'api_endpoint',
      /^\w{10}\.execute-api\.us-east-1\.amazonaws\.com$/,
    ],
    [
      'made of the id of a REST API',
      { address: 'aws_api_gateway_rest_api.b', values: {} },
      'id',
      /^\w{10}\.execute-api\.us-east-1\.amazonaws\.com$/,
    ],
    [
      'the host of the URL of a function',
      { address: 'aws_lambda_function_url.b', values: {} },
      'function_url',
      /^\w{32}\.lambda-url\.us-east-1\.on\.aws$/,
    ],
  ]

  test.each(hosts)('is %s', async (_, resource, attribute, expected) => {
    const { address } = resource
    const tree = plan(
      [distribution(), resource],
      root(written(references(`${address}.${attribute}`, address)), { address, expressions: {} }),
    )
    expect(await domainNames(tree)).toEqual([expect.stringMatching(expected)])
  })

  test("is in the provider's Region", async () => {
    const configuration = {
      provider_config: { aws: { name: 'aws', expressions: { region: references('var.region') } } },
      ...root(written(references('aws_s3_bucket.b.bucket_regional_domain_name', 'aws_s3_bucket.b')), {
        address: 'aws_s3_bucket.b',
        provider_config_key: 'aws',
        expressions: {},
      }),
    }
    const bucket = { address: 'aws_s3_bucket.b', values: { bucket: 'assets' } }
    const tree = plan([distribution(), bucket], configuration, {
      variables: { region: { value: 'eu-west-1' } },
    })
    expect(await domainNames(tree)).toEqual(['assets.s3.eu-west-1.amazonaws.com'])
  })

  test('of each instance of for_each is made of the instance with its key', async () => {
    const each = ['eu', 'us'].flatMap((key) => [
      distribution({ address: `aws_cloudfront_distribution.d["${key}"]`, index: key }),
      { address: `aws_s3_bucket.b["${key}"]`, index: key, values: { bucket: `site-${key}` } },
    ])
    const tree = plan(
      each,
      root(written(references('aws_s3_bucket.b', 'each.key')), {
        address: 'aws_s3_bucket.b',
        expressions: {},
      }),
    )
    expect(await domainNames(tree)).toEqual([
      'site-eu.s3.us-east-1.amazonaws.com',
      'site-us.s3.us-east-1.amazonaws.com',
    ])
  })

  test('is found through the variables and outputs of modules', async () => {
    const resources = [
      distribution({
        address: 'module.cdn["a"].aws_cloudfront_distribution.d',
        module: 'module.cdn["a"]',
      }),
      { address: 'module.bucket.aws_s3_bucket.this', module: 'module.bucket', values: { bucket: 'inner' } },
    ]
    const configuration = {
      root_module: {
        module_calls: {
          cdn: {
            expressions: { host: references('module.bucket.domain', 'module.bucket') },
            module: { resources: [written(references('var.host'))] },
          },
          bucket: {
            module: {
              outputs: {
                domain: {
                  expression: references(
                    'aws_s3_bucket.this.bucket_regional_domain_name',
                    'aws_s3_bucket.this',
                  ),
                },
              },
              resources: [{ address: 'aws_s3_bucket.this', expressions: {} }],
            },
          },
        },
      },
    }
    const tree = plan(resources, configuration)
    expect(await domainNames(tree)).toEqual(['inner.s3.us-east-1.amazonaws.com'])
    const mapped = await loaded({
      inline: tree,
      origins: ['module.bucket.aws_s3_bucket.this=http://localhost:2'],
    })
    expect(mapped.deployment.Distributions[0]!.Origins[0]!.target).toMatchObject({ port: 2 })
  })

  test('that no resource tells is a name to be mapped', async () => {
    const tree = plan([distribution()], root(written(references('local.api_host'))))
    expect(await domainNames(tree)).toEqual(['local-api-host.unresolved'])
    const mapped = await loaded({ inline: tree, origins: ['o=http://localhost:3'] })
    expect(mapped.deployment.Distributions[0]!.Origins[0]!.target).toMatchObject({ port: 3 })
  })

  test('belongs to the right one of several origins, whose order a plan has lost', async () => {
    const values = {
      enabled: true,
      origin: [
        { origin_id: 'o', custom_origin_config: [] },
        { origin_id: 'z', custom_origin_config: CUSTOM },
      ],
      default_cache_behavior: [BEHAVIOR],
    }
    const unknown = { origin: [{ domain_name: true }, { domain_name: true }] }
    const origin = [
      {
        origin_id: constant('z'),
        domain_name: references('aws_lb.lb.dns_name', 'aws_lb.lb'),
        custom_origin_config: [{}],
      },
      { origin_id: references('local.id'), domain_name: references('aws_s3_bucket.b') },
    ]
    const tree = plan(
      [
        distribution({ values, unknown }),
        { address: 'aws_s3_bucket.b', values: { bucket: 'assets' } },
        { address: 'aws_lb.lb', values: {} },
      ],
      root(
        { address: 'aws_cloudfront_distribution.d', expressions: { origin } },
        { address: 'aws_s3_bucket.b', expressions: {} },
      ),
    )
    expect(await domainNames(tree)).toEqual([
      'assets.s3.us-east-1.amazonaws.com',
      'aws-lb-lb.us-east-1.elb.amazonaws.com',
    ])
  })
})

describe('Terraform that cannot be read as it is', () => {
  test('a policy whose id is a local value is told with its address', async () => {
    const { cache_policy_id: _, ...behavior } = BEHAVIOR
    const values = {
      enabled: true,
      origin: [{ origin_id: 'o', domain_name: 'a.example.com', custom_origin_config: CUSTOM }],
      default_cache_behavior: [behavior],
    }
    const expressions = { default_cache_behavior: [{ cache_policy_id: references('local.policy') }] }
    const tree = plan(
      [distribution({ values, unknown: { default_cache_behavior: [{ cache_policy_id: true }] } })],
      root({ address: 'aws_cloudfront_distribution.d', expressions }),
    )
    expect(await issuesOf({ inline: tree })).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        path: 'aws_cloudfront_distribution.d.default_cache_behavior[0].cache_policy_id',
        message: 'cache_policy_id is known only after apply: it is local.policy',
      }),
    )
  })

  test.each([
    [
      '{"version":3,"terraform_version":"0.11.0","lineage":"x","modules":[]}',
      'state files of version 3 are not read',
    ],
    ['{"format_version":"1.0","terraform_version":"1.9.8"}', 'no distribution in here'],
  ])('%s', async (text, message) => {
    const result = await withFiles({ 'state.json': text }, (cwd) => load({ files: ['state.json'], cwd }))
    expect(result.ok ? [] : result.issues.map((issue) => issue.message)).toContain(message)
  })

  test('an argument that nobody knows is warned of', async () => {
    const values = {
      enabled: true,
      orgin: [{}],
      origin: [{ origin_id: 'o', domain_name: 'localhost', custom_origin_config: CUSTOM }],
      default_cache_behavior: [BEHAVIOR],
    }
    const issues = await issuesOf({ inline: plan([distribution({ values })], root()) })
    expect(issues).toMatchObject([
      {
        severity: 'warning',
        path: 'aws_cloudfront_distribution.d.orgin',
        message: expect.stringContaining('origin'),
      },
    ])
  })
})

describe('Beside the distribution, Terraform declares', () => {
  test.each(FORMS)('in %s the function at the edge, whose code is what archive_file packs', async (file) => {
    const { deployment } = await of(file)
    expect(deployment.LambdaFunctions).toMatchObject([
      {
        name: 'shop-auth',
        file: join(site, 'lambda/auth/index.js'),
        exportName: 'handler',
        Runtime: 'nodejs22.x',
        Timeout: 3,
      },
    ])
    expect(deployment.Distributions[0]!.DefaultCacheBehavior.LambdaFunctionAssociations).toHaveLength(1)
  })

  test.each(FORMS)('in %s the key value store of a function, with its keys', async (file) => {
    const { deployment } = await of(file)
    const [rewrite] = deployment.Functions
    expect(rewrite!.KeyValueStore).toMatchObject({ Name: 'shop-redirects' })
    expect(rewrite!.KeyValueStore!.items).toEqual(new Map([['/old', '/new']]))
  })

  test('a function whose folder is on another machine, which is left out and told', async () => {
    const text = readFileSync(join(site, 'state.json'), 'utf8')
    await withFiles({ 'state.json': text }, async (cwd) => {
      const { deployment, warnings } = await loaded({ files: ['state.json'], cwd })
      expect(deployment.LambdaFunctions).toEqual([])
      expect(warnings).toContainEqual(
        expect.objectContaining({
          path: 'aws_lambda_function.auth',
          message: `the function shop-auth is left out: there is no ${join(cwd, 'lambda/auth')}`,
        }),
      )
    })
  })

  test('a function whose archive is not here, which is left out and told', async () => {
    const archived = {
      address: 'aws_lambda_function.f',
      values: { function_name: 'f', filename: 'dist/f.zip', handler: 'index.handler', runtime: 'nodejs22.x' },
    }
    const behavior = {
      ...BEHAVIOR,
      lambda_function_association: [{ event_type: 'origin-request', include_body: false }],
    }
    const own = distribution({
      values: { ...distribution().values, default_cache_behavior: [behavior] },
      unknown: { default_cache_behavior: [{ lambda_function_association: [{ lambda_arn: true }] }] },
    })
    const tree = plan(
      [own, archived],
      root(
        {
          address: own.address,
          expressions: {
            default_cache_behavior: [
              {
                lambda_function_association: [
                  { lambda_arn: references('aws_lambda_function.f.qualified_arn') },
                ],
              },
            ],
          },
        },
        { address: 'aws_lambda_function.f', expressions: {} },
      ),
    )
    expect(await issuesOf({ inline: tree })).toContainEqual(
      expect.objectContaining({
        path: 'aws_lambda_function.f',
        message: expect.stringMatching(/^the function f is left out: there is no .*f\.zip$/),
      }),
    )
  })
})
