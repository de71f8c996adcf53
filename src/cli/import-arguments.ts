// The command line of `pocketfront import`.
import { Command } from 'commander'
import { parseStrictly, type NotRun } from './parse.ts'
import { UNSET_SOURCE, withSourceOptions, type SourceArguments } from './source-options.ts'

/** What is written down in our own form. */
export interface ImportArguments extends SourceArguments {
  /** The problems as JSON. */
  readonly json: boolean
}

/** What stands behind `pocketfront import`. */
export function parseImport(
  argv: readonly string[],
): { readonly kind: 'import'; readonly import: ImportArguments } | NotRun {
  const command = createImportCommand()
  const notRun = parseStrictly(command, argv)
  if (notRun !== null) return notRun
  const given = command.opts<Partial<Omit<ImportArguments, 'files'>>>()
  return { kind: 'import', import: { ...UNSET_SOURCE, json: false, ...given, files: command.args } }
}

function createImportCommand(): Command {
  const command = new Command('pocketfront import')
    .description(
      'Writes any configuration (CloudFormation, CDK, SAM, Serverless, Terraform, AWS CLI) as one file of YAML to stdout. Paths in it are relative to the current folder.',
    )
    .argument('<FILES...>', 'configuration files, or folders of them')
    .option('--json', 'problems as JSON')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      '\nExample: pocketfront import state.json > site.yaml\n\nExit codes: 0 written, 2 a configuration that cannot be used, or a wrong command line.',
    )
    .showSuggestionAfterError(true)
  return withSourceOptions(command)
}
