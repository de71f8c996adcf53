// The cases of the bench: who is measured against whom, and what the project promises about it.
import { invalidateOthers, measureEffect, measureStops, type Stops } from './invalidation.ts'
import { fill, freshPrefix, type Contestant, type Settings } from './measure.ts'
import { isInstalled, type RunningServer } from './machine/processes.ts'
import type { Goal, Verdict } from './report.ts'
import { bare, dispatch, ours, peers, type Subject } from './subjects.ts'
import { createEdited, measureSwap, type Kind } from './swap.ts'

export interface Group {
  name: string
  title: string
  connections: number
  contestants: (settings: Settings) => Contestant[]
  goals: readonly Goal[]
  /** What the contestants' own finishing measured beside the slices. */
  verdicts?: () => Verdict[]
  remarks?: () => string[]
}

const BARE = 'bare node:http'
const BROTLI = 'pocketfront, Brotli'
const OURS = 'pocketfront'
const LOGGED = 'pocketfront, one log line per request'

const same = (subject: Subject, path: string): Contestant => ({ subject, path, plan: { kind: 'same' } })
/** Of an object that lies in a file; all of it is fetched first. */
function partOf(subject: Subject): Contestant {
  const path = '/100m/film'
  return {
    subject,
    path,
    plan: { kind: 'same', headers: { Range: 'bytes=50000000-50102399' }, status: 206 },
    async prepare({ url }) {
      // The load asks for no encoding, and the encoding is in the key.
      const response = await fetch(url + path, { headers: { 'accept-encoding': 'identity' } })
      for await (const _ of response.body ?? []);
    },
  }
}

/** A stored Brotli form; a fetch of its own makes it before anything is measured. */
function compressed(subject: Subject): Contestant {
  const path = '/text/page'
  const headers = { 'Accept-Encoding': 'br' }
  return {
    subject,
    path,
    plan: { kind: 'same', headers },
    async prepare({ url }) {
      for (let i = 0; i < 2; i++) await (await fetch(url + path, { headers })).arrayBuffer()
    },
  }
}

const perCpu = (subject: string, against: string, must: number, aim: number): Goal => ({
  subject,
  against,
  ratioOf: 'requests per CPU second',
  must,
  aim,
  better: 'larger',
})

const NODE_FUNCTION = 'with a Node.js function'
const PYTHON_FUNCTION = 'with a Python function'
const REWRITE = 'with a CloudFront Function that rewrites'
const TOKEN = 'with a CloudFront Function that signs a token'
const added = (subject: string, must: number, aim: number): Goal => ({
  subject,
  against: OURS,
  ratioOf: 'CPU µs added',
  must,
  aim,
  better: 'smaller',
})

const FEW = `${OURS}, 1,000 objects`
const MANY = `${OURS}, many objects`
const stops: Stops[] = []
const UNTOUCHED = `${OURS}, many objects`
const AFTER = `${OURS}, after 3,015 invalidations of others`
const effects: number[] = []

/** Asks for one of `count` stored objects at random, and at the end invalidates them all. */
function among(name: string, count: number, keep: (stops: Stops) => void): Contestant {
  const prefix = freshPrefix('/1k/o')
  return {
    subject: ours(name, { memory: 'large', heap: 'large', probe: 'loop' }),
    path: '/',
    plan: { kind: 'random', prefix, count },
    prepare: (server) => fill(server, prefix, count),
    finish: async (server) => keep(await measureStops(server)),
  }
}

/** The same with objects that have yet to be compared with invalidations. */
function amongOthers(
  name: string,
  count: number,
  invalidates: (server: RunningServer) => Promise<void>,
): Contestant {
  const prefix = freshPrefix('/1k/i')
  return {
    subject: ours(name, { memory: 'large', heap: 'large' }),
    path: '/',
    plan: { kind: 'random', prefix, count },
    prepare: async (server) => {
      await fill(server, prefix, count)
      await invalidates(server)
    },
    finish: async (server) => {
      if (name === AFTER) effects.push(await measureEffect(server, prefix))
    },
  }
}

const SWAPPED: readonly (readonly [kind: Kind, name: string])[] = [
  ['cloudfront', 'with a CloudFront Function that answers'],
  ['node', 'with a Node.js function that answers'],
  ...(isInstalled('python3') ? [['python', 'with a Python function that answers'] as const] : []),
]
const swaps = new Map<string, number[]>(SWAPPED.map(([, name]) => [name, []]))

/** Answers by itself; when the load is over the function is saved again and again. */
function saved([kind, name]: readonly [Kind, string]): Contestant {
  const edited = createEdited(kind)
  return {
    ...same(ours(name, { watched: edited.config }), '/swap'),
    finish: async (server) => void swaps.get(name)?.push(await measureSwap(server, edited)),
  }
}

