// The start and reloads as events of the JSON form.
import { toOriginRows } from './origin-rows.ts'
import type { Started } from './start-lines.ts'
import { localUrls } from './urls.ts'
import type { LoadedConfiguration, ReloadOutcome } from '../assembly/options.ts'
import { findEdgeLocation } from '../model/locations.ts'

/** One line of the JSON form. */
export type StartEvent = {
  readonly event: 'distribution' | 'origin' | 'note' | 'warning' | 'trap' | 'ready'
} & Readonly<Record<string, unknown>>

/** Everything that was loaded, and `ready` as the last event. */
export function toStartEvents({ front, version, host, pop, isDemo, insecureOrigins }: Started): StartEvent[] {
  const { deployment, notes, warnings, findings } = front.loaded
  const servedCount = deployment.Distributions.filter((distribution) => distribution.Enabled).length
  const listening = { host, port: front.port, httpsPort: front.httpsPort, servedCount }
  return [
    ...deployment.Distributions.map((distribution) => ({
      event: 'distribution' as const,
      id: distribution.Id,
      domainName: distribution.DomainName,
      aliases: distribution.Aliases,
      enabled: distribution.Enabled,
      urls: localUrls(distribution, listening),
    })),
    ...toOriginRows(front, isDemo).map((row) => ({ event: 'origin' as const, ...row })),
    ...notes.map((note) => ({ event: 'note' as const, ...note })),
    ...warnings.map((warning) => ({ event: 'warning' as const, ...warning })),
    ...findings.map((finding) => ({ event: 'trap' as const, ...finding })),
    {
      event: 'ready' as const,
      version,
      url: front.url,
      port: front.port,
      httpsUrl: front.httpsUrl,
      httpsPort: front.httpsPort,
      caFile: front.caFile,
      adminUrl: front.adminUrl,
      adminPort: front.adminPort,
      pop,
      region: findEdgeLocation(pop)?.region ?? null,
      budgets: front.budgets,
      insecureOrigins,
      distributions: toIds(front.loaded),
    },
  ]
}

/** How a reload ended. */
export function toReloadEvent(outcome: ReloadOutcome): object {
  if (!outcome.ok) return { event: 'reload', ok: false, issues: outcome.issues }
  const { notes, warnings, findings } = outcome.loaded
  return { event: 'reload', ok: true, distributions: toIds(outcome.loaded), notes, warnings, findings }
}

function toIds({ deployment }: LoadedConfiguration): string[] {
  return deployment.Distributions.map((distribution) => distribution.Id)
}
