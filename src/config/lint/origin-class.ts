// What stands behind the host name of an origin, as far as the name tells.
import type { Origin } from '../../model/origin.ts'

export type OriginClass =
  | 'bucket'
  | 'website'
  | 'function URL'
  | 'API Gateway'
  | 'load balancer'
  | 'custom origin'

const CLASSES: readonly (readonly [RegExp, OriginClass])[] = [
  [/\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i, 'website'],
  [/\.lambda-url\.[a-z0-9-]+\.on\.aws$/i, 'function URL'],
  [/\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i, 'API Gateway'],
  [/\.elb\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/i, 'load balancer'],
]

/** ('Use various origins with CloudFront distributions') */
export function classOf({ DomainName, S3OriginConfig }: Origin): OriginClass {
  if (S3OriginConfig !== null) return 'bucket'
  return CLASSES.find(([pattern]) => pattern.test(DomainName))?.[1] ?? 'custom origin'
}

/** The Region in a host name of AWS's, or null. */
export function regionOf({ DomainName }: Origin): string | null {
  return /[.-]((?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-)?[a-z]+-\d)\./i.exec(DomainName)?.[1] ?? null
}

/** `the bucket site`, `the function URL api`. */
export function nameOf(origin: Origin): string {
  return `the ${classOf(origin)} ${origin.Id}`
}
