// The functions that the prelude calls on the host: log, module methods, hashes, encodings.
import { createHash, createHmac } from 'node:crypto'
import { HostError } from '../contract.ts'
import type { HostFunction } from './prelude.ts'
import type { Machine } from './machine.ts'
import type { Pointer } from './quickjs.ts'
import type { HostModule } from '../contract.ts'

/** What the host keeps of the run that is going on. */
export interface Session {
  readonly host: HostModule
  readonly now: number
  readonly log: (line: string) => void
  /** Work of the host on behalf of the function, in the unit of its budget. */
  readonly charge: (units: number) => void
}

type Implementation = (machine: Machine, args: (index: number) => Pointer, session: Session) => Pointer

/** Bytes that the host hashes or converts in the time of one unit. */
const BYTES_PER_UNIT = 16
const CALL_UNITS = 200

/** Every function of the host takes and returns values of the machine, and never throws. */
export const IMPLEMENTATIONS: Readonly<Record<HostFunction, Implementation>> = {
  hostLog(machine, args, session) {
    const text = machine.toText(args(0))
    session.log(text.startsWith('j') ? (JSON.parse(text.slice(1)) as string) : text.slice(1))
    return machine.undefined
  },
  hostCall(machine, args, session) {
    session.charge(CALL_UNITS)
    const call: unknown = JSON.parse(machine.toText(args(0)))
    return machine.toValue(answer(() => operate(session.host, ...checkCall(call))))
  },
  hostHash(machine, args, session) {
    const bytes = machine.toBytes(args(1))
    session.charge(bytes.length / BYTES_PER_UNIT)
    return machine.fromBytes(
      createHash(machine.toText(args(0)))
        .update(bytes)
        .digest(),
    )
  },
  hostHmac(machine, args, session) {
    const bytes = machine.toBytes(args(2))
    session.charge(bytes.length / BYTES_PER_UNIT)
    const hmac = createHmac(machine.toText(args(0)), machine.toBytes(args(1)))
    return machine.fromBytes(hmac.update(bytes).digest())
  },
  hostEncode(machine, args, session) {
    return encode(machine, machine.toText(args(0)), machine.toText(args(1)), session)
  },
  hostEncodeJson(machine, args, session) {
    const text = JSON.parse(machine.toText(args(0))) as string
    return encode(machine, text, machine.toText(args(1)), session)
  },
  hostDecode(machine, args, session) {
    const bytes = machine.toBytes(args(0))
    session.charge(bytes.length / BYTES_PER_UNIT)
    const text = Buffer.from(bytes.buffer).toString(machine.toText(args(1)) as BufferEncoding)
    return machine.toValue(text.includes('\0') ? JSON.stringify(text) : `s${text}`)
  },
}

function encode(machine: Machine, text: string, encoding: string, session: Session): Pointer {
  session.charge(text.length / BYTES_PER_UNIT)
  return machine.fromBytes(Buffer.from(text, encoding as BufferEncoding))
}

function answer(operation: () => unknown): string {
  try {
    const value = operation()
    return value === undefined ? '{}' : JSON.stringify({ value })
  } catch (error) {
    const known = error instanceof HostError
    const name = known ? error.name : 'InternalError'
    const message = error instanceof Error ? error.message : String(error)
    return JSON.stringify({ error: { name, message } })
  }
}

/** A function may have given arrays a toJSON of its own. */
function checkCall(call: unknown): [operation: string, args: unknown[]] {
  const [operation, args] = Array.isArray(call) ? (call as unknown[]) : []
  if (typeof operation === 'string' && Array.isArray(args)) return [operation, args]
  throw new HostError('TypeError', 'The arguments of the call are not valid.')
}

function describeMissingStore(id: string | null): string {
  return id === null
    ? 'The function has no key value store.'
    : `The function has no key value store with the id ${id}.`
}

/** (Developer Guide, 'Helper methods for key value stores') */
function operate(host: HostModule, operation: string, args: unknown[]): unknown {
  if (operation !== 'kvs' && !operation.startsWith('kvs.')) return host.call(operation, args)
  const id = args[0] as string | null
  const key = args[1] as string
  const store = host.kvs(id)
  if (store === null) throw new HostError('KVSNamespaceNotFound', describeMissingStore(id))
  switch (operation) {
    case 'kvs.get': {
      const value = store.get(key)
      if (value === undefined) throw new HostError('KeyNotFound', `The key ${key} was not found.`)
      return value
    }
    case 'kvs.exists':
      return store.exists(key)
    case 'kvs.meta':
      return store.meta()
    default:
      return null
  }
}
