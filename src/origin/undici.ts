// The parts of undici that dial origins, without the rest of it.
import { createRequire } from 'node:module'
import type * as Undici from 'undici'

type Parts = Pick<typeof Undici, 'Client' | 'Pool'>
let parts: Parts | null = null

/**
 * Loaded by the first request whose body streams: most of what a local front is asked needs no more than connections
 * of our own. The package as a whole loads its own fetch, WebSocket and caches, and with a look at globalThis.Headers
 * those of Node.js as well.
 */
export function loadUndici(): Parts {
  parts ??= load()
  return parts
}

function load(): Parts {
  const require = createRequire(import.meta.url)
  try {
    return {
      Client: require('undici/lib/dispatcher/client.js') as typeof Undici.Client,
      Pool: require('undici/lib/dispatcher/pool.js') as typeof Undici.Pool,
    }
  } catch {
    // A release that has them elsewhere.
    return require('undici') as typeof Undici
  }
}
