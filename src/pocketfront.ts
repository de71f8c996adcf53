// Assembly: takes options and ports, wires the layers, returns start, stop and reload.
import type { Pocketfront, PocketfrontOptions } from './assembly/options.ts'

/** Starts a distribution in this process. Rejects with a PocketfrontError that lists every problem of the configuration. */
export function createPocketfront(_options: PocketfrontOptions): Promise<Pocketfront> {
  throw new Error('being written')
}
