// The limits of CloudFront Functions, and how the use of the time budget is counted.

/** (Developer Guide, 'Restrictions on CloudFront Functions') */
export const SOURCE_LIMIT_BYTES = 10 * 1024
/** (Developer Guide, 'Restrictions on CloudFront Functions') */
export const MEMORY_LIMIT_BYTES = 2 * 1024 * 1024
/** (Developer Guide, 'Edge function logs') */
export const LOG_LIMIT_BYTES = 10 * 1024

/**
 * Units of compute time: turns of the engine's loops, about one for each instruction of its bytecode.
 * Differs from CloudFront: the time a function may take is counted in steps of the engine, because a developer's machine has no steady millisecond.
 */
export const BUDGET = 250_000
/** The engine asks whether to stop only now and then; a run that does not stop by then is cut off. */
export const FUEL = BUDGET + 500_000
/** For reading a function's code, which is done once. */
export const LOAD_FUEL = 50_000_000

/** Percent of the budget. (Developer Guide, 'Test functions') */
export function toComputeUtilization(units: number): number {
  return Math.round((100 * units) / BUDGET)
}
