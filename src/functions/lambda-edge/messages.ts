// What may come from a thread or a process: a function that found the way out can have sent anything.
import { isObject } from '../header-maps.ts'
import type { VesselMessage } from './vessel.ts'

const FAILURES: ReadonlySet<unknown> = new Set(['threw', 'invalid', 'too-large'])

/** null for what is no message. */
export function checkMessage(value: unknown): VesselMessage | null {
  return isObject(value) && isMessage(value) ? (value as unknown as VesselMessage) : null
}

function isMessage(value: Record<string, unknown>): boolean {
  switch (value['kind']) {
    case 'ready':
      return true
    case 'unloadable':
      return typeof value['detail'] === 'string'
    case 'returned':
      return typeof value['json'] === 'string' && isDuration(value['microseconds'])
    case 'line':
      return (
        typeof value['text'] === 'string' &&
        (value['level'] === null || typeof value['level'] === 'string') &&
        (value['microseconds'] === undefined || isDuration(value['microseconds']))
      )
    case 'unstarted':
      return typeof value['id'] === 'number'
    case 'chunk':
      return value['bytes'] instanceof Uint8Array
    case 'failed':
      return typeof value['detail'] === 'string' && FAILURES.has(value['because'])
    case 'inputs':
      return Array.isArray(value['files']) && value['files'].every(isStamped)
    default:
      return false
  }
}

/** A time that is added to others: what is longer than a day is none. */
function isDuration(microseconds: unknown): boolean {
  return typeof microseconds === 'number' && microseconds >= 0 && microseconds < 24 * 3600 * 1e6
}

function isStamped(file: unknown): boolean {
  return isObject(file) && typeof file['path'] === 'string' && typeof file['stamp'] === 'string'
}
