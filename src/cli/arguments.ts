// The command line as a value: what to run, or what to print instead.
import { Command, Option } from 'commander'
import { parseExplainConfig, type ExplainArguments } from './explain-arguments.ts'
import { parseImport, type ImportArguments } from './import-arguments.ts'
import { parseInvalidate, type InvalidateArguments } from './invalidate-arguments.ts'
import { collect, orInvalid, parseStrictly, refuse, type NotRun } from './parse.ts'
import { dialectOption, parseTestFunction, type TestFunctionArguments } from './test-function-arguments.ts'
import { parseValidate, type ValidateArguments } from './validate-arguments.ts'
import { parseCount, parseSize } from './values.ts'
import type { LogLevel } from '../observe/logger.ts'
import { LOG_LEVELS } from '../observe/logger.ts'

/** Every option with its default. */
export interface RunArguments {
  readonly config: readonly string[]
  readonly origin: readonly string[]
  readonly lambda: readonly string[]
  readonly parameter: readonly string[]
  /** Files of parameters. */
  readonly parameters: readonly string[]
  readonly function: readonly string[]
  readonly functionsDialect: 'strict' | 'lenient'
  /** Warnings of the configuration are errors. */
  readonly strict: boolean
  /** Whether traps are looked for. */
  readonly lint: boolean
  readonly python?: string
  readonly inspectFunctions?: number
  readonly lambdaViewerTimeout: number
  readonly lambdaOriginTimeout: number
  readonly port: number
  /** null: no HTTPS. */
  readonly httpsPort: number | null
  /** Files of certificates and their keys. */
  readonly certificates: readonly { readonly cert: string; readonly key: string }[]
  /** Folder of the local certificate authority; null: the usual one. */
  readonly caFolder: string | null
  readonly adminPort: number
  readonly host: string
  /** null: FRA56, or the nearest to viewerCountry. */
  readonly pop: string | null
  readonly viewerCountry: string | null
  readonly geoDatabase: readonly string[]
  readonly trustViewerHeaders: boolean
  readonly watch: boolean
  readonly watchOrigins: boolean
  readonly logLevel: LogLevel
  readonly json: boolean
  readonly quiet: boolean
  readonly allowRemoteOrigins: boolean
  readonly insecureOrigins: boolean
  readonly edgeMemory: number
  readonly regionalMemory: number
  readonly shieldMemory: number
  readonly edgeDisk: number
  readonly regionalDisk: number
  readonly shieldDisk: number
  readonly memoryObject: number
  readonly largestObject: number
  readonly keepTraces: number
  readonly simulateLatency: boolean
  readonly originRegion: string | null
}

/** What a command line asks for. */
export type ParsedArguments =
  | { readonly kind: 'run'; readonly run: RunArguments }
  | { readonly kind: 'invalidate'; readonly invalidate: InvalidateArguments }
  /** Make the local certificate authority if there is none, and say how to trust it. */
  | { readonly kind: 'ca'; readonly caFolder: string | null; readonly json: boolean }
  | { readonly kind: 'test-function'; readonly test: TestFunctionArguments }
  | { readonly kind: 'validate'; readonly validate: ValidateArguments }
  | { readonly kind: 'explain-config'; readonly explain: ExplainArguments }
  | { readonly kind: 'import'; readonly import: ImportArguments }
  | NotRun

/** Options without a default of their own, when they are not given. */
const UNSET = {
  origin: [],
  lambda: [],
  parameter: [],
  parameters: [],
  function: [],
  strict: false,
  pop: null,
  viewerCountry: null,
  geoDatabase: [],
  trustViewerHeaders: false,
  watch: false,
  watchOrigins: false,
  json: false,
  quiet: false,
  allowRemoteOrigins: false,
  insecureOrigins: false,
  simulateLatency: false,
  originRegion: null,
} as const

/** What commander returns. */
type Given = Omit<RunArguments, 'config' | 'certificates' | 'caFolder' | keyof typeof UNSET> &
  Partial<Pick<RunArguments, keyof typeof UNSET>> & {
    readonly https: boolean
    readonly httpsPort: number
    readonly cert?: readonly string[]
    readonly key?: readonly string[]
    readonly ca?: string
  }

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const MOST_TRACES = 1_000_000

