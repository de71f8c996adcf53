// The table of origins: each with its target and where that comes from.
import type { Deployment } from '../../model/deployment.ts'
import type { OriginTarget, TargetSource } from '../../model/origin.ts'
import { describeHandler } from './handler-target.ts'
/** One line of the table of origins at start. */
export interface TargetRow {
  readonly distribution: string
  readonly originId: string
  readonly domainName: string
  readonly target: string
  readonly source: TargetSource
}

/** Every origin with its target and where that comes from. */
export function describeTargets(deployment: Deployment): TargetRow[] {
  return deployment.Distributions.flatMap((distribution) =>
    distribution.Origins.map((origin) => ({
      distribution: distribution.Id,
      originId: origin.Id,
      domainName: origin.DomainName,
      target: toText(origin.target),
      source: origin.target.source,
    })),
  )
}

function toText(target: OriginTarget): string {
  if (target.kind === 'folder') {
    const more = (target.layers?.length ?? 1) - 1
    return more === 0 ? target.folder : `${target.folder} and ${more} more`
  }
  if (target.kind === 'handler') return describeHandler(target.handler)
  if (target.kind === 'website') return `${target.folder} (website)`
  if (target.kind === 'unresolved') return `none: ${target.hint}`
  const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname
  return `${target.protocol}://${host}:${target.port}${target.pathPrefix}`
}
