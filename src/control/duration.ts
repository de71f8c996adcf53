// Durations and instants as people write them, for the clock.

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** The latest and earliest instant that a date can hold. (ECMAScript, 'Time Values and Time Range') */
const LAST_INSTANT = 8.64e15

/** Milliseconds, or why the text is none. */
export type Parsed =
  | { readonly ok: true; readonly milliseconds: number }
  | { readonly ok: false; readonly because: string }

/** `250ms`, `90s`, `15m`, `1h`, `2d`, fractions as `1.5h` and sums as `1h30m`. */
export function parseDuration(text: string): Parsed {
  const trimmed = text.trim()
  if (/^[0-9.]+$/.test(trimmed)) return { ok: false, because: `'${text}' has no unit` }
  if (!/^(?:[0-9]{1,15}(?:\.[0-9]{1,15})?(?:ms|s|m|h|d))+$/.test(trimmed)) {
    return { ok: false, because: `'${text}' is not a duration` }
  }
  let sum = 0
  for (const [, amount, unit] of trimmed.matchAll(/([0-9.]+)(ms|s|m|h|d)/g)) {
    sum += Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
  }
  return { ok: true, milliseconds: Math.round(sum) }
}

const ISO_INSTANT = /^\d{4}-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** `2030-01-01` (midnight UTC), or an ISO 8601 date and time with `Z` or an offset. */
export function parseInstant(text: string): Parsed {
  const trimmed = text.trim()
  if (/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(trimmed)) {
    return { ok: false, because: `'${text}' has no time zone, which ends in Z for UTC` }
  }
  const match = ISO_INSTANT.exec(trimmed)
  const milliseconds = match === null ? Number.NaN : Date.parse(trimmed)
  if (Number.isNaN(milliseconds) || !hasDay(trimmed)) {
    return { ok: false, because: `'${text}' is not an ISO 8601 date` }
  }
  return { ok: true, milliseconds }
}

/** Whether a clock can stand there. */
export function isInstant(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= LAST_INSTANT
}

/** Date.parse takes 31 February for a day in March. */
function hasDay(text: string): boolean {
  const date = text.slice(0, 10)
  const parsed = Date.parse(date)
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(date)
}
