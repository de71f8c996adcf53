// The soak: many requests with random hang-ups, after which memory is back and nothing is left open.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { randomFrom } from './content.ts'
import { startSoakOrigin } from './origin.ts'
import type { Holding, Order } from './server.ts'
import { visit } from './viewers.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '48' },
  },
})
const total = Number(values.requests)
const atOnce = Number(values['at-once'])
const random = randomFrom(Number(values.seed))
/** As much again before the first measure: what is made once is made then. */
const WARM_UP = Math.min(20_000, Math.ceil(total / 5))
const ALLOWED_GROWTH = 1.1
const END_WITHIN_MS = 15_000

const problems: string[] = []
/** Bodies in files lie in here; nothing does in the end. */
const temporary = mkdtempSync(join(tmpdir(), 'pocketfront-soak-'))
const origin = await startSoakOrigin()
const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [origin.url], {
  execArgv: ['--expose-gc'],
  env: { ...process.env, TMPDIR: temporary },
})
const [{ port }] = (await once(child, 'message')) as [{ port: number }]
const tell = (order: Order): void => void child.send(order)

const idle = await settle(child, null)
console.log(`seed ${values.seed}: ${WARM_UP} requests to warm up, then ${total}, ${atOnce} at once`)
await drive(WARM_UP)
const before = await settle(child, idle)
const tally = await drive(total)
const after = await settle(child, idle)
report()
tell('stop')
await ended(child)
for (const name of readdirSync(temporary)) problems.push(`a file is left: ${name}`)
rmSync(temporary, { recursive: true })
origin.server.closeAllConnections()
origin.server.close()

for (const problem of problems) console.error(`FAILED: ${problem}`)
process.exitCode = problems.length === 0 ? 0 : 1

async function drive(count: number): Promise<Awaited<ReturnType<typeof visit>>> {
  const result = await visit(port, count, atOnce, random, (done) => {
    if (done % 100 === 0) tell({ advance: Math.floor(random() * 3000) })
    if (done % 5000 === 0) tell({ invalidate: random() < 0.5 ? '/object/1*' : '/*' })
  })
  for (const wrong of result.wrong.slice(0, 10)) problems.push(wrong)
  if (child.exitCode !== null) problems.push(`the server ended with ${child.exitCode}`)
  return result
}

/** Measures once connections and their timers are gone, which takes real time. */
async function settle(from: ChildProcess, wanted: Holding | null): Promise<Holding> {
  const end = performance.now() + END_WITHIN_MS
  for (;;) {
    tell('measure')
    const [holding] = (await once(from, 'message')) as [Holding]
    if (wanted === null) return holding
    // Idle connections to an origin are open for their keep-alive time.
    const open = (holding.openFiles.socket ?? 0) - (wanted.openFiles.socket ?? 0)
    const isSettled = open <= 0 && (holding.resources.TCPSocketWrap ?? 0) === 0
    if (isSettled || performance.now() > end) return holding
    await delay(200)
  }
}

function report(): void {
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  const { requests, complete, left, broken, wrong } = tally
  console.log(
    `${requests} requests: ${complete} complete, ${left} left by the viewer, ${broken} broken off, ${wrong.length} wrong`,
  )
  console.log(`memory ${mib(before.memory)} before, ${mib(after.memory)} after`)
  console.log(
    `resources ${JSON.stringify(before.resources)} before, ${JSON.stringify(after.resources)} after`,
  )
  if (after.memory > before.memory * ALLOWED_GROWTH) problems.push('memory has grown by more than a tenth')
  if (complete === 0 || left === 0) problems.push('nothing was tried')
  compare(idle.resources, after.resources)
  compare(idle.openFiles, after.openFiles)
}

function compare(wanted: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(found)) {
    const usual = wanted[name] ?? 0
    if (count > usual) problems.push(`${count} of ${name} are open, ${usual} were at the start`)
  }
}

/** Nothing is left that keeps the process alive. */
async function ended(from: ChildProcess): Promise<void> {
  const late = setTimeout(() => {
    problems.push(`the process has not ended ${END_WITHIN_MS / 1000} s after stop()`)
    from.kill('SIGKILL')
  }, END_WITHIN_MS)
  const [code] = (await once(from, 'exit')) as [number | null]
  clearTimeout(late)
  if (code !== 0) problems.push(`the server ended with ${code}`)
}
