// Traps of how long objects stay.
import { classOf } from '../origin-class.ts'
import { eachBehavior, type LintRule } from '../rule.ts'
import { keyOf } from './cache-key.ts'

const PAGE = 'Manage how long content stays in the cache (expiration)'

export const minTtlOverPrivate: LintRule = {
  id: 'min-ttl-over-private',
  title: 'MinTTL is stronger than private and no-store',
  why: 'With a MinTTL above 0 CloudFront stores a response that says no-cache, no-store or private, and gives it to other viewers until the MinTTL is over.',
  page: PAGE,
  check: eachBehavior(({ caching, behavior, name, origins }) => {
    // The second of CachingOptimized is AWS's own choice.
    if (!caching.isOn || caching.MinTTL <= 1) return null
    if (origins.every((origin) => classOf(origin) === 'bucket')) return null
    return {
      key: behavior.Cache.kind === 'policy' ? 'CachePolicy' : 'MinTTL',
      message: `${name} stores every response for ${caching.MinTTL} s, even what the origin calls private`,
      fix: 'set MinTTL to 0, and a DefaultTTL for responses that say nothing',
    }
  }),
}

export const setCookieCached: LintRule = {
  id: 'set-cookie-cached',
  title: 'Set-Cookie is stored with objects',
  why: 'Where cookies are forwarded, CloudFront stores Set-Cookie with the object and sends it with each hit: viewers with the same key get one session.',
  page: 'Cache content based on cookies',
  check: eachBehavior(({ caching, name, origins }) =>
    caching.isOn &&
    caching.DefaultTTL > 0 &&
    caching.keyCookies !== 'none' &&
    origins.some((origin) => classOf(origin) !== 'bucket')
      ? {
          key: keyOf(caching.kind),
          message: `${name} stores Set-Cookie of responses without Cache-Control, and repeats it to others`,
          fix: 'set DefaultTTL to 0, or let the origin say Cache-Control: no-cache="Set-Cookie"',
        }
      : null,
  ),
}

export const rootObjectMissing: LintRule = {
  id: 'default-root-object-missing',
  title: 'a bucket without default root object',
  why: 'A bucket has no index pages. A request for / lists its content if the bucket allows that, and is refused with 403 if not.',
  page: 'Specify a default root object',
  check: ({ distribution, behaviors }) => {
    const main = behaviors.at(-1)
    const isBucket = main?.origins.every((origin) => classOf(origin) === 'bucket') === true
    const hasFunctions =
      main !== undefined &&
      main.behavior.FunctionAssociations.length + main.behavior.LambdaFunctionAssociations.length > 0
    if (!isBucket || hasFunctions || distribution.DefaultRootObject !== '') return []
    const message = `a request for / gets an error or a listing from ${main.origins[0]?.Id}`
    return [{ at: distribution, key: 'DefaultRootObject', message, fix: 'DefaultRootObject: index.html' }]
  },
}

export const legacySettings: LintRule = {
  id: 'legacy-settings',
  title: 'ForwardedValues in place of policies',
  why: 'ForwardedValues is deprecated. What it forwards is always part of the key, and brotli needs a cache policy.',
  page: 'Cache behavior settings',
  check: eachBehavior(({ caching, name }) =>
    caching.kind === 'legacy'
      ? {
          key: 'ForwardedValues',
          message: `${name} uses the settings from before cache policies`,
          fix: 'write a CachePolicy, and an OriginRequestPolicy for what is forwarded but not in the key',
        }
      : null,
  ),
}

export const allHeadersDisableCaching: LintRule = {
  id: 'all-headers-disable-caching',
  title: 'all headers forwarded, nothing cached',
  why: "Headers: ['*'] switches caching off for the behavior, whatever the TTLs say.",
  page: 'Cache content based on request headers',
  check: eachBehavior(({ behavior, name }) => {
    const { Cache } = behavior
    if (Cache.kind !== 'legacy' || !Cache.ForwardedValues.Headers.includes('*') || Cache.DefaultTTL === 0)
      return null
    return {
      key: 'ForwardedValues.Headers',
      message: `${name} caches nothing although its DefaultTTL is ${Cache.DefaultTTL} s`,
      fix: 'name the headers that change the answer',
    }
  }),
}

export const compressWithoutEncodings: LintRule = {
  id: 'compress-without-encodings',
  title: 'Compress is on, the encodings of the cache policy are off',
  why: 'CloudFront compresses only into the encodings that the cache policy switches on. With both off, Compress does nothing.',
  page: 'Serve compressed files',
  check: eachBehavior(({ behavior, caching, name }) =>
    behavior.Compress && caching.isOn && !caching.hasEncodings
      ? {
          key: 'Compress',
          message: `${name} compresses nothing: its cache policy has neither gzip nor brotli`,
          fix: 'set EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli in the cache policy',
        }
      : null,
  ),
}

export const encodingsWithoutCompress: LintRule = {
  id: 'encodings-without-compress',
  title: 'the encodings of the cache policy are on, Compress is off',
  why: 'The switches of the cache policy put Accept-Encoding into the key and forward it. A bucket compresses nothing by itself, so that files go out as large as they are.',
  page: 'Serve compressed files',
  check: eachBehavior(({ behavior, caching, name, origins }) =>
    !behavior.Compress &&
    caching.kind === 'policy' &&
    caching.isOn &&
    caching.hasEncodings &&
    origins.some((origin) => classOf(origin) === 'bucket')
      ? {
          key: 'CachePolicy',
          message: `${name} is ready for gzip and brotli, but neither it nor the bucket compresses`,
          fix: 'Compress: true',
        }
      : null,
  ),
}
