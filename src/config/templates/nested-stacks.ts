// Nested stacks: where their templates are on this machine, and the parameters they are given.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { ParameterValues } from './parameters.ts'
import type { Resource } from './scope.ts'
import type { Template } from './template.ts'
import type { TemplateManner, TemplateSet } from './template-set.ts'
import { textOf } from './values.ts'

export interface NestedTemplate {
  readonly root: MapNode
  readonly manner: Pick<TemplateManner, 'stackName' | 'region' | 'parameters'>
}

/** The template of an AWS::CloudFormation::Stack. (CloudFormation Template Reference, 'AWS::CloudFormation::Stack') */
export function readNested(
  stack: Resource,
  template: Template,
  within: readonly string[],
  templates: TemplateSet,
): NestedTemplate | null {
  const url = template.property(stack, 'TemplateURL')
  const file = locate(url, stack, template, templates)
  const at = url ?? stack.node
  if (file === null) {
    const { logicalId } = stack
    const message = `the template of the nested stack ${logicalId} is not on this machine; what it declares is left out`
    const hint = 'write TemplateURL as a path, as before `aws cloudformation package`'
    template.report.warn(at, null, message, hint)
    return null
  }
  if (within.includes(file)) {
    template.report.error(at, null, `the stack ${stack.logicalId} nests itself`)
    return null
  }
  const tree = templates.options.files.read(file, at)
  if (tree === null) return null
  if (tree.kind !== 'map') {
    template.report.error(at, null, `${file} is no template`)
    return null
  }
  // A copy, as one file may stand for several stacks.
  const { stackName, region } = template.options
  const parameters = passedBy(stack, template)
  return { root: { ...tree }, manner: { stackName: `${stackName}-${stack.logicalId}`, region, parameters } }
}

/** A path, an object of the assets bucket, or what a tool has noted beside the resource. */
function locate(
  url: ConfigNode | null,
  { node }: Resource,
  template: Template,
  templates: TemplateSet,
): string | null {
  const base = templates.baseOf(template)
  const metadata = mapOf(node, 'Metadata')
  const noted = metadata === null ? null : textOf(entryOf(metadata, 'aws:asset:path'))
  if (noted !== null) return resolve(base, noted)
  const text = textOf(url)
  if (text === null) return null
  if (text.startsWith('file://')) return URL.canParse(text) ? fileURLToPath(text) : null
  if (!/^(?:https?|s3):\/\//.test(text)) return resolve(base, text)
  const assets = templates.assetsOf(template)
  return assets.pathOf(text.slice(text.lastIndexOf('/') + 1))
}

/** Evaluated one by one when the nested template asks: they may lead to its sisters. */
function passedBy(stack: Resource, template: Template): ParameterValues {
  const properties = mapOf(stack.node, 'Properties')
  const given = properties === null ? null : mapOf(properties, 'Parameters')
  return {
    get(name) {
      const value = given?.entries.get(name)?.value
      const evaluated = value === undefined ? null : template.evaluate(value)
      if (evaluated === null) return undefined
      if (evaluated.kind === 'list') return evaluated.items.map((item) => textOf(item) ?? '').join(',')
      return textOf(evaluated) ?? undefined
    },
  }
}
