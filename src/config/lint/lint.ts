// Runs the trap rules over what was read, and turns what they find into places in the files.
import type { Distribution } from '../../model/distribution.ts'
import type { HandlerOrigin } from '../../model/handler-origin.ts'
import { didYouMean } from '../nodes/did-you-mean.ts'
import { Fields } from '../nodes/fields.ts'
import type { MapNode } from '../nodes/node.ts'
import type { Places } from '../nodes/places.ts'
import type { Report } from '../nodes/report.ts'
import { toBehaviors } from './behaviors.ts'
import type { LintFinding, LintSite } from './rule.ts'
import { LINT_RULES } from './rules.ts'
import { RUN_TIME_RULES } from './run-time.ts'

/** What AWS accepts and will surprise with, in the order of the files' lines. */
export function lint(
  distributions: readonly Distribution[],
  places: Places,
  off: ReadonlySet<string>,
  handlers: readonly HandlerOrigin[] = [],
): LintFinding[] {
  const urls = handlers.filter(({ kind }) => kind === 'function-url')
  const functionUrls = new Map(urls.map((each) => [each.domainName, each.authType ?? 'NONE']))
  const rules = LINT_RULES.filter((rule) => !off.has(rule.id))
  const findings = distributions.flatMap((distribution) => {
    const site: LintSite = {
      distribution,
      behaviors: toBehaviors(distribution),
      all: distributions,
      functionUrls,
      places,
    }
    return rules.flatMap((rule) =>
      rule.check(site).map(({ at, key, message, fix }): LintFinding => {
        const { place, path } = places.at(at, key)
        return {
          severity: 'warning',
          ...place,
          path,
          code: rule.id,
          message,
          hint: fix,
          distribution: distribution.Id,
          page: rule.page,
        }
      }),
    )
  })
  const files = [...new Set(findings.map(({ file }) => file))]
  return findings.toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  )
}

/** Rules that a file switches off: `lint: { off: [user-agent-in-key] }`. */
export function readLintOff(sections: readonly MapNode[], report: Report): Set<string> {
  const known = [...LINT_RULES, ...RUN_TIME_RULES].map(({ id }) => id)
  const off = new Set<string>()
  for (const section of sections) {
    const fields = new Fields(section, report)
    for (const { text, node } of fields.texts('off')) {
      if (known.includes(text)) off.add(text)
      else report.warn(node, null, `there is no rule '${text}'${didYouMean(text, known)}`)
    }
    fields.finish()
  }
  return off
}
