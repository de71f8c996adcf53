// Load without wrk: keep-alive connections over undici, one request at a time on each. Prints one JSON line.
import { Pool } from 'undici'
import type { Load } from './load.ts'

const load = JSON.parse(process.argv[2] ?? '{}') as Load
const target = new URL(load.url)
const pool = new Pool(target.origin, { connections: load.connections, pipelining: 1 })
const form = `name=value&${'x'.repeat(100)}`
const plan = load.plan
const headers = plan.kind === 'same' ? { ...plan.headers } : {}
const expected = plan.kind === 'same' ? (plan.status ?? 200) : 200
const latencies: number[] = []
let sent = 0
let bad = 0

function nextPath(): string {
  sent += 1
  switch (plan.kind) {
    case 'unique':
    case 'fill':
      return `${plan.prefix}${sent}`
    case 'random':
      return `${plan.prefix}${1 + Math.floor(Math.random() * plan.count)}`
    case 'same':
    case 'post':
      return target.pathname
  }
}

const ask = (): Promise<void> =>
  new Promise((done) => {
    const started = performance.now()
    let status = 0
    const post = plan.kind === 'post'
    const request = post
      ? { method: 'POST' as const, path: nextPath(), body: form, headers: { 'content-type': 'text/plain' } }
      : { method: 'GET' as const, path: nextPath(), headers }
    pool.dispatch(request, {
      onConnect: () => {},
      onHeaders: (code) => {
        status = code
        return true
      },
      onData: () => true,
      onComplete: () => {
        latencies.push(performance.now() - started)
        if (status !== expected) bad += 1
        done()
      },
      onError: () => {
        bad += 1
        done()
      },
    })
  })

const started = performance.now()
const more = (): boolean =>
  plan.kind === 'fill' ? sent < plan.count : performance.now() - started < load.seconds * 1000
const connection = async (): Promise<void> => {
  while (more()) await ask()
}
await Promise.all(Array.from({ length: load.connections }, connection))
const seconds = (performance.now() - started) / 1000
await pool.destroy()

const sorted = latencies.toSorted((a, b) => a - b)
const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
process.stdout.write(
  `${JSON.stringify({ requests: latencies.length, perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99), bad })}\n`,
)
