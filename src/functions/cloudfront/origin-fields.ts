// The settings that updateRequestOrigin and its relatives take, checked one by one.
import { isIP } from 'node:net'
import { isDisallowed } from '../header-rules.ts'
import { isObject } from '../header-maps.ts'
import { isRefusedCustomHeader } from '../../model/custom-headers.ts'
import { checkHeaderText, toWireUtf8 } from './text.ts'
import { Headers, toWireName } from '../../message/headers.ts'
import type { OriginChanges } from '../../message/origin-override.ts'
import {
  IP_ADDRESS_TYPES,
  ORIGIN_SSL_PROTOCOLS,
  type IpAddressType,
  type OriginSslProtocol,
} from '../../model/origin.ts'

/** A setting that CloudFront refuses; the request ends with a 502. */
export class RefusedSetting extends Error {}

type Fields = Record<string, unknown>

const DNS_NAME =
  /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/
const CERTIFICATE_NAME = /^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/

/** What an origin is, as far as its settings may differ by it. */
export type OriginKind = 'custom' | 's3'

/** The settings that select and group take beside an id. */
export function readConnectionOverrides(
  value: unknown,
): Pick<OriginChanges, 'hostHeader' | 'sni' | 'allowedCertificateNames'> {
  if (value === undefined || value === null)
    return { hostHeader: null, sni: null, allowedCertificateNames: null }
  const fields = asObject(value, 'the overrides')
  return {
    hostHeader: readName(fields, 'hostHeader', 253),
    sni: readName(fields, 'sni', 253),
    allowedCertificateNames: readCertificateNames(fields['allowedCertificateNames']),
  }
}

/**
 * (Developer Guide, 'Helper methods for origin modification', updateRequestOrigin) `kind` is that of the assigned origin.
 * Differs from CloudFront: mTLSConfig of an origin that a function chooses is checked and has no effect, as no origin is shown a client certificate.
 */
export function readOriginChanges(value: unknown, kind: OriginKind, requestHeaders: Headers): OriginChanges {
  const fields = asObject(value, 'the argument of updateRequestOrigin')
  const timeouts = fields['timeouts'] === undefined ? {} : asObject(fields['timeouts'], 'timeouts')
  const domainName = readName(fields, 'domainName', kind === 's3' ? 128 : 253)
  if (
    kind === 's3' &&
    domainName !== null &&
    domainName !== domainName.toLowerCase() &&
    !fields['customOriginConfig']
  ) {
    refuse('domainName', domainName, 'lower case')
  }
  const readTimeout = readInteger(timeouts, 'readTimeout', 1, 120)
  const responseCompletionTimeout = readInteger(timeouts, 'responseCompletionTimeout', 1, Infinity)
  if (responseCompletionTimeout !== null && responseCompletionTimeout < (readTimeout ?? 0)) {
    refuse('responseCompletionTimeout', responseCompletionTimeout, 'at least readTimeout')
  }
  if (kind === 's3') checkS3Host(fields)
  checkChoice(fields['mTLSConfig'], 'mTLSConfig', ['inherit', 'off'])
  return {
    ...readConnectionOverrides(fields),
    domainName,
    originPath: readPath(fields['originPath'], kind),
    customHeaders: readCustomHeaders(fields['customHeaders'], requestHeaders),
    connectionAttempts: readInteger(fields, 'connectionAttempts', 1, 3),
    originShield: readShield(fields['originShield']),
    readTimeout,
    responseCompletionTimeout,
    keepAliveTimeout: readInteger(timeouts, 'keepAliveTimeout', 1, 120),
    connectionTimeout: readInteger(timeouts, 'connectionTimeout', 1, 10),
    custom: readCustomConfig(fields['customOriginConfig'], domainName),
    signing: readSigning(fields['originAccessControlConfig']),
  }
}

/** `{statusCodes: [...]}`; the codes are those of origin groups. */
export function readFailoverCodes(value: unknown): readonly number[] {
  const codes = asObject(value, 'failoverCriteria')['statusCodes']
  const allowed = [400, 403, 404, 416, 429, 500, 502, 503, 504]
  if (
    !Array.isArray(codes) ||
    codes.length === 0 ||
    !codes.every((code) => allowed.includes(code as number))
  ) {
    refuse('failoverCriteria.statusCodes', codes, `a list of ${allowed.join(', ')}`)
  }
  return codes as number[]
}

export function asObject(value: unknown, name: string): Fields {
  if (!isObject(value)) throw new RefusedSetting(`${name} is not an object`)
  return value
}

export function checkChoice(value: unknown, name: string, words: readonly string[]): void {
  if (value !== undefined && !words.includes(value as string)) refuse(name, value, words.join(' or '))
}

function readName(fields: Fields, name: string, maxLength: number): string | null {
  const value = fields[name]
  if (value === undefined) return null
  if (typeof value !== 'string' || value === '') refuse(name, value, 'a name')
  if (value.length > maxLength) refuse(name, value, `at most ${maxLength} characters`)
  if (isIP(value) !== 0 || !DNS_NAME.test(value))
    refuse(name, value, 'a DNS name without port, not an address')
  return value
}

function readInteger(fields: Fields, name: string, min: number, max: number): number | null {
  const value = fields[name]
  if (value === undefined) return null
  const isGood = Number.isInteger(value) && (value as number) >= min && (value as number) <= max
  return isGood ? (value as number) : refuse(name, value, `a whole number from ${min} to ${max}`)
}

