// What pocketfront honours only partly or not at all, as one table; a line goes when its feature comes.
import type { ConfigNode } from './nodes/node.ts'

/** A noun of AWS whose keys the table has; `http origin` is an origin that is reached over HTTP, with its inner config. */
export type Part = 'distribution' | 'origin' | 'http origin' | 'behavior'

/** A key that asks for something which works differently here. */
export interface SupportRule {
  readonly part: Part
  readonly key: string
  /** Whether this value asks for the feature. */
  readonly when: (node: ConfigNode) => boolean
  readonly handling: 'approximated' | 'ignored'
  readonly detail: string
  /** Only while no HTTPS port is open. */
  readonly withoutHttps?: true
}

/** Keys of AWS's forms that are no settings of the data plane, or that have no effect on one machine. */
export const SILENT: Readonly<Record<Part, readonly string[]>> = {
  distribution: [
    'ARN',
    'Status',
    'LastModifiedTime',
    'CallerReference',
    'IsIPV6Enabled',
    'IPV6Enabled',
    'AnycastIpListId',
    'Tags',
    'AliasICPRecordals',
    'Restrictions',
    'ViewerCertificate',
    'TenantConfig',
    'ETag',
  ],
  origin: [],
  'http origin': [],
  behavior: [],
}

/** One line per key. */
export const SUPPORT: readonly SupportRule[] = [
  {
    part: 'behavior',
    key: 'ViewerProtocolPolicy',
    when: isWord('redirect-to-https', 'https-only'),
    handling: 'approximated',
    detail: 'there is no HTTPS port; viewers are served over HTTP without a redirect',
    withoutHttps: true,
  },
  {
    part: 'behavior',
    key: 'TrustedKeyGroups',
    when: isEnabled,
    handling: 'ignored',
    detail: 'signed URLs and signed cookies are not checked: every request passes',
  },
  {
    part: 'behavior',
    key: 'TrustedSigners',
    when: isEnabled,
    handling: 'ignored',
    detail: 'signed URLs and signed cookies are not checked: every request passes',
  },
  {
    part: 'behavior',
    key: 'RealtimeLogConfigArn',
    when: isFilled,
    handling: 'ignored',
    detail: 'no real-time logs are written',
  },
  {
    part: 'behavior',
    key: 'FieldLevelEncryptionId',
    when: isFilled,
    handling: 'ignored',
    detail: 'fields of forms are passed on as they are',
  },
  {
    part: 'behavior',
    key: 'GrpcConfig',
    when: isEnabled,
    handling: 'ignored',
    detail: 'gRPC needs HTTP/2, and that the HTTPS port',
    withoutHttps: true,
  },
  {
    part: 'behavior',
    key: 'SmoothStreaming',
    when: isTrue,
    handling: 'ignored',
    detail: 'manifests of Smooth Streaming are ordinary objects',
  },
  {
    part: 'origin',
    key: 'VpcOriginConfig',
    when: isFilled,
    handling: 'approximated',
    detail: 'VPC origins are reached as custom origins',
  },
  {
    part: 'http origin',
    key: 'OriginAccessControlId',
    when: isFilled,
    handling: 'ignored',
    detail:
      'requests to this target are not signed; a bucket may be mapped to a folder or s3+http://HOST/BUCKET, a Function URL to lambda:FILE',
  },
  {
    part: 'http origin',
    key: 'OriginAccessIdentity',
    when: isFilled,
    handling: 'ignored',
    detail: 'requests to this target are not signed; map the bucket to a folder or to s3+http://HOST/BUCKET',
  },
  {
    part: 'http origin',
    key: 'OriginMtlsConfig',
    when: isFilled,
    handling: 'ignored',
    detail: 'the origin is shown no client certificate',
  },
  {
    part: 'distribution',
    key: 'WebACLId',
    when: isFilled,
    handling: 'ignored',
    detail: 'no firewall rules are evaluated',
  },
  {
    part: 'distribution',
    key: 'Logging',
    when: isLogging,
    handling: 'ignored',
    detail: 'no access logs are written',
  },
  {
    part: 'distribution',
    key: 'HttpVersion',
    when: isWord('http3', 'http2and3'),
    handling: 'approximated',
    detail: 'HTTP/3 is not served, though Alt-Svc names it',
  },
  {
    part: 'distribution',
    key: 'HttpVersion',
    when: isWord('http2'),
    handling: 'approximated',
    detail: 'HTTP/2 needs the HTTPS port; viewers are answered over HTTP/1.1',
    withoutHttps: true,
  },
  {
    part: 'distribution',
    key: 'ContinuousDeploymentPolicyId',
    when: isFilled,
    handling: 'ignored',
    detail: 'no requests are sent to a staging distribution',
  },
  {
    part: 'distribution',
    key: 'Staging',
    when: isTrue,
    handling: 'ignored',
    detail: 'it is served as any other distribution',
  },
  {
    part: 'distribution',
    key: 'ConnectionMode',
    when: isWord('tenant-only'),
    handling: 'ignored',
    detail: 'there are no distribution tenants; it is served by its own name',
  },
  {
    part: 'distribution',
    key: 'ViewerMtlsConfig',
    when: isFilled,
    handling: 'ignored',
    detail: 'no client certificates are asked for',
  },
  {
    part: 'distribution',
    key: 'ConnectionFunctionAssociation',
    when: isFilled,
    handling: 'ignored',
    detail: 'connection functions are not run',
  },
  {
    part: 'distribution',
    key: 'Aliases',
    when: isFilled,
    handling: 'approximated',
    detail: 'aliases are served over HTTP alone',
    withoutHttps: true,
  },
]

function isWord(...words: readonly string[]): (node: ConfigNode) => boolean {
  const known = new Set(words.map((word) => word.toLowerCase()))
  return (node) => node.kind === 'scalar' && known.has(node.text.toLowerCase())
}

function isTrue(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.text.toLowerCase() === 'true'
}

/** Neither null, '' nor an empty list. */
function isFilled(node: ConfigNode): boolean {
  if (node.kind === 'scalar') return node.text !== ''
  return node.kind === 'map' || node.items.length > 0
}

/** `{Enabled: true}`, or our plain list with items. */
function isEnabled(node: ConfigNode): boolean {
  const entries = node.kind === 'map' ? node.entries : node.kind === 'list' ? node.extras : null
  const flag = entries?.get('Enabled')?.value
  if (flag !== undefined) return isTrue(flag)
  return node.kind === 'list' && node.items.length > 0
}

/** Without Enabled, as templates write it, the presence of a bucket is enough. */
function isLogging(node: ConfigNode): boolean {
  if (node.kind !== 'map') return false
  return node.entries.has('Enabled') ? isEnabled(node) : node.entries.has('Bucket')
}
