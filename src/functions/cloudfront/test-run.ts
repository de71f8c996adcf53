// One run of a function on an event that somebody wrote, as TestFunction does it.
import type { CffResult } from './contract.ts'
import { toRequestParts, toResponseParts } from './event.ts'
import type { RequestParts } from './event.ts'
import { createHostRun } from './host.ts'
import { FunctionInstance } from './instance.ts'
import { toErrorMessage, toTestError } from './refusals.ts'
import { parseViewerRequestResult, parseViewerResponseResult } from './result.ts'
import type { TestEvent } from './test-event.ts'
import { toUrlText, toWireUtf8 } from './text.ts'
import { isObject } from '../header-maps.ts'
import { Headers } from '../../message/headers.ts'
import type { ViewerRequest } from '../../message/requests.ts'
import { UNKNOWN_GEO } from '../../message/viewer-geo.ts'
import type { CloudFrontFunction, FunctionRuntime } from '../../model/functions.ts'

/** (API Reference, 'TestResult') */
export interface TestResult {
  readonly FunctionSummary: {
    readonly Name: string
    readonly Status: 'UNPUBLISHED'
    readonly FunctionConfig: {
      readonly Comment: string
      readonly Runtime: FunctionRuntime
      readonly KeyValueStoreAssociations: readonly { readonly KeyValueStoreARN: string }[]
    }
    readonly FunctionMetadata: {
      readonly FunctionARN: string
      readonly Stage: 'DEVELOPMENT'
      readonly CreatedTime: string
      readonly LastModifiedTime: string
    }
  }
  readonly ComputeUtilization: string
  readonly FunctionExecutionLogs: readonly string[]
  /** '' when the function ran and its result is valid. */
  readonly FunctionErrorMessage: string
  /** JSON of `{request}` or `{response}`; '' after an error. */
  readonly FunctionOutput: string
}

/** What a test came to; `failedAt` is the place in the code, as far as it is known. */
export interface TestOutcome {
  readonly result: TestResult
  readonly failedAt: FailedAt | null
}

export interface FailedAt {
  readonly line: number
  readonly column: number | null
  /** For syntax that CloudFront's engine does not know, in our words. */
  readonly explanation: string | null
}

export interface TestRun {
  readonly definition: CloudFrontFunction
  /** The event object, checked by {@link readTestEvent}. */
  readonly event: TestEvent
  readonly strictDialect: boolean
  /** Every 'now' of the run, in milliseconds. */
  readonly now: number
  readonly pop: string
  readonly region: string
}

type Fields = Record<string, unknown>

/** Never rejects; helpers for origins are run and not checked. (Developer Guide, 'Test functions') */
export async function runTest(test: TestRun): Promise<TestOutcome> {
  const { definition, event, strictDialect, now, pop, region } = test
  const instance = new FunctionInstance(definition, strictDialect)
  const rawQueryString = toQueryString(event.request['querystring'])
  const place = { event: event.type, pop, region, store: definition.KeyValueStore, rawQueryString }
  const { host } = createHostRun(place)
  const requestId = String((event.event['context'] as Fields)['requestId'])
  try {
    const run = await instance.run({ event: JSON.stringify(event.event), host, now, requestId })
    const result = { FunctionSummary: toSummary(definition, now), ...toTestResult(run, event) }
    return { result, failedAt: toFailedAt(run, instance) }
  } finally {
    instance.retire()
  }
}

function toSummary(definition: CloudFrontFunction, now: number): TestResult['FunctionSummary'] {
  const { Name, Runtime, FunctionARN, KeyValueStore: store } = definition
  const time = new Date(now).toISOString()
  const KeyValueStoreAssociations = store === null ? [] : [{ KeyValueStoreARN: store.ARN }]
  return {
    Name,
    Status: 'UNPUBLISHED',
    FunctionConfig: { Comment: '', Runtime, KeyValueStoreAssociations },
    FunctionMetadata: { FunctionARN, Stage: 'DEVELOPMENT', CreatedTime: time, LastModifiedTime: time },
  }
}

