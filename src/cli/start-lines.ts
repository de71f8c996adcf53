// The start and reloads as lines for people.
import type { OriginRow } from './origin-rows.ts'
import { toOriginRows } from './origin-rows.ts'
import { toIssueText } from './problem.ts'
import { toTrapText } from './validate-lines.ts'
import { localNames, localUrls, type Listening } from './urls.ts'
import { toSizeText } from './values.ts'
import type { Pocketfront, ReloadOutcome } from '../assembly/options.ts'
import type { ConfigIssue } from '../config/issues.ts'
import type { LintFinding } from '../config/lint/rule.ts'
import type { SupportNote } from '../config/support.ts'
import type { Distribution } from '../model/distribution.ts'
import { findEdgeLocation } from '../model/locations.ts'
import type { Palette } from '../observe/palette.ts'

/** What has been started, and with which arguments. */
export interface Started {
  readonly front: Pick<
    Pocketfront,
    'url' | 'port' | 'httpsUrl' | 'httpsPort' | 'caFile' | 'adminUrl' | 'adminPort' | 'loaded' | 'budgets'
  >
  readonly version: string
  readonly host: string
  readonly pop: string
  readonly isDemo: boolean
  /** Certificates of origins are not checked. */
  readonly insecureOrigins: boolean
  /** Real time passes between the places. */
  readonly simulateLatency: boolean
}

/** Where everything listens, what was loaded, what was approximated or ignored, and what to try. */
export function toStartLines(started: Started, palette: Palette, cwd: string): string[] {
  const { front, version, host, pop, isDemo } = started
  const { deployment, notes, warnings, findings } = front.loaded
  const served = deployment.Distributions.filter((distribution) => distribution.Enabled)
  const listening = { host, port: front.port, httpsPort: front.httpsPort, servedCount: served.length }
  const rows = toOriginRows(front, isDemo)
  const label = (text: string): string => palette.dim(text.padEnd(LABEL_WIDTH))
  const region = findEdgeLocation(pop)?.region ?? ''
  const { edge, regional, shield, memoryObject } = front.budgets
  const hasShield = served.some(({ Origins }) => Origins.some((origin) => origin.OriginShield.Enabled))
  const perShield = hasShield ? `${toSizeText(shield)} per Origin Shield Region, ` : ''
  const tryUrl = served[0] === undefined ? front.url : (localUrls(served[0], listening)[0] ?? front.url)
  return [
    `${palette.bold('pocketfront')} ${version}${isDemo ? ', the demo' : ''}`,
    ...deployment.Distributions.flatMap((distribution) => [
      '',
      ...toDistributionLines(distribution, toUrlLines(distribution, listening), palette),
      ...toOriginLines(
        distribution,
        rows.filter((row) => row.distribution === distribution.Id),
        palette,
      ),
      ...toNoteLines(
        notes.filter((note) => note.distribution === distribution.Id),
        palette,
      ),
    ]),
    '',
    ...toWarningLines(warnings, palette, cwd),
    ...toTrapLines(findings, palette, cwd),
    `${label('edge')}${pop}, regional edge cache ${region}`,
    `${label('memory')}${toSizeText(edge)} per edge location, ${toSizeText(regional)} per regional edge cache, ${perShield}objects up to ${toSizeText(memoryObject)}`,
    ...toDiskLines(front.budgets, perShield !== '', label),
    ...(started.simulateLatency
      ? [`${label('latency')}simulated: requests wait for the ways between the places`]
      : []),
    ...(started.insecureOrigins
      ? [`${label('origins')}${palette.yellow('certificates are not checked (--insecure-origins)')}`]
      : []),
    ...(front.caFile === null
      ? []
      : [
          `${label('https')}certificates signed by ${front.caFile}  ${palette.dim("'pocketfront ca' says how to trust it")}`,
        ]),
    ...(front.adminUrl === null ? [] : toAdminLines(front.adminUrl, label, palette)),
    `${label('try')}curl -i -H 'x-pocketfront-explain: 1' ${tryUrl}/`,
  ]
}

const LABEL_WIDTH = 9
const SHOWN_TRAPS = 3

/** Every warning of a configuration. */
export function toWarningLines(warnings: readonly ConfigIssue[], palette: Palette, cwd: string): string[] {
  return warnings.map((warning) => toIssueText(warning, palette, cwd))
}

