// Whether requests to an origin are signed: its access control or identity, and whether that fits the origin.
import type { AccessControlType, BucketAccess, Origin, OriginAccessControl } from '../../model/origin.ts'
import type { Fields } from '../nodes/fields.ts'
import type { DistributionContext } from './context.ts'

/** What is known of an origin when its access is read. */
type Signable = Pick<Origin, 'DomainName' | 'S3OriginConfig'>

const NAMES: readonly (readonly [AccessControlType, RegExp])[] = [
  ['lambda', /\.lambda-url\.[a-z0-9-]+\.on\.aws$/i],
  ['mediastore', /\.mediastore\.[a-z0-9-]+\.amazonaws\.com$/i],
  ['mediapackagev2', /\.mediapackagev2\.[a-z0-9-]+\.amazonaws\.com$/i],
]
const WORDS: Readonly<Record<AccessControlType, string>> = {
  s3: 'a bucket',
  lambda: 'a Function URL',
  mediastore: 'a MediaStore container',
  mediapackagev2: 'a MediaPackage v2 channel',
}

/** An origin access identity signs whatever it sends. (API Reference, 'Origin') */
export function readOriginAccess(
  fields: Fields,
  origin: Signable,
  { controls }: DistributionContext,
): { readonly signing: BucketAccess['signing']; readonly control: OriginAccessControl | null } {
  const id = fields.name('OriginAccessControlId')
  const hasIdentity = origin.S3OriginConfig !== null && origin.S3OriginConfig.OriginAccessIdentity !== ''
  if (id === null) return { signing: hasIdentity ? 'always' : 'never', control: null }
  const at = fields.at('OriginAccessControlId')
  if (hasIdentity) {
    const message = 'an origin has an origin access control or an origin access identity, not both'
    fields.report.error(at, 'IllegalOriginAccessConfiguration', message)
  }
  const control = controls.find(id)
  checkType(control, origin, fields)
  return { signing: control.SigningBehavior, control }
}

/** An access control that the configuration does not have may be of any type; names of no type are told elsewhere. */
function checkType(
  { OriginAccessControlOriginType: type }: OriginAccessControl,
  { DomainName, S3OriginConfig }: Signable,
  fields: Fields,
): void {
  const kind = S3OriginConfig === null ? NAMES.find(([, pattern]) => pattern.test(DomainName))?.[0] : 's3'
  if (type === null || kind === undefined || kind === type) return
  const message = `the origin access control is for ${WORDS[type]}, the origin is ${WORDS[kind]}`
  const hint = `OriginAccessControlOriginType: ${kind}`
  fields.report.error(fields.at('OriginAccessControlId'), 'InvalidOriginAccessControl', message, hint)
}
