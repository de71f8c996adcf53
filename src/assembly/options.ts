// The options of createPocketfront and the handle it returns.
import type { Logger } from 'pino'
import type { InvalidationPreview, InvalidationReceipt, TraceStore } from '../control/admin.ts'
import type { SteerableClock } from '../message/clock.ts'
import type { ConfigIssue } from '../config/issues.ts'
import type { LintFinding } from '../config/lint/rule.ts'
import type { SupportNote } from '../config/support.ts'
import type { Deployment } from '../model/deployment.ts'
import type { CertificateFiles } from '../viewer/tls/own-certificates.ts'

/** What {@link createPocketfront} takes. Everything has a default that fits a test. */
export interface PocketfrontOptions {
  /** Path(s) of configuration files, or a configuration as an object in the same shapes. */
  readonly config?: string | readonly string[] | object
  /** Targets by origin id or domain name; a single string is the target of the only origin. */
  readonly origins?: Readonly<Record<string, string>> | string | readonly string[]
  /** Values for templates by name: parameters, SSM parameters, secrets, imported values. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Files of such values, as --parameters takes them. */
  readonly parameterFiles?: readonly string[]
  /** `ARN-or-name=FILE`, as --lambda takes them. */
  readonly lambdas?: readonly string[]
  /** Interpreter of Python functions; default: that of the active virtual environment, else python3 on PATH. */
  readonly python?: string
  /** Port on 127.0.0.1 for debuggers of Node.js functions; 0 picks a free one. Functions then have all the time they need. */
  readonly inspectFunctions?: number | null
  /** Seconds a Lambda@Edge function may take; default 30 for both kinds of events. */
  readonly lambdaTimeouts?: { readonly viewer?: number; readonly origin?: number }
  /** `ARN-or-name=FILE`, as --function takes them. */
  readonly functions?: readonly string[]
  /**
   * What happens to a CloudFront Function with syntax that CloudFront's own engine does not know: `strict`, the
   * default, lets it fail as there; `lenient` runs it all the same.
   */
  readonly functionsDialect?: 'strict' | 'lenient'
  /** Warnings of the configuration are errors; default false. */
  readonly strict?: boolean
  /** Whether traps are looked for: settings that AWS accepts and that do not do what they look like; default true. */
  readonly lint?: boolean
  /** Base of relative paths; default: the current folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default 0: a free port. */
  readonly port?: number
  /** Default null: no admin port. 0 picks a free one. */
  readonly adminPort?: number | null
  /** Port for HTTPS; 0 picks a free one. Default null: no HTTPS, and ViewerProtocolPolicy is not enforced. */
  readonly httpsPort?: number | null
  /** Certificates for HTTPS, each with its key, as PEM files; names that none covers get one of a local authority. */
  readonly certificates?: readonly CertificateFiles[]
  /** Folder of the local authority; default: pocketfront/ca in the user's configuration folder. */
  readonly caFolder?: string
  /** Address of the data port; default 127.0.0.1. The admin port always listens on loopback. */
  readonly host?: string
  /** POP of viewers of whom nothing is known; default: the nearest to `viewerCountry`, or FRA56. */
  readonly pop?: string
  /** Country of viewers with a private address, as ISO 3166-1 alpha-2; default: none. */
  readonly viewerCountry?: string
  /** Files in MaxMind's format, which go before the database that comes along: cities, networks. */
  readonly geoDatabase?: string | readonly string[]
  /** The request headers x-pocketfront-* count from every address, not from loopback alone; default false. */
  readonly trustViewerHeaders?: boolean
  readonly clock?: SteerableClock
  /** The dice, from 0 up to 1: which responses are sampled for Server-Timing; default Math.random. */
  readonly random?: () => number
  /** Receives one line per request at info, problems at warn and error; default: silent. */
  readonly logger?: Logger
  /** Reload configuration and functions when their files change; default false. */
  readonly watch?: boolean
  /** Changed files of origins that are folders are invalidated; default false. */
  readonly watchOrigins?: boolean
  /** Origins that nothing maps may be reached under their production name; default false. */
  readonly allowRemoteOrigins?: boolean
  /** Origins may show any certificate, such as a self-signed one; default false. */
  readonly insecureOrigins?: boolean
  /** Bytes of memory per POP; default 128 MiB. */
  readonly edgeMemory?: number
  /** Bytes of memory per regional edge cache; default 512 MiB. */
  readonly regionalMemory?: number
  /** Bytes of memory per Region of an Origin Shield; default 512 MiB. */
  readonly shieldMemory?: number
  /** Bytes of disk per POP for objects above {@link memoryObject}; default 2 GiB. 0 keeps all in memory. */
  readonly edgeDisk?: number
  /** Bytes of disk per regional edge cache; default 8 GiB. */
  readonly regionalDisk?: number
  /** Bytes of disk per Region of an Origin Shield; default 8 GiB. */
  readonly shieldDisk?: number
  /** Bytes of the largest object whose body stays in memory; larger ones lie in temporary files. Default 4 MiB. */
  readonly memoryObject?: number
  /** Bytes of the largest object a tier stores; default 8 GiB, never more than the budget of its place. */
  readonly largestObject?: number
  /** Requests take as long between the layers as they would between the places; default false. */
  readonly simulateLatency?: boolean
  /** With simulateLatency: the AWS Region of origins whose domain name tells none, such as eu-west-1. */
  readonly originRegion?: string
  /** How many traces are kept; default 250. */
  readonly keepTraces?: number
  /** Real milliseconds that running responses get on stop; default 5000. */
  readonly graceMs?: number
  /** Called after every reload with what was loaded or why not. */
  readonly onReload?: (outcome: ReloadOutcome) => void
}

