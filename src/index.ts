// The public API, and the only file that re-exports.
export { createPocketfront } from './pocketfront.ts'
export type {
  LoadedConfiguration,
  Pocketfront,
  PocketfrontOptions,
  ReloadOutcome,
} from './assembly/options.ts'
export type { SteerableClock } from './message/clock.ts'
export { PocketfrontError } from './model/errors.ts'
