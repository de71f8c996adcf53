// The command line of `pocketfront invalidate`.
import { Command, Option } from 'commander'
import { orInvalid, parseStrictly, type NotRun } from './parse.ts'
import { parseCount } from './values.ts'

/** What `pocketfront invalidate` is to do. */
export interface InvalidateArguments {
  readonly paths: readonly string[]
  /** null: all distributions. */
  readonly distribution: string | null
  readonly adminPort: number
  readonly dryRun: boolean
  readonly json: boolean
}

/** `argv` is what follows the word invalidate. */
export function parseInvalidate(
  argv: readonly string[],
): { readonly kind: 'invalidate'; readonly invalidate: InvalidateArguments } | NotRun {
  const command = new Command('pocketfront invalidate')
    .description('Invalidates objects in the caches of a running pocketfront.')
    .argument('<PATHS...>', "paths such as /index.html and '/img/*', or tags such as '#product:1'")
    .addOption(new Option('-d, --distribution <id>', 'only this one; default: all that are loaded'))
    .addOption(
      new Option('--admin-port <number>', 'where the running pocketfront listens')
        .argParser((text) => orInvalid(parseCount(text, 65_535), 'a port from 0 to 65535'))
        .default(8081),
    )
    .addOption(new Option('-n, --dry-run', 'show what would go, and leave it'))
    .addOption(new Option('--json', 'JSON in place of text for people'))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', HELP_AFTER)
    .showSuggestionAfterError(true)
  const notRun = parseStrictly(command, argv)
  if (notRun !== null) return notRun
  const { distribution = null, dryRun = false, json = false, adminPort } = command.opts<Given>()
  return { kind: 'invalidate', invalidate: { paths: command.args, distribution, adminPort, dryRun, json } }
}

interface Given {
  readonly distribution?: string
  readonly adminPort: number
  readonly dryRun?: boolean
  readonly json?: boolean
}

const HELP_AFTER = `
* is a wildcard as the last character only, and needs quotes in a shell. A path is as viewers request it, with the
query string where that is in the cache key.

Exit codes: 0 done, 1 nothing answers at the admin port, 2 wrong command line, path or distribution.`
