// Whether anybody listens where an origin is said to be: one connection each, closed at once.
import { connect } from 'node:net'
import type { OriginTarget } from '../model/origin.ts'

/** Real milliseconds that one connection may take. */
const PATIENCE_MS = 2000
/** Connections at a time. */
const AT_ONCE = 8

/** Where to look. */
export type ReachTarget = Pick<Extract<OriginTarget, { kind: 'http' }>, 'hostname' | 'port'>

/** An address at which nobody answers, and why: ECONNREFUSED and the like. */
export interface Unreached extends ReachTarget {
  readonly reason: string
}

/** Tries every address once. Never rejects; ends early with those known so far when the signal says so. */
export async function findUnreached(
  targets: readonly ReachTarget[],
  signal: AbortSignal,
): Promise<Unreached[]> {
  const waiting = [...new Map(targets.map((each) => [`${each.hostname}:${each.port}`, each])).values()]
  const unreached: Unreached[] = []
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      const reason = await tryOnce(next, signal)
      if (reason !== null) unreached.push({ hostname: next.hostname, port: next.port, reason })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return unreached
}

function tryOnce({ hostname, port }: ReachTarget, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port, timeout: PATIENCE_MS })
    const end = (reason: string | null): void => {
      signal.removeEventListener('abort', stop)
      socket.destroy()
      resolve(reason)
    }
    const stop = (): void => end(null)
    signal.addEventListener('abort', stop)
    socket.once('connect', () => end(null))
    socket.once('timeout', () => end(`no answer within ${PATIENCE_MS} ms`))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    // Nobody stays for this.
    socket.unref()
  })
}
