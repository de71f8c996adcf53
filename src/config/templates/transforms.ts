// The Transform section: which macros are done here.
import type { ConfigNode, Located, MapNode } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { textOf } from './values.ts'

/** Done elsewhere (AWS::LanguageExtensions, AWS::Include), or without effect on what CloudFront sees. */
const QUIET =
  /^AWS::(?:LanguageExtensions|Include|Serverless-2016-10-31|CodeDeployBlueGreen|ServiceCatalog|SecretsManager-\d{4}-\d\d-\d\d)$/

/** Reports the macros of a template that are code in an account and cannot be run here. */
export function reportMacros(root: MapNode, report: Report): void {
  const section = entryOf(root, 'Transform')
  const macros: readonly ConfigNode[] =
    section?.kind === 'list' ? section.items : section === null ? [] : [section]
  for (const macro of macros) {
    const name = textOf(macro) ?? textOf(entryOf(macro, 'Name')) ?? ''
    if (!QUIET.test(name)) reportMacro(name, macro, report)
  }
}

/** (CloudFormation User Guide, 'Perform custom processing with template macros') */
export function reportMacro(name: string, at: Located, report: Report): void {
  const hint = 'give the processed template: `aws cloudformation get-template --template-stage Processed`'
  report.error(at, null, `the macro ${name} is not run here`, hint)
}
