// Origin and OriginGroup of a configuration -> the model, with defaults filled in.
import type {
  CustomOriginConfig,
  Origin,
  OriginCustomHeader,
  OriginGroup,
  S3OriginConfig,
} from '../../model/origin.ts'
import { isRefusedCustomHeader } from '../../model/custom-headers.ts'
import { IP_ADDRESS_TYPES, ORIGIN_SSL_PROTOCOLS } from '../../model/origin.ts'
import { SHIELD_ADVICE, SHIELD_REGIONS } from '../../model/locations.ts'
import { didYouMean } from '../nodes/did-you-mean.ts'
import type { Fields } from '../nodes/fields.ts'
import { baseOf, mapOf } from '../nodes/node.ts'
import { isHostName, toBucket } from '../origins/host-names.ts'
import { supportKeys } from '../support.ts'
import type { DistributionContext } from './context.ts'
import { readOriginAccess } from './origin-access.ts'

const INVALID = 'InvalidArgument'
const FAILOVER_CODES = [400, 403, 404, 416, 429, 500, 502, 503, 504]
const PROTOCOL_POLICIES = ['http-only', 'match-viewer', 'https-only'] as const
const MAX_HEADERS = 30
const MAX_HEADERS_LENGTH = 10_240

/** (API Reference, 'Origin') */
export function readOrigin(fields: Fields, originCount: number, context: DistributionContext): Origin {
  const { notes, targets, distributionId, cwd } = context
  fields.ignore(supportKeys('origin'))
  notes.collect(distributionId, 'origin', fields.node)
  const Id = fields.text('Id', { required: true, maxLength: 128 }) ?? ''
  const DomainName = readDomainName(fields, Id)
  const kind = readKind(fields, DomainName, context)
  const access = readOriginAccess(fields, { DomainName, ...kind }, context)
  const slowest = (kind.CustomOriginConfig ?? kind.S3OriginConfig)?.OriginReadTimeout ?? 30
  const OriginPath = readOriginPath(fields)
  const address = { Id, DomainName, OriginPath, CustomOriginConfig: kind.CustomOriginConfig }
  const origin: Origin = {
    ...address,
    CustomHeaders: fields.maps('CustomHeaders', 'OriginCustomHeaders').map(readCustomHeader),
    S3OriginConfig: kind.S3OriginConfig,
    ...(kind.VpcOriginId !== undefined && { VpcOriginId: kind.VpcOriginId }),
    ...(access.control !== null && { OriginAccessControl: access.control }),
    ConnectionAttempts: fields.integer('ConnectionAttempts', { min: 1, max: 3 }) ?? 3,
    ConnectionTimeout: fields.integer('ConnectionTimeout', { min: 1, max: 10 }) ?? 10,
    ResponseCompletionTimeout: fields.integer('ResponseCompletionTimeout', { min: slowest }),
    OriginShield: readShield(fields),
    target: targets.forOrigin(
      {
        ...address,
        at: fields.at('DomainName'),
        base: baseOf(fields, cwd),
        names: context.originNames(address.Id, address.DomainName),
        signing: access.signing,
      },
      { Id: distributionId, originCount },
    ),
  }
  warnOfHeaders(origin, fields)
  if (origin.target.kind === 'http' && origin.target.bucket === undefined) collectHttpNotes(fields, context)
  fields.finish()
  return context.places.note(origin, fields)
}

/** A folder needs no signature and no certificate, so they are no loss there. */
function collectHttpNotes({ node }: Fields, { notes, distributionId }: DistributionContext): void {
  const inner = ['S3OriginConfig', 'CustomOriginConfig', 'VpcOriginConfig'].map((key) => mapOf(node, key))
  for (const part of [node, ...inner]) if (part !== null) notes.collect(distributionId, 'http origin', part)
}

/** The dot at the end of a full name is left out (choice). */
function readDomainName(fields: Fields, id: string): string {
  const name = fields.text('DomainName', { required: true })
  if (name === null || isHostName(name)) return name ?? ''
  const relative = name.endsWith('.') ? name.slice(0, -1) : name
  if (isHostName(relative)) return relative
  const place = 'scheme and port belong to CustomOriginConfig, the path to OriginPath'
  const hint = `${place}; or map the origin with --origin ${id}=http://localhost:3000`
  fields.report.error(fields.at('DomainName'), INVALID, `'${name}' is not a host name`, hint)
  return name
}

