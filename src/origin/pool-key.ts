// What distinguishes one pool of connections to origins from another.
import { toOriginTls, type OriginTls } from './tls.ts'
import type { OutgoingOrigin } from '../message/requests.ts'
import type { Origin, OriginTarget } from '../model/origin.ts'

export interface PoolKey {
  readonly protocol: 'http' | 'https'
  readonly hostname: string
  readonly port: number
  readonly tls: OriginTls
  /** The kind of addresses that are dialled; 0 for both. */
  readonly family: 0 | 4 | 6
  /** Seconds. */
  readonly connectTimeout: number
  readonly keepaliveTimeout: number
}

export function toPoolKey(
  settings: OutgoingOrigin,
  origin: Origin,
  target: Extract<OriginTarget, { kind: 'http' }>,
): PoolKey {
  return {
    protocol: target.protocol,
    hostname: target.hostname,
    port: target.port,
    tls: toOriginTls(settings, target),
    family: toFamily(settings, target),
    connectTimeout: origin.ConnectionTimeout,
    keepaliveTimeout: settings.keepaliveTimeout,
  }
}

/** Every part, as none of them can be changed once a connection is open. */
export function toPoolId({ protocol, hostname, port, tls, family, ...rest }: PoolKey): string {
  const names = `${tls.name} ${tls.certificateNames?.join() ?? ''}`
  const times = `${rest.connectTimeout} ${rest.keepaliveTimeout}`
  return `${protocol}://${hostname}:${port} ${names} ${tls.minVersion} ${family} ${times}`
}

/**
 * An address type is about the real origin: what stands for it here is dialled as it can be reached.
 * (API Reference, 'CustomOriginConfig', IpAddressType)
 */
export function toFamily(
  { ipAddressType }: OutgoingOrigin,
  { source, sendHost }: Pick<Extract<OriginTarget, { kind: 'http' }>, 'source' | 'sendHost'>,
): 0 | 4 | 6 {
  if (source !== 'production name' || sendHost === 'target') return 0
  return ipAddressType === 'ipv4' ? 4 : ipAddressType === 'ipv6' ? 6 : 0
}
