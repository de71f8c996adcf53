// Configuration files, options and environment -> a deployment, or every problem that keeps them from being one.
import { dirname } from 'node:path'
import type { Deployment } from '../model/deployment.ts'
import type { Distribution } from '../model/distribution.ts'
import { AccessControls } from './access-controls.ts'
import { CloudFrontFunctions } from './cloudfront-functions.ts'
import type { Archives } from './archives/archives.ts'
import { NO_ARCHIVES } from './archives/archives.ts'
import { createDisk } from './disk.ts'
import { checkNames, readAll } from './distribution-names.ts'
import { FunctionCode } from './function-code.ts'
import type { ConfigIssue } from './issues.ts'
import type { LintFinding, RunTimeSuspect } from './lint/rule.ts'
import { lint, readLintOff } from './lint/lint.ts'
import { runTimeSuspects } from './lint/run-time.ts'
import { KeyValueStores } from './key-value-stores.ts'
import { KeyGroups, type KeySource } from './key-groups.ts'
import { Places } from './nodes/places.ts'
import { Report } from './nodes/report.ts'
import { readS3Settings } from './origins/s3-settings.ts'
import { readOverrides } from './origins/overrides.ts'
import { buildFromTarget } from './origins/unconfigured.ts'
import type { PolicySource } from './policy-book.ts'
import { createPolicyBook } from './policy-book.ts'
import type { ReadSources } from './read-sources.ts'
import { atFile, readSources } from './read-sources.ts'
import type { Source } from './readers/read-tree.ts'
import type { SECTIONS } from './readers/source.ts'
import { readDistribution } from './schema/distribution.ts'
import { declaredIn } from './stacks/declared.ts'
import type { SupportNote } from './support.ts'
import { SupportNotes } from './support.ts'
import type { TargetResolver } from './targets.ts'
import { OriginTargets } from './targets.ts'

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
  /** Where deployment packages are unpacked; default: nowhere, so that functions in them are left out. */
  readonly archives?: Archives
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
      /** Behaviors whose requests will tell whether they are traps. */
      readonly suspects: readonly RunTimeSuspect[]
      /** Absolute paths of the configuration files. */
      readonly files: readonly string[]
      /** These, the folders that they were found in, and the files of code and data that were read with them. */
      readonly watched: readonly string[]
      /** Where a domain name is reached that a function chose. */
      readonly resolveTarget: TargetResolver
    }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[]; readonly files: readonly string[] }

/** Reads, checks and resolves everything; reports all problems at once and never throws for what a user wrote. */
export async function loadConfig(options: LoadOptions): Promise<LoadResult> {
  return (await loadWithSources(options)).result
}

/** The same with what was read, for those who write it down again. */
export async function loadWithSources(
  options: LoadOptions,
): Promise<{ readonly result: LoadResult; readonly sources: readonly Source[] }> {
  const report = new Report()
  const read = await readSources(options, report, createDisk(options.archives ?? NO_ARCHIVES))
  return { result: build(read, options, report), sources: read.sources }
}

/** What a usable configuration was read from, and what it became. */
export interface Loaded {
  readonly result: Extract<LoadResult, { ok: true }>
  readonly sources: readonly Source[]
}

function build(
  { sources, files, folders, templates, disk }: ReadSources,
  options: LoadOptions,
  report: Report,
): LoadResult {
  const { cwd } = options
  const declared = declaredIn(templates)
  const overrides = readOverrides(options, sectionsOf(sources, 'origins'), report)
  const code = new FunctionCode({
    lambdas: options.lambdas,
    sections: sectionsOf(sources, 'lambdas'),
    declared: [...declared.lambdas, ...sources.flatMap((source) => source.declaredLambdas ?? [])],
    cwd,
    disk,
    report,
  })
  const stores = new KeyValueStores({
    nodes: sources.flatMap((source) => source.KeyValueStores),
    sections: sectionsOf(sources, 'keyValueStores'),
    declared: [...declared.stores, ...sources.flatMap((source) => source.declaredStores ?? [])],
    cwd,
    disk,
    report,
  })
  const functions = new CloudFrontFunctions({
    options: options.functions ?? [],
    sections: sectionsOf(sources, 'functions'),
    nodes: sources.flatMap((source) => source.Functions),
    stores,
    cwd,
    disk,
    report,
  })
  const handlers = [...sources.flatMap((source) => source.handlers ?? []), ...declared.handlers]
  const targets = new OriginTargets({
    overrides,
    allowRemoteOrigins: options.allowRemoteOrigins,
    bucketFolders: [...declared.folders, ...sources.flatMap((source) => source.bucketFolders ?? [])],
    handlers,
    websites: new Map([...declared.websites, ...sources.flatMap((source) => source.websites ?? [])]),
    s3: readS3Settings(options.env, report),
    disk,
    report,
  })
  const notes = new SupportNotes(options.servesHttps)
  const controls = new AccessControls(
    sources.flatMap((source) => source.OriginAccessControls ?? []),
    report,
  )
  const keyGroups = new KeyGroups({
    publicKeys: keySources(sources, 'PublicKeys'),
    keyGroups: keySources(sources, 'KeyGroups'),
    cwd,
    disk,
    report,
  })
  const places = new Places()
  const isUnconfigured =
    options.files.length === 0 && (options.inline === undefined || options.inline === null)
  let Distributions: Distribution[]
  if (isUnconfigured) {
    Distributions = buildFromTarget(overrides, targets, { disk, cwd, report })
  } else {
    const policies = createPolicyBook(policySources(sources), report)
    Distributions = readAll(sources, (source, id) =>
      readDistribution(source, id, {
        report,
        controls,
        keyGroups,
        places,
        policies,
        code,
        functions,
        targets,
        notes,
        cwd,
      }),
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
  const isLinted = options.lint !== false && !isUnconfigured
  const deployment = {
    Distributions,
    LambdaFunctions: code.functions,
    Functions: functions.functions,
    KeyGroups: keyGroups.groups,
  }
  const resolveTarget = targets.resolver(files[0] === undefined ? cwd : dirname(files[0]))
  return {
    ok: true,
    deployment,
    warnings: report.sorted(),
    notes: notes.notes,
    findings: isLinted ? lint(Distributions, places, off, handlers) : [],
    suspects: isLinted ? runTimeSuspects(Distributions, places, off) : [],
    files,
    watched: [...new Set([...files, ...folders, ...disk.read])],
    resolveTarget,
  }
}

function sectionsOf(sources: readonly Source[], key: (typeof SECTIONS)[number]) {
  return sources.flatMap((source) => source[key] ?? [])
}

function keySources(sources: readonly Source[], list: 'PublicKeys' | 'KeyGroups'): KeySource[] {
  return sources.flatMap((source) => (source[list] ?? []).map((node) => ({ node, form: source.form })))
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
