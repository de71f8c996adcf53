// How long the event loop of a full cache stands still while everything in it is invalidated.
import { setTimeout as delay } from 'node:timers/promises'
import { runLoad } from './load/load.ts'
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
const WATCH_SECONDS = 2

/** One connection asks for stored objects at random all the while. */
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

const nothing = async (): Promise<void> => {}

/** Needs a server that was started with servers/loop-probe.ts. */
export async function measureStops(server: RunningServer, prefix: string, count: number): Promise<Stops> {
  await delay(SETTLE_MS)
  await longestStop(server, prefix, count, nothing)
  const quiet = await longestStop(server, prefix, count, nothing)
  const invalidating = await longestStop(server, prefix, count, () => invalidateEverything(server))
  return { invalidating, quiet }
}
