// Strict parsing of one command's line: an unknown option is refused with the nearest known one.
import { CommanderError, InvalidArgumentError, type Command } from 'commander'

/** What to do instead of running the command. */
export type NotRun =
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string; readonly hint?: string; readonly json: boolean }

/** Parses into the command; null when it can run. Neither writes nor ends the process. */
export function parseStrictly(command: Command, argv: readonly string[]): NotRun | null {
  let printed = ''
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      printed += text
    },
    writeErr: () => undefined,
  })
  try {
    command.parse(argv, { from: 'user' })
    return null
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'print', text: printed }
    const refusal = refuse(error.message.replace(/^error: /, ''), argv)
    const name = command.name()
    return name === 'pocketfront' ? refusal : { ...refusal, hint: `${name} --help lists all options.` }
  }
}

/** Refuses a command line. */
export function refuse(message: string, argv: readonly string[]): Extract<NotRun, { kind: 'refused' }> {
  return { kind: 'refused', message, json: argv.includes('--json') }
}

/** The values of an option that may be repeated. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** The value of an option, or a refusal that says what was expected. */
export function orInvalid(value: number | null, expected: string): number {
  if (value === null) throw new InvalidArgumentError(`Expected ${expected}.`)
  return value
}
