// From slices to ratios, goals and markdown tables.
import type { Slice, Slices } from './measure.ts'

/** A value that the project promises to keep. */
export interface Limit {
  must: number
  aim: number
  /** Is a larger or a smaller value the better one? */
  better: 'larger' | 'smaller'
}

/** A promise about one subject, as a ratio to another one of the same group. */
export interface Goal extends Limit {
  subject: string
  against: string
  /** Requests per CPU second, CPU time per request, the CPU time that one request costs more, or the median latency. */
  ratioOf: 'requests per CPU second' | 'CPU per request' | 'CPU µs added' | 'p50'
}

/** What became of a promise. */
export interface Verdict extends Limit {
  what: string
  unit: string
  /** One value per start. */
  values: readonly number[]
}

function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** Noise only ever adds CPU time, so the low end of the samples is the steadiest figure. */
function lowQuintile(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.2)] ?? Number.NaN
}

function ratio(goal: Goal, subject: Slice, against: Slice): number {
  switch (goal.ratioOf) {
    case 'requests per CPU second':
      return against.cpu / subject.cpu
    case 'CPU per request':
      return subject.cpu / against.cpu
    case 'CPU µs added':
      return subject.cpu - against.cpu
    case 'p50':
      return subject.p50 / against.p50
  }
}

/** Pairs of the same round of the same start; the median of each start's pairs is one value. */
export function judge(goal: Goal, slices: Slices): Verdict | null {
  const [subject, against] = [slices.get(goal.subject), slices.get(goal.against)]
  if (subject === undefined || against === undefined) return null
  const values = subject.map((own, start) =>
    median(
      own.flatMap((one, round) => {
        const other = against[start]?.[round]
        return other === undefined ? [] : [ratio(goal, one, other)]
      }),
    ),
  )
  return { ...goal, what: `${goal.subject} / ${goal.against}, ${goal.ratioOf}`, unit: '', values }
}

export const holds = ({ must, better, values }: Verdict): boolean =>
  better === 'larger' ? median(values) >= must : median(values) <= must

const reachesAim = ({ aim, better, values }: Verdict): boolean =>
  better === 'larger' ? median(values) >= aim : median(values) <= aim

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const digits = (value: number): string => value.toFixed(value >= 100 ? 0 : 2)

export function slicesTable(slices: Slices): string {
  const rows = [...slices].map(([name, starts]) => {
    const all = starts.flat()
    const of = (pick: (slice: Slice) => number): number[] => all.map(pick)
    return [
      name,
      median(of((one) => one.perSecond)).toFixed(0),
      `${median(of((one) => one.p50)).toFixed(3)} / ${median(of((one) => one.p99)).toFixed(2)}`,
      `${median(of((one) => one.cpu)).toFixed(1)} (${lowQuintile(of((one) => one.cpu)).toFixed(1)})`,
      (median(of((one) => one.rss)) / 2 ** 20).toFixed(0),
      (median(of((one) => one.foreign)) * 100).toFixed(0),
      String(of((one) => one.bad).reduce((sum, bad) => sum + bad, 0)),
    ]
  })
  const head = ['server', 'requests/s', 'p50 / p99 ms', 'CPU µs/request (p20)', 'RSS MiB', 'others %', 'bad']
  return table(head, rows)
}

export function verdictsTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { values, unit, must, aim, better } = verdict
    const sign = better === 'larger' ? '≥' : '≤'
    return [
      verdict.what,
      `**${digits(median(values))}**${unit}`,
      `${digits(Math.min(...values))}–${digits(Math.max(...values))}`,
      `${sign} ${must}${unit}`,
      `${sign} ${aim}${unit}`,
      holds(verdict) ? (reachesAim(verdict) ? 'reaches the aim' : 'holds') : 'missed',
    ]
  })
  return table(['goal', 'median of the starts', 'range', 'must hold', 'aim', 'verdict'], rows)
}

/** Puts a section between the markers of its group, or at the end of the page. */
export function writeSection(page: string, name: string, section: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const block = `${open}\n${section}\n${close}`
  const [from, to] = [page.indexOf(open), page.indexOf(close)]
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${block}\n`
  return page.slice(0, from) + block + page.slice(to + close.length)
}
