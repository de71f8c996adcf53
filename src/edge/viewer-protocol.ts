// What a request over plain HTTP meets where the behavior wants HTTPS.
import type { ViewerRequest } from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'

/** How a request over plain HTTP goes on. */
export type ViewerProtocolPlan =
  | { readonly kind: 'serve' }
  | { readonly kind: 'redirect'; readonly status: 301 | 307 }
  | { readonly kind: 'refuse'; readonly detail: string }

/** ('Require HTTPS for communication between viewers and CloudFront') */
export function planViewerProtocol(
  policy: DefaultCacheBehavior['ViewerProtocolPolicy'],
  { method, httpVersion }: Pick<ViewerRequest, 'method' | 'httpVersion'>,
): ViewerProtocolPlan {
  switch (policy) {
    case 'allow-all':
      return { kind: 'serve' }
    case 'https-only':
      return { kind: 'refuse', detail: 'plain HTTP, and the ViewerProtocolPolicy is https-only' }
    case 'redirect-to-https':
      if (method === 'GET' || method === 'HEAD') return { kind: 'redirect', status: 301 }
      if (httpVersion !== '1.0') return { kind: 'redirect', status: 307 }
      return { kind: 'refuse', detail: `${method} over HTTP/1.0 can't be redirected to HTTPS` }
  }
}
