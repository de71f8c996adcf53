// The CLI as a process of its own: what it writes, and how it ends.
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CONFIG_HOME = join(tmpdir(), 'pocketfront-tests')
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface CliOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A line of the JSON form. */
export type CliEvent = { readonly event: string } & Readonly<Record<string, unknown>>

/** The last event of the start. */
export interface ReadyEvent {
  readonly url: string
  readonly port: number
  readonly httpsUrl: string | null
  readonly caFile: string | null
  readonly adminUrl: string
  readonly adminPort: number
  readonly distributions: readonly string[]
}

export interface Cli extends AsyncDisposable {
  readonly process: ChildProcessByStdio<null, Readable, Readable>
  stdout(): string
  stderr(): string
  /** Resolves when stdout matches; rejects when the process ends without it. */
  output(pattern: RegExp): Promise<void>
  /** The events so far. */
  events(): CliEvent[]
  /** Resolves with the ready event. */
  ready(): Promise<ReadyEvent>
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts `pocketfront …` under the Node.js of the tests. */
export function startCli(argv: readonly string[], { cwd, env = {} }: CliOptions = {}): Cli {
  const { NO_COLOR: _color, ...inherited } = process.env
  const child = spawn(process.execPath, [MAIN, ...argv], {
    ...(cwd !== undefined && { cwd }),
    // The local certificate authority of the tests, not that of whoever runs them.
    env: { ...inherited, XDG_CONFIG_HOME: CONFIG_HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    for (const watcher of watchers) watcher()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  const output = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!pattern.test(out)) return
        watchers.delete(check)
        resolve()
      }
      watchers.add(check)
      check()
      void ended.then((code) => reject(new Error(`ended with ${code} without ${pattern}:\n${out}\n${err}`)))
    })
  const events = (): CliEvent[] =>
    out
      .slice(0, out.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line): CliEvent => JSON.parse(line))
  return {
    process: child,
    stdout: () => out,
    stderr: () => err,
    output,
    events,
    async ready() {
      await output(/"event":"ready".*\n/)
      return events().find(({ event }) => event === 'ready') as unknown as ReadyEvent
    },
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
