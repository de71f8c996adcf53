// A function's file and all it imports as one module, with a source map, or the reason why that failed.
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, BuildOptions, Message, OutputFile } from 'esbuild'
import { Thread } from './thread.ts'
import type { Bundle } from './protocol.ts'
import type { Program, ProgramOutcome } from '../vessel.ts'

/** `inputs` are the absolute paths whose change may change the outcome. */
type BundleOutcome =
  | { readonly kind: 'bundled'; readonly bundle: Bundle; readonly inputs: readonly string[] }
  | { readonly kind: 'broken'; readonly reason: string; readonly inputs: readonly string[] }

/** Bundles a Node.js function. Never rejects. */
export async function loadNodeProgram(file: string, exportName: string): Promise<ProgramOutcome> {
  const outcome = await bundleFunction(file)
  if (outcome.kind === 'broken') return outcome
  const { bundle, inputs } = outcome
  const program: Program = {
    parts: new Map([['bundle', bundle.code]]),
    open(launch, events, spare) {
      const thread = spare instanceof Thread ? spare : new Thread(launch)
      thread.load(bundle, exportName, events)
      return thread
    },
    spare: (launch) => new Thread(launch),
  }
  return { kind: 'built', program, inputs }
}

async function bundleFunction(file: string): Promise<BundleOutcome> {
  const asModule = await buildAs('module', file)
  // A CommonJS file stays one: it may rely on sloppy mode, which modules do not have.
  if (asModule.kind === 'bundled' && !asModule.isCommonJs) return asModule
  const asCommonJs = await buildAs('commonjs', file)
  return asCommonJs.kind === 'bundled' ? asCommonJs : asModule
}

type BuildOutcome =
  | (BundleOutcome & { readonly kind: 'bundled'; readonly isCommonJs: boolean })
  | (BundleOutcome & { readonly kind: 'broken' })

async function buildAs(format: Bundle['format'], file: string): Promise<BuildOutcome> {
  const folder = dirname(file)
  const outfile = join(folder, `${basename(file)}.bundle.${format === 'module' ? 'mjs' : 'cjs'}`)
  try {
    // Loaded here as most runs have no functions.
    const { build } = await import('esbuild')
    const result = await build({ ...toBuildOptions(format, file), outfile })
    const inputs = Object.keys(result.metafile.inputs).map((path) => resolve(folder, path))
    const isCommonJs = result.metafile.inputs[basename(file)]?.format === 'cjs'
    const [output] = result.outputFiles as [OutputFile]
    const bundle = { code: output.text, format, url: pathToFileURL(outfile).href }
    return { kind: 'bundled', bundle, inputs, isCommonJs }
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>
    if (errors === undefined) return { kind: 'broken', reason: String(error), inputs: [file] }
    return { kind: 'broken', reason: errors.map(toReason).join('\n'), inputs: toSuspects(file, errors) }
  }
}

function toBuildOptions(format: Bundle['format'], file: string) {
  const url = JSON.stringify(pathToFileURL(file).href)
  return {
    entryPoints: [file],
    absWorkingDir: dirname(file),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node22',
    format: format === 'module' ? 'esm' : 'cjs',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
    // Where the code stands on this machine; the bundle itself is nowhere.
    define: {
      __dirname: JSON.stringify(dirname(file)),
      __filename: JSON.stringify(file),
      'import.meta.url': url,
      'import.meta.dirname': JSON.stringify(dirname(file)),
      'import.meta.filename': JSON.stringify(file),
    },
    banner:
      format === 'module'
        ? {
            js: `import { createRequire as __requireOf } from 'node:module'; const require = __requireOf(${url});`,
          }
        : {},
  } as const satisfies BuildOptions
}

function toReason({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`
}

/** After a failure esbuild does not say what it has read: the places of the errors, and where a missing file may appear. */
function toSuspects(file: string, errors: readonly Message[]): string[] {
  const folder = dirname(file)
  const suspects = new Set([file])
  for (const { text, location } of errors) {
    if (location === null) continue
    const importer = resolve(folder, location.file)
    suspects.add(importer)
    const missing = /^Could not resolve "(\.[^"]*)"/.exec(text)?.[1]
    if (missing !== undefined) suspects.add(dirname(resolve(dirname(importer), missing)))
  }
  return [...suspects]
}
