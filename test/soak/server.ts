// The program under the soak: a pocketfront in a process of its own that measures itself when told.
import { readdirSync, readlinkSync } from 'node:fs'
import { createPocketfront } from '../../src/pocketfront.ts'

/** What the process holds; memory in bytes after a garbage collection, with empty caches. */
export interface Holding {
  readonly memory: number
  readonly resources: Readonly<Record<string, number>>
  /** Open descriptors by what they stand for; empty where the system does not tell. */
  readonly openFiles: Readonly<Record<string, number>>
}

export type Order = 'measure' | 'stop' | { readonly advance: number } | { readonly invalidate: string }

const origin = process.argv[2]!
const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only', OriginKeepaliveTimeout: 1 }
const behavior = { TargetOriginId: 'origin', ViewerProtocolPolicy: 'allow-all', Compress: true }
const TTLS = { MinTTL: 0, DefaultTTL: 30, MaxTTL: 300 }
const parameters = { EnableAcceptEncodingGzip: true, EnableAcceptEncodingBrotli: true }

const front = await createPocketfront({
  config: {
    Id: 'ESOAK',
    Enabled: true,
    Origins: [
      {
        Id: 'origin',
        DomainName: 'origin.example.com',
        CustomOriginConfig: custom,
        OriginShield: { Enabled: true, OriginShieldRegion: 'eu-west-1' },
      },
    ],
    DefaultCacheBehavior: {
      ...behavior,
      CachePolicy: { Name: 'soak', ...TTLS, ParametersInCacheKeyAndForwardedToOrigin: parameters },
    },
    CacheBehaviors: [
      {
        ...behavior,
        PathPattern: '/upload/*',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
        CachePolicy: 'CachingDisabled',
      },
    ],
  },
  origins: { origin },
  edgeMemory: 16 * 1024 * 1024,
  regionalMemory: 32 * 1024 * 1024,
  // So that the slow bodies lie in files.
  memoryObject: 64 * 1024,
})

function measure(): Holding {
  front.purge()
  // One collection finds what the finalizers of another let go.
  const collect = globalThis.gc as (() => void) | undefined
  for (let i = 0; i < 4; i++) collect?.()
  const { heapUsed, external } = process.memoryUsage()
  const resources = countByName(process.getActiveResourcesInfo())
  return { memory: heapUsed + external, resources, openFiles: countByName(listOpenFiles()) }
}

function countByName(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Sockets and pipes without their numbers. */
function listOpenFiles(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((each) => readOpenFile(each) ?? [])
  } catch {
    return []
  }
}

function readOpenFile(descriptor: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).replace(/:\[\d+\]$/, '')
  } catch {
    // The one that listed the others is closed by now.
    return null
  }
}

process.on('message', (order: Order) => {
  if (order === 'measure') process.send?.(measure())
  else if (order === 'stop') {
    // From here on nothing may keep the process alive.
    void front.stop().then(() => process.disconnect?.())
  } else if ('advance' in order) front.clock.advance(order.advance)
  else front.invalidate(order.invalidate)
})
process.send?.({ port: front.port })
