// The Transform section: which macros are done here, and how.
import type { ConfigNode, Located, MapNode } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { textOf } from './values.ts'

/** Done elsewhere (AWS::LanguageExtensions, AWS::Include), or without effect on what CloudFront sees. */
const QUIET =
  /^AWS::(?:LanguageExtensions|Include|Serverless-2016-10-31|CodeDeployBlueGreen|ServiceCatalog|SecretsManager-\d{4}-\d\d-\d\d)$/

/** A template after its macros. Others than AWS's are code in an account and cannot be run here. */
export function transformed(root: MapNode, report: Report): MapNode {
  const section = entryOf(root, 'Transform')
  if (section === null) return root
  const macros: readonly ConfigNode[] = section.kind === 'list' ? section.items : [section]
  for (const macro of macros) {
    const name = textOf(macro) ?? textOf(entryOf(macro, 'Name')) ?? ''
    if (!QUIET.test(name)) reportMacro(name, macro, report)
  }
  return root
}

/** (CloudFormation User Guide, 'Perform custom processing with template macros') */
export function reportMacro(name: string, at: Located, report: Report): void {
  const hint = 'give the processed template: `aws cloudformation get-template --template-stage Processed`'
  report.error(at, null, `the macro ${name} is not run here`, hint)
}
