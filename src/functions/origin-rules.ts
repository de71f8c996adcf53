// What an origin-request function may write into request.origin, field by field.
import { isIP } from 'node:net'
import { isRefusal, refuseOrigin, refuseOriginHeaders } from './failures.ts'
import { isDisallowed } from './header-rules.ts'
import { isObject, parseHeaderMap } from './header-maps.ts'
import type { Refusal } from './failures.ts'
import type { Headers } from '../message/headers.ts'
import type { OutgoingOrigin } from '../message/requests.ts'
import { isRefusedCustomHeader } from '../model/custom-headers.ts'
import { ORIGIN_SSL_PROTOCOLS, type OriginSslProtocol } from '../model/origin.ts'

const SSL_PROTOCOLS: ReadonlySet<unknown> = new Set(ORIGIN_SSL_PROTOCOLS)
const DNS_NAME =
  /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

/** An S3 origin has no such fields; these are CloudFront's defaults. */
const S3_CONNECTION = {
  port: 443,
  protocol: 'https',
  readTimeout: 30,
  keepaliveTimeout: 5,
  sslProtocols: ['TLSv1.2'],
} as const

/**
 * The origin a function returned. A field that is as it was is not checked again, as the distribution may have
 * values beyond these ranges. (Developer Guide, 'Lambda@Edge event structure')
 */
export function parseOrigin(
  value: unknown,
  before: OutgoingOrigin,
  requestHeaders: Headers,
): OutgoingOrigin | Refusal {
  if (value === undefined) return before
  if (!isObject(value)) return refuseOrigin('request.origin is not an object.')
  const { custom, s3 } = value
  if ((custom === undefined) === (s3 === undefined)) {
    return refuseOrigin('request.origin must have exactly one of custom and s3.')
  }
  const kind = custom === undefined ? 's3' : 'custom'
  const fields = custom ?? s3
  if (!isObject(fields)) return refuseOrigin(`request.origin.${kind} is not an object.`)
  const path = checkPath(fields['path'] ?? '', kind, before)
  if (isRefusal(path)) return path
  const domainName = checkDomainName(fields['domainName'], kind, before)
  if (isRefusal(domainName)) return domainName
  const customHeaders = checkCustomHeaders(fields['customHeaders'], before.customHeaders, requestHeaders)
  if (isRefusal(customHeaders)) return customHeaders
  const common = { domainName, path, customHeaders }
  return kind === 's3' ? toS3Origin(fields, common, before) : toCustomOrigin(fields, common, before)
}

type CommonFields = Pick<OutgoingOrigin, 'domainName' | 'path' | 'customHeaders'>

function toCustomOrigin(
  fields: Record<string, unknown>,
  common: CommonFields,
  before: OutgoingOrigin,
): OutgoingOrigin | Refusal {
  const was = before.kind === 'custom' ? before : null
  const { port, protocol, readTimeout, keepaliveTimeout, sslProtocols } = fields
  const isPort = port === 80 || port === 443 || isWithin(port, 1024, 65_535)
  if (!isNumber(port) || (port !== was?.port && !isPort))
    return refuseField('port', port, '80, 443 or 1024-65535')
  if (protocol !== 'http' && protocol !== 'https') return refuseField('protocol', protocol, 'http or https')
  if (!isNumber(readTimeout) || (readTimeout !== was?.readTimeout && !isWithin(readTimeout, 4, 60))) {
    return refuseField('readTimeout', readTimeout, '4-60')
  }
  if (
    !isNumber(keepaliveTimeout) ||
    (keepaliveTimeout !== was?.keepaliveTimeout && !isWithin(keepaliveTimeout, 1, 60))
  ) {
    return refuseField('keepaliveTimeout', keepaliveTimeout, '1-60')
  }
  if (!isProtocolList(sslProtocols)) {
    return refuseField('sslProtocols', sslProtocols, 'a list of SSLv3, TLSv1, TLSv1.1 and TLSv1.2')
  }
  const connection = { port, protocol, readTimeout, keepaliveTimeout, sslProtocols } as const
  // What else is known of the origin goes on for it alone.
  const known = was?.domainName === common.domainName ? was : null
  return { ...known, kind: 'custom', ...common, ...connection, authMethod: 'none', region: '' }
}

function toS3Origin(
  fields: Record<string, unknown>,
  common: CommonFields,
  before: OutgoingOrigin,
): OutgoingOrigin | Refusal {
  const { authMethod, region = '' } = fields
  if (authMethod !== 'none' && authMethod !== 'origin-access-identity') {
    return refuseField('authMethod', authMethod, 'none or origin-access-identity')
  }
  if (typeof region !== 'string') return refuseField('region', region, 'a string')
  if (authMethod === 'origin-access-identity') {
    if (before.kind === 'custom')
      return refuseOrigin('A custom origin has no origin access identity to go on with.')
    const isAsBefore = before.authMethod === authMethod && before.region === region
    if (region === '' && !isAsBefore) return refuseOrigin('authMethod origin-access-identity needs a region.')
  }
  return { kind: 's3', ...common, ...S3_CONNECTION, authMethod, region }
}

function checkPath(path: unknown, kind: OutgoingOrigin['kind'], before: OutgoingOrigin): string | Refusal {
  if (typeof path !== 'string') return refuseField('path', path, 'a string')
  if (path === '' || path === before.path) return path
  if (!path.startsWith('/') || path.endsWith('/')) {
    return refuseField('path', path, "'' or a path that starts with a slash and does not end with one")
  }
  if (!/^[\u0021-\u007e]*$/.test(path)) return refuseField('path', path, 'URL-encoded')
  if (kind === 'custom' && path.length > 255) return refuseField('path', path, 'at most 255 characters')
  return path
}

function checkDomainName(
  name: unknown,
  kind: OutgoingOrigin['kind'],
  before: OutgoingOrigin,
): string | Refusal {
  if (typeof name !== 'string' || name === '') return refuseField('domainName', name, 'a name')
  if (name === before.domainName) return name
  const maxLength = kind === 's3' ? 128 : 253
  if (name.length > maxLength) return refuseField('domainName', name, `at most ${maxLength} characters`)
  if (isIP(name) !== 0 || !DNS_NAME.test(name)) {
    return refuseField('domainName', name, 'a DNS name without port, not an address')
  }
  if (kind === 's3' && name !== name.toLowerCase()) return refuseField('domainName', name, 'lower case')
  return name
}

function checkCustomHeaders(map: unknown, before: Headers, requestHeaders: Headers): Headers | Refusal {
  const headers = parseHeaderMap(map)
  if (isRefusal(headers)) return refuseOriginHeaders(headers.detail)
  for (const [name] of headers.entries()) {
    if (before.has(name)) continue
    if (isDisallowed(name) || isRefusedCustomHeader(name)) {
      return refuseOriginHeaders(`request.origin.customHeaders must not have ${name}`)
    }
    if (requestHeaders.has(name)) {
      return refuseOriginHeaders(`${name} is both in request.headers and in request.origin.customHeaders`)
    }
  }
  return headers
}

function isProtocolList(value: unknown): value is readonly OriginSslProtocol[] {
  return Array.isArray(value) && value.every((each) => SSL_PROTOCOLS.has(each))
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

function refuseField(name: string, value: unknown, expected: string): Refusal {
  return refuseOrigin(
    `request.origin ${name} is ${JSON.stringify(value) ?? 'missing'}; it must be ${expected}.`,
  )
}
