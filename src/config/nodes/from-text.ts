// YAML or JSON text as a located tree: every value with its line and column.
import { fromJson } from './from-json.ts'
import { fromYaml } from './from-yaml.ts'
import type { ConfigNode } from './node.ts'
import type { Report } from './report.ts'
import { toNodes } from './tape/nodes.ts'
import { scanYaml } from './tape/scan-yaml.ts'

/** The tree of a file's text; null when it cannot be read, the reasons are in the report. */
export function fromText(text: string, file: string, report: Report): ConfigNode | null {
  const json = fromJson(text, file, report)
  if (json !== null) return json
  const tape = scanYaml(text)
  return tape === null ? fromYaml(text, file, report) : toNodes(tape, file, report)
}
