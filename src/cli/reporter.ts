// Tells on stdout what the CLI does: text for people, or JSON lines.
import { toReloadEvent, toStartEvents } from './events.ts'
import type { Started } from './start-lines.ts'
import { toReloadLines, toStartLines, toWarningLines } from './start-lines.ts'
import type { ReloadOutcome } from '../assembly/options.ts'
import type { LineWriter } from '../observe/line-writer.ts'
import type { LogFormat } from '../observe/logger.ts'
import type { Palette } from '../observe/palette.ts'

/** The moments that are told. */
export interface Reporter {
  started(started: Started): void
  reloaded(outcome: ReloadOutcome): void
  stopping(signal: string): void
}

/** What {@link createReporter} takes. */
export interface ReporterOptions {
  readonly writer: LineWriter
  readonly format: LogFormat
  /** Only warnings, and the ready event of the JSON form. */
  readonly quiet: boolean
  readonly cwd: string
}

/**
 * stdout says what happens, stderr why it cannot happen. In the JSON form every line of stdout is an object with
 * `event`: distribution, origin, note, warning, trap, ready at the start, then request, log, reload and stopping.
 */
export function createReporter(options: ReporterOptions): Reporter {
  const { format } = options
  return format.kind === 'json' ? createJsonReporter(options) : createHumanReporter(options, format.palette)
}

function createJsonReporter({ writer, quiet }: ReporterOptions): Reporter {
  const tell = (event: object): void => {
    writer.write(`${JSON.stringify(event)}\n`)
    writer.flush()
  }
  return {
    started(started) {
      const events = toStartEvents(started)
      for (const event of events) {
        if (!quiet || event.event === 'ready' || event.event === 'warning') tell(event)
      }
    },
    reloaded: (outcome) => tell(toReloadEvent(outcome)),
    stopping(signal) {
      if (!quiet) tell({ event: 'stopping', signal })
    },
  }
}

function createHumanReporter({ writer, quiet, cwd }: ReporterOptions, palette: Palette): Reporter {
  const tell = (lines: readonly string[]): void => {
    if (lines.length > 0) writer.write(`${lines.join('\n')}\n`)
    writer.flush()
  }
  return {
    started(started) {
      tell(
        quiet
          ? toWarningLines(started.front.loaded.warnings, palette, cwd)
          : toStartLines(started, palette, cwd),
      )
    },
    reloaded(outcome) {
      if (!quiet || !outcome.ok) tell(toReloadLines(outcome, palette, cwd))
    },
    stopping(signal) {
      if (!quiet)
        tell([
          palette.dim(
            `${signal}: stopping, running responses get a moment to finish; once more ends at once`,
          ),
        ])
    },
  }
}
