// What commands that only read a configuration take of the options of a start.
import { type Command, Option } from 'commander'
import { collect } from './parse.ts'
import { toParameters } from './parameters.ts'
import type { PocketfrontOptions } from '../assembly/options.ts'

export interface SourceArguments {
  readonly files: readonly string[]
  readonly origin: readonly string[]
  readonly lambda: readonly string[]
  readonly function: readonly string[]
  readonly parameter: readonly string[]
  /** Files of parameters. */
  readonly parameters: readonly string[]
}

/** Options that are not given. */
export const UNSET_SOURCE = { origin: [], lambda: [], function: [], parameter: [], parameters: [] } as const

/** They mean what they mean for a start. */
export function withSourceOptions(command: Command): Command {
  const flags = [
    '-o, --origin <[KEY=]TARGET>',
    '-l, --lambda <NAME=FILE>',
    '-f, --function <NAME=FILE>',
    '--parameter <NAME=VALUE>',
    '--parameters <file>',
  ]
  for (const each of flags) command.addOption(new Option(each, 'as for a start').argParser(collect))
  return command
}

/** The same for the program; throws PF_USAGE for a parameter that is none. */
export function toSourceOptions(args: SourceArguments): PocketfrontOptions {
  return {
    config: args.files,
    origins: args.origin,
    lambdas: args.lambda,
    functions: args.function,
    parameters: toParameters(args.parameter),
    parameterFiles: args.parameters,
    cwd: process.cwd(),
    env: process.env,
  }
}
