// Origin targets: where each origin, and each name a function switches to, is reached from this machine.
import { join } from 'node:path'
import type { HandlerOrigin } from '../model/handler-origin.ts'
import { toBucketRegion } from '../model/origin.ts'
import type { BucketAccess, Origin, OriginTarget, TargetSource } from '../model/origin.ts'
import { PLAIN_WEBSITE, type WebsiteConfiguration } from '../model/website.ts'
import type { Disk } from './disk.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import type { Located } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import { toBucketTarget } from './origins/bucket-target.ts'
import { toHandlerOrigin } from './origins/handler-target.ts'
import { isLocalName, toBucket, toWebsiteBucket, withoutBrackets } from './origins/host-names.ts'
import type { Override } from './origins/overrides.ts'
import type { S3Settings, StoreTarget } from './origins/s3-settings.ts'
import { toEnvName } from './origins/overrides.ts'
import { rankForDomain, rankForOrigin, selectOverride } from './origins/select-override.ts'
import type { BucketFolder } from './stacks/bucket-folders.ts'

/** An origin before its target is known. */
export interface OriginAddress extends Pick<Origin, 'Id' | 'DomainName' | 'CustomOriginConfig'> {
  readonly at: Located
  /** Folder of the file that names it. */
  readonly base: string
  /** Further names for it: logical ids of a template. */
  readonly names: readonly string[]
  readonly OriginPath: string
  /** Of its origin access control. */
  readonly signing: BucketAccess['signing']
}

/** The distribution an origin belongs to. */
export interface OriginOwner {
  readonly Id: string
  readonly originCount: number
}

/** The target for a domain name that an origin-request function chose. */
export type TargetResolver = (domainName: string, port: number, protocol: 'http' | 'https') => OriginTarget

export interface TargetOptions {
  readonly overrides: readonly Override[]
  readonly allowRemoteOrigins: boolean
  /** Functions that stand behind domain names, from templates. */
  readonly handlers?: readonly HandlerOrigin[]
  readonly s3: S3Settings
  /** Website configurations by bucket, from templates. */
  readonly websites?: ReadonlyMap<string, WebsiteConfiguration>
  /** Folders that a template deploys to buckets. */
  readonly bucketFolders?: readonly BucketFolder[]
  readonly disk: Disk
  readonly report: Report
}

interface Address {
  readonly domainName: string
  readonly port: number
  readonly protocol: 'http' | 'https'
  readonly base: string
  /** The key to give to --origin. */
  readonly key: string
  readonly signing: BucketAccess['signing']
  readonly originPath: string
}

/** The targets of one load. An override found for an origin also holds for its domain name. */
export class OriginTargets {
  #options: TargetOptions
  #ids = new Set<string>()
  #used = new Set<Override>()
  #missingFolders = new Set<Override>()
  #byDomain = new Map<string, OriginTarget>()

  constructor(options: TargetOptions) {
    this.#options = options
  }