/** Strict: an unknown option is refused with the nearest known one. */
export function parseArguments(argv: readonly string[], version: string): ParsedArguments {
  if (argv[0] === 'invalidate') return parseInvalidate(argv.slice(1))
  if (argv[0] === 'import') return parseImport(argv.slice(1))
  if (argv[0] === 'explain-config') return parseExplainConfig(argv.slice(1))
  if (argv[0] === 'test-function') return parseTestFunction(argv.slice(1))
  if (argv[0] === 'validate') return parseValidate(argv.slice(1))
  const command = createCommand(version)
  const notRun = parseStrictly(command, argv)
  if (notRun !== null) return notRun
  const { https, httpsPort, cert = [], key = [], ca, ...options } = command.opts<Given>()
  const caFolder = ca ?? null
  if (command.args.length === 1 && command.args[0] === 'ca') {
    return { kind: 'ca', caFolder, json: options.json === true }
  }
  if (cert.length !== key.length) {
    return refuse('Each --cert needs its --key, in the same order.', argv)
  }
  const url = command.args.find((arg) => /^https?:\/\//i.test(arg))
  if (url !== undefined) {
    return refuse(`'${url}' is no configuration file. For an origin write --origin ${url}`, argv)
  }
  const quiet = options.quiet === true
  const logLevel = quiet && !isGiven(command, 'logLevel') ? 'warn' : options.logLevel
  const ports = { httpsPort: https ? selectHttpsPort(command, options.port, httpsPort) : null }
  const certificates = cert.map((file, index) => ({ cert: file, key: key[index]! }))
  const tls = { ...ports, certificates, caFolder }
  return { kind: 'run', run: { ...UNSET, ...options, ...tls, logLevel, config: command.args } }
}

function selectHttpsPort(command: Command, httpPort: number, httpsPort: number): number {
  return httpPort === 0 && !isGiven(command, 'httpsPort') ? 0 : httpsPort
}

function isGiven(command: Command, option: string): boolean {
  return command.getOptionValueSource(option) !== 'default'
}

function createCommand(version: string): Command {
  return new Command('pocketfront')
    .description(
      'Runs Amazon CloudFront distributions on this machine: layered cache, edge functions, and the reason for every hit and miss.',
    )
    .argument(
      '[CONFIG...]',
      'configuration files, or folders such as cdk.out; without any and without --origin a demo is served',
    )
    .addOption(
      new Option(
        '-o, --origin <[KEY=]TARGET>',
        'URL, folder, s3+http://HOST/BUCKET or lambda:FILE of an origin; KEY is its id or domain name',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '-l, --lambda <NAME=FILE>',
        'code of a Lambda@Edge function; NAME is its name or ARN',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '-f, --function <NAME=FILE>',
        'code of a CloudFront Function; NAME is its name or ARN',
      ).argParser(collect),
    )
    .addOption(dialectOption())
    .addOption(new Option('--python <path>', 'interpreter of Python functions; python3 on PATH'))
    .addOption(
      new Option('--inspect-functions [port]', 'port on 127.0.0.1 for debuggers of Lambda@Edge functions')
        .argParser((text) => orInvalid(parseCount(text, 65_535), 'a port from 0 to 65535'))
        .preset('9229'),
    )
    .addOption(
      new Option(
        '--parameter <NAME=VALUE>',
        'value of a template parameter, SSM parameter, secret or imported name',
      ).argParser(collect),
    )
    .addOption(
      new Option('--parameters <file>', 'file of such values, in one of the forms of AWS').argParser(collect),
    )
    .addOption(seconds('--lambda-viewer-timeout <seconds>', 'what a function on a viewer event may take'))
    .addOption(seconds('--lambda-origin-timeout <seconds>', 'what a function on an origin event may take'))
    .addOption(port('-p, --port <number>', 'port for viewers; 0 picks a free one', 8080))
    .addOption(port('--https-port <number>', 'port for viewers over HTTPS; 0 picks a free one', 8443))
    .addOption(new Option('--no-https', 'no HTTPS port; ViewerProtocolPolicy is not enforced'))
    .addOption(port('--admin-port <number>', 'port for the clock, traces, metrics, on 127.0.0.1 only', 8081))
    .addOption(
      new Option('--cert <file>', 'certificate for HTTPS as PEM, with --key; may be repeated').argParser(
        collect,
      ),
    )
    .addOption(new Option('--key <file>', 'private key of the --cert before it').argParser(collect))
    .addOption(new Option('--ca <folder>', 'folder of the local certificate authority'))
    .addOption(
      new Option('--host <address>', 'address for viewers; 0.0.0.0 in a container').default('127.0.0.1'),
    )
    .addOption(
      new Option('--pop <code>', 'edge location of viewers of unknown place').default(undefined, 'FRA56'),
    )
    .addOption(new Option('--viewer-country <code>', 'country of viewers with a private address, such as DE'))
    .addOption(
      new Option(
        '--geo-database <file>',
        'cities or networks of addresses, a .mmdb file; may be given more than once',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--trust-viewer-headers',
        'x-pocketfront-* headers count from all addresses, not from loopback alone',
      ),
    )
    .addOption(new Option('-w, --watch', 'load changed configuration and functions'))
    .addOption(new Option('--watch-origins', 'changed files of origins that are folders are invalidated'))
    .addOption(new Option('--strict', 'warnings of the configuration are errors'))
    .addOption(new Option('--no-lint', 'do not look for traps in the configuration'))
    .addOption(new Option('--log-level <level>', 'what is logged').choices(LOG_LEVELS).default('info'))
    .addOption(new Option('--json', 'JSON lines in place of text for people'))
    .addOption(new Option('-q, --quiet', 'only warnings and errors'))
    .addOption(
      new Option('--allow-remote-origins', 'origins without a target are reached under their own name'),
    )
    .addOption(
      new Option('--insecure-origins', 'certificates of origins are not checked: self-signed ones will do'),
    )
    .addOption(
      new Option('--simulate-latency', 'requests take as long between the layers as between the places'),
    )
    .addOption(
      new Option('--origin-region <region>', 'with it: the AWS Region of origins whose name tells none'),
    )
    .addOption(size('--edge-memory <size>', 'memory per edge location', 128 * MIB, '128MiB'))
    .addOption(size('--regional-memory <size>', 'memory per regional edge cache', 512 * MIB, '512MiB'))
    .addOption(size('--shield-memory <size>', 'memory per Origin Shield Region', 512 * MIB, '512MiB'))
    .addOption(size('--edge-disk <size>', 'disk per edge location, for large objects', 2 * GIB, '2GiB'))
    .addOption(size('--regional-disk <size>', 'disk per regional edge cache', 8 * GIB, '8GiB'))
    .addOption(size('--shield-disk <size>', 'disk per Origin Shield Region', 8 * GIB, '8GiB'))
    .addOption(size('--memory-object <size>', 'largest object in memory; others on disk', 4 * MIB, '4MiB'))
    .addOption(size('--largest-object <size>', 'largest object that is cached', 8 * GIB, '8GiB'))
    .addOption(
      new Option('--keep-traces <number>', 'how many requests can be explained afterwards')
        .argParser((text) => orInvalid(parseCount(text, MOST_TRACES), `a whole number up to ${MOST_TRACES}`))
        .default(250),
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', HELP_AFTER)
    .showSuggestionAfterError(true)
}

const HELP_AFTER = `
Examples:
  pocketfront --origin http://localhost:3000
  pocketfront distribution.yaml --origin site=./dist --origin api=http://localhost:3000
  pocketfront distribution.json --lambda rewrite=./edge/rewrite.mjs --watch
  pocketfront invalidate '/img/*' --dry-run     what would go from the caches of a running one
  pocketfront test-function rewrite.js --event event.json
  pocketfront explain-config state.json         what a configuration does, in words
  pocketfront import state.json > site.yaml     the same configuration in the form of pocketfront
  pocketfront validate distribution.yaml        what AWS would refuse, or accept and surprise with
  pocketfront ca                 how to trust the certificates for HTTPS

With --json every line of stdout is an object with "event": distribution, origin, note, warning, trap and ready
at the start, then request, log, function, reload and stopping. What keeps pocketfront from starting goes to stderr.

Environment: POCKETFRONT_ORIGINS="site=./dist,api=http://api:3000", POCKETFRONT_ORIGIN_<ID>, NO_COLOR.
Exit codes: 0 stopped, 1 could not start, 2 wrong command line or configuration.`

function port(flags: string, description: string, usual: number): Option {
  return new Option(flags, description)
    .argParser((text) => orInvalid(parseCount(text, 65_535), 'a port from 0 to 65535'))
    .default(usual)
}

/** (Developer Guide, 'Quotas on Lambda@Edge'): 30 seconds; 5 for viewer events until 2025. */
function seconds(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((text) => orInvalid(parseCount(text, 900) || null, 'whole seconds from 1 to 900'))
    .default(30)
}

function size(flags: string, description: string, usual: number, usualText: string): Option {
  return new Option(flags, description)
    .argParser((text) => orInvalid(parseSize(text), 'a size such as 64MiB or 1GiB'))
    .default(usual, usualText)
}
