// Functions as origins: forms of the target, reload, the log, hostile handlers, the example.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startHandlerFront } from '../support/handlers.ts'
import { writeModule } from '../support/lambda.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
let front: Front | null = null
afterEach(async () => {
  await front?.stop()
  front = null
})

const HELLO = `export const handler = async (event) => ({ hello: event.rawPath ?? event.path })`

describe('a handler file', () => {
  test.each([
    ['lambda', '{"hello":"/x"}', 200],
    ['lambda+http', '{"hello":"/x"}', 200],
    ['lambda+rest', '{"message": "Internal server error"}', 502],
  ])('is an origin by itself as %s:FILE', async (scheme, text, status) => {
    front = await startFront({ config: null, origins: `${scheme}:${writeModule(HELLO, 'hello.mjs')}` })
    const answer = await front.get('/x')
    expect([answer.status, answer.text]).toEqual([status, text])
  })

  test('that does not exist is told with the place of the mapping', async () => {
    const start = startFront({ config: null, origins: 'lambda:./none.mjs#handler' })
    await expect(start).rejects.toThrow(/there is no file .*none\.mjs/)
  })

  test('that does not load answers 502, and the log says why', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    front = await startHandlerFront('import "./nowhere.mjs"', { file: 'broken.mjs', logger })
    expect((await front.get('/')).status).toBe(502)
    expect(lines.join('')).toContain('nowhere.mjs')
  })

  test('leaves its lines in the log, with the id of the request', async () => {
    const lines: Record<string, unknown>[] = []
    const logger = pino(
      { level: 'debug' },
      { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) },
    )
    front = await startHandlerFront(
      `exports.handler = async () => { console.warn('low on tea'); return 1 }`,
      { file: 'tea.cjs', logger },
    )
    const { headers } = await front.get('/')
    const own = lines.filter((line) => line['functionName'] === 'tea')
    expect(own.map((line) => [line['on'], line['requestId']])).toContainEqual([
      'origin',
      headers['x-amz-cf-id'],
    ])
    expect(own.map((line) => String(line['msg'])).join('\n')).toMatch(
      /START RequestId.*\n.*WARN\tlow on tea\nEND.*\nREPORT/,
    )
  })

  test.each([
    ['exits', 'process.exit(3)'],
    ['hangs in a loop', 'for (;;);'],
    ['returns what is no JSON', 'return { statusCode: 200, body: 1n }'],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1e6).fill(all))'],
  ])('that %s ends with 502, and the next request is served', async (_, act) => {
    const code = `exports.handler = async (event) => { if (event.rawPath === '/bad') { ${act} } return 'fine' }`
    front = await startHandlerFront(code, { settings: { timeout: 1, memory: 128 } })
    expect((await front.get('/bad')).status).toBe(502)
    expect((await front.get('/good')).text).toBe('"fine"')
  })

  test('whose viewer hangs up in the middle of a stream goes on to its end', async () => {
    const code = `
let done = 0
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath === '/done') { stream.end(String(done)); return }
  stream.write(Buffer.alloc(4 * 1024 * 1024))
  stream.end()
  stream.on('finish', () => done++)
})`
    front = await startHandlerFront(code, { settings: { streaming: true } })
    const gone = new AbortController()
    const response = await front.pocketfront.fetch('/big', { signal: gone.signal })
    expect(response.status).toBe(200)
    gone.abort()
    await response.text().catch(() => '')
    await expect.poll(async () => (await front!.get('/done')).text).toBe('1')
  })

  test('answers are cached like those of any origin', async () => {
    const code = `let n = 0
exports.handler = async () => ({ statusCode: 200, headers: { 'Cache-Control': 'max-age=60' }, body: String(++n) })`
    front = await startHandlerFront(code, {
      behavior: { CachePolicy: 'CachingOptimized', OriginRequestPolicy: 'CORS-CustomOrigin' },
    })
    const [first, second] = [await front.get('/a'), await front.get('/a')]
    expect([first.text, second.text]).toEqual(['1', '1'])
    expect(second).toBeHit()
  })
})

test('the example streams from Node.js and answers from Python', async () => {
  front = await startFront({ config: join(root, 'config', 'function-url.yaml') })
  expect((await front.get('/chat?name=Ada')).text).toBe('Hello,\nAda\nof\n/chat\n')
  const order = await front.get('/orders/7')
  expect(JSON.parse(order.text)).toEqual({ method: 'GET', path: '/orders/7', stage: 'prod', currency: 'EUR' })
  expect(order.headers['set-cookie']).toHaveLength(2)
})

test('a Function URL of a template runs from its local code, mapped by nobody', async () => {
  const template = {
    Resources: {
      Greeter: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code: {
            ZipFile: 'exports.handler = async (event) => ({ hello: event.rawPath, from: process.env.PLACE })',
          },
          Environment: { Variables: { PLACE: 'template' } },
          Role: 'arn:aws:iam::123456789012:role/greeter',
        },
      },
      GreeterUrl: {
        Type: 'AWS::Lambda::Url',
        Properties: { TargetFunctionArn: { 'Fn::GetAtt': ['Greeter', 'Arn'] }, AuthType: 'NONE' },
      },
      Site: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            Origins: [
              {
                Id: 'greeter',
                DomainName: {
                  'Fn::Select': [2, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['GreeterUrl', 'FunctionUrl'] }] }],
                },
                CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
              },
            ],
            DefaultCacheBehavior: {
              TargetOriginId: 'greeter',
              ViewerProtocolPolicy: 'allow-all',
              CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            },
          },
        },
      },
    },
  }
  front = await startFront({ config: template })
  expect(JSON.parse((await front.get('/x')).text)).toEqual({ hello: '/x', from: 'template' })
})
