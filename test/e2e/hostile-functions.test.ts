// Lambda@Edge functions that do what they should not, through the whole program: the next request is served.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { writeModule } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { hasPython } from '../unit/functions/definitions.ts'

type Word =
  | 'LambdaExecutionError'
  | 'LambdaLimitExceeded'
  | 'LambdaValidationError'
  | 'LambdaGeneratedResponse'
/** `name` is the path, `code` the body of the handler. */
type Case = readonly [name: string, word: Word, code: string]

const FINE = `{ status: '200', body: 'fine' }`
const NODE: readonly Case[] = [
  ['infinite-loop', 'LambdaLimitExceeded', 'for (;;);'],
  ['endless-microtasks', 'LambdaLimitExceeded', 'while (true) await null'],
  ['catastrophic-regexp', 'LambdaLimitExceeded', `/^(a+)+$/.test('a'.repeat(40) + 'b')`],
  ['never-reply', 'LambdaLimitExceeded', 'setInterval(() => {}, 1000); await new Promise(() => {})'],
  ['blocked-thread', 'LambdaLimitExceeded', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
  ['heap-bomb', 'LambdaExecutionError', 'const a = []; for (;;) a.push(new Array(10_000).fill({}))'],
  ['buffer-bomb', 'LambdaExecutionError', 'const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1))'],
  ['string-bomb', 'LambdaExecutionError', `const a = []; for (;;) a.push(JSON.stringify('x'.repeat(1e6)))`],
  ['deep-recursion', 'LambdaExecutionError', 'const f = () => f(); f()'],
  ['exit', 'LambdaExecutionError', 'process.exit(0)'],
  ['abort', 'LambdaExecutionError', 'process.abort()'],
  ['kill', 'LambdaExecutionError', `process.kill(process.pid, 'NO-SUCH-SIGNAL')`],
  ['kill-itself', 'LambdaExecutionError', `process.kill(process.pid, 'SIGKILL')`],
  ['kill-its-group', 'LambdaExecutionError', `process.kill(0)`],
  ['chdir', 'LambdaExecutionError', `process.chdir('/')`],
  [
    'uncaught',
    'LambdaExecutionError',
    `setImmediate(() => { throw new Error('later') }); await new Promise(() => setTimeout(() => {}, 500))`,
  ],
  ['no-native-error', 'LambdaExecutionError', 'throw null'],
  ['30-mb', 'LambdaValidationError', `return { status: '200', body: 'x'.repeat(30e6) }`],
  ['circular', 'LambdaValidationError', 'const a = {}; a.a = a; return a'],
  [
    'throwing-getter',
    'LambdaValidationError',
    `return { status: '200', get body() { throw new Error('no') } }`,
  ],
  ['proxy', 'LambdaValidationError', `return new Proxy({}, { ownKeys() { throw new Error('no') } })`],
  [
    'header-injection',
    'LambdaValidationError',
    `return { status: '302', headers: { location: [{ value: '/\\r\\nx: y' }] } }`,
  ],
  ['header-name', 'LambdaValidationError', `return { status: '200', headers: { 'a b': [{ value: '1' }] } }`],
  [
    'status-text-injection',
    'LambdaValidationError',
    `return { status: '200', statusDescription: 'OK\\r\\nx: y' }`,
  ],
  ['proto-result', 'LambdaValidationError', `return JSON.parse('{"__proto__":{"status":"200"}}')`],
  [
    'proto-header',
    'LambdaGeneratedResponse',
    `return { status: '200', headers: JSON.parse('{"__proto__":[{"value":"a"}]}') }`,
  ],
  [
    'reply-twice',
    'LambdaGeneratedResponse',
    `context.callbackWaitsForEmptyEventLoop = false; callback(null, ${FINE}); callback(new Error('again')); return null`,
  ],
  [
    'constructor-escape',
    'LambdaGeneratedResponse',
    `event.constructor.constructor('globalThis.escaped = 1')(); return ${FINE}`,
  ],
  [
    'closed-streams',
    'LambdaGeneratedResponse',
    `process.stdout.end(); process.stderr.destroy(); return ${FINE}`,
  ],
  [
    'parent-port',
    'LambdaGeneratedResponse',
    `const { parentPort } = require('worker_threads'); parentPort.postMessage({ kind: 'returned', id: 1, json: '{}' }); parentPort.close(); return ${FINE}`,
  ],
  [
    'forged-messages',
    'LambdaGeneratedResponse',
    `for (const port of process._getActiveHandles()) for (const message of [undefined, null, 7, 'x', 'R', {}, [], { kind: 'ready' }, { kind: 'ready' },
      { kind: 'line' }, { kind: 'line', level: {}, text: 'x' }, { kind: 'inputs' }, { kind: 'inputs', files: [7] }, { kind: 'failed', id: 1 }, { kind: 'unloadable' },
      { kind: 'returned', id: 1, json: 7 }]) port.postMessage(message); return ${FINE}`,
  ],
  [
    'forged-flood',
    'LambdaGeneratedResponse',
    `for (const port of process._getActiveHandles()) for (let i = 0; i < 20_000; i++) port.postMessage({ kind: 'line', level: null, text: 'x' }); return ${FINE}`,
  ],
  ['unhooked-events', 'LambdaGeneratedResponse', `process.removeAllListeners(); return ${FINE}`],
  // Last, as it is the same instance that serves what follows.
  [
    'polluted-prototypes',
    'LambdaGeneratedResponse',
    `Object.prototype.status = 'x'; Array.prototype.push = null; String.prototype.split = null; JSON.stringify = null; return ${FINE}`,
  ],
]

const PYTHON: readonly Case[] = [
  ['infinite-loop', 'LambdaLimitExceeded', 'while True: pass'],
  ['never-reply', 'LambdaLimitExceeded', 'time.sleep(60)'],
  ['catastrophic-regexp', 'LambdaLimitExceeded', `re.match('(a+)+$', 'a' * 40 + 'b')`],
  [
    'swallow-everything',
    'LambdaLimitExceeded',
    'exec("while True:\\n try:\\n  while True: pass\\n except BaseException: pass")',
  ],
  ['stopped', 'LambdaLimitExceeded', 'os.kill(os.getpid(), signal.SIGSTOP)'],
  ['exit', 'LambdaExecutionError', 'sys.exit(0)'],
  ['hard-exit', 'LambdaExecutionError', 'os._exit(0)'],
  ['killed', 'LambdaExecutionError', 'os.kill(os.getpid(), signal.SIGKILL)'],
  ['abort', 'LambdaExecutionError', 'os.abort()'],
  ['deep-recursion', 'LambdaExecutionError', '(lambda f: f(f))(lambda f: f(f))'],
  ['exec-other', 'LambdaExecutionError', `os.execvp('true', ['true'])`],
  ['30-mb', 'LambdaValidationError', `return {'status': '200', 'body': 'x' * 30000000}`],
  ['not-json', 'LambdaValidationError', `return {'status': {1, 2}}`],
  ['bytes', 'LambdaValidationError', `return {'status': '200', 'body': b'x'}`],
  ['nothing', 'LambdaValidationError', 'return None'],
  [
    'header-injection',
    'LambdaValidationError',
    `return {'status': '302', 'headers': {'location': [{'value': '/\\r\\nx: y'}]}}`,
  ],
  [
    'broken-json',
    'LambdaGeneratedResponse',
    `json.dumps = None; json.loads = None; return {'status': '200'}`,
  ],
  [
    'forged-messages',
    'LambdaGeneratedResponse',
    `[os.write(3, text + b'\\n') for text in [b'', b'x', b'R', b'null', b'7', b'{}', b'[]', b'{"kind":"ready"}', b'{"kind":"ready"}', b'{"kind":"line"}', b'{"kind":"line","level":{},"text":"x"}', b'{"kind":"inputs"}', b'{"kind":"inputs","files":[7]}', b'{"kind":"failed","id":1}', b'{"kind":"unloadable"}']]; return {'status': '200'}`,
  ],
  [
    'closed-stdout',
    'LambdaGeneratedResponse',
    `sys.stdout.close(); os.close(1); os.close(2); return {'status': '200'}`,
  ],
  ['no-stdout', 'LambdaGeneratedResponse', `sys.stdout = sys.stderr = None; return {'status': '200'}`],
  [
    'thread-left',
    'LambdaGeneratedResponse',
    `threading.Thread(target=time.sleep, args=(60,)).start(); return {'status': '200'}`,
  ],
]

const toNodeModule = (cases: readonly Case[]): string => `
const acts = { ${cases.map(([name, , code]) => `'/${name}': async (event, context, callback) => { ${code} }`).join(',\n')} }
exports.handler = async (event, context, callback) => {
  const act = acts[event.Records[0].cf.request.uri]
  return act === undefined ? ${FINE} : act(event, context, callback)
}`

const toPythonModule = (cases: readonly Case[]): string => `
import json, os, re, signal, sys, threading, time

class Acts:
${cases.map(([name, , code]) => `    def ${name.replaceAll('-', '_')}(event, context):\n        ${code}\n`.replace(/def (\d)/, 'def n$1')).join('\n')}

def lambda_handler(event, context):
    name = event['Records'][0]['cf']['request']['uri'][1:].replace('-', '_')
    act = getattr(Acts, 'n' + name if name[:1].isdigit() else name, None)
    return act(event, context) if act else {'status': '200', 'body': 'fine'}
`

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin()
})
afterAll(() => origin.stop())

