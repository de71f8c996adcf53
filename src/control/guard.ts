// Which requests the admin port refuses: pages of the web must not steer it through a visitor's browser.

/** Whether a request may be served, or why not. */
export type Admission = { readonly allowed: true } | { readonly allowed: false; readonly because: string }

/** What is looked at. */
export interface Admitted {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
}

/**
 * Refuses names that are not loopback (DNS rebinding makes a browser take this port for a site's own) and
 * changes asked for by pages of other origins (cross-site request forgery).
 */
export function admit({ method, host, origin }: Admitted): Admission {
  if (host === undefined || !isLoopbackAuthority(host)) {
    return { allowed: false, because: `the Host '${host ?? ''}' is not a name of this machine` }
  }
  const changes = method !== 'GET' && method !== 'HEAD'
  if (changes && origin !== undefined && !isLoopbackOrigin(origin)) {
    return { allowed: false, because: `a page of '${origin}' may not change anything here` }
  }
  return { allowed: true }
}

/** `localhost:8081`, `127.1.2.3`, `[::1]:8081`. */
function isLoopbackAuthority(authority: string): boolean {
  return /^(?:localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|\[::1\])(?::\d{1,5})?$/i.test(authority)
}

/** `http://localhost:8080`, of a page on this machine. */
export function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin)
  return match !== null && isLoopbackAuthority(match[1]!)
}
