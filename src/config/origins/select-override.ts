// Which of the mappings holds for an origin: the strongest source, then the most exact key.
import { toEnvName, type Override } from './overrides.ts'

/** The strongest source that says anything wins; within it the most exact key. */
export function selectOverride(
  overrides: readonly Override[],
  rank: (override: Override) => number | null,
): Override | null {
  let selected: Override | null = null
  let least = Infinity
  for (const override of overrides) {
    if (selected !== null && override.source !== selected.source) break
    const value = rank(override)
    if (value !== null && value < least) [selected, least] = [override, value]
  }
  return selected
}

/** How exactly an override means an origin, the less the more; null for not at all. */
export function rankForOrigin(
  override: Override,
  origin: { readonly Id: string; readonly DomainName: string; readonly names: readonly string[] },
  owner: { readonly Id: string; readonly originCount: number },
): number | null {
  const { key } = override
  if (key === null) return owner.originCount === 1 ? 5 : null
  if (typeof key !== 'string') return key.env === toEnvName(origin.Id) ? 1 : null
  if (key === `${owner.Id}/${origin.Id}`) return 0
  return key === origin.Id || origin.names.includes(key) ? 2 : rankForDomain(key, origin.DomainName)
}

/** The same for a domain name alone. */
export function rankForDomain(key: Override['key'], domainName: string): number | null {
  if (typeof key !== 'string') return null
  const [pattern, name] = [key.toLowerCase(), domainName.toLowerCase()]
  if (pattern === name) return 3
  if (!pattern.includes('*')) return null
  const parts = pattern.split('*').map((part) => part.replace(/[^\w-]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(name) ? 4 : null
}
