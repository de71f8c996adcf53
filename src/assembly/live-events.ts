// What changed while running, for pages and tools that follow along; bounded, and free when nobody listens.
import type { LiveEvent, LiveEvents } from '../control/admin.ts'
import type { FunctionLog } from '../functions/log.ts'

/** More listeners than this are refused; a page has one. */
const MOST_LISTENERS = 64

export interface EventHub extends LiveEvents {
  publish(event: LiveEvent): void
}

export function createEventHub(): EventHub {
  const listeners = new Set<(event: LiveEvent) => void>()
  return {
    subscribe(listener) {
      if (listeners.size >= MOST_LISTENERS) return null
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    publish(event) {
      for (const listener of listeners) listener(event)
    },
  }
}

/** A log of functions that tells of saved files, too. */
export function withFunctionEvents(log: FunctionLog, hub: EventHub): FunctionLog {
  return (entry) => {
    log(entry)
    if (entry.kind === 'reloaded' || entry.kind === 'broken') {
      hub.publish({ event: 'function', name: entry.functionName, ok: entry.kind === 'reloaded' })
    }
  }
}