/** The first traps, and how many there are. */
function toTrapLines(findings: readonly LintFinding[], palette: Palette, cwd: string): string[] {
  const rest = findings.length - SHOWN_TRAPS
  const more = `and ${rest} more; 'pocketfront validate' shows all, --no-lint none`
  return [
    ...findings.slice(0, SHOWN_TRAPS).map((finding) => toTrapText(finding, palette, cwd)),
    ...(rest > 0 ? [palette.dim(more)] : []),
  ]
}

/** What a reload brought, or why the configuration in use stays. */
export function toReloadLines(outcome: ReloadOutcome, palette: Palette, cwd: string): string[] {
  if (!outcome.ok) {
    return [
      ...outcome.issues.map((issue) => toIssueText(issue, palette, cwd)),
      palette.red('not reloaded, the previous configuration stays in use'),
    ]
  }
  const { deployment, warnings, findings } = outcome.loaded
  const count = deployment.Distributions.length
  return [
    ...toWarningLines(warnings, palette, cwd),
    ...toTrapLines(findings, palette, cwd),
    palette.green(`reloaded, ${count} ${count === 1 ? 'distribution' : 'distributions'}`),
  ]
}

/** Larger objects lie in temporary files. */
function toDiskLines(
  { disk, largestObject }: Pocketfront['budgets'],
  hasShield: boolean,
  label: (text: string) => string,
): string[] {
  if (disk.edge === 0 && disk.regional === 0) return []
  const perShield = hasShield ? `${toSizeText(disk.shield)} per Origin Shield, ` : ''
  return [
    `${label('disk')}${toSizeText(disk.edge)} per edge location, ${toSizeText(disk.regional)} per regional edge cache, ${perShield}objects up to ${toSizeText(largestObject)}`,
  ]
}

function toAdminLines(adminUrl: string, label: (text: string) => string, palette: Palette): string[] {
  return [
    `${label('admin')}${palette.cyan(adminUrl)}  ${palette.dim('clock, metrics, invalidations; GET / lists everything')}`,
    `${label('why')}curl -s '${adminUrl}/traces?last=1'`,
  ]
}

/** Each name over HTTP and HTTPS. */
function toUrlLines(distribution: Distribution, listening: Listening): string[] {
  const { port, httpsPort } = listening
  return localNames(distribution, listening).map((name) => {
    const secure = httpsPort === null ? '' : `  https://${name}:${httpsPort}`
    return `http://${name}:${port}${secure}`
  })
}

function toDistributionLines(
  distribution: Distribution,
  urls: readonly string[],
  palette: Palette,
): string[] {
  const { Id, DomainName, Comment, Enabled } = distribution
  const comment = Comment === '' ? '' : palette.dim(`  ${Comment}`)
  const state = Enabled ? '' : palette.yellow('  disabled, not served')
  return [
    `${palette.bold(Id)}  ${DomainName}${comment}${state}`,
    ...urls.map((url) => `  ${palette.cyan(url)}`),
  ]
}

function toOriginLines(distribution: Distribution, rows: readonly OriginRow[], palette: Palette): string[] {
  const unresolved = new Set(
    distribution.Origins.filter((origin) => origin.target.kind === 'unresolved').map((origin) => origin.Id),
  )
  const isReached = (row: OriginRow): boolean => !unresolved.has(row.originId)
  const idWidth = widest(rows.map((row) => row.originId))
  const nameWidth = widest(rows.map((row) => row.domainName))
  const targetWidth = widest(rows.filter(isReached).map((row) => row.target))
  return rows.map((row) => {
    const start = `  ${palette.dim('origin')} ${row.originId.padEnd(idWidth)}  ${row.domainName.padEnd(nameWidth)}  -> `
    if (!isReached(row)) return start + palette.yellow(row.target)
    return `${start}${row.target.padEnd(targetWidth)}  ${palette.dim(row.source)}`
  })
}

function toNoteLines(notes: readonly SupportNote[], palette: Palette): string[] {
  const handlingWidth = widest(notes.map((note) => note.handling))
  const width = widest(notes.map((note) => note.feature))
  return notes.map(
    ({ feature, handling, detail }) =>
      `  ${palette.dim(handling.padEnd(handlingWidth))} ${feature.padEnd(width)}  ${detail}`,
  )
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0)
}
