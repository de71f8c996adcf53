// What `import cf from 'cloudfront'` reaches during one run, and what the run left there.
import { HostError } from './contract.ts'
import type { HostModule, KvsAccess } from './contract.ts'
import { validateCwt, generateCwt } from './cwt.ts'
import type { CffEventType } from './headers.ts'
import { ORIGIN_METHODS } from './origin-choice.ts'
import type { OriginCall } from './origin-choice.ts'
import type { HookContext } from '../hooks.ts'
import type { KeyValueStore } from '../../model/functions.ts'
import { QUOTAS } from '../../model/quotas.ts'

/** One run's host, with what the function told it. */
export interface HostRun {
  readonly host: HostModule
  /** Calls of the helper methods for origins, in order. */
  readonly originCalls: readonly OriginCall[]
  /** The last text for the access log. */
  readonly logData: () => string | null
}

/** Where the function runs. */
export interface HostPlace extends Pick<HookContext, 'pop' | 'region'> {
  readonly event: CffEventType
  readonly store: KeyValueStore | null
  readonly rawQueryString: string | null
}

/**
 * Differs from CloudFront: edgeLocation.serverIp is 127.0.0.1, as every edge location is this machine.
 */
const SERVER_IP = '127.0.0.1'

export function createHostRun(place: HostPlace): HostRun {
  const originCalls: OriginCall[] = []
  let logData: string | null = null
  const call = (method: string, args: unknown[]): unknown => {
    if (ORIGIN_METHODS.has(method)) {
      if (place.event === 'viewer-response') {
        throw new HostError('Error', `${method} is available in viewer-request functions only`)
      }
      originCalls.push({ method, args })
      return undefined
    }
    switch (method) {
      case 'edgeLocation':
        return place.event === 'viewer-response' ? {} : toEdgeLocation(place)
      case 'logCustomData':
        if (typeof args[0] !== 'string') throw new HostError('TypeError', 'logCustomData expects a string')
        logData = cutLogData(args[0])
        return undefined
      case 'cwt.validateToken':
        return validateCwt(args)
      case 'cwt.generateToken':
        return generateCwt(args)
      default:
        throw new HostError('TypeError', `cloudfront.${method} is not a function`)
    }
  }
  const kvs = (id: string | null): KvsAccess | null => toAccess(place.store, id)
  return { host: { kvs, call, rawQueryString: place.rawQueryString }, originCalls, logData: () => logData }
}

/** (Developer Guide, 'General helper methods', edgeLocation) */
function toEdgeLocation({ pop, region }: HostPlace): object {
  return { name: pop.slice(0, 3), serverIp: SERVER_IP, region }
}

/** (Developer Guide, 'Helper methods for key value stores') A store without an ARN in the configuration has its name for an id, too. */
function toAccess(store: KeyValueStore | null, id: string | null): KvsAccess | null {
  if (store === null) return null
  if (id !== null && id !== store.Id && id !== store.Name) return null
  const { items } = store
  return {
    get: (key) => items.get(key),
    exists: (key) => items.has(key),
    meta: () => ({
      creationDateTime: new Date(store.createdAt).toISOString(),
      lastUpdatedDateTime: new Date(store.modifiedAt).toISOString(),
      keyCount: items.size,
    }),
  }
}

/** As much as has room after URL encoding, whole characters. */
function cutLogData(text: string): string {
  let [bytes, length] = [0, 0]
  for (const character of text.toWellFormed()) {
    bytes += encodeURIComponent(character).length
    if (bytes > QUOTAS.functionLogDataBytes) break
    length += character.length
  }
  return text.toWellFormed().slice(0, length)
}
