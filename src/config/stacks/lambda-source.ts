// Where the code of a Lambda function of a template is on this machine.
import { basename, dirname, resolve } from 'node:path'
import { keepInlineCode } from '../inline-code.ts'
import type { ConfigNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'

/** `code` is an absolute path: a folder or an archive in which `handler` is looked up, or a file. */
export type LambdaSource =
  | { readonly kind: 'here'; readonly code: string; readonly handler: string }
  | { readonly kind: 'elsewhere'; readonly reason: string; readonly hint: string | null }

/** What Lambda calls code that stands in a template. (CloudFormation Template Reference, 'AWS::Lambda::Function Code') */
const INLINE_NAME = 'index'

/** Finds the code of an AWS::Lambda::Function. Nothing is reported: whoever needs the function does that. */
export function locateLambda(resource: Resource, template: Template, templates: TemplateSet): LambdaSource {
  const handler = textOf(template.property(resource, 'Handler')) ?? `${INLINE_NAME}.handler`
  const code = template.property(resource, 'Code')
  const found = locateCode(code, resource, template, templates)
  if (typeof found !== 'string') return found
  const runtime = textOf(template.property(resource, 'Runtime')) ?? ''
  const inline = code === null ? null : entryOf(code, 'ZipFile')
  if (inline !== null) {
    const extension = runtime.startsWith('python') ? '.py' : '.js'
    const file = keepInlineCode(found, `${INLINE_NAME}${extension}`)
    return { kind: 'here', code: dirname(file), handler: `${INLINE_NAME}.${handler.split('.').at(-1)!}` }
  }
  return { kind: 'here', code: found, handler }
}

/** The path of code, or the text of inline code. */
function locateCode(
  code: ConfigNode | null,
  { node }: Resource,
  template: Template,
  templates: TemplateSet,
): string | LambdaSource {
  const base = templates.baseOf(template)
  const inline = code === null ? null : textOf(entryOf(code, 'ZipFile'))
  if (inline !== null) return inline
  const metadata = mapOf(node, 'Metadata')
  const noted = metadata === null ? null : textOf(entryOf(metadata, 'aws:asset:path'))
  if (noted !== null) return resolve(base, noted)
  const path = textOf(code)
  if (path !== null && !/^(?:s3|https?):\/\//.test(path)) return resolve(base, path)
  const key = code === null ? null : textOf(entryOf(code, 'S3Key'))
  const asset = key === null ? null : templates.assetsOf(template).pathOf(key)
  if (asset !== null) return asset
  // What `serverless package` leaves: the sources are beside its folder.
  if (key !== null && basename(base) === '.serverless') return dirname(base)
  if (code !== null && entryOf(code, 'ImageUri') !== null)
    return { kind: 'elsewhere', reason: 'it is a container image', hint: null }
  return { kind: 'elsewhere', reason: 'its code is not on this machine', hint: null }
}
