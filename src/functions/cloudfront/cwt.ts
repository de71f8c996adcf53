// CBOR web tokens for cf.cwt: COSE_Mac0 with HS256, as plain values. ('CWT support for CloudFront Functions')
import { createHmac, timingSafeEqual } from 'node:crypto'
import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'
import type { CborValue } from './cbor.ts'
import { HostError } from './contract.ts'
import { isObject } from '../header-maps.ts'

/** Tags of CBOR (RFC 8392, RFC 9052, section 2). */
const CWT_TAG = 61
const MAC0_TAG = 17
/** HMAC with SHA-256 (RFC 9053, section 3.1). */
const HS256 = 5
const ALG = 1
const MAX_BYTES = 1024

/** `validateToken(buffer, {key})`: throws unless the token is well-formed and signed with the key. Claims are not looked at. */
export function validateCwt(args: readonly unknown[]): object {
  const bytes = toBytes(args[0])
  if (bytes === null) throw refuse('validateToken expects a Buffer')
  const key = keyOf(args[1])
  if (bytes.length > MAX_BYTES) throw refuse(`the token is longer than ${MAX_BYTES} bytes`)
  const [protectedBytes, unprotectedHeaders, payload, mac] = openMac0(bytes)
  const protectedHeaders = protectedBytes.length === 0 ? new Map() : decode(protectedBytes)
  if (!(protectedHeaders instanceof Map) || !isHs256(protectedHeaders.get(ALG) as CborValue)) {
    throw refuse('the algorithm of the token is not HS256')
  }
  const expected = toMac(key, protectedBytes, payload)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected))
    throw refuse('the signature is not valid')
  return {
    protectedHeaders: toPlain(protectedHeaders as CborValue),
    unprotectedHeaders: toPlain(unprotectedHeaders),
    payload: toPlain(decode(payload)),
  }
}

/** `generateToken(payload, context)`, in either order: the signature and the examples of the manual differ. */
export function generateCwt(args: readonly unknown[]): object {
  const [token, context] = isContext(args[0]) ? [args[1], args[0]] : [args[0], args[1]]
  if (!isObject(context) || context['coseTag'] !== 'MAC0') throw refuse('coseTag must be MAC0')
  if (!isObject(token))
    throw refuse('generateToken expects an object with protected, unprotected and payload')
  const key = keyOf(context)
  const protectedHeaders = toCbor(token['protected'] ?? { [ALG]: HS256 })
  if (!(protectedHeaders instanceof Map) || !isHs256(protectedHeaders.get(ALG) as CborValue)) {
    throw refuse('the algorithm must be HS256')
  }
  const protectedBytes = encodeCbor(new Map([...protectedHeaders, [ALG, HS256]]))
  const payload = encodeCbor(toCbor(token['payload'] ?? {}))
  const unprotectedHeaders = toCbor(token['unprotected'] ?? {})
  const mac = toMac(key, protectedBytes, payload)
  const cose = new Tagged(MAC0_TAG, [protectedBytes, unprotectedHeaders, payload, mac])
  const bytes = encodeCbor(context['cwtTag'] === true ? new Tagged(CWT_TAG, cose) : cose)
  if (bytes.length > MAX_BYTES) throw refuse(`the token is longer than ${MAX_BYTES} bytes`)
  return { $bytes: bytes.toString('base64') }
}

function isContext(value: unknown): boolean {
  return isObject(value) && ('coseTag' in value || 'key' in value)
}

/** MAC_structure of RFC 9052, section 6.3. */
function toMac(key: Buffer, protectedBytes: Uint8Array, payload: Uint8Array): Buffer {
  const input = encodeCbor(['MAC0', protectedBytes, Buffer.alloc(0), payload])
  return createHmac('sha256', key).update(input).digest()
}

function openMac0(bytes: Buffer): [Buffer, CborValue, Buffer, Buffer] {
  let value = decode(bytes)
  if (value instanceof Tagged && value.tag === CWT_TAG) ({ value } = value)
  if (!(value instanceof Tagged) || value.tag !== MAC0_TAG) throw refuse('the token is no COSE_Mac0 object')
  const parts = value.value
  if (!Array.isArray(parts) || parts.length !== 4) throw refuse('the token is no COSE_Mac0 object')
  const [protectedBytes, unprotectedHeaders, payload, mac] = parts as CborValue[]
  if (!Buffer.isBuffer(protectedBytes) || !Buffer.isBuffer(payload) || !Buffer.isBuffer(mac)) {
    throw refuse('the token is no COSE_Mac0 object')
  }
  return [protectedBytes, unprotectedHeaders, payload, mac]
}

function decode(bytes: Buffer): CborValue {
  try {
    return decodeCbor(bytes)
  } catch (error) {
    throw refuse(`the token is not well-formed: ${error instanceof Error ? error.message : ''}`)
  }
}

/** The examples of the manual have it as a text. */
function isHs256(value: CborValue): boolean {
  return value === HS256 || value === String(HS256)
}

function keyOf(context: unknown): Buffer {
  const key = isObject(context) ? context['key'] : undefined
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : toBytes(key)
  if (bytes === null || bytes.length === 0) throw refuse('key must be a string or a Buffer')
  return bytes
}

function toBytes(value: unknown): Buffer | null {
  if (!isObject(value) || typeof value['$bytes'] !== 'string') return null
  return Buffer.from(value['$bytes'], 'base64')
}

/** Claim numbers become the names of properties. */
function toPlain(value: CborValue): unknown {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<number | string, CborValue>)]
    return Object.fromEntries(entries.map(([key, each]) => [String(key), toPlain(each)]))
  }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (value instanceof Tagged) return toPlain(value.value)
  if (Array.isArray(value)) return (value as readonly CborValue[]).map(toPlain)
  return typeof value === 'bigint' ? Number(value) : value
}

function toCbor(value: unknown): CborValue {
  const bytes = toBytes(value)
  if (bytes !== null) return bytes
  if (Array.isArray(value)) return value.map(toCbor)
  if (!isObject(value)) return value as CborValue
  return new Map(
    Object.entries(value).map(([key, each]) => [/^-?\d{1,9}$/.test(key) ? Number(key) : key, toCbor(each)]),
  )
}

function refuse(message: string): HostError {
  return new HostError('Error', message)
}
