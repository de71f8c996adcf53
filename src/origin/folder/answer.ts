// The responses of a folder: an object, the part of it that is asked for, or an error document.
import { etagOf, type ETags } from './etag.ts'
import type { S3Error } from './errors.ts'
import { contentTypeOf } from './content-type.ts'
import type { OpenObject } from './file.ts'
import { MAX_KEY_BYTES, type ParsedKey } from './key.ts'
import { planAnswer, type ObjectFacts, type ObjectPlan } from './plan.ts'
import { streamFile } from './stream.ts'
import { Body } from '../../message/body.ts'
import { Headers } from '../../message/headers.ts'
import { STATUS_CODES } from '../../message/node-http.ts'

/** Files up to this size are read at once. */
const SMALL_BYTES = 64 * 1024

/** A request for an object; its body, if it has one, is not read. */
export interface FolderRequest {
  readonly method: string
  /** Percent-encoded key path, OriginPath included; starts with '/', without query string. */
  readonly path: string
  readonly headers: Headers
}

export interface FolderResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Body
  /** Why it is an error, in words for the trace; null otherwise. */
  readonly problem: string | null
}

/** The two ids that S3 gives to each of its answers. */
export interface AnswerIds {
  readonly requestId: string
  readonly hostId: string
}

/** The document that tells of an error: XML of the REST endpoint, or HTML of a website. */
export type ToErrorDocument = (
  error: S3Error,
  ids: AnswerIds,
) => { readonly status: number; readonly text: string; readonly fields: readonly string[] }

/** Makes the responses to one request: the fields they share, and no body for HEAD. */
export interface Answer {
  readonly isHead: boolean
  send(status: number, fields: readonly string[], body: Body): FolderResponse
  error(error: S3Error, problem: string, fields?: readonly string[]): FolderResponse
}

export function createAnswer(
  request: FolderRequest,
  count: number,
  now: number,
  toErrorDocument: ToErrorDocument,
): Answer {
  const requestId = count.toString(36).toUpperCase().padStart(16, '0')
  const hostId = Buffer.from(requestId.padStart(57, 'pocketfront')).toString('base64')
  const shared = ['x-amz-id-2', hostId, 'x-amz-request-id', requestId, 'Date', new Date(now).toUTCString()]
  const isHead = request.method === 'HEAD'
  const toResponse = (
    status: number,
    fields: readonly string[],
    body: Body,
    problem: string | null,
  ): FolderResponse => ({
    status,
    statusText: STATUS_CODES[status] ?? '',
    headers: new Headers([...shared, ...fields, 'Server', 'AmazonS3']),
    body: isHead ? Body.empty : body,
    problem,
  })
  return {
    isHead,
    send: (status, fields, body) => toResponse(status, fields, body, null),
    error(error, problem, fields = []) {
      const document = toErrorDocument(error, { requestId, hostId })
      const body = Body.of(document.text)
      const described = [...fields, ...document.fields, 'Content-Length', `${body.bytes}`]
      return toResponse(document.status, described, body, problem)
    },
  }
}

/** An object as it is asked for. With another status than 200 it stands in for an error: all of it, whatever was asked. */
export async function answerWith(
  answer: Answer,
  object: OpenObject,
  key: string,
  headers: Headers,
  etags: ETags,
  success = 200,
): Promise<FolderResponse> {
  let isHandedOver = false
  try {
    const content = object.size <= SMALL_BYTES ? await object.handle.readFile() : null
    const facts: ObjectFacts = {
      etag: content === null ? await etags(object) : etagOf(content),
      size: content === null ? object.size : content.length,
      modifiedAt: object.modifiedAt,
    }
    const plan = planAnswer(success === 200 ? headers : Headers.none, facts)
    if (plan.kind === 'precondition-failed' || plan.kind === 'unsatisfiable')
      return refuse(answer, plan, facts)
    const fields = toFields(plan, facts, key)
    if (plan.kind === 'not-modified') return answer.send(304, fields, Body.empty)
    const [status, start, end] =
      plan.kind === 'part' ? [206, plan.start, plan.end] : [success, 0, facts.size - 1]
    if (content !== null) return answer.send(status, fields, Body.of(content.subarray(start, end + 1)))
    if (answer.isHead) return answer.send(status, fields, Body.empty)
    isHandedOver = true
    return answer.send(status, fields, streamFile(object.handle, start, end))
  } catch (error) {
    return answer.error({ code: 'InternalError' }, error instanceof Error ? error.message : String(error))
  } finally {
    if (!isHandedOver) await object.handle.close().catch(() => {})
  }
}

/** A path that names no key. */
export function refuseKey(
  answer: Answer,
  parsed: Exclude<ParsedKey, { kind: 'key' }>,
  path: string,
): FolderResponse {
  if (parsed.kind === 'invalid-uri')
    return answer.error(
      { code: 'InvalidURI', details: { URI: path } },
      'the path is not percent-encoded UTF-8',
    )
  const details = { Size: `${parsed.bytes}`, MaxSizeAllowed: `${MAX_KEY_BYTES}` }
  return answer.error({ code: 'KeyTooLongError', details }, 'the key is too long')
}

function refuse(
  answer: Answer,
  plan: Extract<ObjectPlan, { kind: 'precondition-failed' | 'unsatisfiable' }>,
  facts: ObjectFacts,
): FolderResponse {
  if (plan.kind === 'precondition-failed') {
    const error: S3Error = { code: 'PreconditionFailed', details: { Condition: plan.condition } }
    return answer.error(error, `${plan.condition} does not hold`)
  }
  const details = { RangeRequested: plan.range, ActualObjectSize: `${facts.size}` }
  const fields = ['Content-Range', `bytes */${facts.size}`]
  return answer.error({ code: 'InvalidRange', details }, `${plan.range} of ${facts.size} bytes`, fields)
}

/** The header fields that describe the object, or the part of it. */
function toFields(plan: ObjectPlan, facts: ObjectFacts, key: string): string[] {
  const fields = ['Last-Modified', new Date(facts.modifiedAt).toUTCString(), 'ETag', facts.etag]
  fields.push('x-amz-server-side-encryption', 'AES256')
  if (plan.kind !== 'whole' && plan.kind !== 'part') return fields
  fields.push('Accept-Ranges', 'bytes')
  if (plan.kind === 'part') fields.push('Content-Range', `bytes ${plan.start}-${plan.end}/${facts.size}`)
  const length = plan.kind === 'part' ? plan.end - plan.start + 1 : facts.size
  fields.push('Content-Type', contentTypeOf(key), 'Content-Length', `${length}`)
  return fields
}
