// Minimum, default and maximum TTL: their defaults and their order.
import type { Seconds } from '../../model/distribution.ts'
import type { Fields } from '../nodes/fields.ts'

export interface Ttls {
  readonly MinTTL: Seconds
  readonly DefaultTTL: Seconds
  readonly MaxTTL: Seconds
}

const DAY = 86_400
const YEAR = 31_536_000
const CENTURY = 3_153_600_000

/**
 * The three TTLs; an absent one gives way to those that are set. (API Reference, 'CachePolicyConfig')
 * `code` is AWS's word for a wrong order.
 */
export function readTtls(fields: Fields, code: string, isMinRequired: boolean): Ttls {
  const range = { min: 0, max: CENTURY }
  const MinTTL = fields.integer('MinTTL', { ...range, required: isMinRequired }) ?? 0
  const given = { DefaultTTL: fields.integer('DefaultTTL', range), MaxTTL: fields.integer('MaxTTL', range) }
  const DefaultTTL = given.DefaultTTL ?? Math.max(MinTTL, Math.min(DAY, given.MaxTTL ?? DAY))
  const MaxTTL = given.MaxTTL ?? Math.max(DefaultTTL, YEAR)
  const { report } = fields
  if (given.DefaultTTL !== null && MinTTL > DefaultTTL) {
    report.error(fields.at('DefaultTTL'), code, `${DefaultTTL} is less than MinTTL ${MinTTL}`)
  } else if (DefaultTTL > MaxTTL) {
    const lower = given.DefaultTTL === null ? `MinTTL ${MinTTL}` : `DefaultTTL ${DefaultTTL}`
    report.error(fields.at('MaxTTL'), code, `${MaxTTL} is less than ${lower}`)
  }
  return { MinTTL, DefaultTTL, MaxTTL }
}
