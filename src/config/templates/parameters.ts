// Parameters of a template: given values, defaults, and what they may be.
import type { ConfigNode, Located, MapNode } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { listAt, scalarAt, textOf } from './values.ts'

/** Values by name, found when asked for. */
export type ParameterValues = Pick<ReadonlyMap<string, string>, 'get'>

export interface ParameterSources {
  /** From the command line, a file or a parent stack. */
  readonly given: ParameterValues
  /** SSM parameters and secrets by name. */
  readonly lookUp: (name: string) => string | null
}

/**
 * The value of a declared parameter: given, else its Default, else an error that names it.
 * (CloudFormation User Guide, 'Parameters section')
 */
export function readParameter(
  name: string,
  declaration: MapNode,
  { given, lookUp }: ParameterSources,
  report: Report,
  at: Located,
): ConfigNode {
  const type = textOf(entryOf(declaration, 'Type')) ?? 'String'
  const text = given.get(name) ?? defaultOf(declaration)
  if (text === null) {
    const hint = `give it with --parameter ${name}=VALUE`
    report.error(declaration, null, `the parameter ${name} has no Default and was not given`, hint)
    return scalarAt(at, null)
  }
  const isSsm = type.startsWith('AWS::SSM::Parameter::Value<')
  const value = isSsm ? fromSsm(text, name, lookUp, report, declaration) : text
  if (!isSsm) checkAllowed(name, value, declaration, report)
  if (!/^(?:CommaDelimitedList|List<)/.test(isSsm ? type.slice('AWS::SSM::Parameter::Value<'.length) : type))
    return scalarAt(at, value)
  const items = value === '' ? [] : value.split(',').map((item) => scalarAt(at, item.trim()))
  return listAt(at, items)
}

function defaultOf(declaration: MapNode): string | null {
  const value = declaration.entries.get('Default')?.value
  if (value?.kind === 'list') return value.items.map((item) => textOf(item) ?? '').join(',')
  return value?.kind === 'scalar' ? value.text : null
}

function fromSsm(
  path: string,
  name: string,
  lookUp: (name: string) => string | null,
  report: Report,
  at: Located,
): string {
  const value = lookUp(path)
  if (value !== null) return value
  // CDK's bootstrap version is in every template and used by none of its resources.
  if (name !== 'BootstrapVersion')
    report.warn(
      at,
      null,
      `the SSM parameter ${path} is not known here`,
      `give it with --parameter ${path}=VALUE`,
    )
  return `unresolved-${path.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')}`
}

function checkAllowed(name: string, value: string, declaration: MapNode, report: Report): void {
  const allowed = declaration.entries.get('AllowedValues')?.value
  if (allowed?.kind === 'list') {
    const words = allowed.items.map((item) => (item.kind === 'scalar' ? item.text : ''))
    if (!words.includes(value))
      report.error(declaration, null, `the parameter ${name} is '${value}', allowed are ${words.join(', ')}`)
  }
  const pattern = textOf(entryOf(declaration, 'AllowedPattern'))
  if (pattern !== null && !matches(pattern, value))
    report.error(
      declaration,
      null,
      `the parameter ${name} is '${value}', which AllowedPattern ${pattern} does not allow`,
    )
}

/** A pattern that is none here (other dialects have more) allows everything. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 's').test(value)
  } catch {
    return true
  }
}
