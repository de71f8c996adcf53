// What a command line does, from arguments to exit code.
import { readFileSync } from 'node:fs'
import type { InvalidateArguments } from './invalidate-arguments.ts'
import type { ExplainArguments } from './explain-arguments.ts'
import type { ImportArguments } from './import-arguments.ts'
import type { ParsedArguments, RunArguments } from './arguments.ts'
import { parseArguments } from './arguments.ts'
import type { ValidateArguments } from './validate-arguments.ts'
import type { TestFunctionArguments } from './test-function-arguments.ts'
import { toExitCode, toProblemText } from './problem.ts'
import { PocketfrontError } from '../model/errors.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { selectPalette } from '../observe/palette.ts'

/** Runs the CLI; resolves with the exit code: 0 stopped, 1 could not start, 2 wrong command line or configuration. */
export async function run(argv: readonly string[]): Promise<number> {
  // A reader of the errors that went away is no reason to end.
  process.stderr.on('error', () => undefined)
  const version = readVersion()
  const parsed = parseArguments(argv, version)
  switch (parsed.kind) {
    case 'print': {
      const output = createLineWriter(1)
      output.write(parsed.text)
      await output.close()
      return 0
    }
    case 'refused':
      return fail(
        new PocketfrontError(
          'PF_USAGE',
          parsed.message,
          parsed.hint ?? 'pocketfront --help lists all options.',
        ),
        parsed,
      )
    case 'ca':
      return showAuthority(parsed)
    case 'invalidate':
      return invalidateRunning(parsed.invalidate)
    case 'test-function':
      return testFunction(parsed.test)
    case 'validate':
      return validate(parsed.validate)
    case 'explain-config':
      return explainConfig(parsed.explain)
    case 'import':
      return importConfig(parsed.import)
    case 'run':
      return serveUntilStopped(parsed.run, version)
  }
}

async function showAuthority(parsed: Extract<ParsedArguments, { kind: 'ca' }>): Promise<number> {
  try {
    const { describeAuthority } = await import('./authority.ts')
    const output = createLineWriter(1)
    output.write(await describeAuthority(parsed))
    await output.close()
    return 0
  } catch (error) {
    return fail(error, parsed)
  }
}

async function invalidateRunning(args: InvalidateArguments): Promise<number> {
  try {
    const { invalidate } = await import('./invalidate.ts')
    const output = createLineWriter(1)
    output.write(await invalidate(args, selectPalette(process.stdout, process.env)))
    await output.close()
    return 0
  } catch (error) {
    return fail(error, args)
  }
}

async function testFunction(test: TestFunctionArguments): Promise<number> {
  try {
    const { runTestFunction } = await import('./test-function.ts')
    return await runTestFunction(test)
  } catch (error) {
    return fail(error, test)
  }
}

async function validate(args: ValidateArguments): Promise<number> {
  try {
    const { runValidate } = await import('./validate.ts')
    return await runValidate(args)
  } catch (error) {
    return fail(error, args)
  }
}

async function explainConfig(args: ExplainArguments): Promise<number> {
  try {
    const { runExplainConfig } = await import('./explain-config.ts')
    await runExplainConfig(args)
    return 0
  } catch (error) {
    return fail(error, args)
  }
}

async function importConfig(args: ImportArguments): Promise<number> {
  try {
    const { runImport } = await import('./import.ts')
    await runImport(args)
    return 0
  } catch (error) {
    return fail(error, args)
  }
}

async function serveUntilStopped(args: RunArguments, version: string): Promise<number> {
  try {
    // Loaded here: --help and a misspelt option answer at once.
    const { serve } = await import('./serve.ts')
    await serve(args, version)
    return 0
  } catch (error) {
    return fail(error, args)
  }
}

function fail(error: unknown, { json }: { readonly json: boolean }): number {
  const palette = selectPalette(process.stderr, process.env)
  process.stderr.write(toProblemText(error, { json, palette, cwd: process.cwd() }))
  return toExitCode(error)
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version }: { readonly version: string } = JSON.parse(text)
  return version
}
