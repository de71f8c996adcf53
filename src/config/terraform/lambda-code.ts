// Where the code of an aws_lambda_function is on this machine: what it is packed from, or the package.
import { basename, dirname, resolve } from 'node:path'
import type { Disk } from '../disk.ts'
import { keepInlineCode } from '../inline-code.ts'
import type { MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { LambdaSource } from '../stacks/lambda-source.ts'
import { textOf } from '../templates/values.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

/** The sources go before the package, which may be of yesterday. A state may come from another machine, too. */
export function locateCode(resource: TerraformResource, source: Terraform, disk: Disk): LambdaSource {
  const { values } = resource
  const handler = textAt(values, 'handler') ?? 'index.handler'
  const base = dirname(values.place.file)
  const archive = findArchive(resource, source)
  const packages = [
    textAt(values, 'filename'),
    archive && textAt(archive.values, 'output_path'),
    fromObject(resource, source),
  ]
  const wanted = [
    archive && textAt(archive.values, 'source_dir'),
    archive && textAt(archive.values, 'source_file'),
    archive && inlineOf(archive.values),
    ...packages,
  ]
    .filter((path) => path !== null)
    .map((path) => resolve(base, path))
  const code = wanted.find((path) => disk.isFile(path) || disk.isFolder(path))
  if (code !== undefined) return { kind: 'here', code, handler }
  return elsewhere(
    textAt(values, 'package_type') === 'Image'
      ? 'it is a container image'
      : wanted[0] === undefined
        ? 'its code is not on this machine'
        : `there is no ${wanted[0]}`,
  )
}

function elsewhere(reason: string): LambdaSource {
  return { kind: 'elsewhere', reason, hint: null }
}

/** The archive_file that the function is packed by: it says so, or writes the same file. */
function findArchive(resource: TerraformResource, source: Terraform): TerraformResource | null {
  const archives = source.resources.filter(({ type }) => type === 'archive_file')
  const file = textAt(resource.values, 'filename')
  const isSame = ({ values }: TerraformResource) => {
    const output = textAt(values, 'output_path')
    return output !== null && file !== null && resolve(output) === resolve(file)
  }
  const referred = source.referredBy(resource, 'filename')
  return archives.find((each) => referred.includes(each)) ?? archives.find(isSame) ?? null
}

/** A package that Terraform itself puts into a bucket. */
function fromObject(resource: TerraformResource, source: Terraform): string | null {
  const objects = source.ofType('aws_s3_object', 'aws_s3_bucket_object')
  const key = textAt(resource.values, 's3_key')
  const referred = source.referredBy(resource, 's3_key')
  const object = objects.find(
    (each) => referred.includes(each) || (key !== null && textAt(each.values, 'key') === key),
  )
  return object === undefined ? null : textAt(object.values, 'source')
}

/** The only text of an archive, as a file. */
function inlineOf(archive: MapNode): string | null {
  const blocks = itemsOf(archive, 'source')
  const [block] = blocks
  const own = textAt(archive, 'source_content')
  const text = own ?? (block === undefined ? null : textOf(entryOf(block, 'content')))
  const name =
    own === null ? block && textOf(entryOf(block, 'filename')) : textAt(archive, 'source_content_filename')
  if (text === null || name === null || name === undefined || blocks.length > 1) return null
  return keepInlineCode(text, basename(name))
}

function textAt(node: MapNode, name: string): string | null {
  const text = textOf(entryOf(node, name))
  return text === '' ? null : text
}
