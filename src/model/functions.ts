// Edge functions: the four events, and what is associated with them.

/** (Developer Guide, 'CloudFront events that can trigger a Lambda@Edge function') */
export type EventType = 'viewer-request' | 'origin-request' | 'origin-response' | 'viewer-response'

/** A CloudFront Function on a behavior. */
export interface FunctionAssociation {
  readonly FunctionARN: string
  readonly EventType: 'viewer-request' | 'viewer-response'
}

/** The JavaScript runtime of a CloudFront Function. ('JavaScript runtime features for CloudFront Functions') */
export type FunctionRuntime = 'cloudfront-js-1.0' | 'cloudfront-js-2.0'

/** A CloudFront Function with its code. (API Reference, 'CreateFunction', 'FunctionConfig') */
export interface CloudFrontFunction {
  readonly FunctionARN: string
  readonly Name: string
  readonly Runtime: FunctionRuntime
  /** The source text. */
  readonly FunctionCode: string
  /** Absolute path of the code; null when it stands in the configuration. */
  readonly file: string | null
  /** The one store that the code can read. */
  readonly KeyValueStore: KeyValueStore | null
}

/** A key value store with its data. (API Reference, 'KeyValueStore') */
export interface KeyValueStore {
  readonly ARN: string
  /** The end of the ARN: what `cf.kvs(id)` names. */
  readonly Id: string
  readonly Name: string
  readonly items: ReadonlyMap<string, string>
  /** Milliseconds of the data's file; 0 for data that stands in the configuration. */
  readonly createdAt: number
  readonly modifiedAt: number
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
  /** nodejs22.x, python3.13; null where the configuration does not say: the file's name tells. */
  readonly Runtime: string | null
  /** Megabytes; null where the configuration does not say. */
  readonly MemorySize: number | null
  /** Seconds; null where the configuration does not say. */
  readonly Timeout: number | null
}

/** Whether a function is written in Python; all others are Node.js. */
export function isPython({ Runtime, file }: Pick<LambdaFunction, 'Runtime' | 'file'>): boolean {
  return Runtime === null ? file.endsWith('.py') : Runtime.startsWith('python')
}