function readPath(value: unknown, kind: OriginKind): string | null {
  if (value === undefined) return null
  if (value === '') return ''
  if (typeof value !== 'string' || !value.startsWith('/') || value.endsWith('/')) {
    refuse('originPath', value, 'a path that starts with a slash and does not end with one')
  }
  if (!/^[\u0021-\u007e]*$/.test(value)) refuse('originPath', value, 'URL-encoded')
  if (kind === 'custom' && value.length > 255) refuse('originPath', value, 'at most 255 characters')
  return value
}

/** A plain object of names and values, unlike the headers of the event. */
function readCustomHeaders(value: unknown, requestHeaders: Headers): Headers | null {
  if (value === undefined) return null
  const pairs: string[] = []
  for (const [name, text] of Object.entries(asObject(value, 'customHeaders'))) {
    const lower = name.toLowerCase()
    if (typeof text !== 'string') refuse(`customHeaders.${name}`, text, 'a string')
    if (name !== lower || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
      refuse('customHeaders', name, 'a name in lower case')
    if (checkHeaderText(text) !== null)
      refuse(`customHeaders.${name}`, text, 'text without control characters')
    if (isDisallowed(lower) || isRefusedCustomHeader(lower)) {
      throw new RefusedSetting(`customHeaders must not have ${name}`)
    }
    if (requestHeaders.has(lower))
      throw new RefusedSetting(`${name} is both in request.headers and in customHeaders`)
    pairs.push(toWireName(lower), toWireUtf8(text))
  }
  return new Headers(pairs)
}

function readShield(value: unknown): OriginChanges['originShield'] {
  if (value === undefined) return null
  const { enabled, region } = asObject(value, 'originShield')
  if (typeof enabled !== 'boolean') refuse('originShield.enabled', enabled, 'true or false')
  if (enabled && (typeof region !== 'string' || region === ''))
    refuse('originShield.region', region, 'a Region')
  return { Enabled: enabled, OriginShieldRegion: enabled ? (region as string) : null }
}

function readCustomConfig(value: unknown, domainName: string | null): OriginChanges['custom'] {
  if (value === undefined) return null
  const { port, protocol, sslProtocols, ipAddressType } = asObject(value, 'customOriginConfig')
  const isPort =
    Number.isInteger(port) &&
    (port === 80 || port === 443 || ((port as number) >= 1024 && (port as number) <= 65_535))
  if (!isPort) refuse('customOriginConfig.port', port, '80, 443 or 1024-65535')
  if (protocol !== 'http' && protocol !== 'https')
    refuse('customOriginConfig.protocol', protocol, 'http or https')
  if (!isProtocolList(sslProtocols))
    refuse('customOriginConfig.sslProtocols', sslProtocols, `a list of ${ORIGIN_SSL_PROTOCOLS.join(', ')}`)
  checkChoice(ipAddressType, 'customOriginConfig.ipAddressType', IP_ADDRESS_TYPES)
  if (ipAddressType !== undefined && domainName === null) {
    throw new RefusedSetting('customOriginConfig.ipAddressType needs a domainName')
  }
  return {
    port: port as number,
    protocol,
    sslProtocols,
    ipAddressType: (ipAddressType as IpAddressType | undefined) ?? null,
  }
}

function isProtocolList(value: unknown): value is readonly OriginSslProtocol[] {
  return Array.isArray(value) && value.every((each) => ORIGIN_SSL_PROTOCOLS.includes(each as never))
}

/** null where the access control of the assigned origin goes on. */
function readSigning(value: unknown): OriginChanges['signing'] {
  if (value === undefined) return null
  const config = asObject(value, 'originAccessControlConfig')
  const base = 'originAccessControlConfig'
  if (typeof config['enabled'] !== 'boolean') refuse(`${base}.enabled`, config['enabled'], 'true or false')
  if (!config['enabled']) return 'never'
  for (const [name, words] of [
    ['signingBehavior', ['always', 'never', 'no-override']],
    ['signingProtocol', ['sigv4']],
    ['originType', ['s3', 'mediapackagev2', 'mediastore', 'lambda']],
  ] as const) {
    if (config[name] === undefined) refuse(`${base}.${name}`, undefined, words.join(' or '))
    checkChoice(config[name], `${base}.${name}`, words)
  }
  return config['signingBehavior'] as 'always' | 'never' | 'no-override'
}

/** A bucket has its own name as Host, unless nothing is signed. */
function checkS3Host(fields: Fields): void {
  const access = fields['originAccessControlConfig']
  const isUnsigned = isObject(access) && access['enabled'] === false
  if (fields['hostHeader'] !== undefined && !isUnsigned) {
    throw new RefusedSetting('hostHeader cannot be set for an S3 origin with origin access control')
  }
}

function readCertificateNames(value: unknown): readonly string[] | null {
  if (value === undefined) return null
  const isGood =
    Array.isArray(value) &&
    value.length <= 20 &&
    value.every((each) => typeof each === 'string' && each.length <= 64 && CERTIFICATE_NAME.test(each))
  if (!isGood) refuse('allowedCertificateNames', value, 'at most 20 names of at most 64 characters')
  return value as string[]
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new RefusedSetting(`${name} is ${JSON.stringify(value) ?? 'missing'}; it must be ${expected}`)
}
