// How a bucket answers as a website.

/** What a request is sent on to; what is null stays as it was asked for. (Amazon S3 API Reference, 'Redirect') */
export interface WebsiteRedirect {
  readonly HostName: string | null
  readonly Protocol: 'http' | 'https' | null
  readonly HttpRedirectCode: number
  readonly ReplaceKeyPrefixWith: string | null
  readonly ReplaceKeyWith: string | null
}

/** (Amazon S3 API Reference, 'RoutingRule') */
export interface WebsiteRoutingRule {
  readonly Condition: {
    readonly KeyPrefixEquals: string | null
    readonly HttpErrorCodeReturnedEquals: number | null
  }
  readonly Redirect: WebsiteRedirect
}

/** (Amazon S3 API Reference, 'WebsiteConfiguration') */
export interface WebsiteConfiguration {
  /** What is put after a key that is empty or ends with a slash. */
  readonly IndexDocument: string
  /** Key of the page for errors 4xx. */
  readonly ErrorDocument: string | null
  readonly RedirectAllRequestsTo: {
    readonly HostName: string
    readonly Protocol: 'http' | 'https' | null
  } | null
  readonly RoutingRules: readonly WebsiteRoutingRule[]
}

/** What a bucket has when nothing is said. */
export const PLAIN_WEBSITE: WebsiteConfiguration = {
  IndexDocument: 'index.html',
  ErrorDocument: null,
  RedirectAllRequestsTo: null,
  RoutingRules: [],
}
