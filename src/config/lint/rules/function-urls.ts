// Traps of Function URLs that only signed requests may call.
import { classOf } from '../origin-class.ts'
import { eachBehavior, eachOrigin, type LintRule } from '../rule.ts'

const PAGE = 'Restrict access to an AWS Lambda function URL origin'

export const functionUrlRefuses: LintRule = {
  id: 'function-url-refuses',
  title: 'a Function URL wants signed requests, and nothing signs them',
  why: 'A Function URL with AuthType AWS_IAM answers 403 to every request without a signature. CloudFront signs only with an origin access control for Lambda. Here the function runs without being asked for a signature.',
  page: PAGE,
  check: eachOrigin(({ DomainName, Id, OriginAccessControl }, { functionUrls }) => {
    if (functionUrls.get(DomainName.toLowerCase()) !== 'AWS_IAM') return null
    if (OriginAccessControl !== undefined && OriginAccessControl.SigningBehavior !== 'never') return null
    return {
      key: 'OriginAccessControlId',
      message: `${Id} has AuthType AWS_IAM, but its requests are not signed: viewers get 403`,
      fix: 'an origin access control with OriginAccessControlOriginType: lambda and SigningBehavior: always, or AuthType: NONE',
    }
  }),
}

const WRITES = ['POST', 'PUT'] as const

export const functionUrlBodyUnsigned: LintRule = {
  id: 'function-url-body-unsigned',
  title: 'bodies for a signed Function URL need a hash of the viewer',
  why: 'CloudFront does not sign bodies, and Lambda takes no unsigned ones: whoever sends POST or PUT has to send the SHA-256 of the body as x-amz-content-sha256, or gets 403. Forms and most clients do not.',
  page: PAGE,
  check: eachBehavior(({ behavior, origins, name }) => {
    const url = origins.find((origin) => classOf(origin) === 'function URL' && isSigned(origin))
    const takes = WRITES.filter((method) => behavior.AllowedMethods.includes(method))
    // A function that gets the body can hash it.
    const isHashed = behavior.LambdaFunctionAssociations.some(({ IncludeBody }) => IncludeBody)
    if (url === undefined || takes.length === 0 || isHashed) return null
    return {
      key: 'AllowedMethods',
      message: `${takes.join(' and ')} through ${name} reach ${url.Id} only with x-amz-content-sha256 of the viewer`,
      fix: 'have clients send the hash, add it with Lambda@Edge and IncludeBody, or AllowedMethods: [GET, HEAD, OPTIONS]',
    }
  }),
}

function isSigned({ OriginAccessControl: control }: Parameters<typeof classOf>[0]): boolean {
  return control !== undefined && control.SigningBehavior !== 'never'
}
