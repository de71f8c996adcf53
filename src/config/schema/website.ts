// The website configuration of a bucket, as templates and the S3 API write it.
import type { WebsiteConfiguration, WebsiteRedirect, WebsiteRoutingRule } from '../../model/website.ts'
import { Fields } from '../nodes/fields.ts'

const REDIRECT_CODE = { min: 301, max: 308 }
const ERROR_CODE = { min: 400, max: 599 }
const PROTOCOLS = ['http', 'https'] as const

/** (CloudFormation Template Reference, 'AWS::S3::Bucket WebsiteConfiguration'; Amazon S3 API Reference, 'WebsiteConfiguration') */
export function readWebsite(fields: Fields): WebsiteConfiguration {
  const index = readKey(fields, 'IndexDocument', 'Suffix')
  if (index?.includes('/') === true)
    fields.report.error(
      fields.at('IndexDocument'),
      'InvalidArgument',
      'has a slash; it is put after each folder',
    )
  const website: WebsiteConfiguration = {
    IndexDocument: index ?? 'index.html',
    ErrorDocument: readKey(fields, 'ErrorDocument', 'Key')?.replace(/^\//, '') ?? null,
    RedirectAllRequestsTo: readRedirectAll(fields),
    RoutingRules: fields.maps('RoutingRules').map(readRule),
  }
  fields.finish()
  return website
}

/** `index.html`, or `{Suffix: index.html}`. */
function readKey(fields: Fields, name: string, inner: string): string | null {
  const node = fields.get(name)
  if (node?.kind !== 'map') return fields.name(name)
  const map = new Fields(node, fields.report)
  const key = map.text(inner, { required: true })
  map.finish()
  return key
}

function readRedirectAll(parent: Fields): WebsiteConfiguration['RedirectAllRequestsTo'] {
  const fields = parent.fields('RedirectAllRequestsTo')
  if (fields === null) return null
  const HostName = fields.text('HostName', { required: true }) ?? ''
  const Protocol = fields.choice('Protocol', PROTOCOLS)
  fields.finish()
  return { HostName, Protocol }
}

function readRule(fields: Fields): WebsiteRoutingRule {
  const condition = fields.fields(fields.has('RoutingRuleCondition') ? 'RoutingRuleCondition' : 'Condition')
  const redirect = fields.fields(fields.has('RedirectRule') ? 'RedirectRule' : 'Redirect', { required: true })
  const Condition = {
    KeyPrefixEquals: condition?.name('KeyPrefixEquals') ?? null,
    HttpErrorCodeReturnedEquals: condition?.integer('HttpErrorCodeReturnedEquals', ERROR_CODE) ?? null,
  }
  condition?.finish()
  fields.finish()
  return { Condition, Redirect: readRedirect(redirect) }
}

function readRedirect(fields: Fields | null): WebsiteRedirect {
  const redirect = {
    HostName: fields?.name('HostName') ?? null,
    Protocol: fields?.choice('Protocol', PROTOCOLS) ?? null,
    HttpRedirectCode: fields?.integer('HttpRedirectCode', REDIRECT_CODE) ?? 301,
    ReplaceKeyPrefixWith: fields?.text('ReplaceKeyPrefixWith') ?? null,
    ReplaceKeyWith: fields?.text('ReplaceKeyWith') ?? null,
  }
  if (fields !== null && redirect.ReplaceKeyPrefixWith !== null && redirect.ReplaceKeyWith !== null) {
    const message = 'stands beside ReplaceKeyPrefixWith; a rule has one of them'
    fields.report.error(fields.at('ReplaceKeyWith'), 'InvalidRequest', message)
  }
  fields?.finish()
  return redirect
}