describe.each([
  ['Node.js', NODE, () => writeModule(toNodeModule(NODE)), true],
  ['Python', PYTHON, () => writeModule(toPythonModule(PYTHON), 'hostile_acts.py'), hasPython],
] as const)('A %s function', (_language, cases, write, isThere) => {
  let quick: Front
  let slow: Front
  beforeAll(async () => {
    const Handler = write()
    const start = (viewer: number): Promise<Front> =>
      startFront({
        origin,
        lambdaTimeouts: { viewer },
        behavior: { LambdaFunctionAssociations: [{ EventType: 'viewer-request', Handler }] },
      })
    quick = await start(0.4)
    slow = await start(25)
  })
  afterAll(async () => {
    await quick.stop()
    await slow.stop()
  })

  test.skipIf(!isThere).each(cases)(
    'that does %s gets %s, and the next request is served',
    async (name, word) => {
      // Only what ends by its deadline should meet one, however busy the machine is.
      const front = word === 'LambdaLimitExceeded' ? quick : slow
      const answer = await front.get(`/${name}`)
      expect(answer.headers['x-cache']).toBe(`${word} from cloudfront`)
      expect(answer.headers['x']).toBeUndefined()
      const next = await front.get('/next')
      expect([next.status, next.text]).toEqual([200, 'fine'])
      expect(({} as { status?: unknown }).status).toBeUndefined()
    },
  )
})

test('A rejection after the reply ends the instance; it takes at most the request that runs in it', async () => {
  const Handler = writeModule(`exports.handler = async (event) => {
    if (event.Records[0].cf.request.uri === '/late') setImmediate(() => Promise.reject(new Error('after the reply')))
    return ${FINE}
  }`)
  await using front = await startFront({
    origin,
    behavior: { LambdaFunctionAssociations: [{ EventType: 'viewer-request', Handler }] },
  })
  expect((await front.get('/late')).status).toBe(200)
  let failures = 0
  const isNew = async (): Promise<boolean> => {
    const { status, trace } = await front.get('/next')
    if (status !== 200) failures++
    return status === 200 && trace!.functions![0]!.coldStart
  }
  await expect.poll(isNew, { timeout: 5000 }).toBe(true)
  expect(failures).toBeLessThanOrEqual(1)
  expect((await front.get('/next')).text).toBe('fine')
})
