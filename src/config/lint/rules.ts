// All trap rules, in the order of docs/lint.md.
import type { LintRule } from './rule.ts'
import * as cacheKey from './rules/cache-key.ts'
import * as cors from './rules/cors.ts'
import * as errors from './rules/errors.ts'
import * as functionUrls from './rules/function-urls.ts'
import * as functions from './rules/functions.ts'
import * as lifetimes from './rules/lifetimes.ts'
import * as origins from './rules/origins.ts'
import * as patterns from './rules/patterns.ts'
import * as viewers from './rules/viewers.ts'

/** The rules by topic. */
export const LINT_TOPICS: readonly { readonly topic: string; readonly rules: readonly LintRule[] }[] = [
  {
    topic: 'Path patterns',
    rules: [patterns.patternShadowed, patterns.patternWithQuery, patterns.patternNotNormal],
  },
  {
    topic: 'The cache key',
    rules: [
      cacheKey.authorizationNotInKey,
      cacheKey.cookiesNotInKey,
      cacheKey.queryStringsNotInKey,
      cacheKey.originNotInKey,
      cacheKey.userAgentInKey,
      cacheKey.scatteredHeaderInKey,
      cacheKey.allCookiesInKey,
      cacheKey.queryStringsOfBucket,
      cacheKey.uncachedForwardsNothing,
    ],
  },
  {
    topic: 'How long objects stay, and how they are sent',
    rules: [
      lifetimes.minTtlOverPrivate,
      lifetimes.setCookieCached,
      lifetimes.rootObjectMissing,
      lifetimes.legacySettings,
      lifetimes.allHeadersDisableCaching,
      lifetimes.compressWithoutEncodings,
      lifetimes.encodingsWithoutCompress,
    ],
  },
  {
    topic: 'Errors',
    rules: [
      errors.errorPageHidesApi,
      errors.errorPageForAssets,
      errors.errorCachingLong,
      errors.errorCachingOff,
      errors.errorPageOnFailingOrigin,
    ],
  },
  {
    topic: 'Cross-origin requests',
    rules: [
      cors.preflightRefused,
      cors.bucketCorsNotForwarded,
      cors.preflightsShared,
      cors.corsOverridesOrigin,
    ],
  },
  {
    topic: 'Origins',
    rules: [
      origins.hostForwarded,
      origins.secretOverHttp,
      origins.httpToHttpsOrigin,
      origins.httpsToWebsite,
      origins.shieldFarAway,
      origins.originPathTwice,
      origins.unusedOrigin,
      origins.slowFailover,
      origins.writesToBucket,
      functionUrls.functionUrlRefuses,
      functionUrls.functionUrlBodyUnsigned,
    ],
  },
  { topic: 'Viewers', rules: [viewers.signedOverHttp, viewers.oldTls, viewers.aliasOverlap] },
  {
    topic: 'Functions',
    rules: [
      functions.bodyTruncated,
      functions.bodyWithoutMethods,
      functions.responseFunctionSkipsErrors,
      functions.originFunctionOnceStored,
    ],
  },
]

export const LINT_RULES: readonly LintRule[] = LINT_TOPICS.flatMap(({ rules }) => rules)
