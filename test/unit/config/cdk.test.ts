// A real CDK app, synthesized, as input: stacks of all Regions and stages, assets, deployments, edge functions.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Report } from '../../../src/config/nodes/report.ts'
import { readSources } from '../../../src/config/read-sources.ts'
import { declaredHandlers } from '../../../src/config/stacks/handlers.ts'
import { describeTargets } from '../../../src/config/origins/target-rows.ts'
import { createPocketfront } from '../../../src/index.ts'
import { loaded } from './harness.ts'

const app = fileURLToPath(new URL('../../fixtures/templates/cdk/', import.meta.url))
let cdkOut: string

beforeAll(() => {
  cdkOut = join(mkdtempSync(join(tmpdir(), 'pocketfront-cdk-')), 'cdk.out')
  execFileSync(process.execPath, ['app.mjs', cdkOut], {
    cwd: app,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], CDK_DISABLE_CLI_TELEMETRY: '1' },
  })
}, 120_000)

afterAll(() => rmSync(join(cdkOut, '..'), { recursive: true, force: true }))

const load = (file = cdkOut) => loaded({ files: [file], cwd: app })

describe('A folder cdk.out', () => {
  test('gives the distributions of every stack, of nested stacks and of stages, once each', async () => {
    const { deployment, watched } = await load()
    const ids = deployment.Distributions.map(({ Id }) => Id)
    expect(new Set(ids).size).toBe(5)
    expect(watched.some((file) => file.endsWith('manifest.json'))).toBe(true)
    expect(watched.filter((file) => file.endsWith('nested.template.json'))).toHaveLength(2)
  })

  test('serves buckets from the folders that BucketDeployment copies there', async () => {
    const { deployment } = await load()
    const rows = describeTargets(deployment).filter(
      ({ source, domainName }) => source === 'template' && domainName.includes('.s3.'),
    )
    expect(rows.map(({ domainName }) => domainName)).toEqual([
      expect.stringMatching(/^beta-site-bucket/),
      expect.stringMatching(/^beta-site-bucket/),
      expect.stringMatching(/^beta-site-nested/),
      expect.stringMatching(/^prod-site-bucket.*\.s3\.eu-west-1\./),
      expect.stringMatching(/^prod-site-bucket/),
      expect.stringMatching(/^prod-site-nested/),
    ])
    const targets = deployment.Distributions.flatMap(({ Origins }) => Origins.map(({ target }) => target))
    expect(
      targets
        .filter((target) => target.kind === 'folder')
        .map(({ layers }) => layers?.map(({ prefix }) => prefix)),
    ).toEqual([['', ''], ['', ''], ['n/'], ['', ''], ['', ''], ['n/']])
  })

  test('gives an edge function of another Region its code through the parameter that carries its ARN', async () => {
    const { deployment } = await load()
    expect(deployment.LambdaFunctions).toHaveLength(2)
    for (const { file, LambdaFunctionARN } of deployment.LambdaFunctions) {
      expect(readFileSync(file, 'utf8')).toContain('e.Records[0].cf.request')
      expect(LambdaFunctionARN).toMatch(/^arn:aws:lambda:us-east-1:/)
    }
  })

  test('gives key value stores the data of their assets', async () => {
    const { deployment } = await load()
    expect(deployment.Functions.map((each) => [...each.KeyValueStore!.items])).toEqual([
      [['a', 'b']],
      [['a', 'b']],
    ])
  })

  test('resolves references to stacks of other Regions', async () => {
    const { deployment } = await load()
    const names = deployment.Distributions.flatMap(({ Origins }) =>
      Origins.map(({ DomainName }) => DomainName),
    )
    expect(names).toContainEqual(expect.stringMatching(/^regional-eubucketcd78d282-\w{12}\.example\.com$/))
  })

  test('knows the functions behind Function URLs and APIs', async () => {
    const report = new Report()
    const { templates } = await readSources({ files: [cdkOut], env: {}, cwd: app }, report)
    const found = declaredHandlers(templates)
      .filter(({ domainName }) => domainName.includes('eu-west-1'))
      .map(({ kind, stages, routes }) => [
        kind,
        stages,
        routes.map(({ method, path }) => `${method} ${path}`),
      ])
    expect(found).toEqual([
      ['function-url', ['$default'], ['ANY $default']],
      ['http-api', ['$default'], ['ANY $default', 'GET /items/{id}']],
      ['rest-api', ['prod'], ['ANY /{proxy+}', 'ANY /']],
    ])
    expect(report.issues).toEqual([])
  })

  test.each(['prod-site/Bucket', 'Site/Bucket', 'Bucket83908E77', 'Bucket'])(
    'an origin may be mapped by %s',
    async (key) => {
      const result = await loaded({
        files: [join(cdkOut, 'Site.template.json')],
        cwd: app,
        origins: [`${key}=http://localhost:1`],
      })
      const { target } = result.deployment.Distributions[0]!.Origins[0]!
      expect(target.kind).toBe(key === 'prod-site/Bucket' ? 'folder' : 'http')
    },
  )

  test('a template of it by itself knows its stack, Region and sisters, and serves its own distributions alone', async () => {
    const { deployment } = await load(join(cdkOut, 'Site.template.json'))
    expect(deployment.Distributions).toHaveLength(2)
    expect(deployment.LambdaFunctions).toHaveLength(1)
    expect(deployment.Distributions[0]!.Origins[0]!.DomainName).toMatch(/^prod-site-.*eu-west-1/)
  })

  test('a folder of an app finds its output, under whatever name cdk.json gives', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pocketfront-app-'))
    try {
      cpSync(cdkOut, join(folder, 'out'), { recursive: true })
      writeFileSync(join(folder, 'cdk.json'), '{"app": "node app.mjs", "output": "out"}')
      writeFileSync(join(folder, 'package.json'), '{}')
      expect((await load(folder)).deployment.Distributions).toHaveLength(5)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('is served as it is: pages of all sources, and below the prefix of the deployment', async () => {
    const front = await createPocketfront({ config: join(cdkOut, 'Site.template.json') })
    const [main, nested] = front.loaded.deployment.Distributions
    const get = async (path: string, host: string): Promise<[number, string]> => {
      const response = await front.fetch(path, { host })
      return [response.status, await response.text()]
    }
    try {
      expect(await get('/', main!.DomainName)).toEqual([200, '<h1>hi</h1>\n'])
      expect(await get('/config.json', main!.DomainName)).toEqual([200, '{"a":1}'])
      expect(await get('/n/index.html', nested!.DomainName)).toEqual([200, '<h1>hi</h1>\n'])
      expect(await get('/url/a', main!.DomainName)).toEqual([200, 'x /url/a'])
      expect((await get('/n/n/index.html', nested!.DomainName))[0]).toBe(403)
    } finally {
      await front.stop()
    }
  })
})
