// Every policy a behavior can name: AWS's managed ones and those of the configuration files.
import type { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from '../model/policies.ts'
import { managedPolicies } from './managed-policies.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import { Fields } from './nodes/fields.ts'
import type { ConfigNode, MapNode } from './nodes/node.ts'
import { entryOf, mapOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import type { Form } from './readers/source.ts'
import type { PolicyName } from './schema/cache-policy.ts'
import { readCachePolicy, readOriginRequestPolicy } from './schema/cache-policy.ts'
import { readResponseHeadersPolicy } from './schema/response-headers-policy.ts'

/** A policy as it stands in a file, whichever of AWS's wrappings is around it. */
export interface PolicySource {
  readonly node: ConfigNode
  readonly form: Form
}

interface Kind<Policy> {
  /** `CachePolicy`, from which AWS makes CachePolicyId and CachePolicyConfig. */
  readonly noun: string
  /** The word of the AWS CLI: get-cache-policy. */
  readonly command: string
  readonly managed: readonly Policy[]
  readonly read: (fields: Fields, name: PolicyName, isStrict: boolean) => Policy
}

/** The policies of one kind. A behavior names one by id, or in our own form by name, or writes it out. */
export class PolicyShelf<Policy extends PolicyName> {
  #kind: Kind<Policy>
  #report: Report
  #byId = new Map<string, Policy>()
  #byName = new Map<string, Policy>()

  constructor(kind: Kind<Policy>, sources: readonly PolicySource[], report: Report) {
    this.#kind = kind
    this.#report = report
    for (const policy of kind.managed) this.#add(policy)
    for (const source of sources) this.#readSource(source)
  }

  /** The policy that a behavior names with CachePolicyId or CachePolicy; null when it names none that exists. */
  read(behavior: Fields, form: Form): Policy | null {
    const { noun } = this.#kind
    const id = behavior.name(`${noun}Id`)
    const inline = behavior.get(noun)
    if (id !== null && inline !== null) {
      this.#report.error(behavior.at(noun), 'InvalidArgument', `stands beside ${noun}Id; keep one of the two`)
    }
    if (id !== null) return this.#find(id, behavior)
    if (inline === null) return null
    if (inline.kind === 'scalar') return this.#findByName(inline.text, inline)
    if (inline.kind === 'map') return this.#readInline(inline, form)
    this.#report.error(inline, 'InvalidArgument', 'expects the name of a policy, or the policy itself')
    return null
  }

  #add(policy: Policy): void {
    this.#byId.set(policy.Id, policy)
    this.#byName.set(policy.Name.toLowerCase(), policy)
    this.#byName.set(policy.Name.replace(/^Managed-/, '').toLowerCase(), policy)
  }

  #find(id: string, behavior: Fields): Policy | null {
    const policy = this.#byId.get(id)
    if (policy !== undefined) return policy
    const { noun, command } = this.#kind
    const named = this.#byName.get(id.toLowerCase())
    const hint =
      named === undefined
        ? `fetch it with \`aws cloudfront get-${command} --id ${id} > ${id}.json\` and add ${id}.json to the configuration files`
        : `this is a name: write ${noun}: ${id}, or ${noun}Id: ${named.Id}`
    this.#report.error(behavior.at(`${noun}Id`), `NoSuch${noun}`, `no policy has the id '${id}'`, hint)
    return null
  }

  #findByName(name: string, at: ConfigNode): Policy | null {
    const policy = this.#byName.get(name.toLowerCase()) ?? this.#byId.get(name)
    if (policy !== undefined) return policy
    const names = [...this.#byId.values()].map((it) => it.Name.replace(/^Managed-/, ''))
    const message = `no policy is called '${name}'${didYouMean(name, names)}`
    this.#report.error(at, `NoSuch${this.#kind.noun}`, message, `known: ${names.join(', ')}`)
    return null
  }

  #readInline(node: MapNode, form: Form): Policy {
    const fields = new Fields(node, this.#report)
    const name = { Id: `inline:${node.path}`, Name: fields.name('Name') ?? node.path }
    return this.#kind.read(fields, name, form === 'api')
  }

  #readSource(source: PolicySource): void {
    const { noun, read } = this.#kind
    const outer = mapOf(source.node, noun) ?? source.node
    const config = mapOf(outer, `${noun}Config`) ?? outer
    if (config.kind !== 'map') {
      this.#report.error(config, 'InvalidArgument', 'expects a policy')
      return
    }
    const id = entryOf(outer, 'Id')
    const fields = new Fields(config, this.#report)
    const Name = fields.text('Name', { required: id === null }) ?? (id?.kind === 'scalar' ? id.text : '')
    const Id = id?.kind === 'scalar' ? id.text : Name
    const policy = read(fields, { Id, Name }, source.form === 'api')
    const isTaken = this.#byId.has(Id) && !this.#kind.managed.some((it) => it.Id === Id)
    if (isTaken) this.#report.error(config, null, `another policy has the id '${Id}'`)
    this.#add(policy)
  }
}

/** The three shelves of one load. */
export interface PolicyBook {
  readonly cache: PolicyShelf<CachePolicy>
  readonly originRequest: PolicyShelf<OriginRequestPolicy>
  readonly responseHeaders: PolicyShelf<ResponseHeadersPolicy>
}

export interface PolicySources {
  readonly CachePolicies: readonly PolicySource[]
  readonly OriginRequestPolicies: readonly PolicySource[]
  readonly ResponseHeadersPolicies: readonly PolicySource[]
}

export function createPolicyBook(sources: PolicySources, report: Report): PolicyBook {
  const managed = managedPolicies()
  const cache: Kind<CachePolicy> = {
    noun: 'CachePolicy',
    command: 'cache-policy',
    managed: managed.CachePolicies,
    read: readCachePolicy,
  }
  const originRequest: Kind<OriginRequestPolicy> = {
    noun: 'OriginRequestPolicy',
    command: 'origin-request-policy',
    managed: managed.OriginRequestPolicies,
    read: readOriginRequestPolicy,
  }
  const responseHeaders: Kind<ResponseHeadersPolicy> = {
    noun: 'ResponseHeadersPolicy',
    command: 'response-headers-policy',
    managed: managed.ResponseHeadersPolicies,
    read: readResponseHeadersPolicy,
  }
  return {
    cache: new PolicyShelf(cache, sources.CachePolicies, report),
    originRequest: new PolicyShelf(originRequest, sources.OriginRequestPolicies, report),
    responseHeaders: new PolicyShelf(responseHeaders, sources.ResponseHeadersPolicies, report),
  }
}
