// `npm run bench`: runs the cases that are asked for, prints markdown tables, and writes them into README.md on demand.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GROUPS } from './groups.ts'
import { generatorName } from './load/load.ts'
import { measureLoading } from './loading.ts'
import { canPin } from './machine/processes.ts'
import { measureMemory } from './memory.ts'
import { measure, type Settings } from './measure.ts'
import { holds, judge, slicesTable, verdictsTable, writeSection, type Verdict } from './report.ts'

const MEMORY = { name: 'memory', title: 'Resident memory of 100,000 objects of 1 KB, stored in both tiers' }
const LOAD = {
  name: 'load',
  title: 'First load of a CloudFormation template of thousands of resources, in a new process',
}
const NAMES = [...GROUPS, MEMORY, LOAD].map(({ name }) => name)

const HELP = `npm run bench -- [options]
  --only NAMES    cases, with commas between them: ${NAMES.join(', ')}
  --starts N      how often every server is started anew (5)
  --rounds N      slices of each server per start (6)
  --seconds N     length of a slice (1)
  --objects N     objects in 'entries' (1000000)
  --quick         2 starts, 3 rounds, 100000 objects: a first look, no figure to quote
  --write         put the tables into bench/README.md`

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    starts: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string', default: '1' },
    objects: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function settingsFrom(): Settings {
  const count = (text: string | undefined, normal: number, quick: number): number => {
    const value = Number(text ?? (options.quick ? quick : normal))
    if (!Number.isInteger(value) || value < 1) throw new Error(`not a count: ${text}\n\n${HELP}`)
    return value
  }
  return {
    starts: count(options.starts, 5, 2),
    rounds: count(options.rounds, 6, 3),
    seconds: count(options.seconds, 1, 1),
    objects: count(options.objects, 1_000_000, 100_000),
  }
}

function chosenFrom(only: string | undefined): (name: string) => boolean {
  if (only === undefined) return () => true
  const names = only.split(',')
  const unknown = names.filter((name) => !NAMES.includes(name))
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}\n\n${HELP}`)
  return (name) => names.includes(name)
}

const progress = (line: string): void => void process.stderr.write(`${line}\n`)

async function main(): Promise<void> {
  const settings = settingsFrom()
  const chosen = chosenFrom(options.only)
  const command = [
    'npm run bench',
    ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []),
  ].join(' ')
  const today = new Date().toISOString().slice(0, 10)
  const circumstances = `${today}, Node.js ${process.versions.node}, ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${generatorName}: \`${command}\``
  if (!canPin) progress('taskset or a second core is missing: nothing is pinned, and the figures mean little')

  const readme = fileURLToPath(new URL('README.md', import.meta.url))
  const failed: string[] = []
  const publish = (name: string, title: string, parts: readonly string[]): void => {
    const section = [`### ${title}`, circumstances, ...parts].join('\n\n')
    process.stdout.write(`\n${section}\n`)
    if (options.write) writeFileSync(readme, writeSection(readFileSync(readme, 'utf8'), name, section))
  }
  const attempt = async (name: string, run: () => Promise<readonly Verdict[]>): Promise<void> => {
    progress(`\n${name}`)
    try {
      failed.push(...(await run()).filter((verdict) => !holds(verdict)).map(({ what }) => `${name}: ${what}`))
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  for (const group of GROUPS.filter(({ name }) => chosen(name))) {
    await attempt(group.name, async () => {
      const slices = await measure(group.contestants(settings), group.connections, settings, progress)
      const ratios = group.goals.map((goal) => judge(goal, slices)).filter((verdict) => verdict !== null)
      const verdicts = [...ratios, ...(group.verdicts?.() ?? [])]
      publish(group.name, group.title, [
        slicesTable(slices),
        verdictsTable(verdicts),
        ...(group.remarks?.() ?? []),
      ])
      return verdicts
    })
  }
  if (chosen(MEMORY.name)) {
    await attempt(MEMORY.name, async () => {
      const verdicts = await measureMemory(settings, progress)
      publish(MEMORY.name, MEMORY.title, [verdictsTable(verdicts)])
      return verdicts
    })
  }
  if (chosen(LOAD.name)) {
    await attempt(LOAD.name, async () => {
      const verdicts = measureLoading(settings, progress)
      publish(LOAD.name, LOAD.title, [verdictsTable(verdicts)])
      return verdicts
    })
  }
  if (failed.length > 0) {
    progress(`\nmissed or failed:\n${failed.map((line) => `  ${line}`).join('\n')}`)
    process.exitCode = 1
  }
}

if (options.help) process.stdout.write(`${HELP}\n`)
else await main()
