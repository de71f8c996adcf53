// The key value stores that templates declare, and the files that they are imported from.
import { join } from 'node:path'
import type { Located, MapNode } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'

/** A store of a template. */
export interface DeclaredStore {
  readonly arn: string
  readonly name: string
  /** Logical id and construct path, by which the section `keyValueStores` may name it. */
  readonly names: readonly string[]
  /** Absolute path of its data; null: not on this machine. */
  readonly file: string | null
  /** Its pairs where these stand in the configuration. */
  readonly data?: MapNode | null
  readonly at: Located
}

/** Every AWS::CloudFront::KeyValueStore of a template. */
export function declaredStores(template: Template, templates: TemplateSet): DeclaredStore[] {
  return template.ofType('AWS::CloudFront::KeyValueStore').map((resource) => {
    const { logicalId, node } = resource
    const facts = template.facts(resource)
    const name = generatedValue(facts, null) ?? logicalId
    return {
      arn: generatedValue(facts, 'Arn') ?? name,
      name,
      names: [logicalId, ...templates.namesOf(logicalId, template)],
      file: locateData(resource, template, templates),
      at: node,
    }
  })
}

/** An asset, or the object as a file beside the template: `bucket/path/data.json` or `path/data.json`. */
function locateData(resource: Resource, template: Template, templates: TemplateSet): string | null {
  const source = template.property(resource, 'ImportSource')
  const arn = source === null ? null : textOf(entryOf(source, 'SourceArn'))
  const object = arn === null ? null : /^arn:[^:]*:s3:::(.+)$/.exec(arn)?.[1]
  if (object === null || object === undefined) return null
  const key = object.slice(object.indexOf('/') + 1)
  const asset = templates.assetsOf(template).pathOf(key)
  if (asset !== null) return asset
  const base = templates.baseOf(template)
  const { disk } = templates.options.files
  return [object, key].map((each) => join(base, each)).find((each) => disk.isFile(each)) ?? null
}
