// What a website endpoint looks for, and where it sends a viewer on to.
import type { WebsiteConfiguration, WebsiteRedirect, WebsiteRoutingRule } from '../../model/website.ts'

/** A redirect as an answer. */
export interface PlannedRedirect {
  readonly kind: 'redirect'
  readonly status: number
  readonly location: string
}

/** What is done with a request before anything is looked for. */
export type WebsitePlan = PlannedRedirect | { readonly kind: 'look-up'; readonly key: string }

/** The key as asked for, decoded and without its first slash. `host` is what the request was sent to. */
export function planRequest(website: WebsiteConfiguration, key: string, host: string): WebsitePlan {
  const everywhere = website.RedirectAllRequestsTo
  if (everywhere !== null) {
    const { HostName, Protocol } = everywhere
    return {
      kind: 'redirect',
      status: 301,
      location: `${Protocol ?? 'http'}://${HostName}/${encodeKey(key)}`,
    }
  }
  const rule = website.RoutingRules.find(
    ({ Condition }) => Condition.HttpErrorCodeReturnedEquals === null && hasPrefix(Condition, key),
  )
  if (rule !== undefined) return toRedirect(rule, key, host)
  // (Amazon S3 User Guide, 'Configuring an index document')
  const isFolder = key === '' || key.endsWith('/')
  return { kind: 'look-up', key: isFolder ? key + website.IndexDocument : key }
}

/** The rule for an error, if there is one: the first whose conditions all hold. (Amazon S3 User Guide, 'Using redirection rules') */
export function planError(
  website: WebsiteConfiguration,
  key: string,
  host: string,
  status: number,
): PlannedRedirect | null {
  const rule = website.RoutingRules.find(
    ({ Condition }) => Condition.HttpErrorCodeReturnedEquals === status && hasPrefix(Condition, key),
  )
  return rule === undefined ? null : toRedirect(rule, key, host)
}

/** The index document to try where there is no object of this name, or null. (Amazon S3 User Guide, 'Configuring an index document') */
export function toIndexBelow(website: WebsiteConfiguration, key: string): string | null {
  return key === '' || key.endsWith('/') ? null : `${key}/${website.IndexDocument}`
}

function hasPrefix({ KeyPrefixEquals }: WebsiteRoutingRule['Condition'], key: string): boolean {
  return KeyPrefixEquals === null || key.startsWith(KeyPrefixEquals)
}

function toRedirect({ Condition, Redirect }: WebsiteRoutingRule, key: string, host: string): PlannedRedirect {
  const { HostName, Protocol, HttpRedirectCode } = Redirect
  const target = encodeKey(toKey(Redirect, Condition.KeyPrefixEquals ?? '', key))
  const location = `${Protocol ?? 'http'}://${HostName ?? host}/${target}`
  return { kind: 'redirect', status: HttpRedirectCode, location }
}

function toKey(redirect: WebsiteRedirect, prefix: string, key: string): string {
  if (redirect.ReplaceKeyWith !== null) return redirect.ReplaceKeyWith
  if (redirect.ReplaceKeyPrefixWith !== null) return redirect.ReplaceKeyPrefixWith + key.slice(prefix.length)
  return key
}

/** As it stands in a Location: reserved characters of URLs stay what they are in a replacement such as `#!/`. */
function encodeKey(key: string): string {
  return encodeURI(key.toWellFormed()).replaceAll('%25', '%')
}
