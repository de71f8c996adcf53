// `pocketfront import`: any configuration as a file of our own form, which loads to the same deployment.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { importConfiguration } from '../../../src/assembly/import-config.ts'
import type { LoadOptions } from '../../../src/config/load.ts'
import type { Deployment } from '../../../src/model/deployment.ts'
import { fixtures, loaded, withFiles } from './harness.ts'

const root = resolve(fileURLToPath(import.meta.url), '../../../..')
const site = join(root, 'test/fixtures/terraform/site')

/** Every example and fixture that loads. */
const INPUTS: readonly [name: string, cwd: string, options: Partial<LoadOptions>][] = [
  ...['plan.json', 'state.json', 'terraform.tfstate', 'twin.yaml'].map(
    (name): [string, string, Partial<LoadOptions>] => [name, site, { origins: ['site=./lambda'] }],
  ),
  ['get-distribution.json', fixtures, { files: ['get-distribution.json', 'get-cache-policy.json'] }],
  ['twin.yaml', fixtures, {}],
  ['template.yaml', join(root, 'test/fixtures/templates/sam'), {}],
  ['serverless.yml', join(root, 'test/fixtures/templates/serverless'), {}],
  ...readdirSync(join(root, 'config'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name): [string, string, Partial<LoadOptions>] => [name, join(root, 'config'), {}]),
]

/** What is decided by where the file is, and names of policies that are written out. */
function comparable(deployment: Deployment): unknown {
  const text = JSON.stringify(deployment, (key, part: unknown) => {
    if (part instanceof Map) return [...(part as Map<string, string>)]
    if (['source', 'hint', 'createdAt', 'modifiedAt'].includes(key)) return undefined
    return part
  })
  return JSON.parse(text)
}

/** Functions behind URLs and APIs get the names of their files; several behind one API need their template. */
function withoutHandlers({ Distributions, ...rest }: Deployment, before: Deployment): Deployment {
  const isHandler = (id: string) =>
    before.Distributions.some(({ Origins }) =>
      Origins.some((it) => it.Id === id && it.target.kind === 'handler'),
    )
  const hidden = { kind: 'unresolved', hint: '', source: 'unresolved' } as const
  const plain = Distributions.map((each) => ({
    ...each,
    Origins: each.Origins.map((origin) => (isHandler(origin.Id) ? { ...origin, target: hidden } : origin)),
  }))
  return { ...rest, Distributions: plain }
}

/** Imports, writes the text beside, loads that. */
async function roundTrip(name: string, cwd: string, options: Partial<LoadOptions>) {
  const { files = [name], origins = [] } = options
  const before = await loaded({ files, cwd, origins, servesHttps: true })
  const { text } = await importConfiguration({ config: files, cwd, origins, env: {} })
  const file = join(cwd, `.imported-${process.pid}-${name}.yaml`)
  writeFileSync(file, text)
  try {
    return { before, text, after: await loaded({ files: [file], cwd, servesHttps: true }) }
  } finally {
    rmSync(file)
  }
}

describe('An imported configuration', () => {
  test.each(INPUTS)('loads to the same deployment: %s', async (name, cwd, options) => {
    const { before, after, text } = await roundTrip(name, cwd, options)
    const [one, other] = [after, before].map((each) => withoutHandlers(each.deployment, before.deployment))
    expect(comparable(one!), text).toEqual(comparable(other!))
    expect(after.notes).toEqual(before.notes)
  })

  test('has the function behind a Function URL', async () => {
    const folder = join(root, 'test/fixtures/templates/sam')
    const { before, after } = await roundTrip('template.yaml', folder, {})
    const behind = ({ deployment }: typeof before) => {
      const { target } = deployment.Distributions[0]!.Origins.find(({ Id }) => Id === 'url')!
      if (target.kind !== 'handler') return target.kind
      const { kind, invokeMode, routes } = target.handler
      const { name: _, ...code } = routes[0]!.function
      return { kind, invokeMode, code }
    }
    expect(behind(after)).toMatchObject({ kind: 'function-url', code: { Runtime: 'nodejs22.x' } })
    expect(behind(after)).toEqual(behind(before))
  })

  test('says where its parts come from, names policies, and leaves out what says nothing', async () => {
    const { text } = await importConfiguration({ config: ['state.json'], cwd: site, env: {} })
    expect(text).toContain('# Made by `pocketfront import` of state.json')
    expect(text).toContain('# aws_cloudfront_cache_policy.pages, state.json:1')
    expect(text).toContain('CachePolicy: CachingDisabled')
    expect(text).toContain('CachePolicy: shop-pages')
    expect(text).toContain('site: ./folder')
    expect(text).not.toMatch(/Quantity|CallerReference|: ''|\[\s*\]|null/)
  })

  test('of Terraform reads as if written by hand', async () => {
    const { text } = await importConfiguration({ config: ['state.json'], cwd: site, env: {} })
    expect(text.split('\n').slice(0, 15)).toMatchInlineSnapshot(`
      [
        "# Made by \`pocketfront import\` of state.json",
        "",
        "# Nothing on this machine stands for these origins; say where they are in the section origins:",
        "#   api: http://localhost:3000",
        "#   spare: http://localhost:3000",
        "#   site: ./folder",
        "",
        "# aws_cloudfront_distribution.shop, state.json:1",
        "Id: E1TERRAFORM123",
        "DomainName: d1terraformxyz.cloudfront.net",
        "Comment: Shop",
        "Aliases: ['*.shop.example.com', shop.example.com]",
        "Enabled: true",
        "DefaultRootObject: index.html",
        "HttpVersion: http2",
      ]
    `)
    const behavior = text.slice(text.indexOf('DefaultCacheBehavior:'), text.indexOf('CacheBehaviors:\n'))
    expect(behavior).toMatchInlineSnapshot(`
      "DefaultCacheBehavior:
        TargetOriginId: site
        ViewerProtocolPolicy: redirect-to-https
        AllowedMethods: [GET, HEAD]
        CachedMethods: [GET, HEAD]
        CachePolicy: shop-pages
        ResponseHeadersPolicy: shop-headers
        Compress: true
        SmoothStreaming: false
        FunctionAssociations:
          - {EventType: viewer-request, FunctionARN: shop-rewrite}
        LambdaFunctionAssociations:
          - EventType: origin-request
            LambdaFunctionARN: arn:aws:lambda:us-east-1:123456789012:function:shop-auth:7

      "
    `)
  })

  test('tells what works differently here', async () => {
    const config = `
WebACLId: arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1
Origins: [{ Id: a, DomainName: localhost }]
DefaultCacheBehavior: { TargetOriginId: a }
`
    const { text } = await withFiles({ 'site.yaml': config }, (cwd) =>
      importConfiguration({ config: ['site.yaml'], cwd, env: {} }),
    )
    expect(text).toContain('#   WebACLId, ignored: no firewall rules are evaluated')
    expect(text).toContain('WebACLId: arn:aws:wafv2')
  })

  test('keeps several distributions apart', async () => {
    const one = (id: string) =>
      `Id: ${id}\nOrigins: [{ Id: o, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: o }\n`
    await withFiles({ 'a.yaml': one('E1'), 'b.yaml': one('E2') }, async (cwd) => {
      const origins = ['E1/o=http://localhost:1', 'E2/o=http://localhost:2']
      const options = { files: ['a.yaml', 'b.yaml'], origins }
      const { before, after } = await roundTrip('a.yaml', cwd, options)
      expect(comparable(after.deployment)).toEqual(comparable(before.deployment))
    })
  })
})
