// A folder that answers as a bucket behind S3's website endpoint does.
import { answerWith, createAnswer, refuseKey } from './folder/answer.ts'
import type { Answer, FolderRequest, FolderResponse } from './folder/answer.ts'
import { describeS3Error, type S3Error } from './folder/errors.ts'
import { createETags } from './folder/etag.ts'
import { openObject, type FoundObject } from './folder/file.ts'
import type { FolderOrigin } from './folder.ts'
import { parseKey } from './folder/key.ts'
import { toErrorPage, toRedirectPage, withLostDocument } from './website/page.ts'
import { planError, planRequest, toIndexBelow, type PlannedRedirect } from './website/rules.ts'
import { Body } from '../message/body.ts'
import type { Clock } from '../message/clock.ts'
import type { WebsiteConfiguration } from '../model/website.ts'

export interface WebsiteOriginOptions {
  /** Absolute path. It may come, go and be replaced while requests run. */
  readonly folder: string
  readonly website: WebsiteConfiguration
  readonly clock: Clock
}

/** What the requests for one website share, and what is known of one of them. */
interface Visit {
  readonly answer: Answer
  /** Answers with an error whose page says that the error document is missing. */
  readonly lost: Answer
  readonly request: FolderRequest
  /** Decoded, as asked for. */
  readonly key: string
  readonly host: string
}

/**
 * A bucket as a website. Never rejects: what S3 would answer is a response. (Amazon S3 User Guide, 'Website endpoints')
 * Differs from CloudFront: objects with x-amz-website-redirect-location are not known, as a file has no such setting.
 */
export function createWebsiteOrigin({ folder, website, clock }: WebsiteOriginOptions): FolderOrigin {
  const etags = createETags()
  let count = 0

  async function lookUp(visit: Visit, key: string): Promise<FolderResponse> {
    const { answer, request } = visit
    const found = await openObject(folder, key)
    if (found.kind === 'object') return answerWith(answer, found, key, request.headers, etags)
    const below = found.kind === 'missing' ? toIndexBelow(website, key) : null
    if (below !== null && (await exists(folder, below))) {
      return redirect(answer, { kind: 'redirect', status: 302, location: `/${toPath(request.path)}/` })
    }
    return fail(visit, ...toError(found, key, folder))
  }

  async function fail(visit: Visit, error: S3Error, problem: string): Promise<FolderResponse> {
    const { answer, lost, key, host } = visit
    const { status } = describeS3Error(error)
    const rule = planError(website, key, host, status)
    if (rule !== null) return redirect(answer, rule)
    const document = website.ErrorDocument
    if (document === null || status >= 500) return answer.error(error, problem)
    const found = await openObject(folder, document)
    if (found.kind !== 'object') return lost.error(error, `${problem}, and no error document ${document}`)
    const page = await answerWith(answer, found, document, visit.request.headers, etags, status)
    return { ...page, problem }
  }

  return {
    async fetch(request) {
      const answer = createAnswer(request, ++count, clock.now(), toErrorPage)
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        const details = { Method: request.method, ResourceType: 'OBJECT' }
        return answer.error(
          { code: 'MethodNotAllowed', details },
          `a website takes GET and HEAD, not ${request.method}`,
        )
      }
      const parsed = parseKey(request.path)
      if (parsed.kind !== 'key') return refuseKey(answer, parsed, request.path)
      const { key } = parsed
      const host = request.headers.get('host') ?? 'localhost'
      const plan = planRequest(website, key, host)
      if (plan.kind === 'redirect') return redirect(answer, plan)
      const toDocument = withLostDocument(toErrorPage, website.ErrorDocument ?? '')
      const lost = createAnswer(request, count, clock.now(), toDocument)
      return lookUp({ answer, lost, request, key, host }, plan.key)
    },
  }
}

function toError(
  found: Exclude<FoundObject, { kind: 'object' }>,
  key: string,
  folder: string,
): [S3Error, string] {
  switch (found.kind) {
    case 'missing':
      return [{ code: 'NoSuchKey', details: { Key: key } }, `no file ${key} in ${folder}`]
    case 'refused':
      return [{ code: 'AccessDenied' }, `${key}: ${found.because}`]
    case 'no-folder':
      return [{ code: 'NoSuchBucket' }, `there is no folder ${folder}`]
    case 'broken':
      return [{ code: 'InternalError' }, found.error.message]
  }
}

async function exists(folder: string, key: string): Promise<boolean> {
  const found = await openObject(folder, key)
  if (found.kind !== 'object') return false
  await found.handle.close().catch(() => {})
  return true
}

/** As asked for, without slashes at its start: `//evil.example` would lead to another host. */
function toPath(path: string): string {
  return path.replace(/^\/+/, '')
}

function redirect(answer: Answer, { status, location }: PlannedRedirect): FolderResponse {
  const body = Body.of(toRedirectPage(status))
  const fields = ['Location', location, 'Content-Type', 'text/html; charset=utf-8']
  return answer.send(status, [...fields, 'Content-Length', `${body.bytes}`], body)
}
