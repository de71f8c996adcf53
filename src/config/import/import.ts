// Any configuration -> one file of our own form, which loads to the same deployment.
import { Document, isMap, isScalar, Scalar, type YAMLMap } from 'yaml'
import type { CacheBehavior, DefaultCacheBehavior } from '../../model/cache-behavior.ts'
import type { Distribution } from '../../model/distribution.ts'
import { NO_ARCHIVES, type Archives } from '../archives/archives.ts'
import { managedPolicies } from '../managed-policies.ts'
import type { Loaded } from '../load.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { asMap, entryOf, mapOf } from '../nodes/node.ts'
import type { Source } from '../readers/read-tree.ts'
import { LISTS } from '../readers/source.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import { functionSections } from './code.ts'
import { toOriginText, toShown } from './places.ts'
import { originsSection, unmappedOrigins } from './targets.ts'
import { toMap, toScalar, toSeq, toYaml, type Change, type Yaml } from './to-yaml.ts'

/** What is said first of a distribution, of an origin, of a behavior. */
const FIRST = ['Id', 'PathPattern', 'DomainName', 'Comment', 'Aliases', 'Enabled', 'DefaultRootObject']
const LAST = ['Origins', 'OriginGroups', 'DefaultCacheBehavior', 'CacheBehaviors', 'CustomErrorResponses']
/** Lists whose items are written as they are; the others are made of what became of them. */
const MADE = new Set<string>(['Distributions', 'Functions', 'KeyValueStores'])
type FlatList = Exclude<(typeof LISTS)[number], 'Distributions' | 'Functions' | 'KeyValueStores'>
const POLICIES = ['CachePolicy', 'OriginRequestPolicy', 'ResponseHeadersPolicy'] as const
const POLICY_LISTS = {
  CachePolicy: 'CachePolicies',
  OriginRequestPolicy: 'OriginRequestPolicies',
  ResponseHeadersPolicy: 'ResponseHeadersPolicies',
} as const

/** The text of the file; paths in it are relative to `cwd`. */
export function toImportedText(
  { result, sources }: Loaded,
  cwd: string,
  archives: Pick<Archives, 'originOf'> = NO_ARCHIVES,
): string {
  const { deployment } = result
  const configs = sources.flatMap((source) => source.distributions.map(({ config }) => config))
  const names = policyNames(sources)
  const distributions = deployment.Distributions.map((each, index) =>
    toDistribution(each, configs[index]!, { cwd, names, ...deployment }),
  )
  const flat = LISTS.filter((list): list is FlatList => !MADE.has(list))
  const lists = flat.map((list): [string, Yaml | null] => [list, toList(list, sources, cwd)])
  const sections: [string, Yaml | null][] = [
    ...lists,
    ...functionSections(deployment, cwd, archives),
    [
      'origins',
      originsSection(
        sources.flatMap(({ origins }) => origins ?? []),
        deployment.Distributions,
        cwd,
        archives,
      ),
    ],
    ['lint', sources.flatMap(({ lint }) => (lint === null ? [] : [toYaml(lint)]))[0] ?? null],
  ]
  const [only] = distributions
  const root = distributions.length === 1 ? only! : toMap([['Distributions', toSeq(distributions)]])
  for (const [key, value] of sections) if (value !== null) root.set(key, value)
  separate(root)
  const document = new Document(root)
  document.commentBefore = toHeader(result, configs, cwd)
  return document.toString({ lineWidth: 0, flowCollectionPadding: false, singleQuote: true })
}

/** An empty line before each of the large parts. */
function separate(root: YAMLMap): void {
  const large = new Set<string>([...LAST, ...LISTS, 'origins', 'lambdas', 'lint'])
  for (const pair of root.items) {
    const key = isScalar(pair.key) ? pair.key : new Scalar(pair.key)
    if (large.has(String(key.value))) key.spaceBefore = true
    pair.key = key
  }
}

interface DistributionOptions {
  readonly cwd: string
  /** Names of policies by kind and id. */
  readonly names: ReadonlyMap<string, string>
  readonly Functions: Loaded['result']['deployment']['Functions']
}

function toDistribution(distribution: Distribution, config: MapNode, options: DistributionOptions): YAMLMap {
  const { Id, DomainName } = distribution
  const sections = new Set<string>([...LISTS, 'origins', 'lambdas', 'functions', 'keyValueStores', 'lint'])
  let number = 0
  const change: Change = (key, node, parent) => {
    if (parent === config && (sections.has(key) || key === 'Id' || key === 'DomainName')) return null
    if (key === 'DefaultCacheBehavior' && node.kind === 'map')
      return toBehavior(node, distribution.DefaultCacheBehavior, options)
    if (key === 'CacheBehaviors' && node.kind === 'list') {
      if (node.items.length === 0) return null
      return toSeq(
        node.items.flatMap((item) =>
          item.kind === 'map' ? [toBehavior(item, distribution.CacheBehaviors[number++]!, options)] : [],
        ),
      )
    }
    return undefined
  }
  const body = toYaml(config, change)
  const entries: [string, Yaml][] = [
    ['Id', toScalar(Id)],
    ['DomainName', toScalar(DomainName)],
  ]
  if (isMap(body)) {
    for (const pair of body.items)
      entries.push([String((pair.key as { value: unknown }).value), pair.value as Yaml])
  }
  const map = toMap(sorted(entries))
  map.commentBefore = ` ${toOriginText(config, options.cwd)}`
  return map
}

function rank(key: string): number {
  const [first, last] = [FIRST.indexOf(key), LAST.indexOf(key)]
  if (first !== -1) return first - FIRST.length
  return last === -1 ? 0 : last + 1
}

