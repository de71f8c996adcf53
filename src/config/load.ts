// Configuration files, options and environment -> a deployment, or every problem that keeps them from being one.
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Deployment } from '../model/deployment.ts'
import type { Distribution } from '../model/distribution.ts'
import { CloudFrontFunctions } from './cloudfront-functions.ts'
import { realDisk } from './disk.ts'
import { FunctionCode } from './function-code.ts'
import { toDistributionId } from './ids.ts'
import type { ConfigIssue } from './issues.ts'
import { readInputs } from './inputs.ts'
import type { LintFinding } from './lint/rule.ts'
import { lint, readLintOff } from './lint/lint.ts'
import { KeyValueStores } from './key-value-stores.ts'
import { fromText } from './nodes/from-text.ts'
import { fromValue } from './nodes/from-value.ts'
import type { ConfigNode, Located } from './nodes/node.ts'
import { Places } from './nodes/places.ts'
import { Report } from './nodes/report.ts'
import type { Override } from './origins/overrides.ts'
import { readOverrides } from './origins/overrides.ts'
import { zeroConfig } from './origins/zero-config.ts'
import { readParameters } from './parameter-files.ts'
import type { PolicySource } from './policy-book.ts'
import { createPolicyBook } from './policy-book.ts'
import type { Source } from './readers/read-tree.ts'
import { cloudFormation } from './readers/cloudformation.ts'
import { readTree } from './readers/read-tree.ts'
import type { SECTIONS } from './readers/source.ts'
import { readDistribution } from './schema/distribution.ts'
import { SourceFiles } from './source-files.ts'
import { declaredIn } from './stacks/declared.ts'
import type { SupportNote } from './support.ts'
import { SupportNotes } from './support.ts'
import type { TargetResolver } from './targets.ts'
import { OriginTargets } from './targets.ts'
import { TemplateSet } from './templates/template-set.ts'

/** Everything a configuration can come from. */
export interface LoadOptions {
  /** Configuration files, or folders of them. */
  readonly files: readonly string[]
  /** A configuration as an object, in the shapes of the files. */
  readonly inline?: unknown
  /** `KEY=TARGET` or `TARGET`, from the command line. */
  readonly origins: readonly string[]
  readonly originsFromApi?: Readonly<Record<string, string>>
  /** `ARN-or-name=FILE`, from the command line. */
  readonly lambdas: readonly string[]
  /** Values for templates by name: parameters, SSM parameters, secrets, imported values. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Files of such values. */
  readonly parameterFiles?: readonly string[]
  /** `ARN-or-name=FILE` of CloudFront Functions. */
  readonly functions?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Base of relative paths that stand in no file. */
  readonly cwd: string
  readonly allowRemoteOrigins: boolean
  /** Whether an HTTPS port will be open; default: none. */
  readonly servesHttps?: boolean
  /** Warnings are errors. */
  readonly strict?: boolean
  /** Whether traps are looked for; default: yes. */
  readonly lint?: boolean
}

/** A deployment with what to tell the user about it, or the issues. */
export type LoadResult =
  | {
      readonly ok: true
      readonly deployment: Deployment
      readonly warnings: readonly ConfigIssue[]
      readonly notes: readonly SupportNote[]
      /** What AWS accepts and will surprise with. */
      readonly findings: readonly LintFinding[]
      /** Absolute paths of the configuration files. */
      readonly files: readonly string[]
      /** These, and the files of code and data that were read with them. */
      readonly watched: readonly string[]
      /** Where a domain name is reached that a function chose. */
      readonly resolveTarget: TargetResolver
    }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[]; readonly files: readonly string[] }

/** Reads, checks and resolves everything; reports all problems at once and never throws for what a user wrote. */
export async function loadConfig(options: LoadOptions): Promise<LoadResult> {
  const report = new Report()
  const further = new SourceFiles(realDisk, report)
  const inputs = readInputs(options.files, options.cwd, further)
  const { files } = inputs
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
    parameters: readParameters(options, report),
    files: further,
    cwd: options.cwd,
    mannerOf: inputs.mannerOf,
  })
  // Known to each other before the first is read.
  const beside = inputs.beside.flatMap((file) => further.find(file) ?? [])
  for (const root of [...trees.map(([tree]) => tree), ...beside])
    if (root.kind === 'map' && cloudFormation.recognises(root)) templates.of(root)
  const context = { report, templates, files: further, cwd: options.cwd }
  const sources = trees.flatMap(([root, name]) => readTree(root, name, context) ?? [])
  return build(sources, { files, further, templates }, options, report)
}

async function readText(file: string, report: Report): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8')
    if (text.trim() !== '') return text
    report.error(atFile(file), null, 'the file is empty')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    report.error(atFile(file), null, isMissing ? 'there is no such file' : `cannot be read: ${String(error)}`)
  }
  return null
}

function atFile(file: string): Located {
  return { place: { file, line: null, column: null }, path: '' }
}

interface Read {
  readonly files: readonly string[]
  readonly further: SourceFiles
  readonly templates: TemplateSet
}

