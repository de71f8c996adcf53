// Picks the reader for a tree by its content and takes the tree apart.
import { didYouMean } from '../nodes/did-you-mean.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { mapOf, toPath } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { awsApi } from './aws-api.ts'
import { cloudFormation } from './cloudformation.ts'
import { pocketfront } from './pocketfront.ts'
import { terraform } from './terraform.ts'
import { serverless } from './serverless.ts'
import type { ReadContext, Reader, SourceParts } from './source.ts'
import { SECTIONS } from './source.ts'

/** One file or object, taken apart. */
export interface Source extends SourceParts {
  /** Name that ids are derived from. */
  readonly name: string
  readonly origins: MapNode | null
  readonly lambdas: MapNode | null
  readonly functions: MapNode | null
  readonly keyValueStores: MapNode | null
  readonly lint: MapNode | null
}

/** The first reader that recognises the tree reads it. */
const READERS: readonly Reader[] = [cloudFormation, terraform, serverless, awsApi, pocketfront]

const NO_CONFIGURATION = 'is no configuration, and is left out'
const ADVICE =
  'give the output of `aws cloudfront get-distribution-config --id ID`, or write the distribution as YAML'

/** The parts of a tree; null when it is no configuration, which is reported. */
export function readTree(root: ConfigNode, name: string, context: ReadContext): Source | null {
  const { report } = context
  if (root.kind !== 'map') {
    if (context.isFound === true) report.warn(root, null, NO_CONFIGURATION)
    else report.error(root, null, 'this is no distribution', ADVICE)
    return null
  }
  const reader = READERS.find((it) => it.recognises(root))
  if (reader === undefined) {
    if (context.isFound === true) report.warn(root, null, NO_CONFIGURATION)
    else report.error(root, null, 'no distribution in here', ADVICE)
    return null
  }
  const parts = reader.read(root, context)
  const isBare = parts.distributions.some((it) => it.config.place === root.place)
  if (!isBare && reader.sectionsIn === undefined) warnUnknown(root, [...reader.keys, ...SECTIONS], report)
  const place = reader.sectionsIn === undefined ? root : reader.sectionsIn(root)
  const section = (key: (typeof SECTIONS)[number]): MapNode | null =>
    place === null ? null : readSection(place, key, report)
  return {
    ...parts,
    name,
    origins: section('origins'),
    lambdas: section('lambdas'),
    functions: section('functions'),
    keyValueStores: section('keyValueStores'),
    lint: section('lint'),
  }
}

function readSection(root: MapNode, key: string, report: Report): MapNode | null {
  const value = root.entries.get(key)?.value
  if (value !== undefined && value.kind !== 'map' && !(value.kind === 'scalar' && value.value === null)) {
    report.error(value, null, 'expects keys and values')
  }
  return mapOf(root, key)
}

function warnUnknown(root: MapNode, known: readonly string[], report: Report): void {
  for (const [key, { keyPlace }] of root.entries) {
    if (known.includes(key)) continue
    report.warn(
      { place: keyPlace, path: toPath(root.path, key) },
      null,
      `unknown key${didYouMean(key, known)}`,
    )
  }
}
