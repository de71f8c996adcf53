// The buckets of a Terraform configuration: the folders that their objects come from, and their websites.
import { dirname, resolve } from 'node:path'
import type { WebsiteConfiguration } from '../../model/website.ts'
import type { Disk } from '../disk.ts'
import { fromText } from '../nodes/from-text.ts'
import { Fields } from '../nodes/fields.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { readWebsite } from '../schema/website.ts'
import type { BucketFolder } from '../stacks/bucket-folders.ts'
import { mapAt, textOf } from '../templates/values.ts'
import { convertBlock, toBlock } from './convert.ts'
import type { TerraformResource } from './resources.ts'
import { WEBSITE } from './shapes.ts'
import type { Terraform } from './terraform.ts'

/** Objects of more folders are single files from here and there, not a site. */
const MOST_FOLDERS = 8

/** The folders behind `aws_s3_object { key, source }`, most often one with `for_each = fileset(…)`. */
export function declaredFolders(source: Terraform, disk: Disk): BucketFolder[] {
  const found = new Map<string, BucketFolder>()
  const countOf = new Map<string, number>()
  for (const each of source.ofType('aws_s3_object', 'aws_s3_bucket_object')) {
    const [key, path] = [textOf(entryOf(each.values, 'key')), textOf(entryOf(each.values, 'source'))]
    const bucket = source.attribute(each, 'bucket')
    if (key === null || path === null || bucket === null) continue
    const folder = toFolder(bucket, key, path, dirname(each.values.place.file))
    if (folder === null) continue
    const id = JSON.stringify(folder)
    if (found.has(id) || !disk.isFolder(folder.folder)) continue
    found.set(id, folder)
    countOf.set(bucket, (countOf.get(bucket) ?? 0) + 1)
  }
  return [...found.values()].filter(({ bucket }) => countOf.get(bucket)! <= MOST_FOLDERS)
}

/** What key and source have in common at their ends is the way of a file inside the folder. */
function toFolder(bucket: string, key: string, path: string, base: string): BucketFolder | null {
  const [keyParts, pathParts] = [key.split('/').filter(isPart), path.split('/')]
  let common = 0
  while (common < keyParts.length && keyParts.at(-1 - common) === pathParts.at(-1 - common)) common++
  if (common === 0) return null
  const prefix = keyParts.slice(0, -common)
  const folder = pathParts.slice(0, -common).join('/')
  return {
    bucket,
    prefix: prefix.length === 0 ? '' : `${prefix.join('/')}/`,
    folder: resolve(base, folder === '' && path.startsWith('/') ? '/' : folder),
  }
}

function isPart(part: string): boolean {
  return part !== ''
}

/** aws_s3_bucket_website_configuration, and the block that aws_s3_bucket had before. */
export function declaredWebsites(source: Terraform): [string, WebsiteConfiguration][] {
  const own = source.ofType('aws_s3_bucket_website_configuration').flatMap((each) => {
    const bucket = source.attribute(each, 'bucket')
    if (bucket === null) return []
    const blocks = convertBlock(toBlock(each, source), WEBSITE, source)
    const rules = rulesOf(each.values, source.report)
    const entries = [...blocks.entries].map(([key, { value }]) => [key, value] as const)
    const all = rules === null ? blocks : mapAt(blocks, [...entries, ['RoutingRules', rules]])
    return [websiteOf(bucket, all, source.report)]
  })
  const old = source.ofType('aws_s3_bucket').flatMap((each) => {
    const [block] = itemsOf(each.values, 'website')
    const bucket = source.attribute(each, 'bucket')
    if (block?.kind !== 'map' || bucket === null) return []
    return [websiteOf(bucket, fromOldBlock(block, each, source.report), source.report)]
  })
  return [...old, ...own]
}

function websiteOf(bucket: string, node: MapNode, report: Report): [string, WebsiteConfiguration] {
  return [bucket, readWebsite(new Fields(node, report))]
}

/** Rules as a text in JSON, in the words of S3. */
function rulesOf(node: MapNode, report: Report): ConfigNode | null {
  const text = textOf(entryOf(node, 'routing_rules'))
  return text === null || text === '' ? null : fromText(text, node.place.file, report)
}

function fromOldBlock(block: MapNode, { address, values }: TerraformResource, report: Report): MapNode {
  const at = { place: values.place, path: `${address}.website` }
  const entries: [string, ConfigNode][] = []
  const add = (name: string, key: string): void => {
    const node = entryOf(block, name)
    if (node !== null && textOf(node) !== '') entries.push([key, { ...node, path: `${at.path}.${name}` }])
  }
  add('index_document', 'IndexDocument')
  add('error_document', 'ErrorDocument')
  const rules = rulesOf(block, report)
  if (rules !== null) entries.push(['RoutingRules', rules])
  const all = /^(?:(https?):\/\/)?([^/]+)/.exec(textOf(entryOf(block, 'redirect_all_requests_to')) ?? '')
  if (all !== null) {
    const scalar = (text: string): ConfigNode => ({ kind: 'scalar', value: text, text, ...at })
    const protocol: [string, ConfigNode][] = all[1] === undefined ? [] : [['Protocol', scalar(all[1])]]
    entries.push(['RedirectAllRequestsTo', mapAt(at, [['HostName', scalar(all[2]!)], ...protocol])])
  }
  return mapAt(at, entries)
}
