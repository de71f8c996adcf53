// Ids and names of the distributions of one load: each is made once and taken once.
import type { Distribution } from '../model/distribution.ts'
import { toDistributionId } from './ids.ts'
import type { Report } from './nodes/report.ts'
import type { Source } from './readers/read-tree.ts'

/** Derived ids differ even when two files of different folders have one name. */
export function readAll(
  sources: readonly Source[],
  read: (source: Source['distributions'][number], derivedId: string) => Distribution,
): Distribution[] {
  const derived = new Set<string>()
  return sources.flatMap((source) =>
    source.distributions.map((distribution, index) => {
      let id = toDistributionId(source.name, index)
      while (derived.has(id)) id = toDistributionId(`${source.name}/${id}`, index)
      derived.add(id)
      return read(distribution, id)
    }),
  )
}

/** A request has to belong to one distribution: ids, domain names and aliases are unique. */
export function checkNames(
  distributions: readonly Distribution[],
  report: Report,
  sources: readonly Source[],
): void {
  const places = sources.flatMap((source) => source.distributions.map((it) => it.config))
  const seen = new Map<string, string>()
  for (const [index, { Id, DomainName, Aliases }] of distributions.entries()) {
    const at = places[index]!
    const claim = (key: string, path: string, code: string | null, message: string) => {
      if (seen.has(key))
        report.error({ place: at.place, path: at.path === '' ? path : `${at.path}.${path}` }, code, message)
      seen.set(key, Id)
    }
    claim(`id ${Id}`, 'Id', null, `another distribution has the id ${Id}`)
    for (const alias of Aliases) {
      claim(
        `host ${alias}`,
        'Aliases',
        'CNAMEAlreadyExists',
        `'${alias}' is an alias of distribution ${seen.get(`host ${alias}`)}`,
      )
    }
    claim(`host ${DomainName}`, 'DomainName', null, `another distribution has the name ${DomainName}`)
  }
}
