// How long the event loop of a full cache stands still while everything in it is invalidated.
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningServer } from './machine/processes.ts'

/** Longest stops in milliseconds, with an invalidation and in an equal time without one. */
export interface Stops {
  invalidating: number
  quiet: number
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
const WATCH_MS = 300
const REPEATS = 5

/** Nothing else is asked meanwhile: under load the collection of garbage would stop the loop longer than this. */
async function longestStop(server: RunningServer, meanwhile: () => Promise<void>): Promise<number> {
  const stops: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    server.tell('reset')
    await meanwhile()
    await delay(WATCH_MS)
    const { longestStopMs } = (await server.ask('report')) as { longestStopMs: number }
    stops.push(longestStopMs)
  }
  return stops.toSorted((a, b) => a - b)[REPEATS >> 1] ?? Number.NaN
}

const nothing = async (): Promise<void> => {}

/** Needs a server that was started with servers/loop-probe.ts. */
export async function measureStops(server: RunningServer): Promise<Stops> {
  await delay(SETTLE_MS)
  await longestStop(server, () => invalidateEverything(server))
  const quiet = await longestStop(server, nothing)
  const invalidating = await longestStop(server, () => invalidateEverything(server))
  return { invalidating, quiet }
}
