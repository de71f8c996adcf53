// What stands behind the origins of a Terraform configuration: functions with their code, buckets with their files.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createArchives, type Archives } from '../../../src/config/archives/archives.ts'
import type { HandlerOrigin } from '../../../src/model/handler-origin.ts'
import type { OriginTarget } from '../../../src/model/origin.ts'
import { writeZip } from '../../support/zip.ts'
import { loaded, withFiles } from './harness.ts'

type Json = Record<string, unknown>
interface Written {
  readonly address: string
  readonly values: Json
  readonly expressions?: Json
}

let archives: Archives
beforeEach(() => {
  archives = createArchives(() => mkdtempSync(join(tmpdir(), 'pocketfront-unpacked-')))
})
afterEach(() => archives.close())

const references = (...texts: string[]) => ({ references: texts })
/** `aws_x.y.id` as a plan has it: the attribute, and the resource. */
const to = (text: string) => references(text, text.split('.').slice(0, 2).join('.'))

function toResource({ address, values }: Written) {
  const isData = address.startsWith('data.')
  const [type, name] = address.replace(/^data\./, '').split('.')
  return { address, mode: isData ? 'data' : 'managed', type, name, values }
}

const CUSTOM = [
  { http_port: 80, https_port: 443, origin_protocol_policy: 'https-only', origin_ssl_protocols: ['TLSv1.2'] },
]

function distribution(host: string | Json, custom: unknown = CUSTOM): Written {
  const isKnown = typeof host === 'string'
  return {
    address: 'aws_cloudfront_distribution.d',
    values: {
      enabled: true,
      origin: [{ origin_id: 'o', custom_origin_config: custom, ...(isKnown ? { domain_name: host } : {}) }],
      default_cache_behavior: [
        {
          target_origin_id: 'o',
          viewer_protocol_policy: 'allow-all',
          allowed_methods: ['GET', 'HEAD'],
          cached_methods: ['GET', 'HEAD'],
          cache_policy_id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        },
      ],
    },
    ...(!isKnown && {
      expressions: {
        origin: [{ origin_id: { constant_value: 'o' }, domain_name: host, custom_origin_config: [{}] }],
      },
    }),
  }
}

function plan(...resources: readonly Written[]): string {
  return JSON.stringify({
    format_version: '1.2',
    planned_values: { root_module: { resources: resources.map(toResource) } },
    resource_changes: resources.map(({ address }) => ({
      address,
      change: {
        actions: ['create'],
        after_unknown: address.startsWith('aws_cloudfront_distribution')
          ? { origin: [{ domain_name: true }] }
          : {},
      },
    })),
    configuration: {
      root_module: {
        resources: resources.map(({ address, expressions = {} }) => ({ address, expressions })),
      },
    },
  })
}

function state(...resources: readonly Written[]): string {
  return JSON.stringify({
    format_version: '1.0',
    values: { root_module: { resources: resources.map(toResource) } },
  })
}

async function targetOf(
  files: Record<string, string>,
  prepare: (cwd: string) => void = () => {},
): Promise<OriginTarget> {
  return withFiles(files, async (cwd) => {
    prepare(cwd)
    const { deployment } = await loaded({ files: ['plan.json'], cwd, archives })
    return deployment.Distributions[0]!.Origins[0]!.target
  })
}

async function handlerOf(...given: Parameters<typeof targetOf>): Promise<HandlerOrigin> {
  const target = await targetOf(...given)
  if (target.kind !== 'handler') throw new Error(JSON.stringify(target))
  return target.handler
}

const routesOf = ({ routes }: HandlerOrigin) =>
  routes.map(({ method, path, payload, function: fn }) => `${method} ${path} ${payload} ${fn.name}`)

const CODE = { 'fn/index.js': 'exports.handler = async () => 1' }
const archive = (values: Json = { source_dir: './fn' }): Written => ({
  address: 'data.archive_file.fn',
  values: { type: 'zip', output_path: './fn.zip', ...values },
})
const lambda = (values: Json = {}): Written => ({
  address: 'aws_lambda_function.fn',
  values: {
    function_name: 'greet',
    filename: './fn.zip',
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    ...values,
  },
  expressions: { filename: to('data.archive_file.fn.output_path') },
})
const url = (values: Json = {}, expressions: Json = {}): Written => ({
  address: 'aws_lambda_function_url.fn',
  values: { function_name: 'greet', invoke_mode: 'BUFFERED', ...values },
  expressions,
})
const AT_URL = distribution(to('aws_lambda_function_url.fn.function_url'))
const AT_HTTP_API = distribution(to('aws_apigatewayv2_api.api.api_endpoint'))
const AT_REST_API = distribution(to('aws_api_gateway_rest_api.api.id'))

