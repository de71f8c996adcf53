// The log: a pino logger whose lines are JSON, or read by people on a terminal.
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { LineWriter } from './line-writer.ts'
import type { Palette } from './palette.ts'
import type { Clock } from '../message/clock.ts'

/** The levels of --log-level. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a log looks like. `showsHost` says whether lines name the host: worth it with several distributions. */
export type LogFormat =
  | { readonly kind: 'json' }
  | { readonly kind: 'human'; readonly palette: Palette; readonly showsHost: () => boolean }

/** What {@link createLogger} takes. */
export interface LoggerOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly writer: LineWriter
  /** Gives the lines their time. */
  readonly clock: Clock
}

/** Where the lines of a logger go and how they look, for writers of many lines that do without pino. */
export interface LogTarget {
  readonly format: LogFormat
  readonly writer: LineWriter
}

const targets = new WeakMap<Logger, LogTarget>()

/** A logger over a {@link LineWriter}. JSON lines are pino's, with `event: 'log'` where nothing else is said. */
export function createLogger({ level, format, writer, clock }: LoggerOptions): Logger {
  const write =
    format.kind === 'json'
      ? (line: string) => writer.write(line)
      : (line: string) => writer.write(toHumanLine(line, format.palette))
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${clock.now()}`,
      formatters: { log: (fields) => ('event' in fields ? fields : { event: 'log', ...fields }) },
    },
    { write },
  )
  targets.set(logger, { format, writer })
  return logger
}

/** Where a logger of {@link createLogger} writes; null for any other logger. */
export function targetOf(logger: Logger): LogTarget | null {
  return targets.get(logger) ?? null
}

// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text from a request or an origin without characters that steer a terminal. */
export function withoutControls(text: string): string {
  return text.replace(CONTROL_CHARACTERS, '\ufffd')
}

const HIDDEN_FIELDS = new Set(['level', 'time', 'event', 'msg', 'err'])

/** `warn  message  key=value …`; the first line of an error's stack follows its message. */
function toHumanLine(json: string, palette: Palette): string {
  const fields: Record<string, unknown> = JSON.parse(json)
  const name = pino.levels.labels[Number(fields['level'])] ?? 'log'
  const paint =
    name === 'error' || name === 'fatal' ? palette.red : name === 'warn' ? palette.yellow : palette.dim
  const message = typeof fields['msg'] === 'string' ? fields['msg'] : ''
  const details = Object.entries(fields)
    .filter(([key]) => !HIDDEN_FIELDS.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const head = [paint(name), withoutControls(message), palette.dim(withoutControls(details.join(' ')))]
  return `${head.filter((part) => part !== '').join('  ')}\n${toStackLines(fields['err'])}`
}

function toStackLines(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return ''
  return `${withoutControls(String(error.stack)).replaceAll(/^/gm, '  ')}\n`
}
