// Ids and domain names of distributions that their configuration does not name: the same on every run.
import { createHash } from 'node:crypto'

/** `E` and 13 upper-case letters or digits, from the name of the file and the number of the distribution in it. */
export function toDistributionId(fileName: string, index: number): string {
  return `E${toLetters(`distribution:${fileName}:${index}`).toUpperCase()}`
}

/** `d` and 13 lower-case letters or digits under cloudfront.net. */
export function toDomainName(distributionId: string): string {
  return `d${toLetters(`domain:${distributionId}`)}.cloudfront.net`
}

function toLetters(seed: string): string {
  const digest = createHash('sha256').update(seed).digest('hex')
  return BigInt(`0x${digest}`).toString(36).padStart(13, '0').slice(-13)
}
