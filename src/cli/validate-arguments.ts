// The command line of `pocketfront validate`.
import { Command, Option } from 'commander'
import { collect, orInvalid, parseStrictly, type NotRun } from './parse.ts'
import { dialectOption } from './test-function-arguments.ts'
import { parseCount } from './values.ts'

export const VALIDATE_FORMATS = ['text', 'json', 'github'] as const
export type ValidateFormat = (typeof VALIDATE_FORMATS)[number]

/** What is looked at, and how it is told. */
export interface ValidateArguments {
  readonly files: readonly string[]
  readonly format: ValidateFormat
  readonly strict: boolean
  readonly lint: boolean
  /** More traps than this make the command fail; null: any number will do. */
  readonly maxTraps: number | null
  readonly origin: readonly string[]
  readonly lambda: readonly string[]
  readonly function: readonly string[]
  readonly functionsDialect: 'strict' | 'lenient'
  readonly parameter: readonly string[]
  /** The problems of the command line itself. */
  readonly json: boolean
}

type Given = Partial<ValidateArguments> & Pick<ValidateArguments, 'lint' | 'functionsDialect'>

/** What stands behind `pocketfront validate`. */
export function parseValidate(
  argv: readonly string[],
): { readonly kind: 'validate'; readonly validate: ValidateArguments } | NotRun {
  const command = createValidateCommand()
  const notRun = parseStrictly(command, argv)
  if (notRun !== null) return notRun
  const { json = false, format, ...given } = command.opts<Given>()
  const validate = {
    strict: false,
    maxTraps: null,
    origin: [],
    lambda: [],
    function: [],
    parameter: [],
    ...given,
    files: command.args,
    format: format ?? (json ? 'json' : 'text'),
    json: json || format === 'json',
  }
  return { kind: 'validate', validate }
}

function createValidateCommand(): Command {
  return new Command('pocketfront validate')
    .description(
      'Checks configurations as AWS does, and looks for what AWS accepts and will surprise with. Starts nothing.',
    )
    .argument('<FILES...>', 'configuration files, or folders of them')
    .addOption(new Option('--strict', 'warnings are errors'))
    .addOption(new Option('--no-lint', 'do not look for traps'))
    .addOption(
      new Option('--max-traps <number>', 'fail when there are more traps than this').argParser((text) =>
        orInvalid(parseCount(text, 1_000_000), 'a whole number'),
      ),
    )
    .addOption(
      new Option('--format <format>', 'text for people, JSON, or annotations of GitHub Actions').choices(
        VALIDATE_FORMATS,
      ),
    )
    .addOption(new Option('--json', 'the same as --format json'))
    .addOption(new Option('-o, --origin <[KEY=]TARGET>', 'as for a start').argParser(collect))
    .addOption(new Option('-l, --lambda <NAME=FILE>', 'as for a start').argParser(collect))
    .addOption(new Option('-f, --function <NAME=FILE>', 'as for a start').argParser(collect))
    .addOption(dialectOption())
    .addOption(new Option('--parameter <NAME=VALUE>', 'value of a template parameter').argParser(collect))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', HELP_AFTER)
    .showSuggestionAfterError(true)
}

const HELP_AFTER = `
Errors are what AWS refuses, with AWS's code. Warnings are what AWS refuses or not by what is in the account, and
unknown keys. Traps are accepted by AWS; docs/lint.md says why each is one. A file switches rules off with
lint: { off: [RULE, …] }.

Exit codes: 0 nothing to complain about, or warnings and traps alone; 2 an error, too many traps, or a wrong
command line.`
