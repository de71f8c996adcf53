// The limits of CloudFront Functions, and how the use of the time budget is counted.

/** (Developer Guide, 'Restrictions on CloudFront Functions') */
export const SOURCE_LIMIT_BYTES = 10 * 1024
/** (Developer Guide, 'Restrictions on CloudFront Functions') */
export const MEMORY_LIMIT_BYTES = 2 * 1024 * 1024
/** (Developer Guide, 'Edge function logs') */
export const LOG_LIMIT_BYTES = 10 * 1024

/** Jumps and calls between two interrupts of QuickJS. */
export const UNITS_PER_INTERRUPT = 10_000
export const UNITS_PER_JOB = 20
/** Differs from CloudFront: the time a function may take is counted in steps of the engine, because a shared developer machine has no steady millisecond. */
export const BUDGET = 100_000

/** Percent of the budget. (Developer Guide, 'Test functions') */
export function toComputeUtilization(units: number): number {
  return Math.round((100 * units) / BUDGET)
}
