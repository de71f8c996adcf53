// Which headers, cookies or query strings a policy takes.
import type { ItemSelection } from '../../model/policies.ts'
import type { Fields, LocatedText } from '../nodes/fields.ts'

interface SelectionShape<Behavior extends string> {
  /** 'HeadersConfig' */
  readonly config: string
  /** 'HeaderBehavior' */
  readonly behavior: string
  /** 'Headers' */
  readonly names: string
  readonly behaviors: readonly Behavior[]
  /** AWS's word for too many names. */
  readonly tooMany: string
  readonly isRequired: boolean
  /** Looks at the names that are listed to be taken. */
  readonly check?: (names: readonly LocatedText[]) => void
}

/** Names a policy may list; more need a quota increase. (Developer Guide, 'Quotas') */
const MAX_NAMES = 10
const NAMED = ['whitelist', 'allExcept', 'allViewerAndWhitelistCloudFront']

/** One of HeadersConfig, CookiesConfig, QueryStringsConfig. (API Reference, 'CachePolicyHeadersConfig' and its sisters) */
export function readSelection<Behavior extends string>(
  parent: Fields | null,
  shape: SelectionShape<Behavior | 'none'>,
): ItemSelection<Behavior | 'none'> {
  const fields = parent?.fields(shape.config, { required: shape.isRequired }) ?? null
  if (fields === null) return { behavior: 'none', names: [] }
  const behavior = fields.choice(shape.behavior, shape.behaviors, { required: true })
  const texts = fields.texts(shape.names)
  const names = texts.map((item) => item.text)
  fields.finish()
  if (behavior === null) return { behavior: 'none', names }
  if (behavior !== 'allExcept') shape.check?.(texts)
  const needsNames = NAMED.includes(behavior)
  const { report } = fields
  if (needsNames && names.length === 0) {
    report.error(fields.at(shape.names), 'InvalidArgument', `${behavior} needs at least one name`)
  }
  if (!needsNames && names.length > 0) {
    report.error(fields.at(shape.names), 'InvalidArgument', `${behavior} takes no names`)
  }
  if (names.length > MAX_NAMES) {
    report.warn(
      fields.at(shape.names),
      shape.tooMany,
      `has more than ${MAX_NAMES} names, AWS's default quota`,
    )
  }
  return { behavior, names }
}