function readOriginPath(fields: Fields): string {
  const path = fields.text('OriginPath', { maxLength: 255 }) ?? ''
  if (path === '' || /^\/[^\s?#*]*[^\s?#*/]$/.test(path)) return path
  fields.report.error(
    fields.at('OriginPath'),
    INVALID,
    `'${path}' must start with a slash and not end with one`,
  )
  return ''
}

type Kind = Pick<Origin, 'CustomOriginConfig' | 'S3OriginConfig' | 'VpcOriginId'>

/** Exactly one of the three; our own form may leave it to the host name. */
function readKind(fields: Fields, domainName: string, context: DistributionContext): Kind {
  const names = ['S3OriginConfig', 'CustomOriginConfig', 'VpcOriginConfig'].filter((name) => fields.has(name))
  const { report } = fields
  if (names.length > 1)
    report.error(fields.at(names[1]!), INVALID, `stands beside ${names[0]!}; an origin has one of them`)
  const bucket = toBucket(domainName)
  if (names.length === 0 && context.form === 'api') {
    report.error(fields, INVALID, 'has neither S3OriginConfig nor CustomOriginConfig')
  }
  const isS3 = names[0] === 'S3OriginConfig' || (names.length === 0 && bucket !== null)
  if (!isS3) {
    const CustomOriginConfig = readCustom(fields, names[0] ?? 'CustomOriginConfig', context)
    const kind = { CustomOriginConfig, S3OriginConfig: null }
    if (names[0] !== 'VpcOriginConfig') return kind
    return { ...kind, VpcOriginId: fields.fields('VpcOriginConfig')?.text('VpcOriginId') ?? '' }
  }
  if (bucket === null && isHostName(domainName)) {
    const hint = "give a bucket's REST name, BUCKET.s3.REGION.amazonaws.com, or use CustomOriginConfig"
    report.error(
      fields.at('DomainName'),
      INVALID,
      `'${domainName}' does not refer to a valid S3 bucket`,
      hint,
    )
  }
  return { CustomOriginConfig: null, S3OriginConfig: readS3(fields) }
}

function readS3(parent: Fields): S3OriginConfig {
  const fields = parent.fields('S3OriginConfig')
  const OriginAccessIdentity = fields?.text('OriginAccessIdentity') ?? ''
  if (fields !== null && !/^(?:|origin-access-identity\/cloudfront\/\w+)$/.test(OriginAccessIdentity)) {
    const message = `'${OriginAccessIdentity}' is not origin-access-identity/cloudfront/ID`
    fields.report.error(fields.at('OriginAccessIdentity'), 'InvalidOriginAccessIdentity', message)
  }
  const config = { OriginAccessIdentity, OriginReadTimeout: fields === null ? 30 : readTimeout(fields) }
  fields?.finish()
  return config
}

function readTimeout(fields: Fields): number {
  return fields.integer('OriginReadTimeout', { min: 1, max: 120, code: 'InvalidOriginReadTimeout' }) ?? 30
}

/** (API Reference, 'CustomOriginConfig') */
function readCustom(parent: Fields, name: string, context: DistributionContext): CustomOriginConfig {
  const fields = parent.fields(name)
  const defaults: CustomOriginConfig = {
    HTTPPort: 80,
    HTTPSPort: 443,
    OriginProtocolPolicy: 'match-viewer',
    OriginReadTimeout: 30,
    OriginKeepaliveTimeout: 5,
    OriginSslProtocols: ['TLSv1.2'],
    IpAddressType: 'ipv4',
  }
  if (fields === null) return defaults
  fields.ignore(['OriginMtlsConfig'])
  fields.ignore(name === 'VpcOriginConfig' ? ['VpcOriginId', 'OwnerAccountId'] : [])
  const required = context.form === 'api' && name === 'CustomOriginConfig'
  const allowed = {
    test: (port: number) => port === 80 || port === 443 || (port >= 1024 && port <= 65_535),
    words: '80, 443 or a port from 1024 to 65535',
  }
  const keepalive = { min: 1, max: 120, code: 'InvalidOriginKeepaliveTimeout' }
  const config: CustomOriginConfig = {
    HTTPPort: fields.integer('HTTPPort', { required, allowed }) ?? defaults.HTTPPort,
    HTTPSPort: fields.integer('HTTPSPort', { required, allowed }) ?? defaults.HTTPSPort,
    OriginProtocolPolicy:
      fields.choice('OriginProtocolPolicy', PROTOCOL_POLICIES, { required }) ?? defaults.OriginProtocolPolicy,
    OriginReadTimeout: readTimeout(fields),
    OriginKeepaliveTimeout:
      fields.integer('OriginKeepaliveTimeout', keepalive) ?? defaults.OriginKeepaliveTimeout,
    OriginSslProtocols: readSslProtocols(fields) ?? defaults.OriginSslProtocols,
    IpAddressType: fields.choice('IpAddressType', IP_ADDRESS_TYPES) ?? defaults.IpAddressType,
  }
  fields.finish()
  return config
}

/** null where nothing is listed. (API Reference, 'OriginSslProtocols') */
function readSslProtocols(fields: Fields): CustomOriginConfig['OriginSslProtocols'] | null {
  const listed = fields.list('OriginSslProtocols', 'OriginSSLProtocols')
  const protocols = listed.map((node) => fields.toChoice(node, ORIGIN_SSL_PROTOCOLS))
  const known = protocols.filter((each) => each !== null)
  return known.length === 0 ? null : known
}

/** Quotas: how many, and how long in all. (Developer Guide, 'Quotas') */
function warnOfHeaders({ CustomHeaders }: Origin, fields: Fields): void {
  const at = fields.at('CustomHeaders')
  if (CustomHeaders.length > MAX_HEADERS)
    fields.report.warn(at, 'TooManyOriginCustomHeaders', `has more than ${MAX_HEADERS} headers`)
  const length = CustomHeaders.reduce(
    (sum, each) => sum + each.HeaderName.length + each.HeaderValue.length,
    0,
  )
  if (length > MAX_HEADERS_LENGTH) {
    const message = `names and values have ${length} characters; AWS takes ${MAX_HEADERS_LENGTH} at most`
    fields.report.warn(at, INVALID, message)
  }
}

function readCustomHeader(fields: Fields): OriginCustomHeader {
  const HeaderName = fields.text('HeaderName', { required: true, maxLength: 256 }) ?? ''
  const HeaderValue = fields.text('HeaderValue', { required: true, maxLength: 1783 }) ?? ''
  const isToken = /^[!#$%&'*+.^_`|~\w-]+$/.test(HeaderName)
  if (fields.has('HeaderName') && (!isToken || isRefusedCustomHeader(HeaderName.toLowerCase()))) {
    fields.report.error(
      fields.at('HeaderName'),
      INVALID,
      `CloudFront does not add '${HeaderName}' to origin requests`,
    )
  }
  if (/[\r\n\0]/.test(HeaderValue)) fields.report.error(fields.at('HeaderValue'), INVALID, 'has a line break')
  fields.finish()
  return { HeaderName, HeaderValue }
}

function readShield(parent: Fields): Origin['OriginShield'] {
  const fields = parent.fields('OriginShield')
  if (fields === null) return { Enabled: false, OriginShieldRegion: null }
  const Enabled = fields.boolean('Enabled', { required: true }) ?? false
  const region = fields.name('OriginShieldRegion')
  if (Enabled && region === null) fields.report.error(fields.at('OriginShieldRegion'), INVALID, 'is missing')
  if (region !== null && !SHIELD_REGIONS.includes(region)) {
    const advised = SHIELD_ADVICE[region]
    const better = advised === undefined ? didYouMean(region, SHIELD_REGIONS) : ''
    const hint =
      advised === undefined
        ? `it is offered in ${SHIELD_REGIONS.join(', ')}`
        : `for an origin in ${region} AWS advises ${advised}`
    fields.report.error(
      fields.at('OriginShieldRegion'),
      INVALID,
      `Origin Shield is not offered in '${region}'${better}`,
      hint,
    )
  }
  fields.finish()
  return { Enabled, OriginShieldRegion: region }
}

/** (API Reference, 'OriginGroup') Whether the members exist is checked when all origins are known. */
export function readOriginGroup(fields: Fields): OriginGroup {
  const Id = fields.text('Id', { required: true }) ?? ''
  const criteria = fields.fields('FailoverCriteria', { required: true })
  const StatusCodes: number[] = []
  const statusNodes = criteria?.list('StatusCodes') ?? []
  for (const node of statusNodes) {
    const code = node.kind === 'scalar' ? Number(node.text) : Number.NaN
    if (FAILOVER_CODES.includes(code)) StatusCodes.push(code)
    else fields.report.error(node, INVALID, `is not one of ${FAILOVER_CODES.join(', ')}`)
  }
  if (criteria !== null && statusNodes.length === 0) {
    fields.report.error(criteria.at('StatusCodes'), INVALID, 'needs at least one status code')
  }
  const members = fields.maps('Members').map((member) => {
    const id = member.text('OriginId', { required: true }) ?? ''
    member.finish()
    return id
  })
  if (members.length !== 2)
    fields.report.error(fields.at('Members'), INVALID, 'needs exactly two: primary and secondary')
  fields.choice('SelectionCriteria', ['default', 'media-quality-based'])
  criteria?.finish()
  fields.finish()
  return { Id, StatusCodes, Members: [members[0] ?? '', members[1] ?? ''] }
}
