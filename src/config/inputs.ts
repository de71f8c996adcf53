// What the user named, a file, a folder or a project, as the files to read.
import { join, resolve } from 'node:path'
import { findAssembly, stacksBeside, stacksOf } from './cdk/assembly.ts'
import type { SourceFiles } from './source-files.ts'
import type { TemplateManner } from './templates/template-set.ts'

/** The files of one load. */
export interface Inputs {
  /** Absolute paths, to be read for what they configure. */
  readonly files: readonly string[]
  /** Those of them that nobody named: they were found in a folder. */
  readonly found: ReadonlySet<string>
  /** Absolute paths of the folders that were looked through. */
  readonly folders: readonly string[]
  /** Templates that others import from; their distributions are not served. */
  readonly beside: readonly string[]
  readonly mannerOf: (file: string) => TemplateManner | null
}

/** Of a project's folder the one file that matters; of any other folder every YAML and JSON file, and the state of Terraform. */
const PROJECT_FILES: readonly RegExp[] = [
  /^serverless\.(?:ya?ml|json|ts|js|cjs|mjs)$/,
  /^cloudformation-template-update-stack\.json$/,
  /^template\.(?:ya?ml|json)$/,
]
/** What makes a folder with a template.yaml a SAM project. */
const SAM_FILE = /^samconfig\.(?:toml|ya?ml)$/

export function readInputs(names: readonly string[], cwd: string, files: SourceFiles): Inputs {
  const manners = new Map<string, TemplateManner>()
  const beside: string[] = []
  const members = new Set<string>()
  const folders: string[] = []
  const found = names.flatMap((name) => {
    const path = resolve(cwd, name)
    const assembly = files.disk.isFolder(path) ? findAssembly(path, files) : null
    const stacks = assembly === null ? [] : stacksOf(assembly, files)
    const siblings = assembly === null ? stacksBeside(path, files) : []
    for (const { file, manner } of [...stacks, ...siblings]) manners.set(file, manner)
    beside.push(...siblings.map(({ file }) => file))
    if (assembly !== null) return stacks.map(({ file }) => file)
    if (!files.disk.isFolder(path)) return [path]
    folders.push(path)
    const listed = listFolder(path, files)
    for (const file of listed) members.add(file)
    return listed
  })
  const wanted = [...new Set(found)]
  return {
    files: wanted,
    found: members,
    folders: [...new Set(folders)],
    beside: [...new Set(beside)].filter((file) => !wanted.includes(file)),
    mannerOf: (file) => manners.get(file) ?? null,
  }
}

function listFolder(folder: string, { disk }: SourceFiles): string[] {
  const names = disk.list(folder)
  const [serverless, packaged, template] = PROJECT_FILES.map((pattern) =>
    names.find((name) => pattern.test(name)),
  )
  const project = serverless ?? packaged ?? (names.some((name) => SAM_FILE.test(name)) ? template : undefined)
  const wanted = project === undefined ? names.filter(isConfiguration) : [project]
  return wanted.map((name) => join(folder, name))
}

/** The data of key value stores is beside what describes them. */
export function isConfiguration(name: string): boolean {
  return /\.(?:ya?ml|json|tfstate)$/i.test(name) && !/\.(?:keys|data)\.json$/i.test(name)
}
