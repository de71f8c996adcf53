// What edge functions report, as log lines.
import type { Logger } from 'pino'
import type { FunctionLog } from '../functions/log.ts'

/** How loud a function's own lines are; all others are information. */
const LEVELS: Readonly<Record<string, 'error' | 'warn'>> = {
  CRITICAL: 'error',
  ERROR: 'error',
  WARN: 'warn',
  WARNING: 'warn',
}

export function createFunctionLog(logger: Logger): FunctionLog {
  return (entry) => {
    const { functionName } = entry
    switch (entry.kind) {
      case 'line':
        return logger[LEVELS[entry.level ?? ''] ?? 'info'](
          { event: 'function', functionName, on: entry.event, requestId: entry.requestId },
          entry.line,
        )
      case 'platform':
        return logger.debug(
          { event: 'function', functionName, on: entry.event, requestId: entry.requestId },
          entry.line,
        )
      case 'failed':
        return logger.error(
          { event: 'function', functionName, on: entry.event, requestId: entry.requestId },
          entry.detail,
        )
      case 'reloaded':
        return logger.info({ event: 'function', functionName }, `${entry.file} is in use`)
      case 'broken':
        return logger.error(
          { event: 'function', functionName },
          `${entry.file} can't be used: ${entry.reason}`,
        )
    }
  }
}
