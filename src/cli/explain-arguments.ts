// The command line of `pocketfront explain-config`.
import { Command, Option } from 'commander'
import { parseStrictly, type NotRun } from './parse.ts'
import { UNSET_SOURCE, withSourceOptions, type SourceArguments } from './source-options.ts'

export type ExplainFormat = 'text' | 'json' | 'markdown'

/** What is explained, and for whom. */
export interface ExplainArguments extends SourceArguments {
  readonly format: ExplainFormat
  /** The problems of the command line itself. */
  readonly json: boolean
}

type Given = Partial<Omit<ExplainArguments, 'files' | 'format'>> & { readonly markdown?: boolean }

/** What stands behind `pocketfront explain-config`. */
export function parseExplainConfig(
  argv: readonly string[],
): { readonly kind: 'explain-config'; readonly explain: ExplainArguments } | NotRun {
  const command = createExplainCommand()
  const notRun = parseStrictly(command, argv)
  if (notRun !== null) return notRun
  const { json = false, markdown = false, ...given } = command.opts<Given>()
  const explain = {
    ...UNSET_SOURCE,
    ...given,
    files: command.args,
    format: json ? ('json' as const) : markdown ? ('markdown' as const) : ('text' as const),
    json,
  }
  return { kind: 'explain-config', explain }
}

function createExplainCommand(): Command {
  const command = new Command('pocketfront explain-config')
    .description(
      'Says in words what a configuration does: behaviors in order, cache keys, TTLs, functions, origins, and what is honored here. Starts nothing.',
    )
    .argument('<FILES...>', 'configuration files, or folders of them')
    .addOption(new Option('--markdown', 'tables for a pull request').conflicts('json'))
    .addOption(new Option('--json', 'the same as data'))
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      '\nExit codes: 0 explained, 2 a configuration that cannot be used, or a wrong command line.',
    )
    .showSuggestionAfterError(true)
  return withSourceOptions(command)
}
