// A folder that answers as a bucket behind S3's REST endpoint does.
import { STATUS_CODES } from 'node:http'
import { Body } from '../message/body.ts'
import type { Clock } from '../message/clock.ts'
import { Headers } from '../message/headers.ts'
import { contentTypeOf } from './folder/content-type.ts'
import { toErrorDocument } from './folder/errors.ts'
import type { S3Error } from './folder/errors.ts'
import { createETags, etagOf } from './folder/etag.ts'
import type { ETags } from './folder/etag.ts'
import { openObject } from './folder/file.ts'
import type { OpenObject } from './folder/file.ts'
import { MAX_KEY_BYTES, parseKey } from './folder/key.ts'
import { planAnswer } from './folder/plan.ts'
import type { ObjectFacts, ObjectPlan } from './folder/plan.ts'
import { streamFile } from './folder/stream.ts'

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

export interface FolderOriginOptions {
  /** Absolute path. It may come, go and be replaced while requests run. */
  readonly folder: string
  readonly clock: Clock
  /** 403 as with s3:GetObject alone, the usual bucket policy for OAC; 404 as with s3:ListBucket beside it. */
  readonly missingKey?: 403 | 404
}

/** A bucket as CloudFront meets it. Never rejects: what S3 would answer is a response. */
export interface FolderOrigin {
  fetch(request: FolderRequest): Promise<FolderResponse>
}

/** Serves a folder as S3 serves a private bucket to CloudFront. (Developer Guide, 'Restrict access to an Amazon S3 origin') */
export function createFolderOrigin(options: FolderOriginOptions): FolderOrigin {
  const { folder, clock, missingKey = 403 } = options
  const etags = createETags()
  let count = 0

  async function answerKey(answer: Answer, key: string, headers: Headers): Promise<FolderResponse> {
    const found = await openObject(folder, key)
    if (found.kind === 'object') return answerWith(answer, found, key, headers, etags)
    if (found.kind === 'missing') {
      const error: S3Error =
        missingKey === 404 ? { code: 'NoSuchKey', details: { Key: key } } : { code: 'AccessDenied' }
      return answer.error(error, `no file ${key} in ${folder}`)
    }
    if (found.kind === 'refused') return answer.error({ code: 'AccessDenied' }, `${key}: ${found.because}`)
    if (found.kind === 'no-folder')
      return answer.error({ code: 'NoSuchBucket' }, `there is no folder ${folder}`)
    return answer.error({ code: 'InternalError' }, found.error.message)
  }

  return {
    async fetch(request) {
      const answer = createAnswer(request, ++count, clock.now())
      const refusal = refuseMethod(request.method)
      if (refusal !== null) return answer.error(refusal, `a folder takes GET and HEAD, not ${request.method}`)
      const parsed = parseKey(request.path)
      switch (parsed.kind) {
        case 'invalid-uri':
          return answer.error(
            { code: 'InvalidURI', details: { URI: request.path } },
            'the path is not percent-encoded UTF-8',
          )
        case 'too-long':
          return answer.error(
            {
              code: 'KeyTooLongError',
              details: { Size: `${parsed.bytes}`, MaxSizeAllowed: `${MAX_KEY_BYTES}` },
            },
            'the key is too long',
          )
        case 'key':
          break
      }
      if (parsed.key === '')
        return answer.error({ code: 'AccessDenied' }, 'the empty key asks for a list of the bucket')
      return answerKey(answer, parsed.key, request.headers)
    },
  }
}

/** A bucket policy for OAC grants s3:GetObject alone. (Amazon S3 API Reference, 'Error responses') */
function refuseMethod(method: string): S3Error | null {
  if (method === 'GET' || method === 'HEAD') return null
  if (method === 'PUT' || method === 'DELETE') return { code: 'AccessDenied' }
  if (method === 'OPTIONS')
    return { code: 'AccessForbidden', details: { Method: method, ResourceType: 'BUCKET' } }
  return { code: 'MethodNotAllowed', details: { Method: method, ResourceType: 'OBJECT' } }
}

/** Makes the responses to one request: the fields they share, and no body for HEAD. */
interface Answer {
  readonly isHead: boolean
  send(status: number, fields: readonly string[], body: Body): FolderResponse
  error(error: S3Error, problem: string, fields?: readonly string[]): FolderResponse
}

function createAnswer(request: FolderRequest, count: number, now: number): Answer {
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
      const { status, xml } = toErrorDocument(error, requestId, hostId)
      const body = Body.of(xml)
      const described = [...fields, 'Content-Type', 'application/xml', 'Content-Length', `${body.bytes}`]
      return toResponse(status, described, body, problem)
    },
  }
}

async function answerWith(
  answer: Answer,
  object: OpenObject,
  key: string,
  headers: Headers,
  etags: ETags,
): Promise<FolderResponse> {
  let isHandedOver = false
  try {
    const content = object.size <= SMALL_BYTES ? await object.handle.readFile() : null
    const facts: ObjectFacts = {
      etag: content === null ? await etags(object) : etagOf(content),
      size: content === null ? object.size : content.length,
      modifiedAt: object.modifiedAt,
    }
    const plan = planAnswer(headers, facts)
    const fields = toFields(plan, facts, key)
    switch (plan.kind) {
      case 'precondition-failed':
        return answer.error(
          { code: 'PreconditionFailed', details: { Condition: plan.condition } },
          `${plan.condition} does not hold`,
        )
      case 'unsatisfiable':
        return answer.error(
          {
            code: 'InvalidRange',
            details: { RangeRequested: plan.range, ActualObjectSize: `${facts.size}` },
          },
          `${plan.range} of ${facts.size} bytes`,
          ['Content-Range', `bytes */${facts.size}`],
        )
      case 'not-modified':
        return answer.send(304, fields, Body.empty)
      case 'whole':
      case 'part':
        break
    }
    const [status, start, end] = plan.kind === 'part' ? [206, plan.start, plan.end] : [200, 0, facts.size - 1]
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
