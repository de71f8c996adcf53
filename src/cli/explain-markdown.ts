// explain-config for a pull request: small tables of Markdown.
import { collectPolicies, toFunctionText, toHonoredText, toPolicyCell, toTtlCell } from './explain-words.ts'
import type { DistributionView, OriginView } from '../assembly/explain/distribution.ts'

/** (GitHub Flavored Markdown, section 4.10) */
export function toExplainMarkdown(views: readonly DistributionView[]): string {
  return `${views.map((view) => toSection(view).join('\n')).join('\n\n')}\n`
}

function toSection(view: DistributionView): string[] {
  const { id, comment, enabled, settings, aliases, domainName } = view
  const title = comment === '' ? code(id) : `${escape(comment)} (${code(id)})`
  return [
    `### ${title}${enabled ? '' : ', disabled'}`,
    '',
    [...aliases, ...(aliases.length === 0 ? [domainName] : [])].map(code).join(', '),
    `<br>${settings.map(escape).join(' · ')}`,
    '',
    ...toBehaviors(view),
    ...toPolicies(view),
    ...toOrigins(view.origins),
    ...view.groups.map(({ id: group, text }) => `- ${code(group)}: ${escape(text)}`),
    ...(view.groups.length > 0 ? [''] : []),
    ...toErrorPages(view),
    ...toFeatures(view),
  ]
}

function toBehaviors({ behaviors }: DistributionView): string[] {
  const hasFunctions = behaviors.some(({ functions }) => functions.length > 0)
  const hasHeaders = behaviors.some(({ responseHeaders }) => responseHeaders !== null)
  const head = [
    ...['path', 'to', 'viewers', 'methods', 'cache key', 'also forwarded', 'TTL min / default / max'],
    ...(hasFunctions ? ['functions'] : []),
    ...(hasHeaders ? ['response headers'] : []),
  ]
  const rows = behaviors.map((each) => [
    code(each.path),
    escape(each.target),
    escape(each.signed === null ? each.viewers : `${each.viewers}, signed by ${each.signed}`),
    escape(each.methods),
    escape(toPolicyCell(each.key)),
    escape(toPolicyCell(each.forwarded)),
    escape(toTtlCell(each)),
    ...(hasFunctions ? [each.functions.map((one) => escape(toFunctionText(one))).join('<br>')] : []),
    ...(hasHeaders ? [escape(toPolicyCell(each.responseHeaders))] : []),
  ])
  return table(head, rows)
}

function toPolicies(view: DistributionView): string[] {
  const policies = collectPolicies(view)
  return policies.length === 0
    ? []
    : [...policies.map(([name, text]) => `- ${code(name)}: ${escape(text)}`), '']
}

function toOrigins(origins: readonly OriginView[]): string[] {
  const rows = origins.map(({ id, domainName, settings, target, source }) => [
    escape(id),
    code(domainName),
    escape(settings.join(', ')),
    target === null ? '**none**' : `${code(target)} (${source})`,
  ])
  return table(['origin', 'name', 'settings', 'here'], rows)
}

function toErrorPages({ errorPages }: DistributionView): string[] {
  if (errorPages.length === 0) return []
  return table(
    ['error', 'becomes'],
    errorPages.map(({ status, text }) => [String(status), escape(text)]),
  )
}

function toFeatures({ features }: DistributionView): string[] {
  const other = features.filter(({ handling }) => handling !== 'honored')
  const honored = `Honored by pocketfront: ${escape(toHonoredText(features))}.`
  if (other.length === 0) return [honored]
  const rows = other.map(({ feature, handling, detail }) => [code(feature), handling, escape(detail)])
  return [honored, '', ...table(['setting', 'here', ''], rows).slice(0, -1)]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [line(head), line(head.map(() => '---')), ...rows.map(line), '']
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Text that Markdown must not take for its own. */
function escape(text: string): string {
  return text.replaceAll(/[\\|<>*_`[\]#~]/g, String.raw`\$&`).replaceAll(/\s*[\r\n]+\s*/g, ' ')
}

/** A code span; in a table even there a bar ends the cell. */
function code(text: string): string {
  const plain = text.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll('|', String.raw`\|`)
  return plain.includes('`') ? `\`\` ${plain} \`\`` : `\`${plain}\``
}
