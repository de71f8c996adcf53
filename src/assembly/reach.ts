// Tells of origins that are down at start. They may come up later: nothing else follows from it.
import type { System } from './system.ts'
import { findUnreached, type ReachTarget } from '../origin/reach.ts'

/** Looks in the background; the returned function ends that. Without a log that takes warnings nobody is asked. */
export function warnOfOriginsThatAreDown({ logger, loaded }: Pick<System, 'logger' | 'loaded'>): () => void {
  if (!logger.isLevelEnabled('warn')) return () => {}
  const targets = loaded.deployment.Distributions.flatMap(({ Origins }) =>
    Origins.flatMap(({ target, Id }) => (target.kind === 'http' ? [{ ...target, id: Id }] : [])),
  )
  const stop = new AbortController()
  findUnreached(targets, stop.signal).then(
    (unreached) => {
      if (stop.signal.aborted) return
      for (const { hostname, port, reason } of unreached) {
        const ids = targets.filter((each) => isAt(each, { hostname, port })).map(({ id }) => id)
        const place = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
        logger.warn(
          { event: 'origin', origins: [...new Set(ids)] },
          `nobody answers at ${place} (${reason}), where ${[...new Set(ids)].join(', ')} should be; requests get a 502 or 504 until it is up`,
        )
      }
    },
    (error: unknown) => logger.error({ err: error }, 'origins could not be looked for'),
  )
  return () => stop.abort()
}

function isAt(a: ReachTarget, b: ReachTarget): boolean {
  return a.hostname === b.hostname && a.port === b.port
}
