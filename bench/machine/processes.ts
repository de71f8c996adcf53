// Starts processes on a core of their own, waits until they are ready, and ends every one of them, whatever happens.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const isInstalled = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0

/** The server under test has one core to itself; load, origins and the rest of the bench have the other. */
export type Role = 'server' | 'load'
export const canPin = isInstalled('taskset') && availableParallelism() > 1
const CORES: Readonly<Record<Role, string>> = { server: '0', load: '1' }

export const pinned = (role: Role, command: readonly string[]): string[] =>
  canPin ? ['taskset', '-c', CORES[role], ...command] : [...command]

/** Scratch files of this run; in memory where the machine has such a place. */
export const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pocketfront-bench-'))

const running = new Set<ChildProcess>()
/** Servers lead a process group, so that what they have started ends with them. */
const leaders = new WeakSet<ChildProcess>()

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(leaders.has(child) ? -child.pid : child.pid, name)
  } catch {
    // it has just ended
  }
}

/** From here on the child ends with us. */
export function track(child: ChildProcess): ChildProcess {
  running.add(child)
  child.on('close', () => running.delete(child))
  return child
}

process.on('exit', () => {
  for (const child of running) signal(child, 'SIGKILL')
  rmSync(scratch, { recursive: true, force: true })
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130))

/** How to start a server. Without a port it says where it listens in a ready line on its standard output. */
export interface ServerCommand {
  name: string
  command: readonly string[]
  role?: Role
  port?: number
  /** Give it a channel for messages (see servers/loop-probe.ts). */
  channel?: boolean
}

export interface RunningServer {
  name: string
  url: string
  adminUrl: string | null
  pid: number
  /** Drops what it has printed so far: a log of millions of lines is not kept. */
  forgetOutput(): void
  ask(message: string): Promise<unknown>
  tell(message: string): void
  stop(): Promise<void>
}

/** A port that was free a moment ago, for servers that cannot pick one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

interface ReadyLine {
  url: string
  adminUrl?: string | null
}

function readyLine(output: string): ReadyLine | null {
  const line = readFileSync(output, 'utf8')
    .split('\n', 50)
    .find((text) => text.includes('"event":"ready"'))
  return line === undefined ? null : (JSON.parse(line) as ReadyLine)
}

async function waitUntilReady(
  server: ServerCommand,
  child: ChildProcess,
  output: string,
): Promise<ReadyLine> {
  for (const until = performance.now() + 30_000; performance.now() < until; await delay(25)) {
    if (child.exitCode !== null || child.signalCode !== null) break
    if (server.port === undefined) {
      const ready = readyLine(output)
      if (ready !== null) return ready
    } else if (await accepts(server.port)) return { url: `http://127.0.0.1:${server.port}` }
  }
  const printed = readFileSync(output, 'utf8').slice(-2000)
  throw new Error(`${server.name} does not start (${server.command.join(' ')}):\n${printed}`)
}

function ended(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
  })
}

async function stopChild(child: ChildProcess): Promise<void> {
  signal(child, 'SIGTERM')
  const hurry = setTimeout(() => signal(child, 'SIGKILL'), 5000)
  await ended(child)
  clearTimeout(hurry)
}

let outputs = 0

/** Starts a server pinned to its core and resolves when it answers. */
export async function startServer(server: ServerCommand): Promise<RunningServer> {
  const output = join(scratch, `output-${++outputs}`)
  const descriptor = openSync(output, 'a')
  const [program = '', ...rest] = pinned(server.role ?? 'server', server.command)
  const channel = server.channel === true ? (['ipc'] as const) : []
  const child = spawn(program, rest, {
    stdio: ['pipe', descriptor, descriptor, ...channel],
    detached: true,
  })
  closeSync(descriptor)
  leaders.add(child)
  track(child)
  child.on('error', () => {})
  try {
    const { url, adminUrl = null } = await waitUntilReady(server, child, output)
    return {
      name: server.name,
      url,
      adminUrl,
      pid: child.pid ?? 0,
      forgetOutput: () => truncateSync(output),
      ask: (message) =>
        new Promise((resolve) => {
          child.once('message', resolve)
          child.send(message)
        }),
      tell: (message) => void child.send(message),
      stop: () => stopChild(child),
    }
  } catch (error) {
    await stopChild(child)
    throw error
  }
}
