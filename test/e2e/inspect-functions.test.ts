// Step debugging of Lambda@Edge functions, with the protocol that debuggers speak.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startCli } from './cli-process.ts'
import { startOrigin } from '../support/origin.ts'

const folder = mkdtempSync(join(tmpdir(), 'pocketfront-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What the tests read of the protocol's events. */
interface Params {
  readonly message: string
  readonly sessionId: string
  readonly workerInfo: { readonly title: string }
  readonly url: string
  readonly sourceMapURL: string
  readonly callFrames: readonly object[]
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Params
}

/** A debugger on a WebSocket: sends commands, and waits for events of the main thread or of a worker. */
class Debugger {
  #socket: WebSocket
  #id = 0
  #events: Message[] = []
  #wake: (() => void) | null = null

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message
      const isInner = message.method === 'NodeWorker.receivedMessageFromWorker'
      this.#events.push(isInner ? (JSON.parse(message.params!.message) as Message) : message)
      this.#wake?.()
    })
  }

  static async attach(url: string): Promise<Debugger> {
    const socket = new WebSocket(url)
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
    return new Debugger(socket)
  }

  send(method: string, params: object = {}): void {
    this.#socket.send(JSON.stringify({ id: ++this.#id, method, params }))
  }

  sendToWorker(sessionId: string, method: string, params: object = {}): void {
    const message = JSON.stringify({ id: ++this.#id, method, params })
    this.send('NodeWorker.sendMessageToWorker', { sessionId, message })
  }

  async event(method: string, suits: (params: Params) => boolean = () => true): Promise<Params> {
    for (;;) {
      const found = this.#events.find((each) => each.method === method && suits(each.params!))
      if (found !== undefined) return found.params!
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  close(): void {
    this.#socket.close()
  }
}

const CODE = `interface Ignored { a: string }

export const handler = async (event: any) => {
  const { request } = event.Records[0].cf
  debugger
  return { status: '200', body: 'resumed ' + request.uri }
}
`

function writeConfig(origin: string): string {
  writeFileSync(join(folder, 'edge.ts'), CODE)
  const file = join(folder, 'site.json')
  const config = {
    Origins: [{ Id: 'o', DomainName: 'localhost' }],
    DefaultCacheBehavior: {
      TargetOriginId: 'o',
      CachePolicy: 'CachingOptimized',
      LambdaFunctionAssociations: [{ EventType: 'viewer-request', Handler: './edge.ts' }],
    },
    origins: { o: origin },
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

test('A debugger stops in the TypeScript of a function, for longer than its time, and goes on', async () => {
  await using origin = await startOrigin()
  const ports = ['--port', '0', '--admin-port', '0', '--json', '--lambda-viewer-timeout', '1']
  await using cli = startCli([writeConfig(origin.url), ...ports, '--inspect-functions', '0'])
  const { url } = await cli.ready()
  const address = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(cli.stderr())![0]
  const debug = await Debugger.attach(address)
  debug.send('NodeWorker.enable', { waitForDebuggerOnStart: false })
  const answer = fetch(`${url}/x`)
  const { sessionId, workerInfo } = await debug.event('NodeWorker.attachedToWorker')
  expect(workerInfo.title).toContain('us-east-1.edge')
  debug.sendToWorker(sessionId, 'Debugger.enable')
  const script = await debug.event('Debugger.scriptParsed', ({ url: name }) => /edge\.ts\.bundle/.test(name))
  expect(script.sourceMapURL).toMatch(/^data:application\/json;base64,/)
  const map = JSON.parse(Buffer.from(script.sourceMapURL.split(',')[1]!, 'base64').toString())
  expect(map.sources).toContain('edge.ts')
  const paused = await debug.event('Debugger.paused')
  expect(paused.callFrames[0]).toMatchObject({ functionName: 'handler' })
  // The time of the function passes while it stands still.
  await new Promise((resolve) => setTimeout(resolve, 1200))
  debug.sendToWorker(sessionId, 'Debugger.resume')
  expect(await (await answer).text()).toBe('resumed /x')
  debug.close()
  cli.process.kill('SIGTERM')
  expect(await cli.ended).toBe(0)
})

test('A port that is taken is told before anything listens', async () => {
  await using origin = await startOrigin()
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ports = ['--port', '0', '--admin-port', '0']
  await using cli = startCli([writeConfig(origin.url), ...ports, '--inspect-functions', String(port)])
  expect(await cli.ended).toBe(1)
  expect(cli.stderr()).toContain(`port ${port} for debuggers is taken`)
  server.close()
})
