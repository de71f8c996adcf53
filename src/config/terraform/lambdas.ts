// The Lambda functions of a Terraform configuration, with their code where it was packed from.
import { basename, dirname, resolve } from 'node:path'
import type { Disk } from '../disk.ts'
import { keepInlineCode } from '../inline-code.ts'
import type { LambdaCode } from '../lambda-settings.ts'
import { readLambdaSettings } from '../lambda-settings.ts'
import { Fields } from '../nodes/fields.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { ReadContext } from '../readers/source.ts'
import type { DeclaredLambda } from '../stacks/declared-lambdas.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

type Where =
  | { readonly kind: 'here'; readonly code: string; readonly handler: string }
  | { readonly kind: 'elsewhere'; readonly reason: string }

/** Arguments that decide at the edge, and what CloudFormation calls them. */
const SETTINGS: Readonly<Record<string, string>> = {
  runtime: 'Runtime',
  memory_size: 'MemorySize',
  timeout: 'Timeout',
  architectures: 'Architectures',
  layers: 'Layers',
}

/** Blocks that no function at the edge can have. */
const BLOCKS: Readonly<Record<string, string>> = {
  environment: 'Environment',
  vpc_config: 'VpcConfig',
  dead_letter_config: 'DeadLetterConfig',
  file_system_config: 'FileSystemConfigs',
}

/** Every aws_lambda_function. Its code is looked for when a behavior asks for it. */
export function declaredLambdas(source: Terraform, context: ReadContext): DeclaredLambda[] {
  return source.ofType('aws_lambda_function').map((resource) => {
    let located: LambdaCode | null | undefined
    return {
      get arn() {
        return source.attribute(resource, 'arn') ?? resource.address
      },
      names: [resource.address, resource.name],
      locate() {
        if (located === undefined) located = locate(resource, source, context)
        return located
      },
    }
  })
}

function locate(
  resource: TerraformResource,
  source: Terraform,
  { files, cwd, report }: ReadContext,
): LambdaCode | null {
  const { values, address } = resource
  const at = { place: values.place, path: address }
  const where = present(findCode(resource, source), files.disk)
  if (where.kind === 'elsewhere') {
    const name = source.attribute(resource, 'function_name') ?? address
    report.warn(
      at,
      null,
      `the function ${name} is left out: ${where.reason}`,
      `add --lambda ${name}=FILE, or the folder that it is packed from`,
    )
    return null
  }
  const entries: [string, ConfigNode][] = [
    ['Code', scalarAt({ ...at, path: `${address}.filename` }, where.code)],
    ['Handler', scalarAt({ ...at, path: `${address}.handler` }, where.handler)],
  ]
  for (const [key, to] of Object.entries({ ...SETTINGS, ...BLOCKS })) {
    const value = entryOf(values, key)
    const isBlock = Object.hasOwn(BLOCKS, key)
    const node = isBlock ? value?.kind === 'list' && value.items[0] : value
    if (node === null || node === undefined || node === false) continue
    entries.push([to, { ...(isBlock ? withVariables(node) : node), path: `${address}.${key}` }])
  }
  return readLambdaSettings(new Fields(mapAt(at, entries), report), cwd, files.disk)
}

/** A state may come from another machine, where the folder is. */
function present(where: Where, disk: Disk): Where {
  if (where.kind === 'elsewhere' || disk.isFile(where.code) || disk.isFolder(where.code)) return where
  return { kind: 'elsewhere', reason: `there is no ${where.code}` }
}

/** `environment { variables }` is `Environment: {Variables}`. */
function withVariables(node: ConfigNode): ConfigNode {
  const variables = entryOf(node, 'variables')
  return variables === null ? node : mapAt(node, [['Variables', variables]])
}

function findCode(resource: TerraformResource, source: Terraform): Where {
  const { values } = resource
  const handler = textOf(entryOf(values, 'handler')) ?? 'index.handler'
  const archive = findArchive(resource, source)
  const base = dirname(values.place.file)
  if (archive !== null) {
    const text = (name: string) => {
      const value = textOf(entryOf(archive.values, name))
      return value === null || value === '' ? null : value
    }
    const [folder, file] = [text('source_dir'), text('source_file')]
    if (folder !== null) return { kind: 'here', code: resolve(base, folder), handler }
    if (file !== null) return { kind: 'here', code: resolve(base, file), handler }
    const inline = inlineOf(archive.values)
    if (inline !== null) return { kind: 'here', code: keepInlineCode(inline.text, inline.name), handler }
    return { kind: 'elsewhere', reason: `the archive of ${archive.address} is made of several texts` }
  }
  if (textOf(entryOf(values, 'package_type')) === 'Image') {
    return { kind: 'elsewhere', reason: 'it is a container image' }
  }
  const file = textOf(entryOf(values, 'filename'))
  if (file !== null && file !== '') return { kind: 'elsewhere', reason: `its code is in an archive, ${file}` }
  return { kind: 'elsewhere', reason: 'its code is not on this machine' }
}

/** The archive_file that the function is packed by: it says so, or writes the same file. */
function findArchive(resource: TerraformResource, source: Terraform): TerraformResource | null {
  const archives = source.resources.filter(({ type }) => type === 'archive_file')
  const expressions = source.configuration.expressionsOf(resource)
  const expression = expressions === null ? null : entryOf(expressions, 'filename')
  const referred = expression === null ? [] : source.referred(expression, resource)
  const file = textOf(entryOf(resource.values, 'filename'))
  const isSame = ({ values }: TerraformResource) => {
    const output = textOf(entryOf(values, 'output_path'))
    return output !== null && file !== null && resolve(output) === resolve(file)
  }
  return archives.find((each) => referred.includes(each)) ?? archives.find(isSame) ?? null
}

/** The only text of an archive. */
function inlineOf(archive: MapNode): { readonly text: string; readonly name: string } | null {
  const blocks = itemsOf(archive, 'source')
  const [block] = blocks
  const own = textOf(entryOf(archive, 'source_content'))
  const text = own ?? (block === undefined ? null : textOf(entryOf(block, 'content')))
  const name =
    own === null
      ? block && textOf(entryOf(block, 'filename'))
      : textOf(entryOf(archive, 'source_content_filename'))
  if (text === null || name === null || name === undefined || blocks.length > 1) return null
  return { text, name: basename(name) }
}
