// A handler file as an origin: `lambda:./app.mjs#handler`, or the same with settings in the section `origins`.
import type { HandlerOrigin, HandlerRoute } from '../../model/handler-origin.ts'
import type { Disk } from '../disk.ts'
import { parseHandler } from '../lambda-settings.ts'
import type { Fields } from '../nodes/fields.ts'
import type { Located } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'

const SCHEMES: Readonly<Record<string, HandlerOrigin['kind']>> = {
  lambda: 'function-url',
  'lambda+http': 'http-api',
  'lambda+rest': 'rest-api',
}

/** What a configuration may say about a handler; null where it says nothing. */
export interface HandlerSettings {
  readonly payload: HandlerRoute['payload'] | null
  readonly Timeout: number | null
  readonly MemorySize: number | null
  readonly Runtime: string | null
  readonly Environment: Readonly<Record<string, string>>
  readonly streams: boolean
  readonly stage: string | null
}

/** A handler before it is known for which origin. */
export interface HandlerTarget {
  readonly kind: 'handler'
  readonly api: HandlerOrigin['kind']
  /** `./app.mjs#handler` or `app.handler`, relative to `base`. */
  readonly handler: string
  readonly base: string
  readonly settings: HandlerSettings
}

const PLAIN: HandlerSettings = {
  payload: null,
  Timeout: null,
  MemorySize: null,
  Runtime: null,
  Environment: {},
  streams: false,
  stage: null,
}

/** null for a text that means something else. */
export function parseHandlerTarget(text: string, base: string): HandlerTarget | null {
  const match = /^(lambda(?:\+\w+)?):(?!\d+(?:\/|$))(.*)$/i.exec(text)
  const api = SCHEMES[match?.[1]?.toLowerCase() ?? '']
  return api === undefined ? null : { kind: 'handler', api, handler: match![2]!, base, settings: PLAIN }
}

/** `{handler, api, payload, timeout, memory, runtime, env, streaming, stage}`; null without a handler. */
export function readHandlerTarget(fields: Fields, base: string): HandlerTarget | null {
  const handler = fields.name('handler')
  if (handler === null) return null
  const api = fields.choice('api', ['function-url', 'http-api', 'rest-api']) ?? 'function-url'
  return {
    kind: 'handler',
    api,
    handler,
    base,
    settings: {
      payload: fields.choice('payload', ['1.0', '2.0']),
      Timeout: fields.integer('timeout', { min: 1, max: 900 }),
      MemorySize: fields.integer('memory', { min: 128, max: 10_240 }),
      Runtime: readRuntime(fields),
      Environment: readEnvironment(fields),
      streams: fields.boolean('streaming') ?? false,
      stage: fields.name('stage'),
    },
  }
}

function readRuntime(fields: Fields): string | null {
  const runtime = fields.name('runtime')
  if (runtime === null || /^(?:nodejs\d+\.x|python3\.\d+)$/.test(runtime)) return runtime
  fields.report.error(
    fields.at('runtime'),
    null,
    `'${runtime}' is not run here; nodejs22.x and python3.13 are`,
  )
  return null
}

function readEnvironment(fields: Fields): Record<string, string> {
  const environment: Record<string, string> = {}
  const node = fields.get('env')
  if (node === null) return environment
  if (node.kind !== 'map') {
    fields.report.error(node, null, 'expects names and values')
    return environment
  }
  for (const [name, { value }] of node.entries) {
    const text = fields.toText(value)
    if (text !== null) environment[name] = text
  }
  return environment
}

/** Seconds for a handler that stands in no template: what people wait for at most. */
const TIMEOUT = 30

/** The API that a handler makes up for an origin; null when there is no such file, which is reported. */
export function toHandlerOrigin(
  { api, handler, base, settings }: HandlerTarget,
  { domainName, originPath }: { readonly domainName: string; readonly originPath: string },
  { at, disk, report }: { readonly at: Located; readonly disk: Disk; readonly report: Report },
): HandlerOrigin | null {
  const code = parseHandler(handler, base, { at, disk, report })
  if (code === null) return null
  const { payload, Timeout, MemorySize, Runtime, Environment, streams, stage } = settings
  const name = code.file.replace(/^.*[/\\]|\.[^.]*$/g, '').replace(/[^\w-]/g, '-')
  const fn = {
    name,
    file: code.file,
    exportName: code.exportName,
    Runtime,
    MemorySize,
    Timeout: Timeout ?? TIMEOUT,
    Environment,
  }
  const format = api === 'http-api' ? (payload ?? '2.0') : api === 'rest-api' ? '1.0' : '2.0'
  const paths = api === 'rest-api' ? ['/', '/{proxy+}'] : ['$default']
  return {
    domainName,
    kind: api,
    stages: api === 'function-url' ? ['$default'] : toStages(stage, originPath),
    invokeMode: streams ? 'RESPONSE_STREAM' : 'BUFFERED',
    routes: paths.map((path) => ({ method: 'ANY', path, payload: format, function: fn })),
  }
}

/** Without a word about it, the stage is where CloudFront's OriginPath leads. */
function toStages(stage: string | null, originPath: string): string[] {
  const first = stage ?? originPath.split('/')[1] ?? ''
  return first === '' ? [] : [first]
}

/** As in the table of origins. */
export function describeHandler({ kind, routes }: HandlerOrigin): string {
  const files = new Set(routes.map(({ function: fn }) => `${fn.file}#${fn.exportName}`))
  return `${kind} ${[...files].join(', ')}`
}