  /** Decides the target of a configured origin; an unresolved one is reported as a warning. */
  forOrigin(origin: OriginAddress, owner: OriginOwner): OriginTarget {
    this.#ids.add(origin.Id)
    const override = selectOverride(this.#options.overrides, (it) => rankForOrigin(it, origin, owner))
    const address = toAddress(origin)
    if (override === null) {
      const target = this.#asNamed(address)
      if (target.kind === 'unresolved') {
        const message = `nothing on this machine stands for ${origin.DomainName}; its requests get a 502`
        this.#options.report.warn(origin.at, null, message, target.hint)
      }
      this.#warnOfUnsigned(target, origin)
      return target
    }
    this.#used.add(override)
    const target = this.#apply(override, address)
    this.#warnOfUnsigned(target, origin)
    this.#byDomain.set(origin.DomainName.toLowerCase(), target)
    return target
  }

  /** What an override stands for where there is no configuration. */
  stand(override: Override, domainName: string, base: string): OriginTarget {
    const plain = { key: 'origin', signing: 'always', protocol: 'http', port: 80, originPath: '' } as const
    const address = { ...plain, domainName, base }
    return this.#apply(override, address)
  }

  /** Reports mappings that no origin took; a domain name may still be taken by a function at run time. */
  reportUnused(): void {
    const { overrides, report } = this.#options
    const ids = [...this.#ids]
    for (const override of overrides) {
      const { key, at, text } = override
      if (this.#used.has(override)) continue
      if (key === null) {
        const hint = ids.map((id) => `--origin ${id}=${text}`).join('\n  ')
        report.error(at, null, `'${text}' could stand for any of ${ids.length} origins; say for which`, hint)
      } else if (typeof key !== 'string') {
        report.warn(at, null, `no origin has an id like ${key.env}${didYouMean(key.env, ids.map(toEnvName))}`)
      } else if (!/[.*]/.test(key)) {
        report.warn(at, null, `no origin has the id or domain name '${key}'${didYouMean(key, ids)}`)
      }
    }
  }

  /** The same rules for names that only a function knows; `base` is where bucket folders are looked for. */
  resolver(base: string): TargetResolver {
    return (domainName, port, protocol) => {
      const address = {
        domainName,
        port,
        protocol,
        base,
        key: domainName,
        signing: 'always' as const,
        originPath: '',
      }
      const override = selectOverride(this.#options.overrides, (it) => rankForDomain(it.key, domainName))
      if (override !== null) return this.#apply(override, address)
      return this.#byDomain.get(domainName.toLowerCase()) ?? this.#asNamed(address)
    }
  }

  #warnOfUnsigned(target: OriginTarget, { at, signing, DomainName }: OriginAddress): void {
    if (target.kind !== 'http' || target.bucket === undefined || signing === 'never') return
    if (target.bucket.credentials !== null) return
    const hint = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to those of the store'
    this.#options.report.warn(at, null, `requests to the bucket of ${DomainName} are not signed`, hint)
  }

  #apply(override: Override, address: Address): OriginTarget {
    const { target, source } = override
    if (target.kind === 'remote')
      return this.#toProduction(address, source, override.sendHost ?? 'production')
    if (target.kind === 'handler') {
      const { disk, report } = this.#options
      const handler = toHandlerOrigin(target, address, { at: override.at, disk, report })
      return handler === null
        ? { kind: 'unresolved', hint: `there is no ${target.handler}`, source }
        : { kind: 'handler', handler, source }
    }
    if (target.kind === 's3') return this.#toStore(target, address, source)
    if (target.kind === 'http') return { ...target, sendHost: override.sendHost ?? 'production', source }
    if (this.#options.disk.isFolder(target.folder)) return this.#asFolder(target, address, source)
    const message = `there is no folder ${target.folder}`
    if (!this.#missingFolders.has(override)) this.#options.report.warn(override.at, null, message)
    this.#missingFolders.add(override)
    return {
      kind: 'unresolved',
      hint: `${message}; create it, or change the target of ${address.key}`,
      source,
    }
  }

  /** A folder that stands for a website endpoint is one. */
  #asFolder(
    target: Extract<Override['target'], { kind: 'folder' | 'website' }>,
    { domainName }: Pick<Address, 'domainName'>,
    source: TargetSource,
  ): OriginTarget {
    const bucket = toWebsiteBucket(domainName)
    if (bucket === null || target.kind === 'website') return { ...target, source }
    const website = this.#options.websites?.get(bucket) ?? PLAIN_WEBSITE
    return { kind: 'website', folder: target.folder, website, source }
  }

  #asNamed(address: Address): OriginTarget {
    const { domainName, base } = address
    const handler = this.#options.handlers?.find((it) => it.domainName === domainName)
    if (handler !== undefined && handler.routes.length > 0)
      return { kind: 'handler', handler, source: 'template' }
    const { endpoint } = this.#options.s3
    if (endpoint !== null && toBucket(domainName) !== null) {
      return this.#toStore(endpoint, address, 'environment')
    }
    const bucket = toBucket(domainName) ?? toWebsiteBucket(domainName)
    if (bucket !== null) {
      const folder = join(base, bucket)
      if (this.#options.disk.isFolder(folder))
        return this.#asFolder({ kind: 'folder', folder }, address, 'configuration')
      const deployed = toBucketTarget(bucket, this.#options.bucketFolders ?? [])
      if (deployed !== null) return this.#asFolder(deployed, address, 'template')
    }
    // Differs from CloudFront: names of this machine and of its network are origins, and are dialled as they are.
    if (isLocalName(domainName)) return this.#toProduction(address, 'production name', 'target')
    if (this.#options.allowRemoteOrigins) return this.#toProduction(address, 'production name', 'production')
    return { kind: 'unresolved', hint: hintFor(address, bucket), source: 'unresolved' }
  }

  /** The origin under its own name. A private bucket is read with the credentials of this machine. */
  #toProduction(address: Address, source: TargetSource, sendHost: 'production' | 'target'): OriginTarget {
    const { protocol, port, domainName, signing } = address
    const hostname = withoutBrackets(domainName)
    const target = { kind: 'http', protocol, hostname, port, pathPrefix: '', sendHost, source } as const
    const { credentials, region } = this.#options.s3
    if (toBucket(domainName) === null || signing === 'never' || credentials === null) return target
    const access = { signing, credentials, missingKey: null, methods: 'reads' } as const
    return { ...target, bucket: { ...access, region: toBucketRegion(domainName) || region } }
  }

  #toStore(
    { protocol, hostname, port, bucket, prefix }: StoreTarget,
    { domainName, key, signing }: Address,
    source: TargetSource,
  ): OriginTarget {
    const name = bucket ?? toBucket(domainName)
    if (name === null) {
      const hint = `name the bucket: --origin ${key}=s3+${protocol}://${hostname}:${port}/BUCKET`
      return { kind: 'unresolved', hint, source }
    }
    const { credentials, region } = this.#options.s3
    return {
      kind: 'http',
      protocol,
      hostname,
      port,
      pathPrefix: `/${name}${prefix}`,
      sendHost: 'target',
      source,
      bucket: {
        signing,
        methods: 'all',
        region: toBucketRegion(domainName) || region,
        credentials,
        missingKey: 403,
      },
    }
  }
}

function hintFor(address: Address, bucket: string | null): string {
  const { key } = address
  if (bucket === null)
    return `add --origin ${key}=http://localhost:3000, or --allow-remote-origins to reach the real one`
  return `add --origin ${key}=./folder or make a folder ${bucket} beside the configuration, or --allow-remote-origins`
}

/** The viewer side is plain HTTP, so match-viewer is HTTP; S3 is reached over HTTPS. */
function toAddress(origin: OriginAddress): Address {
  const {
    DomainName: domainName,
    CustomOriginConfig: custom,
    base,
    Id: key,
    signing,
    OriginPath: originPath,
  } = origin
  if (custom === null) return { domainName, base, key, signing, originPath, protocol: 'https', port: 443 }
  const isHttps = custom.OriginProtocolPolicy === 'https-only'
  const port = isHttps ? custom.HTTPSPort : custom.HTTPPort
  return { domainName, base, key, signing, originPath, protocol: isHttps ? 'https' : 'http', port }
}
