// Numbers and sizes as they stand on the command line and in the start-up lines.

const UNITS = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
} as const

/** Bytes of `64MiB`, `1.5GiB`, `500MB`, `64m` or `4096`; null for anything else. */
export function parseSize(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(text.trim())
  if (match === null) return null
  const unit = match[2]!.toLowerCase()
  if (!isUnit(unit)) return null
  const bytes = Math.round(Number(match[1]) * UNITS[unit])
  return Number.isSafeInteger(bytes) ? bytes : null
}

function isUnit(text: string): text is keyof typeof UNITS {
  return Object.hasOwn(UNITS, text)
}

/** `128 MiB`, `1.5 GiB`, `900 bytes`. */
export function toSizeText(bytes: number): string {
  for (const [unit, factor] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes >= factor) return `${Math.round((bytes / factor) * 10) / 10} ${unit}`
  }
  return `${bytes} bytes`
}

/** A whole number from 0 to `highest`; null for anything else. */
export function parseCount(text: string, highest: number): number | null {
  const count = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
  return count <= highest ? count : null
}