function toFailedAt(result: CffResult, { refusal }: FunctionInstance): FailedAt | null {
  if (result.kind === 'returned' || result.line === null) return null
  return { line: result.line, column: result.column, explanation: refusal?.explanation ?? null }
}

function toTestResult(result: CffResult, event: TestEvent): Omit<TestResult, 'FunctionSummary'> {
  const common = {
    ComputeUtilization: String(result.computeUtilization),
    FunctionExecutionLogs: result.logs,
  }
  if (result.kind === 'failed') {
    return { ...common, FunctionErrorMessage: toTestError(result), FunctionOutput: '' }
  }
  const parts = toParts(event)
  const outcome =
    event.response === null
      ? parseViewerRequestResult(result.value, parts)
      : parseViewerResponseResult(result.value, toTestResponse(event.response))
  if ('problem' in outcome) {
    return { ...common, FunctionErrorMessage: toErrorMessage(outcome.problem), FunctionOutput: '' }
  }
  const FunctionOutput = JSON.stringify(toOutput(result.value as Fields))
  return { ...common, FunctionErrorMessage: '', FunctionOutput }
}

function toOutput(value: Fields): object {
  if (value['statusCode'] !== undefined) return { response: { headers: {}, cookies: {}, ...value } }
  return { request: { querystring: {}, headers: {}, cookies: {}, ...value } }
}

function toParts({ request, event }: TestEvent): RequestParts {
  const { method, uri } = request
  const headers = toPairs(request['headers'])
  const cookies = toTexts(request['cookies'], (name, value) => `${name}=${value}`)
  if (cookies.length > 0) headers.push('Cookie', toWireUtf8(cookies.join('; ')))
  const viewerRequest: ViewerRequest = {
    method: String(method),
    path: toUrlText(String(uri)),
    queryString: toQueryString(request['querystring']) ?? '',
    headers: new Headers(headers),
    clientIp: String((event['viewer'] as Fields)['ip']),
    clientPort: 0,
    httpVersion: '1.1',
    scheme: 'https',
    body: null,
    geo: UNKNOWN_GEO,
  }
  return { ...toRequestParts(viewerRequest, []), uri: String(uri) }
}

function toTestResponse(response: Fields) {
  const headers = toPairs(response['headers'])
  for (const line of toTexts(response['cookies'], toSetCookie)) headers.push('Set-Cookie', toWireUtf8(line))
  const { statusCode, statusDescription } = response
  const statusText = typeof statusDescription === 'string' ? statusDescription : ''
  return toResponseParts({ status: Number(statusCode), statusText, headers: new Headers(headers) })
}

function toPairs(map: unknown): string[] {
  return entriesOf(map).flatMap(([name, { value }]) => [name, toWireUtf8(String(value))])
}

function toTexts(map: unknown, write: (name: string, value: string, entry: Fields) => string): string[] {
  return entriesOf(map).map(([name, entry]) => write(name, String(entry['value']), entry))
}

function toSetCookie(name: string, value: string, { attributes }: Fields): string {
  return typeof attributes === 'string' && attributes !== ''
    ? `${name}=${value}; ${attributes}`
    : `${name}=${value}`
}

/** null without parameters. */
function toQueryString(map: unknown): string | null {
  const texts = toTexts(map, (name, value) => `${name}=${value}`)
  return texts.length === 0 ? null : toUrlText(texts.join('&'))
}

/** Each value of each name. */
function entriesOf(map: unknown): [name: string, entry: Fields][] {
  if (!isObject(map)) return []
  return Object.entries(map).flatMap(([name, entry]): [string, Fields][] => {
    if (!isObject(entry)) return []
    const { multiValue } = entry
    const all: readonly unknown[] = Array.isArray(multiValue) ? multiValue : [entry]
    return all.filter(isObject).map((each): [string, Fields] => [name, each])
  })
}
