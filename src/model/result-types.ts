// Closed lists of words: result types and the reasons that traces, logs, explain and tests share.

/** `x-edge-result-type` and the word of X-Cache. (Developer Guide, 'Standard logging reference') */
export type ResultType =
  | 'Hit'
  | 'RefreshHit'
  | 'Miss'
  | 'Error'
  | 'Redirect'
  | 'LimitExceeded'
  | 'CapacityExceeded'
  | 'LambdaGeneratedResponse'
  | 'LambdaExecutionError'
  | 'LambdaValidationError'
  | 'LambdaLimitExceeded'
  | 'FunctionGeneratedResponse'
  | 'FunctionExecutionError'
  | 'FunctionThrottledError'
  | 'FunctionValidationError'

/** `x-edge-detailed-result-type`: the result type, or what kind of Error. (Developer Guide, 'Standard logging reference') */
export type DetailedResultType =
  | ResultType
  | 'MissGeneratedResponse'
  | 'OriginShieldHit'
  | 'ClientCommError'
  | 'ClientGeoBlocked'
  | 'ClientHungUpRequest'
  | 'InvalidRequest'
  | 'InvalidRequestCertificate'
  | 'InvalidRequestHeader'
  | 'InvalidRequestMethod'
  | 'OriginCommError'
  | 'OriginConnectError'
  | 'OriginContentRangeLengthError'
  | 'OriginDnsError'
  | 'OriginError'
  | 'OriginHeaderTooBigError'
  | 'OriginInvalidResponseError'
  | 'OriginReadError'

/** Why a cache tier answered as it did. */
export type TierReason =
  | 'fresh' // a copy within its TTL
  | 'stale-while-revalidate' // expired, served at once, refreshed behind the viewer's back
  | 'stale-if-error' // expired, served because the layer behind failed
  | 'stale-error-pause' // expired, the origin failed less than ErrorCachingMinTTL ago
  | 'not-modified' // expired, confirmed by the layer behind
  | 'expired' // expired, replaced by a new copy
  | 'not-in-cache' // never seen, or evicted
  | 'invalidated' // removed by an invalidation
  | 'collapsed' // waited for the same object that another request was fetching
  | 'range-request' // a range of an object of which nothing is cached, fetched as asked
  | 'other-coding' // the viewer takes br and gzip, and only one of the two forms is there
  | 'part-in-cache' // every byte asked for is there as parts of the object
  | 'part-missing' // other parts of the object are there
  | 'if-range-differs' // If-Range names another version than the cached one
  | 'uncacheable' // goes through without being looked up or kept

/** What a cache tier found; 'pass' is a request that only goes through. */
export type TierVerdict = 'hit' | 'refresh' | 'miss' | 'pass'

/** Why what the edge cache does not have is not asked of the regional edge cache. ('How CloudFront delivers content') */
export type RegionalSkip =
  | 'cached-options' // OPTIONS is kept at the edge location only
  | 'bucket-in-region' // an S3 bucket in the Region of the regional edge cache is asked by the edge location itself
  | 'is-origin-shield' // the Region's cache is the Origin Shield of the origin: no extra hop
/** Why a viewer met this edge location. */
export type PopReason =
  | 'default' // nothing is known of the viewer's place
  | 'default-in-price-class' // the same, and the default one is not in the price class
  | 'nearest-to-country'
  | 'nearest-in-price-class' // a nearer one is not in the price class
  | 'asked-for' // x-pocketfront-pop
  | 'asked-for-outside-price-class'

/** Where a viewer's country comes from. */
export type CountrySource =
  | 'request' // x-pocketfront-viewer-country
  | 'address' // the database of address ranges
  | 'default' // --viewer-country, for private addresses
  | 'unknown'

/** Why a request went past every cache. */
export type BypassReason =
  | 'proxy-method' // PUT, POST, PATCH, DELETE, or OPTIONS that is not a cached method
  | 'caching-disabled' // all three TTLs are 0
  | 'forwards-all-headers' // legacy Headers: ['*']
  | 'grpc' // a gRPC call goes straight to the origin
  | 'websocket' // an upgrade is a tunnel, not an object