function sorted(entries: readonly [string, Yaml][]): [string, Yaml][] {
  return entries.toSorted(([a], [b]) => rank(a) - rank(b))
}

/** Policies by name, functions as they were found. */
function toBehavior(
  node: MapNode,
  behavior: DefaultCacheBehavior | CacheBehavior,
  { names, Functions }: DistributionOptions,
): Yaml {
  return toYaml(withNames(node, names), (key) => {
    if (key === 'FunctionAssociations') {
      const found = behavior.FunctionAssociations.map(({ EventType, FunctionARN }) => {
        const own = Functions.find((each) => each.FunctionARN === FunctionARN)?.Name ?? FunctionARN
        return inLine([
          ['EventType', toScalar(EventType)],
          ['FunctionARN', toScalar(own)],
        ])
      })
      return found.length === 0 ? null : toSeq(found)
    }
    if (key !== 'LambdaFunctionAssociations') return undefined
    const found = behavior.LambdaFunctionAssociations.map(({ EventType, LambdaFunctionARN, IncludeBody }) =>
      toMap([
        ['EventType', toScalar(EventType)],
        ['LambdaFunctionARN', toScalar(LambdaFunctionARN)],
        ['IncludeBody', IncludeBody ? toScalar(true) : null],
      ]),
    )
    return found.length === 0 ? null : toSeq(found)
  })
}

/** `CachePolicyId: 658327ea-…` is `CachePolicy: CachingOptimized`. */
function withNames(behavior: MapNode, names: ReadonlyMap<string, string>): MapNode {
  const entries = [...behavior.entries].map(([key, { value }]): [string, ConfigNode] => {
    const noun = POLICIES.find((each) => key === `${each}Id`)
    const name = noun === undefined ? undefined : names.get(`${noun}/${textOf(value)}`)
    return noun === undefined || name === undefined ? [key, value] : [noun, scalarAt(value, name)]
  })
  return mapAt(behavior, entries)
}

function inLine(entries: readonly (readonly [string, Yaml])[]): YAMLMap {
  const map = toMap(entries)
  map.flow = true
  return map
}

/** Names of policies by `CachePolicy/ID`; of those whose name another one of their kind has, none. */
function policyNames(sources: readonly Source[]): Map<string, string> {
  const managed = managedPolicies()
  const names = new Map<string, string>()
  for (const noun of POLICIES) {
    const list = POLICY_LISTS[noun]
    const own = sources
      .flatMap((source) => source[list])
      .flatMap((node) => {
        const flat = flatten(node, noun)
        const [id, name] = flat === null ? [] : [textOf(entryOf(flat, 'Id')), textOf(entryOf(flat, 'Name'))]
        return typeof id === 'string' && typeof name === 'string' ? [[id, name] as const] : []
      })
    const known = managed[list].map(({ Id, Name }) => [Id, Name.replace(/^Managed-/, '')] as const)
    const all = [...known, ...own]
    for (const [id, name] of all) {
      const isAlone = all.filter((each) => each[1].toLowerCase() === name.toLowerCase()).length === 1
      if (isAlone) names.set(`${noun}/${id}`, name)
    }
  }
  return names
}

/** `{Id, CachePolicyConfig: {…}}` and its sisters as one map each. */
function toList(list: FlatList, sources: readonly Source[], cwd: string): Yaml | null {
  const nodes = sources.flatMap((source) => source[list] ?? [])
  const noun = list.endsWith('ies') ? `${list.slice(0, -3)}y` : list.slice(0, -1)
  const items = nodes.flatMap((node) => {
    const flat = flatten(node, noun)
    if (flat === null) return []
    const yaml = toYaml(flat)
    yaml.commentBefore = ` ${toOriginText(node, cwd)}`
    return [yaml]
  })
  return items.length === 0 ? null : toSeq(items)
}

function flatten(node: ConfigNode, noun: string): MapNode | null {
  const outer = asMap(mapOf(node, noun) ?? node)
  if (outer.kind !== 'map' || textOf(entryOf(node, 'Type')) === 'managed') return null
  const inner = entryOf(outer, `${noun}Config`)
  const given = inner === null ? null : asMap(inner)
  const config = given?.kind === 'map' ? given : null
  const id = entryOf(outer, 'Id')
  const entries = [...(config ?? outer).entries].flatMap(([key, { value }]) =>
    key === 'Id' ? [] : [[key, value] as const],
  )
  return mapAt(outer, [...(id === null ? [] : [['Id', id] as const]), ...entries])
}

function toHeader(result: Loaded['result'], configs: readonly MapNode[], cwd: string): string {
  const files = [...new Set(configs.map(({ place }) => toShown(place.file, cwd)))]
  const { notes, deployment } = result
  const isOne = deployment.Distributions.length === 1
  const differing = notes.map(
    ({ distribution, feature, handling, detail }) =>
      `   ${isOne ? '' : `${distribution} `}${feature}, ${handling}: ${detail}`,
  )
  const unmapped = unmappedOrigins(deployment.Distributions)
  const lines = [
    ` Made by \`pocketfront import\` of ${files.join(', ')}`,
    ...(differing.length === 0 ? [] : ['', ' Works differently here:', ...differing]),
    ...(unmapped.length === 0
      ? []
      : [
          '',
          ' Nothing on this machine stands for these origins; say where they are in the section origins:',
          ...unmapped.map(
            ({ Id, S3OriginConfig }) =>
              `   ${Id}: ${S3OriginConfig === null ? 'http://localhost:3000' : './folder'}`,
          ),
        ]),
  ]
  return lines.join('\n')
}
