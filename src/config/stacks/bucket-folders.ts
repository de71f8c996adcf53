// Buckets whose content a CDK app deploys from folders of this machine.
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'

/** A folder whose files are objects of a bucket. */
export interface BucketFolder {
  readonly bucket: string
  /** What their keys start with: '' or 'assets/'. */
  readonly prefix: string
  /** Absolute path. */
  readonly folder: string
}

/** The folders of BucketDeployment constructs, in the order of deployment. (AWS CDK API Reference, 'aws_s3_deployment') */
export function bucketFolders(template: Template, templates: TemplateSet): BucketFolder[] {
  const { disk } = templates.options.files
  const assets = templates.assetsOf(template)
  return template.ofType('Custom::CDKBucketDeployment').flatMap((resource) => {
    const properties = template.properties(resource)
    const bucket = textOf(entryOf(properties, 'DestinationBucketName'))
    if (bucket === null) return []
    const prefix = (textOf(entryOf(properties, 'DestinationBucketKeyPrefix')) ?? '').replace(/^\/+|\/+$/g, '')
    return itemsOf(properties, 'SourceObjectKeys').flatMap((key) => {
      const folder = assets.pathOf(textOf(key) ?? '')
      if (folder === null || !disk.isFolder(folder)) return []
      return [{ bucket, prefix: prefix === '' ? '' : `${prefix}/`, folder }]
    })
  })
}
