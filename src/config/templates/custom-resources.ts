// Attributes that come from other templates: outputs of nested stacks, and values that CDK carries across Regions.
import type { ConfigNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { Resource } from './scope.ts'
import type { Template } from './template.ts'
import type { TemplateSet } from './template-set.ts'
import { scalarAt, textOf } from './values.ts'

/** The attribute of a resource as another template gives it; null for the resources that need no other. */
export function specialAttribute(
  resource: Resource,
  attribute: string,
  template: Template,
  templates: TemplateSet,
): ConfigNode | null {
  switch (resource.type) {
    case 'AWS::CloudFormation::Stack':
      return attribute.startsWith('Outputs.')
        ? (templates.nested(resource, template)?.output(attribute.slice('Outputs.'.length)) ?? null)
        : null
    case 'Custom::CrossRegionStringParameterReader': {
      const name = textOf(entryOf(template.properties(resource), 'ParameterName'))
      return name === null ? null : found(resource, templates.lookUp(name))
    }
    // Its attributes are the names of the parameters.
    case 'Custom::CrossRegionExportReader':
      return found(resource, templates.lookUp(attribute))
    default:
      return null
  }
}

/** The value that a template puts under a name into the parameter store, or CDK into that of another Region. */
export function findInStores(name: string, template: Template): string | null {
  for (const resource of template.ofType('AWS::SSM::Parameter')) {
    const properties = template.properties(resource)
    if (textOf(entryOf(properties, 'Name')) === name) return textOf(entryOf(properties, 'Value'))
  }
  for (const resource of template.ofType('Custom::CrossRegionExportWriter')) {
    const exports = mapOf(mapOf(template.properties(resource), 'WriterProps') ?? resource.node, 'exports')
    const value = exports === null ? null : textOf(entryOf(exports, name))
    if (value !== null) return value
  }
  return null
}

function found(resource: Resource, text: string | null): ConfigNode | null {
  return text === null ? null : scalarAt(resource.node, text)
}