/** Why a response may be stored, or not. */
export type StoreReason =
  | 'cacheable'
  | 'error-cacheable' // an error status within ErrorCachingMinTTL or its own max-age
  | 'no-store' // vetoed by no-store with MinTTL 0
  | 'private' // vetoed by private with MinTTL 0
  | 'status' // a status that CloudFront does not cache
  | 'error-vetoed' // no-store, no-cache or private on 404, 410, 414 or 501
  | 'error-without-max-age' // 400, 403, 405, 412, 415 without max-age or s-maxage
  | 'partial-content' // a 206 that can't be told apart from parts of other versions
  | 'caching-disabled'
  | 'vary-star'
  | 'too-large' // above the largest cacheable object
  | 'no-room' // the budget of the place is taken by objects that are still coming in
  | 'disk-error' // the disk is full or broken
  | 'truncated' // the body ended before its Content-Length, or the connection broke
  | 'invalidated-meanwhile' // an invalidation came while it was fetched
  | 'abandoned' // the viewer left before the end and nobody else waited

/** Why the secondary origin of a group was asked. (Developer Guide, 'Optimize high availability with CloudFront origin failover') */
export type FailoverReason =
  | 'status' // the primary answered with a listed status
  | 'connect-failed' // the primary could not be connected to, and 503 is listed
  | 'timed-out' // the primary did not answer in time, and 504 is listed

/** Why an attempt at an origin was the last one, or that another followed. */
export type AttemptEnd =
  | 'answered'
  | 'retried' // the same origin is asked again
  | 'attempts-used-up' // ConnectionAttempts are spent
  | 'not-repeatable' // the request may have reached the origin, and its method is not GET or HEAD
  | 'out-of-time' // ResponseCompletionTimeout has passed
  | 'viewer-gone' // nobody waits for the answer any more
  | 'unresolved' // nothing on this machine stands for the origin

/** Why a viewer gets something else than the object as the caches or the origin gave it, or all of it in spite of a Range. */
export type CutReason =
  | 'if-none-match' // 304: the viewer has this version
  | 'if-modified-since' // 304: not changed since
  | 'if-match' // 412: another version than the viewer wants
  | 'if-unmodified-since' // 412: changed since
  | 'range' // 206: one part of a cached object
  | 'ranges' // 206: several parts of a cached object
  | 'range-unsatisfiable' // 416: beyond the object
  | 'range-invalid' // all of it: the Range is not valid
  | 'range-other-unit' // all of it: a unit other than bytes
  | 'ranges-not-ascending' // all of it: several ranges must ascend and stay apart
  | 'range-of-nothing' // all of it: the object is empty
  | 'range-if-range-differs' // all of it: If-Range names another version
  | 'range-not-answered' // all of it: the origin sent all in place of the range
  | 'range-length-unknown' // all of it: it is still coming in, and nobody knows how long it is

/** Whether an origin's answer was compressed, or the first condition that did not hold. ('Serve compressed files') */
export type CompressionOutcome =
  | 'br'
  | 'gzip'
  | 'compress-off' // the behavior does not compress
  | 'encodings-off' // the cache policy enables neither gzip nor Brotli
  | 'http-1.0'
  | 'not-accepted' // the viewer takes neither
  | 'status'
  | 'already-encoded'
  | 'no-content-length'
  | 'too-small'
  | 'too-large'
  | 'content-type'

/** How the fetch of a custom error page ended. (Developer Guide, 'Generate custom error responses') */
export type ErrorPageOutcome =
  | 'shown'
  | 'page-status' // the fetch of the page came to another status than 2xx, which goes to the viewer
  | 'page-failed' // no answer came for the page; CloudFront's own error goes to the viewer

/** Which rule gave a TTL its value. */
export type TtlRule =
  | 's-maxage'
  | 'max-age'
  | 'Expires'
  | 'DefaultTTL'
  | 'MinTTL'
  | 'MaxTTL'
  | 'ErrorCachingMinTTL'
  | 'no-cache' // kept, and revalidated on every request
  | 'none' // not stored
