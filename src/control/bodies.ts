// JSON bodies of the admin port: unknown input becomes a value, or a sentence about what is wrong.
import { isInstant, parseDuration, parseInstant } from './duration.ts'

/** A value, or the error and hint of a 400. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string; readonly hint: string }

const CLOCK_HINT = 'Send {"set": "2030-01-01T00:00:00Z"} or {"advance": "1h"}; units are ms, s, m, h and d.'

const refusedClock = (error: string) => ({ ok: false, error, hint: CLOCK_HINT }) as const

/** Where POST /clock moves the clock to, in milliseconds. */
export function readClockChange(body: unknown, now: number): Read<number> {
  const fields = toFields(body)
  if (fields === null) return refusedClock('The body is not a JSON object')
  const names = Object.keys(fields)
  if (names.length !== 1) return refusedClock('Exactly one of "set" and "advance" is needed')
  const { set, advance } = fields
  if (set === undefined && advance === undefined) return refusedClock(`Unknown field "${names[0]}"`)
  const [name, value] = set === undefined ? (['advance', advance] as const) : (['set', set] as const)
  if (typeof value !== 'string') return refusedClock(`"${name}" is not a string`)
  const parsed = name === 'set' ? parseInstant(value) : parseDuration(value)
  if (!parsed.ok) return refusedClock(`"${name}": ${parsed.because}`)
  const target = name === 'set' ? parsed.milliseconds : now + parsed.milliseconds
  return isInstant(target)
    ? { ok: true, value: target }
    : refusedClock(`"${name}": '${value}' is too far away`)
}

/** What POST /invalidations asks for. */
export interface InvalidationRequest {
  readonly paths: readonly string[]
  /** null: all distributions. */
  readonly distribution: string | null
  /** Only tell what would go. */
  readonly dryRun: boolean
}

const INVALIDATION_HINT =
  'Send {"paths": ["/index.html", "/img/*"]}, and "distribution": "ID" if it is for one distribution only.'

const INVALIDATION_FIELDS = new Set(['paths', 'distribution', 'dryRun'])

const refusedInvalidation = (error: string) => ({ ok: false, error, hint: INVALIDATION_HINT }) as const

/** Shape only; which paths and distributions there are is the running system's to say. */
export function readInvalidation(body: unknown): Read<InvalidationRequest> {
  const fields = toFields(body)
  if (fields === null) return refusedInvalidation('The body is not a JSON object')
  const unknown = Object.keys(fields).find((name) => !INVALIDATION_FIELDS.has(name))
  if (unknown !== undefined) return refusedInvalidation(`Unknown field "${unknown}"`)
  const { paths, distribution = null, dryRun = false } = fields
  if (!isStrings(paths) || paths.length === 0)
    return refusedInvalidation('"paths" is not a list of one or more strings')
  if (distribution !== null && typeof distribution !== 'string')
    return refusedInvalidation('"distribution" is not a string')
  if (typeof dryRun !== 'boolean') return refusedInvalidation('"dryRun" is neither true nor false')
  return { ok: true, value: { paths, distribution, dryRun } }
}

/** `distribution` of GET /invalidations; null is all of them. */
export function readDistribution(query: unknown): string | null {
  const distribution = toFields(query)?.['distribution']
  return typeof distribution === 'string' && distribution !== '' ? distribution : null
}

const DEFAULT_LAST = 20

/** `last` of GET /traces. */
export function readLast(query: unknown): Read<number> {
  const last = toFields(query)?.['last']
  if (last === undefined) return { ok: true, value: DEFAULT_LAST }
  const count = typeof last === 'string' && /^\d{1,9}$/.test(last) ? Number(last) : 0
  if (count > 0) return { ok: true, value: count }
  return {
    ok: false,
    error: '"last" is not a whole number above 0',
    hint: `Ask for /traces?last=${DEFAULT_LAST}.`,
  }
}

function toFields(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
