// How much resident memory cached objects take.
import { usageOf } from './machine/proc.ts'
import { fill, freshPrefix, withServers, type Settings } from './measure.ts'
import type { Verdict } from './report.ts'
import { ours } from './subjects.ts'

const MIB = 2 ** 20
const OBJECTS = 100_000
const WARM_UP = 10_000

/** Growth after a warm-up, so that the program and its compiled code do not count. Garbage of the fill does. */
async function grownMemory(progress: (line: string) => void): Promise<number> {
  return withServers([ours('pocketfront', { memory: 'large' })], async ([server]) => {
    if (server === undefined) throw new Error('pocketfront was not started')
    await fill(server, freshPrefix('/1k/warm'), WARM_UP)
    const before = usageOf(server.pid).rss / MIB
    await fill(server, freshPrefix('/1k/o'), OBJECTS)
    const after = usageOf(server.pid).rss / MIB
    progress(`  ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`)
    return after - before
  })
}

export async function measureMemory(
  settings: Settings,
  progress: (line: string) => void,
): Promise<Verdict[]> {
  const values: number[] = []
  for (let start = 1; start <= settings.starts; start++) values.push(await grownMemory(progress))
  return [{ what: 'growth of RSS', unit: ' MiB', values, must: 250, aim: 206, better: 'smaller' }]
}
