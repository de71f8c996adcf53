// Messages and contexts as the tests of functions need them.
import { Headers } from '../../../src/message/headers.ts'
import { CancelToken } from '../../../src/message/clock.ts'
import { Trace } from '../../../src/message/trace.ts'
import type { RequestContext } from '../../../src/message/context.ts'
import type { OutgoingOrigin, OutgoingRequest, ViewerRequest } from '../../../src/message/requests.ts'
import type { DefaultCacheBehavior } from '../../../src/model/cache-behavior.ts'
import type { Distribution } from '../../../src/model/distribution.ts'
import type { EventType } from '../../../src/model/functions.ts'
import { UNKNOWN_GEO } from '../../../src/message/viewer-geo.ts'

export const CUSTOM_ORIGIN: OutgoingOrigin = {
  kind: 'custom',
  domainName: 'api.example.com',
  path: '/v1',
  customHeaders: new Headers(['X-Secret', 'shared']),
  port: 443,
  protocol: 'https',
  readTimeout: 30,
  keepaliveTimeout: 5,
  sslProtocols: ['TLSv1.2'],
  authMethod: 'none',
  region: '',
}

export const S3_ORIGIN: OutgoingOrigin = {
  ...CUSTOM_ORIGIN,
  kind: 's3',
  domainName: 'site.s3.us-east-1.amazonaws.com',
  authMethod: 'origin-access-identity',
  region: 'us-east-1',
}

export function viewerRequest(changes: Partial<ViewerRequest> = {}): ViewerRequest {
  return {
    method: 'GET',
    path: '/a',
    queryString: 'q=1',
    headers: new Headers(['Host', 'd1.example.com', 'Accept', 'text/html']),
    clientIp: '203.0.113.9',
    clientPort: 40_000,
    geo: UNKNOWN_GEO,
    httpVersion: '1.1',
    scheme: 'https',
    body: null,
    ...changes,
  }
}

export function outgoingRequest(changes: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return {
    method: 'GET',
    path: '/a',
    queryString: '',
    headers: new Headers(['Host', 'api.example.com', 'Via', '1.1 x.cloudfront.net (CloudFront)']),
    body: null,
    origin: CUSTOM_ORIGIN,
    ...changes,
  }
}

export const DISTRIBUTION = {
  Id: 'EDFDVBD6EXAMPLE',
  DomainName: 'd111111abcdef8.cloudfront.net',
} as Distribution

/** A behavior with the same function on the events named. */
export function behaviorWith(
  arn: string,
  events: readonly EventType[],
  IncludeBody = false,
): DefaultCacheBehavior {
  const LambdaFunctionAssociations = events.map((EventType) => ({
    LambdaFunctionARN: arn,
    EventType,
    IncludeBody,
  }))
  return { LambdaFunctionAssociations, FunctionAssociations: [] } as unknown as DefaultCacheBehavior
}

export function context(viewer: ViewerRequest = viewerRequest()): RequestContext {
  return {
    trace: new Trace('request-id-1', 0, 0),
    clock: { now: () => 0 },
    token: new CancelToken(),
    distribution: DISTRIBUTION,
    viewer,
    pop: 'FRA56-P1',
    region: 'eu-central-1',
  } as unknown as RequestContext
}
