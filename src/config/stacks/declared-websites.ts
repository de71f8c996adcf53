// The buckets of templates that are websites, with their documents and rules.
import type { WebsiteConfiguration } from '../../model/website.ts'
import { Fields } from '../nodes/fields.ts'
import { mapOf } from '../nodes/node.ts'
import { readWebsite } from '../schema/website.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Template } from '../templates/template.ts'

/** By the name of the bucket. (CloudFormation Template Reference, 'AWS::S3::Bucket WebsiteConfiguration') */
export function declaredWebsites(template: Template): [string, WebsiteConfiguration][] {
  return template.ofType('AWS::S3::Bucket').flatMap((resource): [string, WebsiteConfiguration][] => {
    const written = mapOf(resource.node, 'Properties')
    if (written === null || !written.entries.has('WebsiteConfiguration')) return []
    const website = template.property(resource, 'WebsiteConfiguration')
    const bucket = generatedValue(template.facts(resource), null)
    if (website?.kind !== 'map' || bucket === null) return []
    return [[bucket, readWebsite(new Fields(website, template.report))]]
  })
}
