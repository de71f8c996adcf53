// What AWS refuses about a distribution as a whole: settings that do not go together.
import type { DefaultCacheBehavior } from '../../model/cache-behavior.ts'
import type { Distribution } from '../../model/distribution.ts'
import { type Origin, selectOrigins } from '../../model/origin.ts'
import { entryOf, type ConfigNode } from '../nodes/node.ts'
import type { Places } from '../nodes/places.ts'
import type { Report } from '../nodes/report.ts'
import { isLocalName, toBucket } from '../origins/host-names.ts'
import type { Form } from '../readers/source.ts'

const INVALID = 'InvalidArgument'

/** Checks a distribution whose references are known to be right. (API Reference, 'CreateDistribution', Errors) */
export function checkWhole(distribution: Distribution, form: Form, places: Places, report: Report): void {
  const { Origins, OriginGroups, CacheBehaviors, DefaultCacheBehavior } = distribution
  const known = new Set([...Origins, ...OriginGroups].map(({ Id }) => Id))
  for (const origin of Origins) {
    // In our own form a short name for a folder is no mistake.
    if (form !== 'pocketfront') checkBucket(origin, places, report)
    checkAccessControl(origin, places, report)
  }
  for (const behavior of [DefaultCacheBehavior, ...CacheBehaviors]) {
    const members = OriginGroups.find(({ Id }) => Id === behavior.TargetOriginId)?.Members ?? []
    const isWhole =
      known.has(behavior.TargetOriginId) && members.every((id) => Origins.some(({ Id }) => Id === id))
    if (isWhole)
      checkS3Headers(behavior, selectOrigins(distribution, behavior.TargetOriginId), places, report)
    checkEncryption(behavior, places, report)
    countTrusted(behavior, places, report)
  }
  checkTenants(distribution, places, report)
  checkWebAcl(distribution, places, report)
  checkCertificate(distribution, form, places, report)
}

function checkBucket(origin: Origin, places: Places, report: Report): void {
  const bucket = toBucket(origin.DomainName)
  if (bucket !== null && !/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket)) {
    const message = `'${bucket}' is not the name of a bucket`
    report.error(
      places.at(origin, 'DomainName'),
      'InvalidOrigin',
      message,
      '3 to 63 letters, digits, - and .',
    )
  }
}

/** Hosts that CloudFront can sign requests for. ('Restrict access to an AWS origin') */
const SIGNED =
  /\.(?:lambda-url\.[a-z0-9-]+\.on\.aws|(?:data\.mediastore|mediapackagev2)\.[a-z0-9-]+\.amazonaws\.com)$/i

function checkAccessControl(origin: Origin, places: Places, report: Report): void {
  const { DomainName } = origin
  const isKnown = !DomainName.endsWith('.unresolved') && !isLocalName(DomainName)
  const isSignable = !isKnown || toBucket(DomainName) !== null || SIGNED.test(DomainName)
  if (textOf(places.valueOf(origin, 'OriginAccessControlId')) === '' || isSignable) return
  report.error(
    places.at(origin, 'OriginAccessControlId'),
    'InvalidDomainNameForOriginAccessControl',
    `CloudFront cannot sign requests for ${DomainName}`,
    'an origin access control is for buckets by their REST name, function URLs, MediaStore and MediaPackage',
  )
}

/** (API Reference, 'ForwardedValues', Headers) */
const FOR_S3 =
  /^(?:\*|origin|access-control-request-(?:headers|method)|cloudfront-(?:forwarded-proto|is-.*|viewer-.*))$/i

function checkS3Headers(
  behavior: DefaultCacheBehavior,
  origins: readonly Origin[],
  places: Places,
  report: Report,
): void {
  const { Cache } = behavior
  if (Cache.kind !== 'legacy' || !origins.some(({ S3OriginConfig }) => S3OriginConfig !== null)) return
  const refused = Cache.ForwardedValues.Headers.filter((name) => !FOR_S3.test(name))
  if (refused.length === 0) return
  report.error(
    places.at(behavior, 'ForwardedValues.Headers'),
    'InvalidHeadersForS3Origin',
    `a bucket cannot be sent ${refused.join(', ')}`,
    'Origin, Access-Control-Request-Headers, Access-Control-Request-Method and CloudFront-* are allowed',
  )
}