function build(
  sources: readonly Source[],
  { files, further, templates }: Read,
  options: LoadOptions,
  report: Report,
): LoadResult {
  const { cwd } = options
  const declared = declaredIn(templates)
  const overrides = readOverrides(options, sectionsOf(sources, 'origins'), report)
  const code = new FunctionCode({
    lambdas: options.lambdas,
    sections: sectionsOf(sources, 'lambdas'),
    declared: declared.lambdas,
    cwd,
    disk: realDisk,
    report,
  })
  const stores = new KeyValueStores({
    nodes: sources.flatMap((source) => source.KeyValueStores),
    sections: sectionsOf(sources, 'keyValueStores'),
    declared: declared.stores,
    cwd,
    disk: realDisk,
    report,
  })
  const functions = new CloudFrontFunctions({
    options: options.functions ?? [],
    sections: sectionsOf(sources, 'functions'),
    nodes: sources.flatMap((source) => source.Functions),
    stores,
    cwd,
    disk: realDisk,
    report,
  })
  const targets = new OriginTargets({
    overrides,
    allowRemoteOrigins: options.allowRemoteOrigins,
    bucketFolders: declared.folders,
    handlers: sources.flatMap((source) => source.handlers ?? []),
    disk: realDisk,
    report,
  })
  const notes = new SupportNotes(options.servesHttps)
  const places = new Places()
  const isUnconfigured = files.length === 0 && (options.inline === undefined || options.inline === null)
  let Distributions: Distribution[]
  if (isUnconfigured) {
    Distributions = buildFromTarget(overrides, report)
  } else {
    const policies = createPolicyBook(policySources(sources), report)
    Distributions = readAll(sources, (source, id) =>
      readDistribution(source, id, { report, places, policies, code, functions, targets, notes, cwd }),
    )
    if (Distributions.length === 0 && !report.hasErrors)
      report.error(atFile(files[0] ?? 'config'), null, 'no distribution in here')
    checkNames(Distributions, report, sources)
    if (Distributions.length > 0) targets.reportUnused()
  }
  if (!isUnconfigured || options.lambdas.length > 0) code.reportUnused()
  if (!isUnconfigured || (options.functions ?? []).length > 0) functions.reportUnused()
  const off = readLintOff(sectionsOf(sources, 'lint'), report)
  if (options.strict === true) report.escalate()
  if (report.hasErrors) return { ok: false, issues: report.sorted(), files }
  const deployment = { Distributions, LambdaFunctions: code.functions, Functions: functions.functions }
  const resolveTarget = targets.resolver(files[0] === undefined ? cwd : dirname(files[0]))
  return {
    ok: true,
    deployment,
    warnings: report.sorted(),
    notes: notes.notes,
    findings: options.lint === false || isUnconfigured ? [] : lint(Distributions, places, off),
    files,
    watched: [...new Set([...files, ...further.paths, ...functions.files, ...stores.files])],
    resolveTarget,
  }
}

function sectionsOf(sources: readonly Source[], key: (typeof SECTIONS)[number]) {
  return sources.flatMap((source) => source[key] ?? [])
}

function policySources(sources: readonly Source[]) {
  const collect = (
    key: 'CachePolicies' | 'OriginRequestPolicies' | 'ResponseHeadersPolicies',
  ): PolicySource[] => sources.flatMap((source) => source[key].map((node) => ({ node, form: source.form })))
  return {
    CachePolicies: collect('CachePolicies'),
    OriginRequestPolicies: collect('OriginRequestPolicies'),
    ResponseHeadersPolicies: collect('ResponseHeadersPolicies'),
  }
}

/** Derived ids differ even when two files of different folders have one name. */
function readAll(
  sources: readonly Source[],
  read: (source: Source['distributions'][number], derivedId: string) => Distribution,
): Distribution[] {
  const derived = new Set<string>()
  return sources.flatMap((source) =>
    source.distributions.map((distribution, index) => {
      let id = toDistributionId(source.name, index)
      while (derived.has(id)) id = toDistributionId(`${source.name}/${id}`, index)
      derived.add(id)
      return read(distribution, id)
    }),
  )
}

/** A request has to belong to one distribution: ids, domain names and aliases are unique. */
function checkNames(
  distributions: readonly Distribution[],
  report: Report,
  sources: readonly Source[],
): void {
  const places = sources.flatMap((source) => source.distributions.map((it) => it.config))
  const seen = new Map<string, string>()
  for (const [index, { Id, DomainName, Aliases }] of distributions.entries()) {
    const at = places[index]!
    const claim = (key: string, path: string, code: string | null, message: string) => {
      if (seen.has(key))
        report.error({ place: at.place, path: at.path === '' ? path : `${at.path}.${path}` }, code, message)
      seen.set(key, Id)
    }
    claim(`id ${Id}`, 'Id', null, `another distribution has the id ${Id}`)
    for (const alias of Aliases) {
      claim(
        `host ${alias}`,
        'Aliases',
        'CNAMEAlreadyExists',
        `'${alias}' is an alias of distribution ${seen.get(`host ${alias}`)}`,
      )
    }
    claim(`host ${DomainName}`, 'DomainName', null, `another distribution has the name ${DomainName}`)
  }
}

/** Without a configuration, one target makes a whole distribution. */
function buildFromTarget(overrides: readonly Override[], report: Report): Distribution[] {
  const candidates = overrides.filter((it) => it.key === null || it.key === '*')
  const [first] = candidates
  const strongest = candidates.filter((it) => it.source === first?.source)
  if (first === undefined || strongest.length > 1) {
    const message =
      first === undefined
        ? 'nothing to serve'
        : 'without a configuration there is one origin; give one target'
    report.error(
      first?.at ?? atFile('configuration'),
      null,
      message,
      'give a configuration file, or --origin http://localhost:3000',
    )
    return []
  }
  if (first.target.kind === 'remote') return []
  if ('folder' in first.target && !realDisk.isFolder(first.target.folder)) {
    report.error(first.at, null, `there is no folder ${first.target.folder}`)
    return []
  }
  return [zeroConfig(first.target, first.source)]
}
