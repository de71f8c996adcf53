// fetch() against a running pocketfront.
import type { Pocketfront } from './options.ts'

/** Resolves paths against the data port; `host` and `pop` become the headers that choose distribution and POP. */
export function toFetch(url: string): Pocketfront['fetch'] {
  return (path, init = {}) => {
    const { host, pop, ...rest } = init
    const headers = new Headers(rest.headers)
    if (host !== undefined) headers.set('host', host)
    if (pop !== undefined) headers.set('x-pocketfront-pop', pop)
    return fetch(new URL(path, url), { ...rest, headers })
  }
}
