// The files of a load, and an object in place of one, taken apart.
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { NO_ARCHIVES } from './archives/archives.ts'
import { createDisk, type LoadDisk } from './disk.ts'
import { readInputs } from './inputs.ts'
import { fromText } from './nodes/from-text.ts'
import { fromValue } from './nodes/from-value.ts'
import type { ConfigNode, Located } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import type { ParameterOptions } from './parameter-files.ts'
import { readParameters } from './parameter-files.ts'
import { cloudFormation } from './readers/cloudformation.ts'
import type { Source } from './readers/read-tree.ts'
import { readTree } from './readers/read-tree.ts'
import { SourceFiles } from './source-files.ts'
import { TemplateSet } from './templates/template-set.ts'

export interface SourceOptions extends ParameterOptions {
  readonly files: readonly string[]
  readonly inline?: unknown
}

/** Everything that was read. */
export interface ReadSources {
  readonly sources: readonly Source[]
  /** Absolute paths of the configuration files. */
  readonly files: readonly string[]
  /** Folders in which these were found: a new file in one may be a configuration, too. */
  readonly folders: readonly string[]
  readonly templates: TemplateSet
  readonly disk: LoadDisk
}

/** Never rejects: what cannot be read is reported. */
export async function readSources(
  options: SourceOptions,
  report: Report,
  disk: LoadDisk = createDisk(NO_ARCHIVES),
): Promise<ReadSources> {
  const further = new SourceFiles(disk, report)
  const inputs = readInputs(options.files, options.cwd, further)
  const { files, folders } = inputs
  for (const folder of folders)
    if (!files.some((file) => dirname(file) === folder)) reportEmpty(folder, disk, report)
  const trees: [root: ConfigNode, name: string][] = []
  for (const file of files) {
    const text = await readText(file, report)
    const root = text === null ? null : fromText(text, file, report)
    if (root !== null) trees.push([root, basename(file)])
  }
  if (options.inline !== undefined && options.inline !== null) {
    trees.push([fromValue(options.inline, 'config', report), 'config'])
  }
  const templates = new TemplateSet({
    report,
    parameters: readParameters(options, disk, report),
    files: further,
    cwd: options.cwd,
    mannerOf: inputs.mannerOf,
  })
  // Known to each other before the first is read.
  const beside = inputs.beside.flatMap((file) => further.find(file) ?? [])
  for (const root of [...trees.map(([tree]) => tree), ...beside])
    if (root.kind === 'map' && cloudFormation.recognises(root)) templates.of(root)
  const context = { report, templates, files: further, env: options.env, cwd: options.cwd }
  const sources = trees.flatMap(
    ([root, name]) => readTree(root, name, { ...context, isFound: inputs.found.has(root.place.file) }) ?? [],
  )
  return { sources, files, folders, templates, disk }
}

/** A folder that somebody named holds something, or it is a mistake. */
function reportEmpty(folder: string, disk: LoadDisk, report: Report): void {
  const isTerraform = disk.list(folder).some((name) => name.endsWith('.tf'))
  const hint = isTerraform ? TERRAFORM_HINT : 'it may be a file in YAML or JSON, of pocketfront or of a tool'
  report.error(atFile(folder), null, 'there is no configuration in this folder', hint)
}

const TERRAFORM_HINT =
  'give a plan in JSON: terraform plan -out tfplan && terraform show -json tfplan > plan.json'
const ZIP_START = 'PK\u0003\u0004'

async function readText(file: string, report: Report): Promise<string | null> {
  if (/\.[cm]?[jt]s$/.test(file)) {
    const hint = /serverless\.\w+$/.test(file)
      ? 'give what `npx serverless package` makes: .serverless/cloudformation-template-update-stack.json'
      : 'give what it makes: the folder cdk.out of `npx cdk synth`'
    report.error(atFile(file), null, 'is code, which is not run', hint)
    return null
  }
  if (/\.tf(?:vars)?$/.test(file)) {
    report.error(atFile(file), null, 'is code of Terraform, which is not run', TERRAFORM_HINT)
    return null
  }
  try {
    const text = await readFile(file, 'utf8')
    if (text.startsWith(ZIP_START)) {
      report.error(atFile(file), null, 'is no text but an archive, as Terraform saves a plan', TERRAFORM_HINT)
      return null
    }
    if (text.trim() !== '') return text
    report.error(atFile(file), null, 'the file is empty')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    report.error(atFile(file), null, isMissing ? 'there is no such file' : `cannot be read: ${String(error)}`)
  }
  return null
}

/** An issue about a file as a whole. */
export function atFile(file: string): Located {
  return { place: { file, line: null, column: null }, path: '' }
}
