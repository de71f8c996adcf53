// The redirect from plain HTTP to HTTPS.
import type { CompiledBehavior } from './compile.ts'
import { finishHeaders } from './steps.ts'
import { planViewerProtocol } from './viewer-protocol.ts'
import type { ViewerAnswer, Visit } from './visit.ts'
import { Body } from '../message/body.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import type { ViewerRequest } from '../message/requests.ts'
import { STATUS_CODES } from '../message/node-http.ts'

/** The redirect for a request over plain HTTP where the behavior wants HTTPS, or null. No function runs for it. */
export function redirectToHttps(
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): ViewerAnswer | null {
  const { viewerProtocolPolicy } = selected
  const { clock, httpsPort, trace } = visit
  if (viewerProtocolPolicy === 'allow-all' || request.scheme === 'https' || httpsPort === null) return null
  const plan = planViewerProtocol(viewerProtocolPolicy, request)
  if (plan.kind !== 'redirect') return null
  const { status } = plan
  const page = toPage(`${status} ${STATUS_CODES[status]!}`)
  const headers = new Headers([
    ...['Server', 'CloudFront', 'Date', toHttpDate(clock.now()), 'Content-Type', 'text/html'],
    ...['Content-Length', String(page.length)],
    // As the viewer sent it: the default root object stands for '/' inside alone.
    ...['Location', toHttpsUrl(trace.host, httpsPort, trace.url)],
  ])
  return {
    status,
    statusText: '',
    headers: finishHeaders(headers, request, null, selected, visit),
    body: Body.of(page),
    delivered: { kind: request.method === 'HEAD' ? 'none' : 'whole' },
    failure: null,
    resultType: 'Redirect',
    detailedResultType: 'Redirect',
    age: null,
  }
}

// Differs from CloudFront: The redirect to HTTPS names the port that listens here, unless that is 443.

/** The same host and URL over HTTPS. */
function toHttpsUrl(host: string, httpsPort: number, url: string): string {
  const name = host.replace(/:\d*$/, '')
  return `https://${name}${httpsPort === 443 ? '' : `:${httpsPort}`}${url}`
}

function toPage(title: string): string {
  return [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>CloudFront</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n')
}
