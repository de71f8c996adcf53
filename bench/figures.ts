// The cases that are no ratio: memory per cached object, and the longest stop of the event loop while everything is invalidated.
import { setTimeout as delay } from 'node:timers/promises'
import { runLoad } from './load/load.ts'
import { usageOf } from './machine/proc.ts'
import type { RunningServer } from './machine/processes.ts'
import { fill, freshPrefix, withServers, type Settings } from './measure.ts'
import type { Verdict } from './report.ts'
import { ours } from './subjects.ts'

export interface Figure {
  name: string
  title: string
  measure: (settings: Settings, progress: (line: string) => void) => Promise<Verdict[]>
}

async function startsOf(settings: Settings, once: (start: number) => Promise<number[]>): Promise<number[][]> {
  const values: number[][] = []
  for (let start = 1; start <= settings.starts; start++) values.push(await once(start))
  return values
}

const MIB = 2 ** 20
const MEMORY_OBJECTS = 100_000

/** Grown resident memory after a warm-up, so that the program's own code and compiled code do not count. */
const memory: Figure = {
  name: 'memory',
  title: 'Resident memory of 100,000 objects of 1 KB, stored in both tiers',
  measure: async (settings, progress) => {
    const starts = await startsOf(settings, (start) =>
      withServers([ours('pocketfront', { memory: 'large' })], async ([server]) => {
        const { pid } = server as RunningServer
        await fill(server as RunningServer, freshPrefix('/1k/warm'), 10_000)
        const before = usageOf(pid).rss
        await fill(server as RunningServer, freshPrefix('/1k/o'), MEMORY_OBJECTS)
        const after = usageOf(pid).rss
        progress(`  start ${start}: ${(before / MIB).toFixed(0)} -> ${(after / MIB).toFixed(0)} MiB`)
        return [(after - before) / MIB]
      }),
    )
    const values = starts.map(([grown = Number.NaN]) => grown)
    return [{ what: 'growth of RSS', unit: ' MiB', values, must: 250, aim: 206, better: 'smaller' }]
  },
}

/** What the admin port takes to invalidate everything of every distribution. */
async function invalidateEverything(server: RunningServer): Promise<void> {
  const response = await fetch(`${server.adminUrl}/invalidations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ paths: ['/*'] }),
  })
  if (!response.ok)
    throw new Error(`the invalidation was refused: ${response.status} ${await response.text()}`)
}

const SETTLE_MS = 3000
const WATCH_SECONDS = 2

async function longestStop(
  server: RunningServer,
  prefix: string,
  count: number,
  meanwhile: () => Promise<void>,
): Promise<number> {
  server.tell('reset')
  const plan = { kind: 'random', prefix, count } as const
  const load = runLoad({ url: `${server.url}/`, connections: 1, seconds: WATCH_SECONDS, plan })
  await delay(200)
  await meanwhile()
  await load
  const { longestStopMs } = (await server.ask('report')) as { longestStopMs: number }
  return longestStopMs
}

const invalidation: Figure = {
  name: 'invalidation',
  title: 'Longest stop of the event loop while /* is invalidated and one connection goes on asking',
  measure: async (settings, progress) => {
    const starts = await startsOf(settings, (start) =>
      withServers([ours('pocketfront', { memory: 'large', probe: 'loop' })], async ([first]) => {
        const server = first as RunningServer
        const prefix = freshPrefix('/1k/o')
        await fill(server, prefix, settings.objects)
        await delay(SETTLE_MS)
        await longestStop(server, prefix, settings.objects, async () => {})
        const quiet = await longestStop(server, prefix, settings.objects, async () => {})
        const stop = await longestStop(server, prefix, settings.objects, () => invalidateEverything(server))
        progress(`  start ${start}: ${stop.toFixed(1)} ms, without an invalidation ${quiet.toFixed(1)} ms`)
        return [stop, quiet]
      }),
    )
    const limit = { unit: ' ms', must: 10, aim: 2, better: 'smaller' } as const
    const objects = settings.objects.toLocaleString('en')
    return [
      { ...limit, what: `invalidation over ${objects} objects`, values: starts.map(([stop = NaN]) => stop) },
      { ...limit, what: 'for comparison: no invalidation', values: starts.map(([, quiet = NaN]) => quiet) },
    ]
  },
}

export const FIGURES: readonly Figure[] = [memory, invalidation]
