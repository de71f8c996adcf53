// Reading the configuration again: one reload at a time, and a bad one changes nothing.
import type { PocketfrontOptions, ReloadOutcome } from './options.ts'
import type { System } from './system.ts'
import { watchOrigins } from './watch-origins.ts'
import type { ConfigIssue } from '../config/issues.ts'
import { loadConfig, type LoadOptions } from '../config/load.ts'
import { watchFiles } from '../config/watch.ts'
import type { LiveEvent } from '../control/admin.ts'

export interface Reloads {
  /** Resolves when changed files of origins are seen; at once where they are not watched. */
  readonly ready: Promise<void>
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
  const origins = options.watchOrigins === true ? watchOrigins(system) : null

  async function reload(): Promise<ReloadOutcome> {
    const outcome = await attempt()
    if (outcome.ok) origins?.update()
    system.events.publish(toEvent(outcome))
    return outcome
  }

  async function attempt(): Promise<ReloadOutcome> {
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
    ready: origins?.ready ?? Promise.resolve(),
    now,
    async close() {
      await Promise.all([watcher?.close(), origins?.close()])
    },
  }
}

function toEvent(outcome: ReloadOutcome): LiveEvent {
  const distributions = outcome.ok ? outcome.loaded.deployment.Distributions.map(({ Id }) => Id) : []
  const issues = outcome.ok ? 0 : outcome.issues.length
  return { event: 'reload', ok: outcome.ok, distributions, issues }
}

/** A bug of ours, as the reload reports it. */
function toIssue(error: unknown): ConfigIssue {
  const message = `internal error, the configuration in use stays: ${String(error)}`
  return { severity: 'error', file: '', line: null, column: null, path: '', code: null, message, hint: null }
}
