// A CDK app after `cdk synth`: its manifest, the templates of its stacks, and what the manifest says about them.
import { basename, dirname, join, resolve } from 'node:path'
import type { ConfigNode } from '../nodes/node.ts'
import { entryOf, itemsOf, mapOf } from '../nodes/node.ts'
import type { SourceFiles } from '../source-files.ts'
import type { TemplateManner } from '../templates/template-set.ts'
import { textOf } from '../templates/values.ts'

/** A stack of an assembly. */
export interface AssemblyStack {
  /** Absolute path of its template. */
  readonly file: string
  readonly manner: TemplateManner
}

const MANIFEST = 'manifest.json'
const MAX_DEPTH = 8

/** The folder of the assembly that a folder holds: itself, or the `cdk.out` in an app's; null when there is none. */
export function findAssembly(folder: string, files: SourceFiles): string | null {
  const output = files.disk.isFile(join(folder, 'cdk.json')) ? files.find(join(folder, 'cdk.json')) : null
  const named = output === null ? null : textOf(entryOf(output, 'output'))
  const candidates = [folder, resolve(folder, named ?? 'cdk.out')]
  return candidates.find((it) => artifactsOf(it, files) !== null) ?? null
}

/** Every stack of an assembly, those of its stages included. (AWS CDK Developer Guide, 'Cloud assemblies') */
export function stacksOf(folder: string, files: SourceFiles, depth = 0): AssemblyStack[] {
  const artifacts = artifactsOf(folder, files)
  if (artifacts === null || depth > MAX_DEPTH) return []
  return artifacts.flatMap(([id, artifact]) => {
    const properties = mapOf(artifact, 'properties')
    if (properties === null) return []
    const type = textOf(entryOf(artifact, 'type'))
    const text = (key: string): string | null => textOf(entryOf(properties, key))
    const directory = text('directoryName')
    if (type === 'cdk:cloud-assembly' && directory !== null)
      return stacksOf(resolve(folder, directory), files, depth + 1)
    const template = text('templateFile')
    if (type !== 'aws:cloudformation:stack' || template === null) return []
    const region = /^aws:\/\/[^/]*\/([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(
      textOf(entryOf(artifact, 'environment')) ?? '',
    )?.[1]
    const manner = {
      stackName: text('stackName') ?? id,
      ...(region !== undefined && { region }),
      pathsOf: pathsReader(folder, artifact, files),
    }
    return [{ file: resolve(folder, template), manner }]
  })
}

/** The stacks beside a template that was given by itself: they know its imports and its edge functions. */
export function stacksBeside(file: string, files: SourceFiles): AssemblyStack[] {
  if (!file.endsWith('.template.json')) return []
  const stacks = stacksOf(dirname(file), files)
  return stacks.some((stack) => stack.file === file) ? stacks : []
}

function artifactsOf(folder: string, files: SourceFiles): readonly (readonly [string, ConfigNode])[] | null {
  const manifest = files.find(join(folder, MANIFEST))
  const artifacts = manifest === null ? null : mapOf(manifest, 'artifacts')
  return artifacts === null ? null : [...artifacts.entries].map(([id, { value }]) => [id, value] as const)
}

/** Construct paths by logical id, `/Site/Bucket/Resource` as `Site/Bucket`, read when first asked for. */
function pathsReader(folder: string, artifact: ConfigNode, files: SourceFiles): () => Map<string, string> {
  let paths: Map<string, string> | null = null
  return () => {
    if (paths !== null) return paths
    paths = new Map()
    const further = textOf(entryOf(artifact, 'additionalMetadataFile'))
    const inFile = further === null ? null : files.find(join(folder, basename(further)))
    for (const metadata of [mapOf(artifact, 'metadata'), inFile]) {
      if (metadata?.kind !== 'map') continue
      for (const [path] of metadata.entries) {
        for (const item of itemsOf(metadata, path)) {
          const logicalId = textOf(entryOf(item, 'data'))
          if (textOf(entryOf(item, 'type')) === 'aws:cdk:logicalId' && logicalId !== null)
            paths.set(logicalId, path.replace(/^\//, ''))
        }
      }
    }
    return paths
  }
}
