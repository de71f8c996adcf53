// By which names of Terraform a user may map an origin: the addresses of what its domain name was made from.
import { entryOf } from '../nodes/node.ts'
import { textOf } from '../templates/values.ts'
import type { TerraformResource } from './resources.ts'
import { hostAttribute } from './returns.ts'
import type { Terraform } from './terraform.ts'

/** Attributes that are a host, or a URL with one. */
const HOSTS = [
  'bucket_regional_domain_name',
  'bucket_domain_name',
  'website_endpoint',
  'dns_name',
  'api_endpoint',
  'invoke_url',
  'function_url',
  'endpoint',
  'public_dns',
  'regional_domain_name',
  'fqdn',
] as const

/** Generated names are nobody's to know, addresses are. */
export class OriginNames {
  #terraform: Terraform
  #byHost: ReadonlyMap<string, ReadonlySet<string>> | null = null

  constructor(terraform: Terraform) {
    this.#terraform = terraform
  }

  /** `aws_s3_bucket.site["eu"]`, without index where there is one instance, and the resource's own name where it is the only one. */
  of(domainName: string): readonly string[] {
    this.#byHost ??= this.#collect()
    return [...(this.#byHost.get(domainName.toLowerCase()) ?? [])]
  }

  #collect(): Map<string, Set<string>> {
    const byHost = new Map<string, Set<string>>()
    const managed = this.#terraform.resources.filter(({ type }) => hostAttribute(type) !== null)
    const counts = countNames(managed)
    for (const resource of managed) {
      if (resource.type === 'aws_cloudfront_distribution') continue
      const names = namesOf(resource, counts)
      for (const host of this.#hostsOf(resource)) {
        const known = byHost.get(host) ?? new Set<string>()
        for (const name of names) known.add(name)
        byHost.set(host, known)
      }
    }
    return byHost
  }

  #hostsOf(resource: TerraformResource): string[] {
    const usual = hostAttribute(resource.type)!
    const texts = [
      this.#terraform.attribute(resource, usual),
      ...HOSTS.map((name) => textOf(entryOf(resource.values, name))),
    ]
    return texts.flatMap((text) => (text === null ? [] : [toHost(text)])).filter((host) => host !== '')
  }
}

function namesOf(resource: TerraformResource, counts: ReadonlyMap<string, number>): string[] {
  const { address, module, type, name } = resource
  const names = [address]
  if (counts.get(baseOf(resource)) === 1)
    names.push([module, type, name].filter((part) => part !== '').join('.'))
  if (counts.get(name) === 1) names.push(name)
  return names
}

/** How many instances a resource has, and how many resources a name. */
function countNames(resources: readonly TerraformResource[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const each of resources) {
    for (const key of [baseOf(each), each.name]) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function baseOf({ module, type, name }: TerraformResource): string {
  return `${module}.${type}.${name}`
}

function toHost(text: string): string {
  return text
    .replace(/^https?:\/\//, '')
    .replace(/[:/].*$/, '')
    .toLowerCase()
}
