// Host header → distribution.
import type { CompiledDistribution } from '../edge/compile.ts'
import { toOwnString } from '../message/own-string.ts'

/** Finds the distribution for a Host header, or null. */
export type Router = (host: string) => CompiledDistribution | null

const MEMO_SIZE = 4096
/** A longer host is no DNS name; remembering such would let viewers fill the memory. */
const MEMO_HOST_LENGTH = 255

/**
 * By name, never by address or SNI: domain names and aliases, exact before wildcard, longer wildcard before
 * shorter; case and port do not count. `<id>.localhost` names each distribution locally.
 * ('Use custom URLs by adding alternate domain names (CNAMEs)', 'Use wildcards in alternate domain names')
 */
export function compileRouter(sites: readonly CompiledDistribution[]): Router {
  const served = sites.filter((site) => site.distribution.Enabled)
  const exact = new Map<string, CompiledDistribution>()
  const wildcards: [suffix: string, site: CompiledDistribution][] = []
  for (const site of served) {
    const { Id, DomainName, Aliases } = site.distribution
    exact.set(DomainName.toLowerCase(), site)
    exact.set(`${Id.toLowerCase()}.localhost`, site)
    for (const alias of Aliases) {
      const name = alias.toLowerCase()
      if (name.startsWith('*.')) wildcards.push([name.slice(1), site])
      else exact.set(name, site)
    }
  }
  wildcards.sort(([a], [b]) => b.length - a.length)
  const only = served.length === 1 ? served[0]! : null

  const memo = new Map<string, CompiledDistribution | null>()
  let lastHost = ''
  let lastSite: CompiledDistribution | null = null
  return (host) => {
    // Most requests come for the same host as the one before: a comparison is cheaper than a hash.
    if (host === lastHost && host !== '') return lastSite
    let site = memo.get(host)
    if (site === undefined) {
      site = select(toHostName(host))
      if (host.length > MEMO_HOST_LENGTH) return site
      if (memo.size >= MEMO_SIZE) memo.clear()
      memo.set(toOwnString(host), site)
    }
    lastHost = host
    lastSite = site
    return site
  }

  function select(name: string): CompiledDistribution | null {
    const found =
      exact.get(name) ??
      wildcards.find(([suffix]) => name.endsWith(suffix) && name.length > suffix.length)?.[1]
    // Differs from CloudFront: with one distribution loaded, localhost and addresses in numbers reach it as well.
    return found ?? (only !== null && isMachineName(name) ? only : null)
  }
}

/** The name in a Host header: lower case, without port and final dot. */
export function toHostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
}

/** localhost and names below it, which lead to this machine everywhere. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

function isMachineName(name: string): boolean {
  return name === 'localhost' || name.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)
}
