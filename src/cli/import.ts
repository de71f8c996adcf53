// `pocketfront import`: any configuration as YAML of our own form, on stdout; what there is to say about it on stderr.
import type { ImportArguments } from './import-arguments.ts'
import { toSourceOptions } from './source-options.ts'
import { toWarningLines } from './start-lines.ts'
import { importConfiguration } from '../assembly/import-config.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { selectPalette } from '../observe/palette.ts'

/** Rejects with PF_CONFIG for a configuration that cannot be used. */
export async function runImport(args: ImportArguments): Promise<void> {
  const { text, warnings } = await importConfiguration(toSourceOptions(args))
  const palette = selectPalette(process.stderr, process.env)
  const lines = args.json
    ? warnings.map((warning) => JSON.stringify({ event: 'warning', ...warning }))
    : toWarningLines(warnings, palette, process.cwd())
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  const writer = createLineWriter(1)
  writer.write(text)
  await writer.close()
}
