// A Python file as a program: the interpreter is found, the file is checked, nothing of it runs.
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { delimiter } from 'node:path'
import { PYTHON_FLAGS, RUNTIME_FILE, PythonProcess } from './process.ts'
import type { Program, ProgramOutcome } from '../vessel.ts'

export interface PythonSource {
  readonly file: string
  readonly exportName: string
  /** The interpreter: a path, or a name that is looked up on PATH. */
  readonly python: string
  /** Files of the function that are known from earlier runs. */
  readonly inputs: readonly string[]
  /** The interpreter that an earlier version runs in; the new one is tried in it and not checked before. */
  readonly provenInterpreter: string | null
}

const CHECK_TIMEOUT_MS = 10_000

/** Which of a program's parts is the interpreter. */
export const INTERPRETER = 'interpreter'

/** Checks a Python function. Never rejects. */
export async function loadPythonProgram(source: PythonSource): Promise<ProgramOutcome> {
  const { file, exportName, python, provenInterpreter } = source
  const inputs = [...new Set([file, ...source.inputs])]
  const checked =
    provenInterpreter === null ? await check(python, file) : { executable: provenInterpreter, error: null }
  if (typeof checked === 'string') return { kind: 'broken', reason: checked, inputs }
  if (checked.error !== null) return { kind: 'broken', reason: checked.error, inputs }
  // The interpreter itself, where `python` is a script that picks one.
  const { executable } = checked
  const parts = new Map([[INTERPRETER, executable]])
  for (const path of inputs) parts.set(path, await readStamp(path))
  const program: Program = {
    parts,
    open(launch, events, spare) {
      const process = spare instanceof PythonProcess ? spare : new PythonProcess(executable, file, launch)
      process.load(exportName, {
        ...events,
        onMessage(message) {
          if (message.kind === 'inputs') for (const { path, stamp } of message.files) parts.set(path, stamp)
          events.onMessage(message)
        },
      })
      return process
    },
    spare: (launch) => new PythonProcess(executable, file, launch),
  }
  return { kind: 'built', program, inputs }
}

interface Checked {
  readonly executable: string
  readonly error: string | null
}

function check(python: string, file: string): Promise<Checked | string> {
  return new Promise((resolve) => {
    const options = { timeout: CHECK_TIMEOUT_MS, windowsHide: true }
    execFile(python, [...PYTHON_FLAGS, RUNTIME_FILE, '--check', file], options, (error, stdout, stderr) => {
      if (error !== null) resolve(explain(python, error, stderr))
      else resolve(parseChecked(python, stdout))
    })
  })
}

function parseChecked(python: string, stdout: string): Checked | string {
  try {
    const checked = JSON.parse(stdout) as Checked
    return { ...checked, executable: checked.executable === '' ? python : checked.executable }
  } catch {
    return `${python} is not a Python 3 interpreter; name one with --python PATH`
  }
}

function explain(python: string, error: Error & { code?: unknown }, stderr: string): string {
  const where = /[/\\]/.test(python)
    ? ''
    : ` on PATH (${process.env['PATH']?.split(delimiter).length ?? 0} folders)`
  if (error.code === 'ENOENT') {
    return `Python is missing: there is no ${python}${where}; install Python 3, or name an interpreter with --python PATH`
  }
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return `${python} cannot be used: ${said === '' ? error.message : said}; name another with --python PATH`
}

/** As runtime.py makes it, which reads the file when it is imported; a file that is gone has none. */
function readStamp(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ mtimeNs, size }) => `${mtimeNs} ${size}`,
    () => '',
  )
}
