// `pocketfront explain-config`: what a configuration does, in words, on stdout.
import type { ExplainArguments } from './explain-arguments.ts'
import { toExplainMarkdown } from './explain-markdown.ts'
import { toExplainText } from './explain-text.ts'
import { toSourceOptions } from './source-options.ts'
import { explainConfiguration } from '../assembly/explain-config.ts'
import type { DistributionView } from '../assembly/explain/distribution.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { selectPalette } from '../observe/palette.ts'

/** Rejects with PF_CONFIG for a configuration that cannot be used. */
export async function runExplainConfig(args: ExplainArguments): Promise<void> {
  const views = await explainConfiguration(toSourceOptions(args))
  const writer = createLineWriter(1)
  writer.write(toText(views, args))
  await writer.close()
}

function toText(views: readonly DistributionView[], { format }: ExplainArguments): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ distributions: views }, null, 2)}\n`
    case 'markdown':
      return toExplainMarkdown(views)
    case 'text':
      return toExplainText(views, selectPalette(process.stdout, process.env))
  }
}
