// Under which local URLs a distribution is reached.
import type { Distribution } from '../model/distribution.ts'

/** Where the data port listens. */
export interface Listening {
  readonly host: string
  readonly port: number
  /** null without HTTPS. */
  readonly httpsPort: number | null
  /** How many enabled distributions there are: a single one also answers to localhost. */
  readonly servedCount: number
}

const ALL_ADDRESSES = new Set(['0.0.0.0', '::'])

/** URLs for a browser, the shortest first; those over HTTPS follow. */
export function localUrls(distribution: Distribution, listening: Listening): string[] {
  const { port, httpsPort } = listening
  const names = localNames(distribution, listening)
  const secure = httpsPort === null ? [] : names.map((name) => `https://${name}:${httpsPort}`)
  return [...names.map((name) => `http://${name}:${port}`), ...secure]
}

/**
 * Names for a browser, the shortest first. Names under .localhost lead to loopback by themselves; an alias needs
 * an entry in the hosts file.
 */
export function localNames(distribution: Distribution, { host, servedCount }: Listening): string[] {
  if (!distribution.Enabled) return []
  const names: string[] = []
  if (servedCount === 1)
    names.push(isLoopback(host) || ALL_ADDRESSES.has(host) ? 'localhost' : toAuthority(host))
  if (isLoopback(host) || ALL_ADDRESSES.has(host)) names.push(`${distribution.Id.toLowerCase()}.localhost`)
  names.push(...distribution.Aliases.filter((alias) => !alias.startsWith('*')))
  return names
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function toAuthority(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
