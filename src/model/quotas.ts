// Every limit in one table, each with the manual page it comes from.

/** (Developer Guide, 'Quotas') unless another page is named; sizes in bytes. */
export const QUOTAS = {
  /** URL of a request; more is answered with 414. */
  urlBytes: 8192,
  /** Request line and headers; more is answered with 494. */
  requestHeaderBytes: 32_768,
  /** Parallel requests of one HTTP/2 connection. ('Supported HTTP request methods and versions') */
  http2Streams: 128,
  /** Status line and headers of an origin's response. */
  originResponseHeaderBytes: 32_768,
  /** Largest object that can be compressed. ('Serve compressed files') */
  compressMaxBytes: 10_000_000,
  /** Smallest object that is compressed. ('Serve compressed files') */
  compressMinBytes: 1000,
  /** Body of a request; more is answered with 413. */
  requestBodyBytes: 64 * 1024 ** 3,
  /** Distributions that a request may pass one after the other; the next one answers 403. */
  distributionsInChain: 2,
  /** An object, or a range of one, that passes with caching on. */
  cacheableObjectBytes: 50 * 1024 ** 3,
  invalidationPathCharacters: 4000,
  invalidationFilesInProgress: 3000,
  invalidationWildcardsInProgress: 15,
  /** ('What you need to know when invalidating tags') */
  cacheTagCharacters: 256,
  /** Further ones are not stored. (the same page) */
  cacheTagsPerObject: 50,
  /** Generated responses and bodies shown to a viewer event of Lambda@Edge. ('Restrictions on Lambda@Edge') */
  lambdaViewerBytes: 40 * 1024,
  /** The same for an origin event. */
  lambdaOriginBytes: 1024 * 1024,
  /** Base64 text a Lambda@Edge viewer event may return as body. */
  lambdaViewerBase64Bytes: Math.floor(53.2 * 1024),
  /** The same for an origin event. */
  lambdaOriginBase64Bytes: Math.floor(1.33 * 1024 * 1024),
  /** Source text of a CloudFront Function. */
  functionCodeBytes: 10 * 1024,
  /** A response made by a CloudFront Function, headers included; no figure is published. */
  functionResponseBytes: 40 * 1024,
  /** What a CloudFront Function may add to the access log, after URL encoding. ('General helper methods') */
  functionLogDataBytes: 800,
  keyValueStoreBytes: 5 * 1024 * 1024,
  keyValueStoreKeyBytes: 512,
  keyValueStoreValueBytes: 1024,
  /** Idle time after which CloudFront closes a WebSocket, in seconds. ('Use WebSockets with CloudFront distributions') */
  webSocketIdleSeconds: 600,
} as const
