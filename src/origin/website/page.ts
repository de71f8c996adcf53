// The error pages of a website endpoint, in HTML.
import { describeS3Error, escapeXml } from '../folder/errors.ts'
import type { AnswerIds, ToErrorDocument } from '../folder/answer.ts'
import { STATUS_CODES } from '../../message/node-http.ts'

const HTML = ['Content-Type', 'text/html; charset=utf-8']

/** (Amazon S3 User Guide, 'Configuring a custom error document') The code is in a header as well (observed). */
export const toErrorPage: ToErrorDocument = (error, ids) => {
  const { status, message } = describeS3Error(error)
  const details = Object.entries(error.details ?? {})
  const text = toPage(status, [['Code', error.code], ['Message', message], ...details], ids)
  const fields = [
    'x-amz-error-code',
    error.code,
    'x-amz-error-message',
    message,
    ...details.flatMap(([name, value]) => [`x-amz-error-detail-${name}`, toFieldValue(value)]),
    ...HTML,
  ]
  return { status, text, fields }
}

/** The page says both what went wrong at first and why there is no page for it. */
export function withLostDocument(toDocument: ToErrorDocument, key: string): ToErrorDocument {
  return (error, ids) => {
    const document = toDocument(error, ids)
    const lost = `<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>
<ul>
<li>Code: NoSuchKey</li>
<li>Message: The specified key does not exist.</li>
<li>Key: ${escapeXml(key)}</li>
</ul>
`
    return { ...document, text: document.text.replace('<hr/>', `${lost}<hr/>`) }
  }
}

/** The text below a redirect, for viewers that do not follow it. */
export function toRedirectPage(status: number): string {
  const items: [string, string][] = [
    ['Code', 'Found'],
    ['Message', 'Resource Found'],
  ]
  return toPage(status, status === 302 ? items : [], null)
}

function toPage(
  status: number,
  items: readonly (readonly [string, string])[],
  ids: AnswerIds | null,
): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim()
  const all = ids === null ? items : [...items, ['RequestId', ids.requestId], ['HostId', ids.hostId]]
  const list = all.map(([name, value]) => `<li>${name}: ${escapeXml(value ?? '')}</li>\n`).join('')
  return `<html>
<head><title>${title}</title></head>
<body>
<h1>${title}</h1>
<ul>
${list}</ul>
<hr/>
</body>
</html>
`
}

/** What may stand in a header field; a key may hold anything. */
function toFieldValue(text: string): string {
  return encodeURI(text.toWellFormed()).replaceAll('%20', ' ')
}
