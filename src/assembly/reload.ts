// Reading the configuration again: one reload at a time, and a bad one changes nothing.
import type { PocketfrontOptions, ReloadOutcome } from './options.ts'
import type { System } from './system.ts'
import type { ConfigIssue } from '../config/issues.ts'
import { loadConfig, type LoadOptions } from '../config/load.ts'
import { watchFiles } from '../config/watch.ts'

export interface Reloads {
  /** Never rejects. */
  now(): Promise<ReloadOutcome>
  /** Stops watching. */
  close(): Promise<void>
}

/** Reloads on demand, and with `watch` whenever a file that took part changes. */
export function createReloads(
  options: PocketfrontOptions,
  loadOptions: LoadOptions,
  system: System,
): Reloads {
  let last: Promise<ReloadOutcome> | null = null

  async function reload(): Promise<ReloadOutcome> {
    try {
      const next = await loadConfig(loadOptions)
      if (!next.ok) return { ok: false, issues: next.issues }
      system.swap(next)
      return { ok: true, loaded: system.loaded }
    } catch (error) {
      system.logger.error({ err: error }, 'the reload failed inside pocketfront')
      return { ok: false, issues: [toIssue(error)] }
    }
  }

  function now(): Promise<ReloadOutcome> {
    last = last === null ? reload() : last.then(reload)
    return last
  }

  const watcher = options.watch === true ? watchFiles(system.loaded.watched, () => void onChange()) : null

  async function onChange(): Promise<void> {
    const outcome = await now()
    if (outcome.ok) watcher?.update(outcome.loaded.watched)
    try {
      options.onReload?.(outcome)
    } catch (error) {
      system.logger.error({ err: error }, 'onReload failed')
    }
  }

  return {
    now,
    async close() {
      await watcher?.close()
    },
  }
}

/** A bug of ours, as the reload reports it. */
function toIssue(error: unknown): ConfigIssue {
  const message = `internal error, the configuration in use stays: ${String(error)}`
  return { severity: 'error', file: '', line: null, column: null, path: '', code: null, message, hint: null }
}
