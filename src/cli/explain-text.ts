// explain-config for people at a terminal.
import { collectPolicies, toFunctionText, toHonoredText, toPolicyCell, toTtlCell } from './explain-words.ts'
import type { BehaviorView } from '../assembly/explain/behavior.ts'
import type { DistributionView } from '../assembly/explain/distribution.ts'
import type { Palette } from '../observe/palette.ts'

/** One part per distribution. */
export function toExplainText(views: readonly DistributionView[], palette: Palette): string {
  return `${views.map((view) => toPart(view, palette).join('\n')).join('\n\n')}\n`
}

function toPart(view: DistributionView, palette: Palette): string[] {
  const { id, domainName, comment, enabled, aliases, settings, groups, errorPages } = view
  const { bold, dim, yellow } = palette
  const title = [
    bold(id),
    domainName,
    comment === '' ? null : dim(comment),
    enabled ? null : yellow('disabled'),
  ]
  return [
    title.filter((part) => part !== null).join('  '),
    ...(aliases.length === 0 ? [] : [`  ${aliases.join(', ')}`]),
    `  ${dim(settings.join(', '))}`,
    '',
    ...view.behaviors.flatMap((each) => [...toBehavior(each, palette), '']),
    ...rows('policies', collectPolicies(view), palette),
    ...rows(
      'origins',
      view.origins.map((each) => [each.id, ''] as const),
      palette,
      (index) => {
        const { domainName: name, settings: own, target, source } = view.origins[index]!
        const reached = target === null ? yellow('nothing on this machine') : `${target}  ${dim(source)}`
        return `${name}  ${dim(own.join(', '))}  -> ${reached}`
      },
    ),
    ...rows(
      'origin groups',
      groups.map((each) => [each.id, each.text] as const),
      palette,
    ),
    ...rows(
      'errors',
      errorPages.map((each) => [String(each.status), each.text] as const),
      palette,
    ),
    ...toFeatures(view, palette),
  ]
}

function toBehavior(behavior: BehaviorView, { bold, dim, cyan }: Palette): string[] {
  const { path, target, viewers, methods, signed, key, forwarded, functions, responseHeaders } = behavior
  const lines: readonly (readonly [string, string])[] = [
    ['viewers', `${viewers}, ${methods}`],
    ['signed', signed === null ? '' : `by ${signed}; not checked here`],
    ['key', toPolicyCell(key)],
    ['forwarded', forwarded === null ? '' : toPolicyCell(forwarded)],
    ['cached', toTtlCell(behavior)],
    ...functions.map((each) => ['function', toFunctionText(each)] as const),
    ['headers', toPolicyCell(responseHeaders)],
  ]
  return [
    `  ${bold(path)} -> ${cyan(target)}`,
    ...lines.filter(([, text]) => text !== '').map(([name, text]) => `    ${dim(name.padEnd(10))}${text}`),
  ]
}

function rows(
  title: string,
  entries: readonly (readonly [string, string])[],
  { dim }: Palette,
  textOf: (index: number) => string = (index) => entries[index]![1],
): string[] {
  if (entries.length === 0) return []
  const width = Math.max(...entries.map(([name]) => name.length))
  return [
    dim(`  ${title}`),
    ...entries.map(([name], index) => `    ${name.padEnd(width)}  ${textOf(index)}`),
    '',
  ]
}

function toFeatures({ features }: DistributionView, palette: Palette): string[] {
  const { dim, green, yellow } = palette
  const width = Math.max(...features.map(({ handling }) => handling.length))
  const other = features.filter(({ handling }) => handling !== 'honored')
  return [
    dim('  here'),
    `    ${green('honored'.padEnd(width))}  ${toHonoredText(features)}`,
    ...other.map(
      ({ feature, handling, detail }) => `    ${yellow(handling.padEnd(width))}  ${feature}: ${detail}`,
    ),
  ]
}
