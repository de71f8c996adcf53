// Certificate and geo restriction of a distribution, checked for what AWS refuses.
import type { Fields } from '../nodes/fields.ts'
import { toFields } from '../nodes/fields.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { findCountry } from '../../model/countries.ts'
import type { GeoRestriction } from '../../model/distribution.ts'
import {
  DEFAULT_CERTIFICATE,
  MINIMUM_PROTOCOL_VERSIONS,
  type ViewerCertificate,
} from '../../model/viewer-certificate.ts'

const ALL_COUNTRIES: GeoRestriction = { RestrictionType: 'none', Locations: [] }

/** (API Reference, 'ViewerCertificate') */
export function readViewerCertificate(distribution: Fields): ViewerCertificate {
  const certificate = distribution.fields('ViewerCertificate')
  return certificate === null ? DEFAULT_CERTIFICATE : readCertificate(certificate, distribution)
}

/** (API Reference, 'GeoRestriction') */
export function readGeoRestriction(distribution: Fields): GeoRestriction {
  const restrictions = distribution.fields('Restrictions')
  const geo = restrictions?.get('GeoRestriction') ?? null
  const restriction = geo === null ? ALL_COUNTRIES : readRestriction(geo, distribution)
  restrictions?.finish()
  return restriction
}

/** Whether a certificate exists and covers the aliases is the account's business: warnings only. */
function readCertificate(fields: Fields, distribution: Fields): ViewerCertificate {
  fields.ignore(['Certificate', 'CertificateSource', 'SSLSupportMethod', 'SslSupportMethod'])
  const isDefault = fields.boolean('CloudFrontDefaultCertificate') ?? false
  const custom = ['ACMCertificateArn', 'AcmCertificateArn', 'IAMCertificateId', 'IamCertificateId']
  const ids = custom.map((name) => fields.name(name)).filter((id) => id !== null)
  const count = ids.length + (isDefault ? 1 : 0)
  const code = 'InvalidViewerCertificate'
  if (count !== 1) {
    const message =
      'needs exactly one of CloudFrontDefaultCertificate, ACMCertificateArn and IAMCertificateId'
    fields.report.warn(fields, code, message)
  }
  if (isDefault && distribution.list('Aliases', 'CNAMEs').length > 0) {
    fields.report.warn(fields, code, 'the default certificate does not cover the aliases')
  }
  const policy = fields.choice('MinimumProtocolVersion', MINIMUM_PROTOCOL_VERSIONS, {
    code: 'InvalidMinimumProtocolVersion',
  })
  fields.finish()
  if (isDefault) return DEFAULT_CERTIFICATE
  return {
    MinimumProtocolVersion: policy ?? DEFAULT_CERTIFICATE.MinimumProtocolVersion,
    accountId: /^arn:[^:]*:acm:[^:]*:(\d+):/.exec(ids[0] ?? '')?.[1] ?? null,
  }
}

function readRestriction(node: ConfigNode, distribution: Fields): GeoRestriction {
  const map: ConfigNode = node.kind === 'list' ? toMap(node.extras, node) : node
  const fields = toFields(map, distribution.report)
  if (fields === null) return ALL_COUNTRIES
  const code = 'InvalidGeoRestrictionParameter'
  const type = fields.choice('RestrictionType', ['none', 'blacklist', 'whitelist'], { required: true, code })
  const items = node.kind === 'list' ? node.items : fields.list('Locations')
  if (type !== null && (type === 'none') !== (items.length === 0)) {
    const message = type === 'none' ? 'none takes no countries' : `${type} needs at least one country`
    fields.report.error(node, code, message)
  }
  const Locations: string[] = []
  for (const item of items) {
    if (item.kind === 'scalar' && findCountry(item.text) !== null) Locations.push(item.text)
    else fields.report.error(item, 'InvalidLocationCode', 'is no country of ISO 3166-1, two capital letters')
  }
  fields.finish()
  return { RestrictionType: type ?? 'none', Locations }
}

function toMap(entries: MapNode['entries'], node: ConfigNode): MapNode {
  return { kind: 'map', entries, place: node.place, path: node.path }
}
