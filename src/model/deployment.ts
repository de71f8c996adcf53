// Everything the configuration readers produce; immutable, and the only input of the compiler.
import type { Distribution } from './distribution.ts'
import type { KeyGroup } from './key-groups.ts'
import type { CloudFrontFunction, LambdaFunction } from './functions.ts'

/** All distributions and functions of one run. A reload makes a new one. */
export interface Deployment {
  readonly Distributions: readonly Distribution[]
  readonly LambdaFunctions: readonly LambdaFunction[]
  /** CloudFront Functions that some behavior is associated with. */
  readonly Functions: readonly CloudFrontFunction[]
  /** Key groups with their public keys, whether a behavior trusts them or not. */
  readonly KeyGroups: readonly KeyGroup[]
}
