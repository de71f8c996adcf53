// Prometheus text exposition format 0.0.4: one metric family as lines.

/** One time series of a family: label pairs in order, and the value. */
export type Sample = readonly [labels: readonly (readonly [name: string, value: string])[], value: number]

/** The HELP and TYPE lines of a family and its samples; a family without samples still announces itself. */
export function toFamilyText(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: Iterable<Sample>,
): string {
  let text = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`
  for (const [labels, value] of samples) text += `${name}${toLabelText(labels)} ${toValueText(value)}\n`
  return text
}

/** The media type of the format. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

function toLabelText(labels: Sample[0]): string {
  if (labels.length === 0) return ''
  return `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function toValueText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}
