// What invalidations cost a full cache: how long the event loop stands still, and how soon they take effect.
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningServer } from './machine/processes.ts'

/** Longest stops in milliseconds, with an invalidation and in an equal time without one. */
export interface Stops {
  invalidating: number
  quiet: number
}

/** What the admin port takes to invalidate paths of every distribution. */
async function invalidate(server: RunningServer, paths: readonly string[]): Promise<void> {
  const response = await fetch(`${server.adminUrl}/invalidations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ paths }),
  })
  if (!response.ok)
    throw new Error(`the invalidation was refused: ${response.status} ${await response.text()}`)
}

const invalidateEverything = (server: RunningServer): Promise<void> => invalidate(server, ['/*'])

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

const FILES = 3000
const WILDCARDS = 15

/** As many paths as CloudFront lets be in progress, none of which takes an object that is asked for. */
export async function invalidateOthers(server: RunningServer): Promise<void> {
  await invalidate(
    server,
    Array.from({ length: FILES }, (_, index) => `/other/${index}`),
  )
  await invalidate(
    server,
    Array.from({ length: WILDCARDS }, (_, index) => `/others/${index}/*`),
  )
}

/**
 * Milliseconds from sending an invalidation that takes every object until a viewer has got a new copy of one, the
 * requests to both ports included.
 */
export async function measureEffect(server: RunningServer, prefix: string): Promise<number> {
  await delay(SETTLE_MS)
  const times: number[] = []
  for (let repeat = 0; repeat < 2 * REPEATS; repeat++) {
    await ask(server, prefix)
    // The limit on wildcards in progress counts those of the last second.
    await delay(WATCH_MS)
    const started = performance.now()
    await invalidate(server, [`${prefix}*`])
    const xCache = await ask(server, prefix)
    times.push(performance.now() - started)
    if (xCache !== 'Miss from cloudfront') throw new Error(`after its invalidation an object was a ${xCache}`)
  }
  // The first ones compile the code.
  return times.slice(REPEATS).toSorted((a, b) => a - b)[REPEATS >> 1] ?? Number.NaN
}

async function ask(server: RunningServer, prefix: string): Promise<string | null> {
  const response = await fetch(`${server.url}${prefix}0`)
  await response.arrayBuffer()
  return response.headers.get('x-cache')
}