/** ('Use field-level encryption to help protect sensitive data') */
function checkEncryption(behavior: DefaultCacheBehavior, places: Places, report: Report): void {
  if (textOf(places.valueOf(behavior, 'FieldLevelEncryptionId')) === '') return
  const code = 'IllegalFieldLevelEncryptionConfigAssociationWithCacheBehavior'
  const at = places.at(behavior, 'FieldLevelEncryptionId')
  if (!behavior.AllowedMethods.includes('POST')) {
    report.error(at, code, 'field-level encryption needs POST and PUT among AllowedMethods')
  }
  if (behavior.ViewerProtocolPolicy === 'allow-all') {
    report.error(at, code, 'field-level encryption needs HTTPS: redirect-to-https or https-only')
  }
}

const MOST = [
  ['TrustedSigners', 5, 'TooManyTrustedSigners'],
  ['TrustedKeyGroups', 4, 'TooManyKeyGroupsAssociatedToDistribution'],
] as const

/** Quotas can be raised for an account. ('Quotas') */
function countTrusted(behavior: DefaultCacheBehavior, places: Places, report: Report): void {
  for (const [key, most, code] of MOST) {
    const node = places.valueOf(behavior, key)
    const count = node?.kind === 'list' ? node.items.length : 0
    if (count > most) report.warn(node!, code, `there are ${count}; AWS's default quota is ${most}`)
  }
}

function checkTenants(distribution: Distribution, places: Places, report: Report): void {
  const config = places.valueOf(distribution, 'TenantConfig')
  const mode = textOf(places.valueOf(distribution, 'ConnectionMode'))
  if (config === null || config.kind === 'scalar' || mode === 'tenant-only') return
  report.error(config, INVALID, 'is for distributions with ConnectionMode: tenant-only')
}

/** Which web ACLs there are is the account's business. */
function checkWebAcl(distribution: Distribution, places: Places, report: Report): void {
  const node = places.valueOf(distribution, 'WebACLId')
  const id = textOf(node)
  if (
    id === '' ||
    /^[0-9a-f-]{36}$/i.test(id) ||
    /^arn:aws[\w-]*:wafv2:us-east-1:\d+:global\/webacl\//.test(id)
  )
    return
  const hint = 'arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID, of the scope CLOUDFRONT'
  report.warn(node!, 'InvalidWebACLId', `'${id}' is no web ACL for CloudFront`, hint)
}

/** AWS's own forms say all of it; ours leaves out what is the same on every machine. */
function checkCertificate(distribution: Distribution, form: Form, places: Places, report: Report): void {
  const node = places.valueOf(distribution, 'ViewerCertificate')
  const read = (...keys: readonly string[]): string =>
    node === null ? '' : (keys.map((key) => textOf(entryOf(node, key))).find((text) => text !== '') ?? '')
  const acm = read('ACMCertificateArn', 'AcmCertificateArn')
  const isCustom = acm !== '' || read('IAMCertificateId', 'IamCertificateId') !== ''
  const method = read('SSLSupportMethod', 'SslSupportMethod')
  const at = (key: string) => places.at(distribution, `ViewerCertificate.${key}`)
  const code = 'InvalidViewerCertificate'
  const region = /^arn:[^:]*:acm:([^:]*):/.exec(acm)?.[1] ?? 'us-east-1'
  const acmKey = read('ACMCertificateArn') === '' ? 'AcmCertificateArn' : 'ACMCertificateArn'
  if (region !== 'us-east-1') {
    report.warn(at(acmKey), code, `is in ${region}; CloudFront takes certificates of us-east-1 alone`)
  }
  if (method === 'sni-only' && read('MinimumProtocolVersion') === 'SSLv3') {
    report.error(
      at('MinimumProtocolVersion'),
      'InvalidProtocolSettings',
      'SSLv3 knows no server name, which sni-only needs',
      'write TLSv1.2_2021',
    )
  }
  if (form === 'pocketfront') return
  if (isCustom && method === '') {
    report.warn(
      node!,
      code,
      'a certificate of your own needs an SSLSupportMethod',
      'SslSupportMethod: sni-only',
    )
  }
  if (isCustom && read('MinimumProtocolVersion') === '') {
    const missing = 'a certificate of your own needs a MinimumProtocolVersion'
    report.warn(node!, 'InvalidMinimumProtocolVersion', missing, 'MinimumProtocolVersion: TLSv1.2_2021')
  }
  if (node === null && distribution.Aliases.length > 0) {
    report.warn(places.at(distribution, 'Aliases'), code, 'aliases need a ViewerCertificate that covers them')
  }
}

function textOf(node: ConfigNode | null): string {
  return node?.kind === 'scalar' ? node.text : ''
}
