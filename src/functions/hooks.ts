// The four events of one behavior as calls; null where nothing is associated.
import type { RequestContext } from '../message/context.ts'
import type { FunctionFailure } from './contract.ts'
import type {
  GeneratedResponse,
  OriginResponse,
  OutgoingRequest,
  ViewerRequest,
} from '../message/requests.ts'
import type { Headers } from '../message/headers.ts'
import type { OriginOverride } from '../message/origin-override.ts'

/** The function failed: what CloudFront answers in its place. */
export interface HookFailed extends FunctionFailure {
  readonly kind: 'failed'
}

/** The function answered instead of the next step. */
export interface HookResponded {
  readonly kind: 'responded'
  readonly response: GeneratedResponse
  readonly resultType: 'LambdaGeneratedResponse' | 'FunctionGeneratedResponse'
}

export type ViewerRequestOutcome =
  | {
      readonly kind: 'continue'
      readonly request: ViewerRequest
      /** The origin to ask in place of the behavior's; left out for the behavior's. */
      readonly origin?: OriginOverride
    }
  | HookResponded
  | HookFailed

export type OriginRequestOutcome =
  | { readonly kind: 'continue'; readonly request: OutgoingRequest }
  | HookResponded
  | HookFailed

/** `body: null` leaves the origin's body as it is. */
export type OriginResponseOutcome =
  | {
      readonly kind: 'continue'
      readonly status: number
      readonly statusText: string
      readonly headers: Headers
      readonly body: Buffer | null
    }
  | HookFailed

export type ViewerResponseOutcome =
  | {
      readonly kind: 'continue'
      readonly status: number
      readonly statusText: string
      readonly headers: Headers
      /** In place of the body that was there; left out for that. */
      readonly body?: Buffer
    }
  | HookFailed

/** What the response events see of a response. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
}

/**
 * The functions of one behavior. No call rejects; each records its run in the context's trace.
 * Which responses skip an event is decided by the caller.
 */
export interface BehaviorHooks {
  readonly viewerRequest:
    | ((request: ViewerRequest, context: HookContext) => Promise<ViewerRequestOutcome>)
    | null
  readonly originRequest:
    | ((request: OutgoingRequest, context: RequestContext) => Promise<OriginRequestOutcome>)
    | null
  readonly originResponse:
    | ((
        request: OutgoingRequest,
        response: OriginResponse,
        context: RequestContext,
      ) => Promise<OriginResponseOutcome>)
    | null
  readonly viewerResponse:
    | ((
        request: ViewerRequest,
        response: ResponseHead,
        context: HookContext,
      ) => Promise<ViewerResponseOutcome>)
    | null
}

/** What the viewer events need to know; the rest of the context does not exist yet at viewer-request. */
export type HookContext = Pick<RequestContext, 'trace' | 'clock' | 'distribution' | 'pop' | 'region'>

export const NO_HOOKS: BehaviorHooks = {
  viewerRequest: null,
  originRequest: null,
  originResponse: null,
  viewerResponse: null,
}

/** Hooks of two kinds on one behavior; each event has one of either kind at most. */
export function joinHooks(
  hooks: BehaviorHooks,
  viewerHooks: Pick<BehaviorHooks, 'viewerRequest' | 'viewerResponse'>,
): BehaviorHooks {
  const { viewerRequest, viewerResponse } = viewerHooks
  if (viewerRequest === null && viewerResponse === null) return hooks
  return {
    ...hooks,
    viewerRequest: viewerRequest ?? hooks.viewerRequest,
    viewerResponse: viewerResponse ?? hooks.viewerResponse,
  }
}