/** How a reload ended; a bad one left the old deployment in place. */
export type ReloadOutcome =
  | { readonly ok: true; readonly loaded: LoadedConfiguration }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] }

/** What is being served. */
export interface LoadedConfiguration {
  readonly deployment: Deployment
  readonly warnings: readonly ConfigIssue[]
  readonly notes: readonly SupportNote[]
  /** Settings that AWS accepts and that do not do what they look like. */
  readonly findings: readonly LintFinding[]
  /** The configuration files. */
  readonly files: readonly string[]
  /** These, and the files of code and data that were read with them. */
  readonly watched: readonly string[]
}

/** A running pocketfront. */
export interface Pocketfront {
  /** http://127.0.0.1:PORT */
  readonly url: string
  readonly port: number
  /** https://localhost:PORT, or null without HTTPS. */
  readonly httpsUrl: string | null
  readonly httpsPort: number | null
  /** File of the certificate that clients have to trust for HTTPS. It is there once {@link ca} has been called. */
  readonly caFile: string | null
  readonly adminUrl: string | null
  readonly adminPort: number | null
  readonly loaded: LoadedConfiguration
  /** POP of viewers of whom nothing is known, where the price class allows it. */
  readonly pop: string
  readonly clock: SteerableClock
  readonly traces: TraceStore
  /** Budgets in bytes: of memory, and of disk for large objects. */
  readonly budgets: {
    readonly edge: number
    readonly regional: number
    readonly shield: number
    readonly disk: { readonly edge: number; readonly regional: number; readonly shield: number }
    readonly largestObject: number
    readonly memoryObject: number
  }
  /** Settings that do not do what they look like: those of `loaded.findings`, and what requests have shown since. */
  traps(): readonly LintFinding[]
  /** The certificate of the local authority as PEM, made when there is none yet; rejects without HTTPS. */
  ca(): Promise<string>
  /**
   * fetch() against {@link url}, or with `https` against {@link httpsUrl}, whose authority it trusts; with one
   * distribution the Host is fine as it is, `host` picks another, the rest the viewer's place.
   */
  fetch(
    path: string,
    init?: RequestInit & {
      readonly host?: string
      readonly https?: boolean
      readonly pop?: string
      readonly viewerIp?: string
      readonly viewerCountry?: string
    },
  ): Promise<Response>
  /** Takes effect at once, in every cache. Paths, wildcards such as /img/*, and tags such as #product:1. */
  invalidate(paths: string | readonly string[], distributionId?: string): InvalidationReceipt[]
  readonly invalidations: {
    /** The newest first. */
    list(distributionId?: string): InvalidationReceipt[]
    get(id: string): InvalidationReceipt | null
    /** What an invalidation would take, counted and listed. */
    preview(paths: string | readonly string[], distributionId?: string): InvalidationPreview[]
  }
  /** Empties every cache. */
  purge(): number
  /** Reads the configuration again. Rejects never; a bad configuration is reported in the outcome. */
  reload(): Promise<ReloadOutcome>
  /** Stops accepting, lets running responses finish within the grace period, ends functions and timers. */
  stop(): Promise<void>
}
