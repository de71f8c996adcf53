// JSON text as a located tree, many times as fast as YAML's parser: what tools generate is large.
import type { ConfigNode } from './node.ts'
import type { Report } from './report.ts'
import { toNodes } from './tape/nodes.ts'
import { scanJson } from './tape/scan-json.ts'

/** The tree of a JSON text; null when it is none, has a key twice, or is too large, for YAML's parser to say what is wrong. */
export function fromJson(text: string, file: string, report: Report): ConfigNode | null {
  const tape = scanJson(text)
  return tape === null ? null : toNodes(tape, file, report)
}
