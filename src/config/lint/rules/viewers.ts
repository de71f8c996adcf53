// Traps of the viewers' side: protocols, certificates, names.
import { DEFAULT_CERTIFICATE, MINIMUM_PROTOCOL_VERSIONS } from '../../../model/viewer-certificate.ts'
import { eachBehavior, isSigned, type LintRule } from '../rule.ts'

export const signedOverHttp: LintRule = {
  id: 'signed-over-http',
  title: 'signed URLs or cookies over plain HTTP',
  why: 'Whoever reads a signed URL or signed cookie on the way can use it until it expires.',
  page: 'Require HTTPS for communication between viewers and CloudFront',
  check: eachBehavior(({ behavior, name }) => {
    if (!isSigned(behavior) || behavior.ViewerProtocolPolicy !== 'allow-all') return null
    return {
      key: 'ViewerProtocolPolicy',
      message: `${name} takes signatures over HTTP, where others can read them`,
      fix: 'ViewerProtocolPolicy: https-only',
    }
  }),
}

/** What AWS advises. */
const OLDEST = MINIMUM_PROTOCOL_VERSIONS.indexOf('TLSv1.2_2021')

export const oldTls: LintRule = {
  id: 'old-tls',
  title: 'viewers may use an old TLS',
  why: 'TLS 1.0 and 1.1 and the ciphers of the older policies are broken or deprecated. AWS advises TLSv1.2_2021 or newer.',
  page: 'Supported protocols and ciphers between viewers and CloudFront',
  check: ({ distribution }) => {
    const { ViewerCertificate } = distribution
    const { MinimumProtocolVersion } = ViewerCertificate
    if (ViewerCertificate === DEFAULT_CERTIFICATE) return []
    if (MINIMUM_PROTOCOL_VERSIONS.indexOf(MinimumProtocolVersion) >= OLDEST) return []
    return [
      {
        at: distribution,
        key: 'ViewerCertificate.MinimumProtocolVersion',
        message: `${MinimumProtocolVersion} lets viewers use protocols or ciphers that are no longer safe`,
        fix: 'MinimumProtocolVersion: TLSv1.2_2021',
      },
    ]
  },
}

export const aliasOverlap: LintRule = {
  id: 'alias-overlap',
  title: 'a wildcard alias beside a name that it covers',
  why: 'A request goes to the distribution with the most specific alias. A name with an alias of its own never reaches the distribution with the wildcard.',
  page: 'Use custom URLs by adding alternate domain names (CNAMEs)',
  check: ({ distribution, all }) =>
    distribution.Aliases.filter((alias) => alias.startsWith('*.')).flatMap((wildcard) => {
      const owners = all.filter((each) => each.Enabled && each !== distribution)
      const taken = owners.flatMap(({ Id, Aliases }) =>
        Aliases.filter((alias) => isBelow(alias, wildcard)).map((alias) => `${alias} (${Id})`),
      )
      if (taken.length === 0) return []
      return [
        {
          at: distribution,
          key: 'Aliases',
          message: `${wildcard} does not get ${taken.join(', ')}: the more specific alias wins`,
          fix: 'this is as it should be if those names are to go elsewhere',
        },
      ]
    }),
}

function isBelow(alias: string, wildcard: string): boolean {
  return alias !== wildcard && alias.endsWith(wildcard.slice(1))
}
