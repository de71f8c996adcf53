// A function as the section `lambdas` writes it: its file, or its file with the settings of AWS::Lambda::Function.
import { resolve } from 'node:path'
import type { LambdaFunction } from '../model/functions.ts'
import type { Disk } from './disk.ts'
import type { ConfigNode, Located } from './nodes/node.ts'
import type { Fields } from './nodes/fields.ts'
import type { Report } from './nodes/report.ts'

const CODE = 'InvalidLambdaFunctionAssociation'

/** What is known of a function besides its name. */
export type LambdaCode = Pick<LambdaFunction, 'file' | 'exportName' | 'Runtime' | 'MemorySize' | 'Timeout'>

const UNSET = { Runtime: null, MemorySize: null, Timeout: null } as const

/** What a handler without a file extension may stand for. */
const EXTENSIONS = ['.py', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const

/** (Developer Guide, 'Restrictions on Lambda@Edge'): settings that a function on a distribution must not have. */
const REFUSED: Readonly<Record<string, (node: ConfigNode) => boolean>> = {
  Environment: (node) => node.kind === 'map' && isFilled(node.entries.get('Variables')?.value ?? node),
  VpcConfig: isFilled,
  DeadLetterConfig: isFilled,
  Layers: isFilled,
  ImageConfig: isFilled,
  KmsKeyArn: isFilled,
  FileSystemConfigs: isFilled,
  TracingConfig: (node) => node.kind === 'map' && textAt(node, 'Mode') === 'Active',
  PackageType: (node) => node.kind === 'scalar' && node.text === 'Image',
  Architectures: (node) =>
    node.kind === 'list' && node.items.some((each) => each.kind === 'scalar' && each.text === 'arm64'),
  EphemeralStorage: (node) => node.kind === 'map' && Number(textAt(node, 'Size') ?? 512) > 512,
}

/** Keys of AWS::Lambda::Function that change nothing here. */
const SILENT = [
  'FunctionName',
  'Description',
  'Role',
  'Tags',
  'LoggingConfig',
  'Version',
  'ReservedConcurrentExecutions',
]

interface Seen {
  readonly at: Located
  readonly disk: Disk
  readonly report: Report
}

/**
 * `./edge/auth.ts`, `./edge/auth.ts#exportName`, `./edge/auth.zip#index.handler` or `lambda_function.lambda_handler`,
 * relative to `base`; null when it names no file, which is reported.
 */
export function parseHandler(text: string, base: string, seen: Seen): LambdaCode | null {
  const { at, disk, report } = seen
  const trimmed = text.trim()
  const hash = trimmed.lastIndexOf('#')
  const archive = resolve(base, hash === -1 ? trimmed : trimmed.slice(0, hash).trim())
  if (isArchive(archive) && disk.isFile(archive)) {
    return inArchive(archive, hash === -1 ? null : trimmed.slice(hash + 1).trim(), seen)
  }
  const whole = resolve(base, trimmed)
  if (trimmed !== '' && disk.isFile(whole)) return toCode(whole, null)
  if (hash === -1) return parseDotted(trimmed, base, disk) ?? refuse(report, at, `there is no file ${whole}`)
  const exportName = trimmed.slice(hash + 1).trim()
  if (!/^[\w$]+$/.test(exportName)) return refuse(report, at, `'${exportName}' is not the name of an export`)
  const file = resolve(base, trimmed.slice(0, hash).trim())
  return hash > 0 && disk.isFile(file)
    ? toCode(file, exportName)
    : refuse(report, at, `there is no file ${file}`)
}

/** A deployment package of Lambda. */
export function isArchive(path: string): boolean {
  return /\.(?:zip|jar)$/i.test(path)
}

/** Without a handler the usual ones are tried. */
function inArchive(archive: string, handler: string | null, { at, disk, report }: Seen): LambdaCode | null {
  const unpacked = disk.unpack(archive)
  if (unpacked.kind === 'unusable') return refuse(report, at, `${archive} is not used: ${unpacked.reason}`)
  const tried = handler === null ? ['index.handler', 'lambda_function.lambda_handler'] : [handler]
  for (const each of tried) {
    const code = parseDotted(each, unpacked.folder, disk)
    if (code !== null) return code
  }
  return refuse(report, at, `there is no file for the handler ${tried.join(' or ')} in ${archive}`)
}

/** `{Code: ./edge/auth.py, Handler: auth.lambda_handler, Runtime, MemorySize, Timeout}` */
export function readLambdaSettings(fields: Fields, base: string, disk: Disk): LambdaCode | null {
  const { report } = fields
  const given = fields.text('Code', { required: true })
  const handler = fields.text('Handler')
  const settings = {
    Runtime: readRuntime(fields),
    MemorySize: fields.integer('MemorySize', { min: 128, max: 10_240, code: CODE }),
    Timeout: fields.integer('Timeout', { min: 1, max: 30, code: CODE }),
  }
  for (const [key, isRefused] of Object.entries(REFUSED)) {
    const node = fields.get(key)
    if (node !== null && isRefused(node))
      report.error(node, CODE, `Lambda@Edge functions cannot have this ${key}`)
  }
  fields.ignore(SILENT)
  fields.finish()
  if (given === null) return null
  const at = fields.at('Code')
  const folder = resolve(base, given)
  if (isArchive(folder) && disk.isFile(folder)) {
    const packed = inArchive(folder, handler, { at, disk, report })
    return packed === null ? null : { ...packed, ...settings }
  }
  const code =
    disk.isFolder(folder) && handler !== null
      ? parseHandler(handler, folder, { at: fields.at('Handler'), disk, report })
      : parseHandler(given, base, { at, disk, report })
  if (code === null) return null
  const name =
    disk.isFolder(folder) || handler === null ? code.exportName : handler.slice(handler.lastIndexOf('.') + 1)
  return { ...code, ...settings, exportName: name }
}

function readRuntime(fields: Fields): string | null {
  const runtime = fields.text('Runtime', { code: CODE })
  if (runtime === null || /^(?:nodejs\d+\.x|python3\.\d+)$/.test(runtime)) return runtime
  fields.report.error(
    fields.at('Runtime'),
    CODE,
    `'${runtime}' cannot run at the edge`,
    'Lambda@Edge runs Node.js and Python: nodejs22.x, python3.13',
  )
  return null
}

/** Lambda's own form: the file without its extension, a dot, the function. */
function parseDotted(text: string, base: string, disk: Disk): LambdaCode | null {
  const match = /^(.+)\.([\w$]+)$/.exec(text)
  if (match === null) return null
  const [, path, exportName] = match as unknown as [string, string, string]
  // Python also names modules in packages with dots: `app.edge.handler` is in app/edge.py.
  const packaged = path.startsWith('.') ? [] : [`${path.replaceAll('.', '/')}.py`]
  for (const name of [...EXTENSIONS.map((extension) => path + extension), ...packaged]) {
    const file = resolve(base, name)
    if (disk.isFile(file)) return toCode(file, exportName)
  }
  return null
}

function toCode(file: string, exportName: string | null): LambdaCode {
  const usual = file.endsWith('.py') ? 'lambda_handler' : 'handler'
  return { file, exportName: exportName ?? usual, ...UNSET }
}

function refuse(report: Report, at: Located, message: string): null {
  report.error(at, null, message)
  return null
}

function isFilled(node: ConfigNode): boolean {
  if (node.kind === 'scalar') return node.text !== ''
  return node.kind === 'map' ? node.entries.size > 0 : node.items.length > 0
}

function textAt(node: ConfigNode & { kind: 'map' }, key: string): string | null {
  const value = node.entries.get(key)?.value
  return value?.kind === 'scalar' ? value.text : null
}