export const GROUPS: readonly Group[] = [
  {
    name: 'hit',
    title: 'Edge hit of 1 KB, 64 connections',
    connections: 64,
    contestants: () => [
      same(bare(BARE, 1024), '/1k/hit'),
      same(ours(OURS), '/1k/hit'),
      same(ours(LOGGED, { log: 'lines' }), '/1k/hit'),
      ...peers.map((peer) => same(peer, '/1k/hit')),
    ],
    goals: [
      perCpu(OURS, BARE, 0.85, 0.95),
      perCpu(LOGGED, BARE, 0.75, 0.9),
      perCpu(OURS, 'Varnish', 1, 1.3),
      perCpu(OURS, 'nginx proxy_cache', 0.75, 1),
    ],
  },
  {
    name: 'hit-100k',
    title: 'Edge hit of 100 KB, 64 connections',
    connections: 64,
    contestants: () => [same(bare(BARE, 102_400), '/100k/hit'), same(ours(OURS), '/100k/hit')],
    goals: [perCpu(OURS, BARE, 0.9, 0.95)],
  },
  {
    name: 'part',
    title: 'Range of 100 KB in the middle of a cached object of 100 MB, 64 connections',
    connections: 64,
    contestants: () => [same(bare(BARE, 102_400), '/100k/hit'), partOf(ours(OURS))],
    goals: [perCpu(OURS, BARE, 0.3, 0.5)],
  },
  {
    name: 'brotli',
    title: 'Edge hit of the Brotli form of 20 KB of text, which is about 1 KB, 64 connections',
    connections: 64,
    contestants: () => [same(ours(OURS), '/1k/hit'), compressed(ours(BROTLI))],
    goals: [perCpu(BROTLI, OURS, 0.85, 0.95)],
  },
  {
    name: 'refresh',
    title:
      'RefreshHit of 1 KB: an object that the origin confirms each time, through both tiers, 64 connections',
    connections: 64,
    contestants: () => [same(dispatch, '/refresh/a'), same(ours(OURS, { confirms: true }), '/refresh/a')],
    goals: [perCpu(OURS, dispatch.name, 0.4, 0.6)],
  },
  {
    name: 'edge-hit-latency',
    title: 'Latency of an edge hit of 1 KB, one connection',
    connections: 1,
    contestants: () => [same(bare(BARE, 1024), '/1k/hit'), same(ours(OURS), '/1k/hit')],
    goals: [{ subject: OURS, against: BARE, ratioOf: 'p50', must: 1.2, aim: 1.05, better: 'smaller' }],
  },
  {
    name: 'miss',
    title: 'Cacheable miss of 1 KB, stored in both tiers, 64 connections, every path new',
    connections: 64,
    contestants: () => [
      { subject: dispatch, path: '/1k/miss', plan: 'unique' },
      { subject: ours(OURS), path: '/1k/miss', plan: 'unique' },
    ],
    goals: [perCpu(OURS, dispatch.name, 0.7, 0.9)],
  },
  {
    name: 'post',
    title: 'POST of 111 bytes, passed through, 64 connections',
    connections: 64,
    contestants: () => [
      { subject: dispatch, path: '/1k/post', plan: { kind: 'post' } },
      { subject: ours(OURS), path: '/1k/post', plan: { kind: 'post' } },
    ],
    goals: [perCpu(OURS, dispatch.name, 0.7, 0.9)],
  },
  {
    name: 'entries',
    title:
      'Edge hit of 1 KB among many objects in random order, 64 connections; then all of them invalidated',
    connections: 64,
    contestants: ({ objects }) => [
      among(FEW, 1000, () => {}),
      among(MANY, objects, (one) => stops.push(one)),
    ],
    goals: [
      {
        subject: MANY,
        against: FEW,
        ratioOf: 'CPU per request',
        must: 1.25,
        aim: 1.1,
        better: 'smaller',
      },
    ],
    verdicts: () => [
      {
        what: 'longest stop of the event loop while /* is invalidated over the many objects',
        unit: ' ms',
        values: stops.map(({ invalidating }) => invalidating),
        must: 10,
        aim: 2,
        better: 'smaller',
      },
    ],
    remarks: () => [
      `Longest stop in an equal time without an invalidation: ${stops.map(({ quiet }) => quiet.toFixed(1)).join(', ')} ms.`,
    ],
  },
  {
    name: 'lambda',
    title: 'Edge hit of 1 KB with a Lambda@Edge function at viewer-request, 64 connections',
    connections: 64,
    contestants: () => [
      same(ours(OURS), '/1k/hit'),
      same(ours(NODE_FUNCTION, { lambda: 'node' }), '/1k/hit'),
      ...(isInstalled('python3') ? [same(ours(PYTHON_FUNCTION, { lambda: 'python' }), '/1k/hit')] : []),
    ],
    goals: [added(NODE_FUNCTION, 300, 150), added(PYTHON_FUNCTION, 400, 200)],
  },
  {
    name: 'cloudfront-function',
    title: 'Edge hit of 1 KB with a CloudFront Function at viewer-request, 64 connections',
    connections: 64,
    contestants: () => [
      same(ours(OURS), '/1k/hit'),
      same(ours(REWRITE, { cloudFrontFunction: 'rewrite' }), '/1k/hit'),
      same(ours(TOKEN, { cloudFrontFunction: 'token' }), '/1k/hit'),
    ],
    goals: [added(REWRITE, 500, 250), added(TOKEN, 700, 350)],
  },
  {
    name: 'swap',
    title:
      'Answers of a function at viewer-request, 64 connections; then the function is saved again and again',
    connections: 64,
    contestants: () => SWAPPED.map(saved),
    goals: [],
    verdicts: () =>
      [...swaps].map(([name, values]) => ({
        what: `${name}: from a save until a request is answered by it`,
        unit: ' ms',
        values,
        must: 200,
        aim: 100,
        better: 'smaller' as const,
      })),
  },
  {
    name: 'invalidation',
    title:
      'Edge hit of 1 KB among many objects, most of them for the first time since invalidations of others',
    connections: 64,
    contestants: ({ objects }) => [
      amongOthers(UNTOUCHED, objects, async () => {}),
      amongOthers(AFTER, objects, invalidateOthers),
    ],
    goals: [
      {
        subject: AFTER,
        against: UNTOUCHED,
        ratioOf: 'CPU per request',
        must: 1.3,
        aim: 1.1,
        better: 'smaller',
      },
    ],
    verdicts: () => [
      {
        what: 'from sending the invalidation of all objects until a viewer has got a new copy',
        unit: ' ms',
        values: effects,
        must: 5,
        aim: 3,
        better: 'smaller',
      },
    ],
  },
]
