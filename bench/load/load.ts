// One slice of load against a URL: wrk where it is installed, our own generator elsewhere.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isInstalled, pinned, track } from '../machine/processes.ts'

/** What is asked: the URL's own path with headers of one's own, a POST to it, a new path each time, or one of many at random. */
export type Plan =
  | { kind: 'same'; headers?: Readonly<Record<string, string>>; status?: number }
  | { kind: 'post' }
  | { kind: 'unique'; prefix: string }
  | { kind: 'random'; prefix: string; count: number }
  | { kind: 'fill'; prefix: string; count: number }

export interface Load {
  url: string
  connections: number
  seconds: number
  plan: Plan
}

export interface LoadResult {
  requests: number
  perSecond: number
  p50: number
  p99: number
  bad: number
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** No fill of the bench takes longer. */
const FILL_SECONDS = 900

export const generatorName = isInstalled('wrk') ? 'wrk' : 'built-in generator'

/** So that two slices do not ask for the same objects in the same order. */
const seed = (): string => String(Math.floor(Math.random() * 1e9))

const toHeaderFlags = (headers: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])

function wrkArguments(load: Load): string[] {
  const { plan } = load
  const seconds = plan.kind === 'fill' ? FILL_SECONDS : load.seconds
  const common = ['-t1', `-c${load.connections}`, `-d${seconds}s`, '--latency', '--timeout', '20s']
  switch (plan.kind) {
    case 'same':
      return [...common, ...toHeaderFlags(plan.headers), load.url]
    case 'post':
      return [...common, '-s', beside('post.lua'), load.url]
    case 'unique':
      return [...common, '-s', beside('unique.lua'), load.url, '--', plan.prefix]
    case 'random':
      return [...common, '-s', beside('random.lua'), load.url, '--', plan.prefix, String(plan.count), seed()]
    case 'fill':
      return [...common, '-s', beside('unique.lua'), load.url, '--', plan.prefix, String(plan.count)]
  }
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function milliseconds(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? []
  return Number(value) * (UNITS[unit ?? ''] ?? Number.NaN)
}

function fromWrk(output: string): LoadResult {
  const first = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? ''
  const count = (pattern: RegExp): number => Number(first(pattern) || 0)
  return {
    requests: count(/(\d+) requests in/),
    perSecond: count(/Requests\/sec:\s+([\d.]+)/),
    p50: milliseconds(first(/\b50%\s+(\S+)/)),
    p99: milliseconds(first(/\b99%\s+(\S+)/)),
    bad:
      count(/Non-2xx or 3xx responses: (\d+)/) +
      count(/Socket errors: connect (\d+)/) +
      count(/Socket errors:.*read (\d+)/) +
      count(/Socket errors:.*write (\d+)/) +
      count(/Socket errors:.*timeout (\d+)/),
  }
}

function outputOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
      // wrk waits for its time even when the script has stopped; an interrupt ends it with its report.
      if (output.endsWith('counted\n')) child.kill('SIGINT')
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}

/** Runs one slice to its end. A fill ends when every path was answered. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const wrk = generatorName === 'wrk'
  const command = wrk
    ? ['wrk', ...wrkArguments(load)]
    : [process.execPath, beside('generator.ts'), JSON.stringify(load)]
  const [program = '', ...rest] = pinned('load', command)
  const env = load.plan.kind === 'fill' ? { ...process.env, BENCH_COUNTED: '1' } : process.env
  const child = track(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env }))
  const output = await outputOf(child)
  if (wrk && /requests in/.test(output)) return fromWrk(output)
  if (!wrk && output.includes('"requests"')) return JSON.parse(output) as LoadResult
  throw new Error(`the load generator failed: ${output.trim()}`)
}
