// The section `origins:` of an imported configuration: what stands for the origins on this machine.
import type { HandlerFunction, HandlerOrigin } from '../../model/handler-origin.ts'
import type { Distribution } from '../../model/distribution.ts'
import type { Origin, OriginTarget } from '../../model/origin.ts'
import { PLAIN_WEBSITE } from '../../model/website.ts'
import type { Archives } from '../archives/archives.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { parseTarget } from '../origins/target-text.ts'
import { moveRelative, toCodeText, toRelative } from './places.ts'
import { toMap, toScalar, toSeq, toYaml, type Yaml } from './to-yaml.ts'

/** The sections as they are, and what came from elsewhere; null when there is nothing to map. */
export function originsSection(
  sections: readonly MapNode[],
  distributions: readonly Distribution[],
  cwd: string,
  archives: Pick<Archives, 'originOf'>,
): Yaml | null {
  const entries = new Map<string, Yaml>()
  for (const section of sections) {
    for (const [key, { value }] of section.entries) entries.set(key, toMoved(value, cwd))
  }
  const all = distributions.flatMap(({ Id, Origins }) => Origins.map((origin) => ({ owner: Id, origin })))
  const isOnly = (id: string) => all.filter(({ origin }) => origin.Id === id).length === 1
  for (const { owner, origin } of all) {
    const value = toTarget(origin, cwd, archives)
    if (value !== null) entries.set(isOnly(origin.Id) ? origin.Id : `${owner}/${origin.Id}`, value)
  }
  return entries.size === 0 ? null : toMap(entries)
}

/** What is neither mapped nor can be: APIs of several functions are known from their template alone. */
export function unmappedOrigins(distributions: readonly Distribution[]): readonly Origin[] {
  return distributions.flatMap(({ Origins }) =>
    Origins.filter(
      ({ target }) =>
        target.kind === 'unresolved' ||
        (target.kind === 'handler' && target.source === 'template' && onlyFunction(target.handler) === null),
    ),
  )
}

/** The function behind all routes; null where there are several. */
function onlyFunction({ routes }: HandlerOrigin): HandlerFunction | null {
  const [first] = routes
  const isOne = routes.every((each) => each.function.file === first?.function.file)
  return first !== undefined && isOne ? first.function : null
}

function handlerTarget(
  origin: HandlerOrigin,
  cwd: string,
  archives: Pick<Archives, 'originOf'>,
): Yaml | null {
  const definition = onlyFunction(origin)
  if (definition === null) return null
  const { Runtime, MemorySize, Timeout, Environment } = definition
  const [stage] = origin.stages
  const variables = Object.entries(Environment)
  return toMap([
    ['handler', toScalar(toCodeText(definition, cwd, archives))],
    ['api', toScalar(origin.kind)],
    ['payload', origin.kind === 'http-api' ? toScalar(origin.routes[0]!.payload) : null],
    ['timeout', Timeout === null ? null : toScalar(Timeout)],
    ['memory', MemorySize === null ? null : toScalar(MemorySize)],
    ['runtime', Runtime === null ? null : toScalar(Runtime)],
    ['streaming', origin.invokeMode === 'RESPONSE_STREAM' ? toScalar(true) : null],
    ['stage', stage === undefined || stage === '$default' ? null : toScalar(stage)],
    [
      'env',
      variables.length === 0 ? null : toMap(variables.map(([name, text]) => [name, toScalar(text)] as const)),
    ],
  ])
}

/** Folders and files of a section are relative to its file. */
function toMoved(node: ConfigNode, cwd: string): Yaml {
  if (node.kind === 'scalar') return toScalar(moveTarget(node.text, node, cwd))
  return toYaml(node, (key, value) => {
    if (value.kind !== 'scalar') return undefined
    if (key === 'folder' || key === 'url') return toScalar(moveTarget(value.text, value, cwd))
    return key === 'handler' ? toScalar(moveRelative(value.text, value, cwd)) : undefined
  })
}

function moveTarget(text: string, at: ConfigNode, cwd: string): string {
  const { kind } = parseTarget(text, cwd)
  if (kind === 'folder') return moveRelative(text.replace(/^file:(?!\/\/)/, ''), at, cwd)
  if (kind === 'website') return `website:${moveRelative(text.trim().slice('website:'.length), at, cwd)}`
  return text
}

/** What sections say is there already, and what is found by itself will be found again. */
function toTarget(
  { target, DomainName }: Origin,
  cwd: string,
  archives: Pick<Archives, 'originOf'>,
): Yaml | null {
  const isFolder = target.kind === 'folder' || target.kind === 'website'
  const { source } = target
  if (source === 'unresolved' || source === 'production name') return null
  if (source === 'configuration' && !isFolder) return null
  if (target.kind === 'http') return httpTarget(target, DomainName)
  if (target.kind === 'folder') return toScalar(toRelative(target.folder, cwd))
  if (target.kind === 'handler') return handlerTarget(target.handler, cwd, archives)
  if (target.kind !== 'website') return null
  const folder = toRelative(target.folder, cwd)
  if (JSON.stringify(target.website) === JSON.stringify(PLAIN_WEBSITE)) return toScalar(`website:${folder}`)
  return toMap([
    ['folder', toScalar(folder)],
    ['website', plainToYaml(target.website)],
  ])
}

function httpTarget(target: Extract<OriginTarget, { kind: 'http' }>, domainName: string): Yaml {
  const { protocol, hostname, port, pathPrefix, sendHost, bucket } = target
  // S3 itself.
  if (bucket !== undefined && hostname === domainName) return toMap([['remote', toScalar(true)]])
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  const url = `${protocol}://${host}:${port}${pathPrefix}`
  if (bucket !== undefined) return toScalar(`s3+${url}`)
  if (sendHost === 'production') return toScalar(url)
  return toMap([
    ['url', toScalar(url)],
    ['host', toScalar('target')],
  ])
}

function plainToYaml(value: object): Yaml {
  const entries = Object.entries(value).flatMap(([key, each]: [string, unknown]): [string, Yaml][] => {
    if (each === null || each === undefined) return []
    if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean')
      return [[key, toScalar(each)]]
    if (Array.isArray(each))
      return each.length === 0 ? [] : [[key, toSeq((each as object[]).map(plainToYaml))]]
    return Object.values(each).every((part) => part === null) ? [] : [[key, plainToYaml(each)]]
  })
  return toMap(entries)
}
