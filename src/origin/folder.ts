// A folder that answers as a bucket behind S3's REST endpoint does.
import { answerWith, createAnswer, refuseKey } from './folder/answer.ts'
import type { Answer, FolderRequest, FolderResponse, ToErrorDocument } from './folder/answer.ts'
import { toErrorDocument } from './folder/errors.ts'
import type { S3Error } from './folder/errors.ts'
import { createETags } from './folder/etag.ts'
import { openLayers } from './folder/file.ts'
import { parseKey } from './folder/key.ts'
import type { Clock } from '../message/clock.ts'
import type { Headers } from '../message/headers.ts'
import type { FolderLayer } from '../model/origin.ts'

export interface FolderOriginOptions {
  /** Absolute path. It may come, go and be replaced while requests run. */
  readonly folder: string
  /** The folders that fill the bucket, in place of `folder` alone. */
  readonly layers?: readonly FolderLayer[]
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
  const { folder, clock, missingKey = 403, layers = [{ prefix: '', folder: options.folder }] } = options
  const etags = createETags()
  let count = 0

  async function answerKey(answer: Answer, key: string, headers: Headers): Promise<FolderResponse> {
    const found = await openLayers(layers, key)
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
      const answer = createAnswer(request, ++count, clock.now(), toXml)
      const refusal = refuseMethod(request.method)
      if (refusal !== null) return answer.error(refusal, `a folder takes GET and HEAD, not ${request.method}`)
      const parsed = parseKey(request.path)
      if (parsed.kind !== 'key') return refuseKey(answer, parsed, request.path)
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

const toXml: ToErrorDocument = (error, { requestId, hostId }) => {
  const { status, xml } = toErrorDocument(error, requestId, hostId)
  return { status, text: xml, fields: ['Content-Type', 'application/xml'] }
}
