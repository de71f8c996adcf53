// Whether an origin's name can be resolved, asked before an origin-request function runs.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { toOriginFailure, type OriginFailure } from './failures.ts'
import type { OriginTarget } from '../model/origin.ts'

/**
 * null when the name is known. CloudFront resolves it before it runs the function, and does not run it otherwise.
 * (Developer Guide, 'Restrictions on Lambda@Edge', DNS resolution)
 */
export async function checkOriginName(target: OriginTarget): Promise<OriginFailure | null> {
  if (target.kind !== 'http') return null
  const name = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(name) !== 0 || name === 'localhost') return null
  return lookup(name).then(
    () => null,
    (error: unknown) => toOriginFailure(error),
  )
}
