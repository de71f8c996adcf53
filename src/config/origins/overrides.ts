// Where origins really are: command line, environment and configuration, in this order of precedence.
import type { TargetSource } from '../../model/origin.ts'
import { PLAIN_WEBSITE, type WebsiteConfiguration } from '../../model/website.ts'
import { Fields, toFields } from '../nodes/fields.ts'
import type { ConfigNode, Located, MapNode } from '../nodes/node.ts'
import { baseOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { readWebsite } from '../schema/website.ts'
import { readHandlerTarget } from './handler-target.ts'
import type { ParsedTarget } from './target-text.ts'
import { parseTarget, splitOrigin } from './target-text.ts'

/** One mapping. A null key stands for the only origin; `{env}` is an origin id in upper case. */
export interface Override {
  readonly source: Exclude<TargetSource, 'production name' | 'template' | 'unresolved'>
  readonly key: string | null | { readonly env: string }
  readonly target: Exclude<ParsedTarget, { kind: 'invalid' }> | { readonly kind: 'remote' }
  readonly sendHost: 'production' | 'target' | null
  readonly at: Located
  readonly text: string
}

export interface OverrideOptions {
  readonly origins: readonly string[]
  readonly originsFromApi?: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

const ENV_LIST = 'POCKETFRONT_ORIGINS'
const ENV_PREFIX = 'POCKETFRONT_ORIGIN_'

/** All mappings, the strongest first; of two alike the last one written wins. */
export function readOverrides(
  options: OverrideOptions,
  sections: readonly MapNode[],
  report: Report,
): Override[] {
  const { cwd } = options
  const add = (source: Override['source'], key: Override['key'], text: string, at: Located, base = cwd) =>
    toOverride({ source, key, text, at, base, report })
  const commandLine = options.origins.flatMap((text) => {
    const { key, target } = splitOrigin(text)
    return add('command line', key, target, { place: noPlace('--origin'), path: text })
  })
  const api = Object.entries(options.originsFromApi ?? {}).flatMap(([key, target]) =>
    add('api option', key, target, { place: noPlace('origins'), path: key }),
  )
  const single = Object.entries(options.env).flatMap(([name, text]) => {
    if (!name.startsWith(ENV_PREFIX) || text === undefined || text === '') return []
    return add('environment', { env: name.slice(ENV_PREFIX.length) }, text, {
      place: noPlace(name),
      path: '',
    })
  })
  const list = (options.env[ENV_LIST] ?? '').split(',').flatMap((text) => {
    if (text.trim() === '') return []
    const { key, target } = splitOrigin(text.trim())
    return add('environment', key, target, { place: noPlace(ENV_LIST), path: text.trim() })
  })
  const section = sections.flatMap((node) => readSection(node, cwd, report))
  return [commandLine, api, single, list, section].flatMap((group) => group.toReversed())
}

/** The name under which `POCKETFRONT_ORIGIN_…` knows an origin id. */
export function toEnvName(id: string): string {
  return id.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}

function noPlace(file: string): Located['place'] {
  return { file, line: null, column: null }
}

interface Raw {
  readonly source: Override['source']
  readonly key: Override['key']
  readonly text: string
  readonly at: Located
  readonly base: string
  readonly report: Report
  readonly sendHost?: Override['sendHost']
}

function toOverride({ source, key, text, at, base, report, sendHost = null }: Raw): Override[] {
  const target = parseTarget(text, base)
  if (target.kind !== 'invalid') return [{ source, key, target, sendHost, at, text }]
  report.error(at, null, target.message)
  return []
}

/** The section `origins:` of a file. Values are targets, or `{url, host}`, `{folder, website}`, `{handler}`, `{remote: true}`. */
function readSection(node: MapNode, cwd: string, report: Report): Override[] {
  const base = baseOf(node, cwd)
  const overrides: Override[] = []
  for (const [key, { value }] of node.entries) {
    const raw = { source: 'configuration' as const, key, at: value, base, report }
    if (value.kind === 'scalar') overrides.push(...toOverride({ ...raw, text: value.text }))
    else overrides.push(...readDetailed(value, raw))
  }
  return overrides
}

function readDetailed(node: ConfigNode, raw: Omit<Raw, 'text'>): Override[] {
  const fields = toFields(node, raw.report)
  if (fields === null) return []
  const text = fields.name('url') ?? fields.name('folder')
  const isRemote = fields.boolean('remote') ?? false
  const sendHost = fields.choice('host', ['production', 'target'])
  const website = readWebsiteOption(fields)
  const handler = readHandlerTarget(fields, raw.base)
  fields.finish()
  if (handler !== null) return [{ ...raw, text: handler.handler, target: handler, sendHost }]
  if (text !== null) {
    const parsed = toOverride({ ...raw, text, sendHost })
    return website === null ? parsed : parsed.flatMap((each) => asWebsite(each, website, raw.report))
  }
  if (isRemote) return [{ ...raw, text: 'remote', target: { kind: 'remote' }, sendHost }]
  raw.report.error(node, null, 'expects url, folder, handler or remote: true')
  return []
}

/** `website: true`, or what the bucket's website configuration says. */
function readWebsiteOption(fields: Fields): WebsiteConfiguration | null {
  const node = fields.get('website')
  if (node === null) return null
  if (node.kind === 'map') return readWebsite(new Fields(node, fields.report))
  return fields.boolean('website') === true ? PLAIN_WEBSITE : null
}

function asWebsite(override: Override, website: WebsiteConfiguration, report: Report): Override[] {
  const { target } = override
  if (target.kind === 'folder' || target.kind === 'website')
    return [{ ...override, target: { kind: 'website', folder: target.folder, website } }]
  report.error(override.at, null, 'website needs a folder')
  return []
}
