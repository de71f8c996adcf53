// The thread of a Lambda@Edge function: loads the bundle, then runs one invocation after another.
import { registerHooks } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { captureOutput } from './output.ts'
import { MailWriter } from './mailbox.ts'
import { describeError, toJson } from './result.ts'
import { Speaker } from './speaker.ts'
import { installStreaming, isStreaming, ResponseStream } from './streaming.ts'
import { parseInvokeText, parseTakenText } from '../wire.ts'
import type { Answer, Bundle, StartMessage, ThreadOrder } from './protocol.ts'
import type { InvokeMessage, StaticContext } from '../vessel.ts'

type Handler = (event: unknown, context: object, callback: Callback) => unknown
type Callback = (error?: unknown, result?: unknown) => void

// Taken before user code can replace them.
const { parse } = JSON
const nextTick = process.nextTick.bind(process)
const { isArray } = Array
const afterTurn = setImmediate
const now = performance.now.bind(performance)

parentPort?.once('message', (start: StartMessage) => {
  const { port } = start
  if (start.replies === 'anything') installStreaming()
  const mail = new MailWriter(start.mailbox)
  const speaker = new Speaker(port, mail)
  guardProcess()
  const output = captureOutput((level, text) => speaker.line(level, text))
  load(start.bundle, start.exportName).then(
    (handler) => {
      serve(handler, start, output, mail, speaker)
      speaker.say({ kind: 'ready' })
    },
    (error: unknown) => speaker.say({ kind: 'unloadable', detail: describeError(error) }),
  )
  // Keeps the thread alive while the module loads.
  port.on('message', () => {})
})

/** In Lambda a function that kills its process ends alone; here it shares the process. */
function guardProcess(): void {
  const kill = process.kill.bind(process)
  process.kill = (pid, signal) => {
    const isOwn = Math.abs(pid) === process.pid || pid === 0
    return isOwn && signal !== 0 ? process.exit(1) : kill(pid, signal)
  }
}

async function load(bundle: Bundle, exportName: string): Promise<Handler> {
  const { url, format, code } = bundle
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === url ? { url, format, shortCircuit: true } : next(specifier, context),
    load: (address, context, next) =>
      address === url ? { format, source: code, shortCircuit: true } : next(address, context),
  })
  const module = (await import(url)) as Record<string, unknown>
  hooks.deregister()
  const handler = select(module, exportName) ?? select(module['default'], exportName)
  if (typeof handler === 'function') return handler as Handler
  const names = Object.keys((module['default'] as object | undefined) ?? module).join(', ')
  throw new Error(`the module does not export a function '${exportName}'; it exports: ${names || 'nothing'}`)
}

function select(module: unknown, exportName: string): unknown {
  let value = module
  for (const name of exportName.split('.'))
    value = (value as Record<string, unknown> | null | undefined)?.[name]
  return value
}

/**
 * As in Lambda: a promise replies when it settles, a callback when the event loop has nothing left to do; a handler
 * that leaves nothing to wait for has replied null. (AWS Lambda Developer Guide, 'Define Lambda function handler in Node.js')
 */
function serve(
  handler: Handler,
  start: StartMessage,
  output: { startInvocation(): void; flush(): void },
  mail: MailWriter,
  speaker: Speaker,
): void {
  const { port } = start
  const ref = port.ref.bind(port)
  const unref = port.unref.bind(port)
  let onIdle: (() => void) | null = null
  process.on('beforeExit', () => {
    ref()
    onIdle?.()
  })
  port.removeAllListeners('message')
  let stream: ResponseStream | null = null
  /** What was sent together; those from `at` on have not begun. */
  let batch: readonly string[] = []
  let at = 0
  /** The number of the invocation that has not replied; 0 for none. */
  let running = 0
  port.on('message', (order: ThreadOrder) => {
    if (isArray(order)) batch = order as readonly string[]
    else {
      const taken = parseTakenText(order as string)
      if (taken !== null) return stream?.acknowledge(taken.bytes)
      batch = [order as string]
    }
    at = 0
    if (running === 0) next()
  })

  function next(): void {
    while (running === 0 && at < batch.length) {
      const message = parseInvokeText(batch[at++]!)
      const { id } = message
      // Nothing begins that the other side has taken back.
      if (!mail.begin(id)) continue
      running = id
      run(message)
      if (running === id && at < batch.length) afterTurn(() => giveBack(id))
    }
  }

  /** One that waits for something holds up nobody. */
  function giveBack(id: number): void {
    if (running !== id || at >= batch.length) return
    speaker.say({ kind: 'unstarted', id: parseInvokeText(batch[at]!).id })
    batch = []
  }

  function run(message: InvokeMessage): void {
    const { id } = message
    const toAnswer = (value: unknown): Answer => toJson(value, message.maxResultBytes, start.replies)
    let isDecided = false
    /** The first answer counts; the rest is ignored. */
    const decide = (settle: () => void, waits: boolean): void => {
      if (isDecided) return
      isDecided = true
      if (waits) onIdle = settle
      else settle()
    }
    const reply = (answer: Answer): void => {
      onIdle = null
      ref()
      output.flush()
      const isLast = at >= batch.length
      speaker.reply(id, answer, isLast)
      running = 0
      // What this one has left to be done at once comes before the next.
      if (!isLast) nextTick(next)
    }
    const succeed = (value: unknown): void => decide(() => reply(toAnswer(value)), false)
    const fail = (error: unknown): void =>
      decide(() => reply({ kind: 'failed', because: 'threw', detail: describeError(error) }), false)
    const context = createContext(start.context, message, succeed, fail)
    const callback: Callback = (error, result) =>
      decide(() => {
        if (error !== null && error !== undefined) {
          reply({ kind: 'failed', because: 'threw', detail: describeError(error) })
        } else reply(toAnswer(result))
      }, context.callbackWaitsForEmptyEventLoop)
    output.startInvocation()
    speaker.begin()
    if (isStreaming(handler)) {
      stream = new ResponseStream((bytes) => speaker.say({ kind: 'chunk', id, bytes }))
      runStreaming(handler, message, stream, context).then(succeed, fail)
      return
    }
    unref()
    onIdle = () => succeed(null)
    try {
      const result = handler(parse(message.event), context, callback)
      if (isThenable(result)) result.then(succeed, fail)
    } catch (error) {
      fail(error)
    }
  }
}

/** Resolves when the function has come to its end and so has its stream. */
async function runStreaming(
  handler: Handler,
  message: InvokeMessage,
  stream: ResponseStream,
  context: object,
): Promise<null> {
  const finished = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve)
    stream.once('error', reject)
  })
  const run = handler as unknown as (event: unknown, stream: ResponseStream, context: object) => unknown
  const result = run(parse(message.event), stream, context)
  await Promise.all([finished, result])
  return null
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * (AWS Lambda Developer Guide, 'Using the Lambda context object to retrieve Node.js function information')
 * Differs from CloudFront: context.awsRequestId is CloudFront's request id, so that what a function logs leads to the request.
 */
function createContext(
  fields: StaticContext,
  message: InvokeMessage,
  succeed: (value: unknown) => void,
  fail: (error: unknown) => void,
) {
  const startedAt = now()
  return {
    callbackWaitsForEmptyEventLoop: true,
    ...fields,
    awsRequestId: message.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(message.deadlineMs - (now() - startedAt))),
    succeed,
    fail,
    done: (error: unknown, value: unknown) =>
      error === null || error === undefined ? succeed(value) : fail(error),
  }
}
