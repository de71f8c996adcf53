// Traps of custom error responses.
import type { CustomErrorResponse, Distribution } from '../../../model/distribution.ts'
import { classOf } from '../origin-class.ts'
import { covers } from '../covers.ts'
import type { LintBehavior, LintRule, LintSite } from '../rule.ts'

const PAGE = 'Generate custom error responses'
const MINUTES = 60
const LONG = { client: 24 * 60 * MINUTES, server: 5 * MINUTES }

/** Custom error responses count for the whole distribution. */
export const errorPageHidesApi: LintRule = {
  id: 'error-page-hides-api-errors',
  title: 'an error page with status 200 answers for an API, too',
  why: 'Custom error responses belong to the whole distribution. One that turns 403 or 404 into the page of a single-page application also replaces the errors of an API: its clients get HTML with status 200 where JSON with 404 was meant.',
  page: PAGE,
  check: ({ distribution, behaviors }) => {
    const api = behaviors.find(isApi)
    if (api === undefined) return []
    return hiding(distribution).map((at) => ({
      at,
      key: 'ResponseCode',
      message: `every ${at.ErrorCode} becomes ${at.ResponsePagePath} with status 200, those of ${api.name} as well`,
      fix: 'rewrite the paths of pages with a CloudFront Function on viewer-request, and drop this entry',
    }))
  },
}

/** A missing script is not a page. */
export const errorPageForAssets: LintRule = {
  id: 'error-page-for-assets',
  title: 'missing files are answered with a page and status 200',
  why: 'With 403 or 404 turned into an HTML page with status 200, a missing script or picture is answered with that page. Browsers then fail on its content, caches and monitoring take it for good, and crawlers index paths that do not exist.',
  page: PAGE,
  check: ({ distribution, behaviors }) => {
    // Then the other rule says it.
    if (behaviors.some(isApi)) return []
    const pages = hiding(distribution).filter((each) => /\.html?$/.test(each.ResponsePagePath ?? ''))
    return pages.map((at) => ({
      at,
      key: 'ResponseCode',
      message: `a missing file is answered with ${at.ResponsePagePath} and status 200`,
      fix: 'rewrite only paths without a file extension, with a CloudFront Function on viewer-request',
    }))
  },
}

function hiding({ CustomErrorResponses }: Distribution): CustomErrorResponse[] {
  return CustomErrorResponses.filter(
    ({ ErrorCode, ResponseCode }) => (ErrorCode === 403 || ErrorCode === 404) && ResponseCode === 200,
  )
}

/** Takes writing methods, is named so, or is made for nothing else. */
function isApi({ behavior, pattern, origins }: LintBehavior): boolean {
  const isNamed = /(?:^|\/)(?:api|graphql|trpc|rpc)(?:$|[/*])/i.test(pattern ?? '')
  const isMade = origins.some((origin) => ['function URL', 'API Gateway'].includes(classOf(origin)))
  return isNamed || isMade || behavior.AllowedMethods.includes('POST')
}

export const errorCachingLong: LintRule = {
  id: 'error-caching-long',
  title: 'errors are cached for long',
  why: 'An error stays at the edge for ErrorCachingMinTTL even when the origin is well again, and no header of the origin can shorten it.',
  page: 'How CloudFront caches errors from your origin',
  check: ({ distribution }) =>
    distribution.CustomErrorResponses.filter(
      (each) => each.ErrorCachingMinTTL > (each.ErrorCode < 500 ? LONG.client : LONG.server),
    ).map((at) => ({
      at,
      key: 'ErrorCachingMinTTL',
      message: `a ${at.ErrorCode} stays for ${at.ErrorCachingMinTTL} s although the origin may be well again`,
      fix:
        at.ErrorCode < 500
          ? 'some minutes are enough for most sites'
          : 'some seconds shield an origin as well',
    })),
}

export const errorCachingOff: LintRule = {
  id: 'error-caching-off',
  title: 'errors of a failing origin are not cached',
  why: 'With ErrorCachingMinTTL 0 each request of each viewer goes to an origin that is failing, just when it needs rest.',
  page: 'How CloudFront caches errors from your origin',
  check: ({ distribution }) =>
    distribution.CustomErrorResponses.filter(
      (each) => each.ErrorCode >= 500 && each.ErrorCachingMinTTL === 0,
    ).map((at) => ({
      at,
      key: 'ErrorCachingMinTTL',
      message: `while the origin answers ${at.ErrorCode}, it gets every single request`,
      fix: 'leave a few seconds; 10 is the default',
    })),
}

export const errorPageOnFailingOrigin: LintRule = {
  id: 'error-page-on-failing-origin',
  title: 'the page for server errors lies on the server that fails',
  why: 'CloudFront fetches an error page like any object. When the origin that has it is the one that is down, viewers get the bare error.',
  page: PAGE,
  check: (site) =>
    site.distribution.CustomErrorResponses.flatMap((at) => {
      if (at.ErrorCode < 500 || at.ResponsePagePath === undefined) return []
      const holder = behaviorOf(at.ResponsePagePath, site)
      const origin = holder?.origins[0]
      if (origin === undefined || classOf(origin) === 'bucket') return []
      const message = `${at.ResponsePagePath} comes from ${origin.Id}, which may be what fails`
      return [
        {
          at,
          key: 'ResponsePagePath',
          message,
          fix: 'keep error pages in a bucket, with a behavior for them',
        },
      ]
    }),
}

function behaviorOf(path: string, { behaviors }: LintSite): LintBehavior | undefined {
  return behaviors.find(({ pattern }) => pattern === null || covers(pattern, path))
}
