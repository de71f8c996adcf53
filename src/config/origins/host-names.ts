// What a host name says about itself: an S3 bucket, a name of this machine or its network, or the internet.
import { isIPv4, isIPv6 } from 'node:net'

/** REST endpoints of buckets; website endpoints are custom origins. (Developer Guide, 'Use various origins') */
const S3_REST = /^(.+)\.s3(?:[.-](?!website)(?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/i
const S3_WEBSITE = /^(.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i
const LOCAL_SUFFIX = /\.(?:localhost|local|internal)$/i
const PRIVATE_IPV4 = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/

/** The bucket of an S3 REST endpoint, or null. */
export function toBucket(domainName: string): string | null {
  return S3_REST.exec(domainName)?.[1] ?? null
}

/** The bucket of an S3 website endpoint, or null. */
export function toWebsiteBucket(domainName: string): string | null {
  return S3_WEBSITE.exec(domainName)?.[1] ?? null
}

/**
 * Names that never leave the machine or its network: localhost, single labels such as compose services,
 * *.local, *.internal, loopback and private addresses.
 */
export function isLocalName(domainName: string): boolean {
  const name = withoutBrackets(domainName).toLowerCase()
  if (isIPv4(name)) return PRIVATE_IPV4.test(name)
  if (isIPv6(name)) return name === '::1'
  return !name.includes('.') || LOCAL_SUFFIX.test(name)
}

/** `[::1]` as it is dialled: `::1`. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

/** Whether this can be the DomainName of an origin: a host name or an address, without scheme, port and path. */
export function isHostName(text: string): boolean {
  if (isIPv6(withoutBrackets(text))) return true
  return (
    text.length <= 253 &&
    /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i.test(text)
  )
}

/** The name of a bucket for a folder: lower case, nothing but letters, digits, dots and hyphens. */
export function toBucketName(folderName: string): string {
  const name = folderName
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
  return name === '' ? 'site' : name
}