describe('A Function URL of Terraform runs', () => {
  test('the handler of the folder that archive_file packs, with its settings', async () => {
    const settings = {
      memory_size: 512,
      timeout: 9,
      environment: [{ variables: { TABLE: 'orders' } }],
    }
    const files = { ...CODE, 'plan.json': plan(AT_URL, archive(), lambda(settings), url()) }
    const handler = await handlerOf(files)
    expect(handler).toMatchObject({ kind: 'function-url', invokeMode: 'BUFFERED' })
    expect(handler.routes[0]!.function).toMatchObject({
      name: 'greet',
      exportName: 'handler',
      Runtime: 'nodejs22.x',
      MemorySize: 512,
      Timeout: 9,
      Environment: { TABLE: 'orders' },
      file: expect.stringMatching(/fn\/index\.js$/) as string,
    })
  })

  test('the only file that archive_file packs', async () => {
    const files = {
      'src/app.mjs': 'export const main = 1',
      'plan.json': plan(
        AT_URL,
        archive({ source_file: './src/app.mjs' }),
        lambda({ handler: 'app.main' }),
        url(),
      ),
    }
    expect((await handlerOf(files)).routes[0]!.function).toMatchObject({
      exportName: 'main',
      file: expect.stringMatching(/src\/app\.mjs$/) as string,
    })
  })

  test('what is in the package, when its sources are not here', async () => {
    const files = { 'plan.json': plan(AT_URL, archive(), lambda(), url()) }
    const handler = await handlerOf(files, (cwd) =>
      writeZip(join(cwd, 'fn.zip'), { 'index.js': 'exports.handler = async () => 2' }),
    )
    expect(handler.routes[0]!.function.file).toMatch(/fn\.zip\/index\.js$/)
  })

  test('a Python module in a package of the zip, named with dots', async () => {
    const python = lambda({ handler: 'app.edge.answer', runtime: 'python3.13' })
    const handler = await handlerOf({ 'plan.json': plan(AT_URL, python, url()) }, (cwd) =>
      writeZip(join(cwd, 'fn.zip'), { 'app/edge.py': 'def answer(event, context): return 1' }),
    )
    expect(handler.routes[0]!.function).toMatchObject({
      exportName: 'answer',
      file: expect.stringMatching(/app\/edge\.py$/) as string,
    })
  })

  test('the package that an aws_s3_object uploads', async () => {
    const object = {
      address: 'aws_s3_object.code',
      values: { bucket: 'artifacts', key: 'greet.zip', source: './build/greet.zip' },
    }
    const uploaded = lambda({ filename: null, s3_bucket: 'artifacts', s3_key: 'greet.zip' })
    const files = { 'build/note': '', 'plan.json': plan(AT_URL, object, uploaded, url()) }
    const handler = await handlerOf(files, (cwd) =>
      writeZip(join(cwd, 'build/greet.zip'), { 'index.js': 'exports.handler = 1' }),
    )
    expect(handler.routes[0]!.function.file).toMatch(/greet\.zip\/index\.js$/)
  })

  test('as a stream, and behind an alias', async () => {
    const alias = {
      address: 'aws_lambda_alias.live',
      values: { name: 'live', function_name: 'greet' },
    }
    const streaming = url(
      { invoke_mode: 'RESPONSE_STREAM', function_name: null },
      { function_name: to('aws_lambda_alias.live.arn') },
    )
    const files = { ...CODE, 'plan.json': plan(AT_URL, archive(), lambda(), alias, streaming) }
    expect(await handlerOf(files)).toMatchObject({
      invokeMode: 'RESPONSE_STREAM',
      routes: [{ function: { name: 'greet' } }],
    })
  })

  test('from a state, where everything is known', async () => {
    const host = 'abc.lambda-url.eu-west-1.on.aws'
    const known = url({
      function_url: `https://${host}/`,
      function_name: 'arn:aws:lambda:eu-west-1:1:function:greet',
    })
    const files = { ...CODE, 'plan.json': state(distribution(host), archive(), lambda(), known) }
    expect(await handlerOf(files)).toMatchObject({ domainName: host })
  })

  test.each([
    ['code that is not here', lambda()],
    ['another runtime', lambda({ runtime: 'provided.al2023' })],
    ['a container image', lambda({ package_type: 'Image', filename: null })],
  ])('nothing for %s: the origin wants a target', async (_, fn) => {
    const target = await targetOf({ 'plan.json': plan(AT_URL, fn, url()) })
    expect(target).toMatchObject({ kind: 'unresolved', hint: expect.stringContaining('--origin') as string })
  })
})

