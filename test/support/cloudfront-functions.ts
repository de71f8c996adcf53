// A front whose default behavior runs CloudFront Functions that are written beside the tests.
import { startFront, type Front, type FrontOptions } from './front.ts'

export interface FunctionFrontOptions extends FrontOptions {
  /** Code of the two events. */
  readonly code: Partial<Record<'viewer-request' | 'viewer-response', string>>
  /** Of both functions. */
  readonly functionConfig?: object
  /** `KeyValueStores:` of the configuration. */
  readonly stores?: readonly object[]
}

/** Nothing is cached and everything is forwarded, unless the behavior says more. */
export function startFunctionFront(options: FunctionFrontOptions): Promise<Front> {
  const { code, functionConfig, stores, behavior, distribution, ...rest } = options
  const FunctionAssociations = Object.entries(code).map(([EventType, text]) => ({
    EventType,
    FunctionCode: text,
    ...(functionConfig !== undefined && { FunctionConfig: functionConfig }),
  }))
  return startFront({
    ...rest,
    distribution: { ...distribution, ...(stores !== undefined && { KeyValueStores: stores }) },
    behavior: {
      CachePolicy: 'CachingDisabled',
      OriginRequestPolicy: 'AllViewer',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      FunctionAssociations,
      ...behavior,
    },
  })
}

/** A handler around statements over `event`, `request` and `response`; what it does not return goes on as it came. */
export function handler(statements: string): string {
  return `async function handler(event) {
    const request = event.request
    const response = event.response
    ${statements}
    return response || request
  }`
}
