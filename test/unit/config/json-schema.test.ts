// The JSON Schema for editors knows what the readers know: the same keys at the same places, and every example.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { load } from './harness.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = readFileSync(join(root, 'schema/pocketfront.schema.json'), 'utf8')

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly $defs?: Readonly<Record<string, Schema>>
}

const schema: Schema = JSON.parse(text)
const ajv = new Ajv({ allowUnionTypes: true })
const isValid: ValidateFunction = ajv.compile(JSON.parse(text))

/** Templates have a schema of AWS's. */
const examples = readdirSync(join(root, 'config'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.ya?ml$/.test(name) && name !== 'cloudformation.yaml',
)

test.each(examples)('the example %s is valid', (name) => {
  isValid(parse(readFileSync(join(root, 'config', name), 'utf8'), { merge: true }))
  expect(isValid.errors).toBeNull()
})

describe('an editor marks', () => {
  const site = (behavior: object, top: object = {}) => ({
    Origins: [{ Id: 'a', DomainName: 'localhost' }],
    DefaultCacheBehavior: { TargetOriginId: 'a', ...behavior },
    ...top,
  })

  test.each([
    ['a misspelt key', site({ Compres: true }), '/DefaultCacheBehavior'],
    [
      'a word that AWS does not know',
      site({ ViewerProtocolPolicy: 'https' }),
      '/DefaultCacheBehavior/ViewerProtocolPolicy',
    ],
    ['a text in place of true', site({ Compress: 'yes' }), '/DefaultCacheBehavior/Compress'],
    ['an unknown rule', site({}, { lint: { off: ['legacy'] } }), '/lint/off/0'],
    ['a behavior without target', { DefaultCacheBehavior: {} }, '/DefaultCacheBehavior'],
    [
      'a function on no event',
      site({ FunctionAssociations: [{ FunctionARN: 'f' }] }),
      '/DefaultCacheBehavior/FunctionAssociations/0',
    ],
  ])('%s', (_name, config, path) => {
    expect(isValid(config)).toBe(false)
    expect(isValid.errors?.map(({ instancePath }) => instancePath)).toContain(path)
  })

  test('nothing about an inline policy, a managed one by name, or AWS’s own lists', () => {
    expect(isValid(site({ CachePolicy: 'CachingOptimized', OriginRequestPolicy: { Name: 'x' } }))).toBe(true)
    expect(isValid(site({}, { Aliases: { Quantity: 1, Items: ['a.example.com'] } }))).toBe(true)
    expect(
      isValid(site({ AllowedMethods: { Items: ['GET', 'HEAD'], CachedMethods: ['GET', 'HEAD'] } })),
    ).toBe(true)
  })
})

/** Second spellings, and what makes it AWS's form. */
const LEFT_OUT = [
  'CallerReference',
  'Quantity',
  'Items',
  'CachePolicyId',
  'OriginRequestPolicyId',
  'ResponseHeadersPolicyId',
  'CNAMEs',
  'OriginCustomHeaders',
  'LambdaFunctionARN',
  'KeyValueStoreARN',
]
/** Ways to say a thing that exclude each other. */
const EITHER = ['ForwardedValues', 'CustomOriginConfig', 'VpcOriginConfig']
const OR = ['CachePolicy', 'OriginRequestPolicy', 'S3OriginConfig', 'VpcOriginConfig']
const OR_ELSE = ['ForwardedValues', 'CustomOriginConfig', 'S3OriginConfig']
const BOGUS = 'Zzzzzzz'

interface Sample {
  readonly value: unknown
  /** Paths of the maps in it. */
  readonly maps: readonly string[]
}

/** A value with every key that the schema knows, and in each map one that it does not. */
function sample(given: Schema, path: string, leftOut: ReadonlySet<string>): Sample {
  const each = resolve(given)
  const { anyOf, properties, items } = each
  if (anyOf !== undefined) {
    const chosen = anyOf.find((it) => it.$ref !== undefined) ?? anyOf[0]!
    return sample(chosen, path, leftOut)
  }
  if (properties !== undefined) {
    const parts = Object.entries(properties)
      .filter(([key]) => !leftOut.has(key))
      .map(([key, value]) => [key, sample(value, path === '' ? key : `${path}.${key}`, leftOut)] as const)
    const value = Object.fromEntries(parts.map(([key, part]) => [key, part.value]))
    return { value: { ...value, [BOGUS]: 1 }, maps: [path, ...parts.flatMap(([, part]) => part.maps)] }
  }
  if (items !== undefined) {
    const item = sample(items, `${path}[0]`, leftOut)
    return { value: [item.value], maps: item.maps }
  }
  return { value: toScalar(each), maps: [] }
}

function resolve(given: Schema): Schema {
  if (given.$ref === undefined) return given
  return resolve(schema.$defs![given.$ref.replace('#/$defs/', '')]!)
}

function toScalar({ enum: words, type, minimum }: Schema): unknown {
  if (words !== undefined) return words.at(-1)
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return minimum ?? 1
  return 'x'
}

test.each([[EITHER], [OR], [OR_ELSE]])(
  'the readers look into the same maps, and know every key there, without %j',
  async (without) => {
    const {
      Distributions: _several,
      origins: _o,
      lambdas: _l,
      functions: _f,
      keyValueStores: _k,
      ...rest
    } = schema.properties!
    const { value, maps } = sample({ ...schema, properties: rest }, '', new Set([...LEFT_OUT, ...without]))
    const result = await load({ inline: value })
    const issues = result.ok ? result.warnings : result.issues
    const unknown = issues.filter(({ message }) => message.startsWith('unknown key')).map((it) => it.path)
    const expected = maps.map((path) => (path === '' ? BOGUS : `${path}.${BOGUS}`))
    expect(unknown.toSorted()).toEqual(expected.toSorted())
  },
)

test('every key that a reader asks for is in the schema', () => {
  const known = new Set([...text.matchAll(/"([A-Za-z]+)": \{/g)].map((match) => match[1]))
  const files = readdirSync(join(root, 'src/config/schema')).map((name) => join('src/config/schema', name))
  const asked = [...files, 'src/config/cloudfront-functions.ts', 'src/config/key-value-stores.ts']
    .filter((name) => !name.endsWith('website.ts'))
    .flatMap((name) => [
      ...readFileSync(join(root, name), 'utf8').matchAll(
        /\.(?:text|name|integer|boolean|choice|list|texts|maps|fields|get)\(\s*'([A-Z][A-Za-z]+)'/g,
      ),
    ])
    .map((match) => match[1]!)
  expect(asked.length).toBeGreaterThan(80)
  expect([...new Set(asked)].filter((key) => !known.has(key))).toEqual([])
})
