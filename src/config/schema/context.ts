// What the readers of one distribution share.
import type { AccessControls } from '../access-controls.ts'
import type { CloudFrontFunctions } from '../cloudfront-functions.ts'
import type { FunctionCode } from '../function-code.ts'
import type { KeyGroups } from '../key-groups.ts'
import type { Places } from '../nodes/places.ts'
import type { Report } from '../nodes/report.ts'
import type { PolicyBook } from '../policy-book.ts'
import type { Form } from '../readers/source.ts'
import type { SupportNotes } from '../support.ts'
import type { OriginTargets } from '../targets.ts'

export interface SchemaContext {
  readonly report: Report
  readonly places: Places
  readonly policies: PolicyBook
  readonly code: FunctionCode
  readonly functions: CloudFrontFunctions
  readonly targets: OriginTargets
  readonly controls: AccessControls
  readonly keyGroups: KeyGroups
  readonly notes: SupportNotes
  readonly cwd: string
}

/** The context of one distribution. */
export interface DistributionContext extends SchemaContext {
  readonly form: Form
  readonly distributionId: string
  /** Further names by which a user may map an origin. */
  readonly originNames: (id: string, domainName: string) => readonly string[]
}
