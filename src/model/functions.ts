// Edge functions: the four events, and what is associated with them.

/** (Developer Guide, 'CloudFront events that can trigger a Lambda@Edge function') */
export type EventType = 'viewer-request' | 'origin-request' | 'origin-response' | 'viewer-response'

/** A CloudFront Function on a behavior. */
export interface FunctionAssociation {
  readonly FunctionARN: string
  readonly EventType: 'viewer-request' | 'viewer-response'
}

/** A Lambda@Edge function on a behavior. (API Reference, 'LambdaFunctionAssociation') */
export interface LambdaFunctionAssociation {
  readonly LambdaFunctionARN: string
  readonly EventType: EventType
  readonly IncludeBody: boolean
}

/** Where the code of a Lambda@Edge function is on this machine. */
export interface LambdaFunction {
  readonly LambdaFunctionARN: string
  /** us-east-1 name without version, for logs and the context object. */
  readonly name: string
  readonly version: string
  /** Absolute path of the module. */
  readonly file: string
  /** Name of the exported function. */
  readonly exportName: string
}
