// Interleaved measuring: every subject of a group in slices of one second, round after round, start after start.
import { setTimeout as delay } from 'node:timers/promises'
import { runLoad, type Load, type LoadResult, type Plan } from './load/load.ts'
import { machineCpu, ownCpu, usageOf } from './machine/proc.ts'
import type { RunningServer } from './machine/processes.ts'
import { startOrigin, type Subject } from './subjects.ts'

export interface Settings {
  starts: number
  rounds: number
  seconds: number
  /** Objects in the large cases. */
  objects: number
}

/** One slice: what the generator saw and what it cost the server. */
export interface Slice extends LoadResult {
  /** Microseconds of CPU time per request, of the server's whole process tree. */
  cpu: number
  rss: number
  /** Share of one core that others than the bench used. */
  foreign: number
}

/** A subject as one group asks it. */
export interface Contestant {
  subject: Subject
  path: string
  plan: Plan | 'unique'
  /** Runs once after every start, before anything is measured. */
  prepare?: (server: RunningServer) => Promise<void>
  /** Runs once at the end of every start, after the last round. */
  finish?: (server: RunningServer) => Promise<void>
}

/** All slices: one list per start, in the order of the rounds. */
export type Slices = Map<string, Slice[][]>

/** Above this share of a core the work of others spoils a slice. */
const MAX_FOREIGN = 0.25
const TRIES = 3
/** Slices before the first one that counts, so that the code is compiled when it does. */
const WARM_UP_SLICES = 4

let prefixes = 0
/** A beginning of paths that nobody has asked for in this run. */
export const freshPrefix = (path: string): string => `${path}-${(++prefixes).toString(36)}-`

const planOf = (contestant: Contestant): Plan =>
  contestant.plan === 'unique' ? { kind: 'unique', prefix: freshPrefix(contestant.path) } : contestant.plan

async function slice(server: RunningServer, origin: RunningServer, load: Load): Promise<Slice> {
  const before = {
    all: machineCpu(),
    own: ownCpu(),
    server: usageOf(server.pid),
    origin: usageOf(origin.pid).cpu,
  }
  const started = performance.now()
  const result = await runLoad(load)
  const seconds = (performance.now() - started) / 1000
  const after = usageOf(server.pid)
  const used = after.cpu - before.server.cpu
  const accounted = used + (ownCpu() - before.own) + (usageOf(origin.pid).cpu - before.origin)
  server.forgetOutput()
  return {
    ...result,
    cpu: (used / result.requests) * 1e6,
    rss: after.rss,
    foreign: Math.max(0, (machineCpu() - before.all - accounted) / seconds),
  }
}

/** The least disturbed of a few tries. */
async function quietSlice(server: RunningServer, origin: RunningServer, load: () => Load): Promise<Slice> {
  let best = await slice(server, origin, load())
  for (let tries = 1; tries < TRIES && best.foreign > MAX_FOREIGN; tries++) {
    await delay(500)
    const next = await slice(server, origin, load())
    if (next.foreign < best.foreign) best = next
  }
  return best
}

/** Starts servers for `use` and ends them afterwards, also when it fails. */
export async function withServers<T>(
  subjects: readonly Subject[],
  use: (servers: readonly RunningServer[], origin: RunningServer) => Promise<T>,
): Promise<T> {
  const origin = await startOrigin()
  const servers: RunningServer[] = []
  try {
    for (const subject of subjects) servers.push(await subject.start(origin.url))
    return await use(servers, origin)
  } finally {
    await Promise.all([...servers, origin].map((server) => server.stop()))
  }
}

export async function fill(server: RunningServer, prefix: string, count: number): Promise<void> {
  const plan: Plan = { kind: 'fill', prefix, count }
  const { bad } = await runLoad({ url: `${server.url}/`, connections: 64, seconds: 0, plan })
  if (bad > count / 1000)
    throw new Error(`${server.name}: ${bad} of ${count} requests failed while it was filled`)
}

async function oneStart(
  contestants: readonly Contestant[],
  connections: number,
  settings: Settings,
): Promise<Slice[][]> {
  return withServers(
    contestants.map(({ subject }) => subject),
    async (servers, origin) => {
      const loadOf = (index: number, seconds: number) => (): Load => {
        const contestant = contestants[index] as Contestant
        const url = `${servers[index]?.url ?? ''}${contestant.path}`
        return { url, connections, seconds, plan: planOf(contestant) }
      }
      for (const [index, server] of servers.entries()) {
        await contestants[index]?.prepare?.(server)
        const warm = await runLoad(loadOf(index, settings.seconds * WARM_UP_SLICES)())
        if (warm.requests === 0) throw new Error(`${server.name} answers nothing`)
      }
      const slices: Slice[][] = servers.map(() => [])
      for (let round = 0; round < settings.rounds; round++) {
        for (const [index, server] of servers.entries()) {
          slices[index]?.push(await quietSlice(server, origin, loadOf(index, settings.seconds)))
        }
      }
      for (const [index, server] of servers.entries()) await contestants[index]?.finish?.(server)
      return slices
    },
  )
}

/** Measures a group; what it prints on the way goes to `progress`. */
export async function measure(
  contestants: readonly Contestant[],
  connections: number,
  settings: Settings,
  progress: (line: string) => void,
): Promise<Slices> {
  const all: Slices = new Map(contestants.map(({ subject }) => [subject.name, []]))
  for (let start = 1; start <= settings.starts; start++) {
    const slices = await oneStart(contestants, connections, settings)
    for (const [index, { subject }] of contestants.entries()) {
      const own = slices[index] ?? []
      all.get(subject.name)?.push(own)
      const cpu = own.map((one) => one.cpu.toFixed(1)).join(' ')
      const bad = own.reduce((sum, one) => sum + one.bad, 0)
      progress(
        `  start ${start}  ${subject.name}: CPU µs/request ${cpu}${bad > 0 ? `  BAD ANSWERS ${bad}` : ''}`,
      )
    }
  }
  return all
}
