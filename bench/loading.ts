// How long a template of megabytes takes until it is a deployment, in a process that has loaded nothing before.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { largeTemplate, toText } from './large-template.ts'
import { pinned, scratch } from './machine/processes.ts'
import type { Settings } from './measure.ts'
import type { Verdict } from './report.ts'

const loader = fileURLToPath(new URL('servers/template-loader.ts', import.meta.url))
/** As many services as make about five megabytes. */
const FORMS = [
  { form: 'json', services: 520 },
  { form: 'yaml', services: 800 },
] as const

function loadOnce(file: string): number {
  const [program = '', ...args] = pinned('server', [process.execPath, loader, file])
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const { seconds, distributions } = JSON.parse(stdout) as { seconds: number; distributions: number }
  if (distributions !== 2) throw new Error(`${distributions} distributions`)
  return seconds
}

/** Imports do not count. */
export function measureLoading({ starts }: Settings, progress: (line: string) => void): Verdict[] {
  return FORMS.map(({ form, services }) => {
    const text = toText[form](largeTemplate(services))
    const file = join(scratch, `template.${form}`)
    writeFileSync(file, text)
    const values = Array.from({ length: starts }, () => loadOnce(file))
    const size = `${(text.length / 1e6).toFixed(1)} MB of ${form.toUpperCase()}`
    progress(`  ${size}: ${values.map((value) => value.toFixed(2)).join(', ')} s`)
    return { what: `load of ${size}`, unit: ' s', values, must: 1, aim: 0.5, better: 'smaller' }
  })
}