describe('An API of Terraform runs', () => {
  const api = (values: Json = {}, expressions: Json = {}): Written => ({
    address: 'aws_apigatewayv2_api.api',
    values: { name: 'api', protocol_type: 'HTTP', ...values },
    expressions,
  })
  const integration = (values: Json = {}): Written => ({
    address: 'aws_apigatewayv2_integration.fn',
    values: { integration_type: 'AWS_PROXY', payload_format_version: '2.0', ...values },
    expressions: {
      api_id: to('aws_apigatewayv2_api.api.id'),
      integration_uri: to('aws_lambda_function.fn.invoke_arn'),
    },
  })
  const route = (name: string, key: string): Written => ({
    address: `aws_apigatewayv2_route.${name}`,
    values: { route_key: key },
    expressions: {
      api_id: to('aws_apigatewayv2_api.api.id'),
      target: to('aws_apigatewayv2_integration.fn.id'),
    },
  })
  const stage = (name: string): Written => ({
    address: `aws_apigatewayv2_stage.${name}`,
    values: { name },
    expressions: { api_id: to('aws_apigatewayv2_api.api.id') },
  })

  test('the routes of an HTTP API, at its stages', async () => {
    const files = {
      ...CODE,
      'plan.json': plan(
        AT_HTTP_API,
        archive(),
        lambda(),
        api(),
        integration(),
        route('one', 'GET /items/{id}'),
        route('rest', '$default'),
        stage('live'),
      ),
    }
    const handler = await handlerOf(files)
    expect(routesOf(handler)).toEqual(['GET /items/{id} 2.0 greet', 'ANY $default 2.0 greet'])
    expect(handler.stages).toEqual(['live'])
  })

  test('integrations of a state by their ids; those of version 1.0, and none that is no function', async () => {
    const host = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com'
    const own = (each: Written, values: Json): Written => ({
      address: each.address,
      values: { ...each.values, ...values },
    })
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:greet'
    const invoke = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`
    const files = {
      ...CODE,
      'plan.json': state(
        distribution(host),
        archive(),
        lambda(),
        own(api(), { id: 'a1b2c3d4e5' }),
        own(integration(), {
          id: 'x1',
          api_id: 'a1b2c3d4e5',
          integration_uri: invoke,
          payload_format_version: '1.0',
        }),
        own(route('one', 'POST /orders'), { api_id: 'a1b2c3d4e5', target: 'integrations/x1' }),
        {
          address: 'aws_apigatewayv2_integration.other',
          values: {
            id: 'x2',
            api_id: 'a1b2c3d4e5',
            integration_type: 'HTTP_PROXY',
            integration_uri: 'https://a.example',
          },
        },
        own(route('two', 'GET /else'), { api_id: 'a1b2c3d4e5', target: 'integrations/x2' }),
        own(route('three', 'GET /stranger'), { api_id: 'another', target: 'integrations/x1' }),
      ),
    }
    const handler = await handlerOf(files)
    expect(routesOf(handler)).toEqual(['POST /orders 1.0 greet'])
    expect(handler.stages).toEqual(['$default'])
  })

  test('an HTTP API by quick create, or by its definition', async () => {
    const quick = api({ route_key: 'GET /q' }, { target: to('aws_lambda_function.fn.arn') })
    const files = { ...CODE, 'plan.json': plan(AT_HTTP_API, archive(), lambda(), quick) }
    expect(routesOf(await handlerOf(files))).toEqual(['GET /q 2.0 greet'])
    const body = JSON.stringify({
      openapi: '3.0.1',
      paths: {
        '/p': {
          post: {
            'x-amazon-apigateway-integration': {
              type: 'aws_proxy',
              payloadFormatVersion: '2.0',
              uri: 'arn:aws:lambda:us-east-1:1:function:greet',
            },
          },
        },
      },
    })
    const defined = { ...CODE, 'plan.json': plan(AT_HTTP_API, archive(), lambda(), api({ body })) }
    expect(routesOf(await handlerOf(defined))).toEqual(['POST /p 2.0 greet'])
  })

  test('the methods of a REST API, with the paths of their resources', async () => {
    const rest: Written = { address: 'aws_api_gateway_rest_api.api', values: { name: 'api' } }
    const part = (name: string, path: string, parent: string): Written => ({
      address: `aws_api_gateway_resource.${name}`,
      values: { path_part: path },
      expressions: { rest_api_id: to('aws_api_gateway_rest_api.api.id'), parent_id: to(parent) },
    })
    const method = (name: string, verb: string, resource: string): Written => ({
      address: `aws_api_gateway_integration.${name}`,
      values: { type: 'AWS_PROXY', http_method: verb },
      expressions: {
        rest_api_id: to('aws_api_gateway_rest_api.api.id'),
        resource_id: to(resource),
        uri: to('aws_lambda_function.fn.invoke_arn'),
      },
    })
    const deployed: Written = {
      address: 'aws_api_gateway_stage.prod',
      values: { stage_name: 'v1' },
      expressions: { rest_api_id: to('aws_api_gateway_rest_api.api.id') },
    }
    const files = {
      ...CODE,
      'plan.json': plan(
        AT_REST_API,
        archive(),
        lambda(),
        rest,
        part('items', 'items', 'aws_api_gateway_rest_api.api.root_resource_id'),
        part('item', '{id}', 'aws_api_gateway_resource.items.id'),
        method('root', 'GET', 'aws_api_gateway_rest_api.api.root_resource_id'),
        method('item', 'ANY', 'aws_api_gateway_resource.item.id'),
        deployed,
      ),
    }
    const handler = await handlerOf(files)
    expect(routesOf(handler)).toEqual(['GET / 1.0 greet', 'ANY /items/{id} 1.0 greet'])
    expect(handler.stages).toEqual(['v1'])
  })
})

describe('A bucket of Terraform is', () => {
  const bucket: Written = { address: 'aws_s3_bucket.b', values: { bucket: 'my-site' } }
  const object = (index: string, values: Json): Written => ({
    address: `aws_s3_object.o["${index}"]`,
    values: { bucket: 'my-site', ...values },
  })
  const AT_BUCKET = distribution('my-site.s3.us-east-1.amazonaws.com', [])
  const AT_WEBSITE = distribution('my-site.s3-website-us-east-1.amazonaws.com', [
    { ...CUSTOM[0], origin_protocol_policy: 'http-only' },
  ])
  const PAGES = { 'dist/index.html': 'home', 'dist/css/a.css': 'a' }
  const OBJECTS = [
    object('index.html', { key: 'index.html', source: './dist/index.html' }),
    object('css/a.css', { key: 'css/a.css', source: './dist/css/a.css' }),
  ]

  test('the folder that its objects come from', async () => {
    const target = await targetOf({ ...PAGES, 'plan.json': plan(AT_BUCKET, bucket, ...OBJECTS) })
    expect(target).toMatchObject({ kind: 'folder', folder: expect.stringMatching(/\/dist$/) as string })
  })

  test('several folders, where objects have prefixes of their own', async () => {
    const media = object('v1/a.svg', { key: 'v1/a.svg', source: './media/a.svg' })
    const target = await targetOf({
      ...PAGES,
      'media/a.svg': '',
      'plan.json': plan(AT_BUCKET, bucket, ...OBJECTS, media),
    })
    expect(target).toMatchObject({
      kind: 'folder',
      layers: [{ prefix: '' }, { prefix: 'v1/', folder: expect.stringMatching(/\/media$/) as string }],
    })
  })

  test.each<[string, Written]>([
    [
      'aws_s3_bucket_website_configuration',
      {
        address: 'aws_s3_bucket_website_configuration.w',
        values: {
          bucket: 'my-site',
          index_document: [{ suffix: 'home.html' }],
          error_document: [{ key: 'lost.html' }],
          routing_rule: [
            {
              condition: [{ key_prefix_equals: 'old/', http_error_code_returned_equals: '' }],
              redirect: [{ replace_key_prefix_with: 'new/', http_redirect_code: '302', host_name: '' }],
            },
          ],
        },
      },
    ],
    [
      'the block website of aws_s3_bucket',
      {
        address: 'aws_s3_bucket.b',
        values: {
          bucket: 'my-site',
          website: [
            {
              index_document: 'home.html',
              error_document: 'lost.html',
              redirect_all_requests_to: '',
              routing_rules: JSON.stringify([
                {
                  Condition: { KeyPrefixEquals: 'old/' },
                  Redirect: { ReplaceKeyPrefixWith: 'new/', HttpRedirectCode: '302' },
                },
              ]),
            },
          ],
        },
      },
    ],
  ])('a website by %s', async (_, website) => {
    const target = await targetOf({ ...PAGES, 'plan.json': plan(AT_WEBSITE, website, ...OBJECTS) })
    expect(target).toMatchObject({
      kind: 'website',
      website: {
        IndexDocument: 'home.html',
        ErrorDocument: 'lost.html',
        RoutingRules: [
          {
            Condition: { KeyPrefixEquals: 'old/', HttpErrorCodeReturnedEquals: null },
            Redirect: { ReplaceKeyPrefixWith: 'new/', HttpRedirectCode: 302 },
          },
        ],
      },
    })
  })
})
