// A front with one Lambda@Edge function whose acts are written beside the tests, by path and event.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFront, type Front, type FrontOptions } from './front.ts'
import type { EventType } from '../../src/model/functions.ts'

/** Bodies of async functions over (cf, request, response, event, context); what they do not return goes on as it came. */
export type Acts = Readonly<Record<string, Partial<Record<EventType, string>>>>

export const EVENTS: readonly EventType[] = [
  'viewer-request',
  'origin-request',
  'origin-response',
  'viewer-response',
]

const folder = mkdtempSync(join(tmpdir(), 'pocketfront-lambda-'))
// Not after the tests of a file: several files share this module.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

let count = 0

/** Writes a module of the folder that goes when all tests of the process are over. */
export function writeModule(code: string, name = `function-${++count}.cjs`): string {
  const file = join(folder, name)
  writeFileSync(file, code)
  return file
}

/** The module that does the acts. */
function toModule(acts: Acts): string {
  const rows = Object.entries(acts).map(([path, events]) => {
    const cells = Object.entries(events).map(
      ([event, code]) => `'${event}': async (cf, request, response, event, context) => { ${code} }`,
    )
    return `${JSON.stringify(path)}: { ${cells.join(', ')} }`
  })
  return `
const acts = { ${rows.join(',\n')} }
const runs = {}
exports.handler = async (event, context) => {
  const { cf } = event.Records[0]
  const { request, response, config } = cf
  const act = acts[request.uri]?.[config.eventType]
  const result = act === undefined ? undefined : await act(cf, request, response, event, context)
  return result === undefined ? response ?? request : result
}`
}

export interface LambdaFrontOptions extends FrontOptions {
  /** The events that the function is associated with; all of them. */
  readonly events?: readonly EventType[]
  /** On both request events. */
  readonly includeBody?: boolean
}

/** Starts a front whose default behavior runs the acts; AllViewer and all methods unless the behavior says more. */
export function startLambdaFront(acts: Acts, options: LambdaFrontOptions = {}): Promise<Front> {
  const { events = EVENTS, includeBody = false, behavior, ...rest } = options
  const file = writeModule(toModule(acts))
  return startFront({
    ...rest,
    behavior: {
      OriginRequestPolicy: 'AllViewer',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      LambdaFunctionAssociations: events.map((EventType) => ({
        EventType,
        Handler: file,
        ...(includeBody && EventType.endsWith('-request') && { IncludeBody: true }),
      })),
      ...behavior,
    },
  })
}
