// Functions that answer for an origin: what stands behind a Function URL or an API of API Gateway.

/** A Lambda function whose code is on this machine; it runs as in a Region, not at the edge. */
export interface HandlerFunction {
  readonly name: string
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
  /** Its environment variables. */
  readonly Environment: Readonly<Record<string, string>>
}

/** A route of an API; a Function URL has the single route `ANY $default`. */
export interface HandlerRoute {
  /** GET, or ANY. */
  readonly method: string
  /** `/items/{id}`, `/files/{proxy+}`, or `$default` for what no other route takes. */
  readonly path: string
  /** The form of event and answer. (API Gateway Developer Guide, 'Create AWS Lambda proxy integrations for HTTP APIs') */
  readonly payload: '1.0' | '2.0'
  readonly function: HandlerFunction
}

/** An origin that is made of functions. */
export interface HandlerOrigin {
  /** The name under which distributions know it. */
  readonly domainName: string
  readonly kind: 'function-url' | 'http-api' | 'rest-api'
  /** The first segment of a path, where an API has one: `prod`. `$default` stands for none; a Function URL has `$default`. */
  readonly stages: readonly string[]
  /** Whether a Function URL streams its responses. (AWS Lambda Developer Guide, 'Response streaming') */
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM'
  readonly routes: readonly HandlerRoute[]
  /** Who may call a Function URL: anybody, or those who sign; left out where nothing says so. */
  readonly authType?: 'NONE' | 'AWS_IAM'
}
