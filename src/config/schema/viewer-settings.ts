// Certificate and geo restriction, checked for what AWS refuses; nothing acts on the certificate.
import type { Fields } from '../nodes/fields.ts'
import { toFields } from '../nodes/fields.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import type { GeoRestriction } from '../../model/distribution.ts'

const TLS_VERSIONS = [
  'SSLv3',
  'TLSv1',
  'TLSv1_2016',
  'TLSv1.1_2016',
  'TLSv1.2_2018',
  'TLSv1.2_2019',
  'TLSv1.2_2021',
  'TLSv1.2_2025',
  'TLSv1.3_2025',
] as const

const ALL_COUNTRIES: GeoRestriction = { RestrictionType: 'none', Locations: [] }

/** (API Reference, 'ViewerCertificate') */
export function checkViewerCertificate(distribution: Fields): void {
  const certificate = distribution.fields('ViewerCertificate')
  if (certificate !== null) checkCertificate(certificate, distribution)
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
function checkCertificate(fields: Fields, distribution: Fields): void {
  fields.ignore(['Certificate', 'CertificateSource', 'SSLSupportMethod', 'SslSupportMethod'])
  const isDefault = fields.boolean('CloudFrontDefaultCertificate') ?? false
  const custom = ['ACMCertificateArn', 'AcmCertificateArn', 'IAMCertificateId', 'IamCertificateId']
  const count = custom.filter((name) => fields.name(name) !== null).length + (isDefault ? 1 : 0)
  const code = 'InvalidViewerCertificate'
  if (count !== 1) {
    const message =
      'needs exactly one of CloudFrontDefaultCertificate, ACMCertificateArn and IAMCertificateId'
    fields.report.warn(fields, code, message)
  }
  if (isDefault && distribution.list('Aliases', 'CNAMEs').length > 0) {
    fields.report.warn(fields, code, 'the default certificate does not cover the aliases')
  }
  fields.choice('MinimumProtocolVersion', TLS_VERSIONS, { code: 'InvalidMinimumProtocolVersion' })
  fields.finish()
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
    if (item.kind === 'scalar' && /^[A-Z]{2}$/.test(item.text)) Locations.push(item.text)
    else fields.report.error(item, 'InvalidLocationCode', 'is not a country code of two capital letters')
  }
  fields.finish()
  return { RestrictionType: type ?? 'none', Locations }
}

function toMap(entries: MapNode['entries'], node: ConfigNode): MapNode {
  return { kind: 'map', entries, place: node.place, path: node.path }
}
