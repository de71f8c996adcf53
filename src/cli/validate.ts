// `pocketfront validate`: checks configurations and says what AWS would refuse, or accept and surprise with.
import { toParameters } from './parameters.ts'
import type { ValidateArguments } from './validate-arguments.ts'
import { toValidateText } from './validate-lines.ts'
import { validateConfiguration } from '../assembly/validate.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { selectPalette } from '../observe/palette.ts'

/** The exit code: 0 usable, 2 not, or more traps than allowed. */
export async function runValidate(args: ValidateArguments): Promise<number> {
  const validation = await validateConfiguration({
    config: args.files,
    origins: args.origin,
    lambdas: args.lambda,
    functions: args.function,
    functionsDialect: args.functionsDialect,
    parameters: toParameters(args.parameter),
    cwd: process.cwd(),
    env: process.env,
    strict: args.strict,
    lint: args.lint,
  })
  const writer = createLineWriter(1)
  const palette = selectPalette(process.stdout, process.env)
  writer.write(toValidateText(validation, { format: args.format, palette, cwd: process.cwd() }))
  await writer.close()
  const isTrapped = args.maxTraps !== null && validation.findings.length > args.maxTraps
  return validation.ok && !isTrapped ? 0 : 2
}
