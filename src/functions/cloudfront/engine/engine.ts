// One QuickJS for the whole process: loads programs as snapshots and runs them one after the other.
import { createMachine } from './machine.ts'
import { HOST_FUNCTIONS, readPrelude } from './prelude.ts'
import { IMPLEMENTATIONS } from './host-functions.ts'
import { BUDGET, MEMORY_LIMIT_BYTES, UNITS_PER_INTERRUPT, UNITS_PER_JOB } from './limits.ts'
import { compileQuickJs } from './quickjs.ts'
import type { Machine, Snapshot } from './machine.ts'
import type { Pointer } from './quickjs.ts'
import type { CloudFrontRuntime, HostModule } from '../contract.ts'
import type { Session } from './host-functions.ts'

/** A function's code, loaded and not yet run. */
export interface Program {
  readonly snapshot: Snapshot
  /** The function of prelude/main.js, and the one around the user's code. */
  readonly main: Pointer
  readonly code: Pointer
}

export interface Run {
  readonly event: string
  readonly host: HostModule
  readonly now: number
  readonly log: (line: string) => void
}

/** What a run came to. `output` is the text of prelude/main.js. */
export type Ending = { readonly units: number; readonly memoryBytes: number } & (
  | { readonly kind: 'output'; readonly output: string }
  | { readonly kind: 'stopped'; readonly because: 'budget' | 'memory' | 'crash'; readonly detail: string }
)

export interface Engine {
  /** The problem as text where QuickJS does not take the code. */
  load(code: string, runtime: CloudFrontRuntime): Program | string
  run(program: Program, run: Run): Ending
}

interface State {
  session: Session | null
  units: number
  exhausted: boolean
}

let shared: Promise<Engine> | null = null

/** The engine of this process, made when the first function is loaded. */
export function getEngine(): Promise<Engine> {
  shared ??= createEngine()
  return shared
}

async function createEngine(): Promise<Engine> {
  const state: State = { session: null, units: 0, exhausted: false }
  let machine: Machine | null = null
  machine = await createMachine(compileQuickJs(), {
    callFunction: (args, id) =>
      state.session === null ? 0 : IMPLEMENTATIONS[HOST_FUNCTIONS[id]!](machine!, args, state.session),
    shouldInterrupt: () => {
      state.units += UNITS_PER_INTERRUPT
      return state.session !== null && (state.exhausted || state.units > BUDGET)
    },
    now: () => state.session?.now ?? 0,
    onExhausted: () => {
      state.exhausted = true
    },
  })
  const blank = machine.takeSnapshot(null)
  const bases = new Map<CloudFrontRuntime, { snapshot: Snapshot; main: Pointer }>()
  const baseOf = (runtime: CloudFrontRuntime): { snapshot: Snapshot; main: Pointer } => {
    const known = bases.get(runtime)
    if (known !== undefined) return known
    machine.restore(blank)
    const main = installPrelude(machine, runtime)
    const base = { snapshot: machine.takeSnapshot(null), main }
    bases.set(runtime, base)
    return base
  }
  return {
    load(code, runtime) {
      const base = baseOf(runtime)
      machine.restore(base.snapshot)
      const value = machine.evaluate(code, FILE)
      const problem = machine.exceptionOf(value)
      if (problem !== null) return problem
      return { snapshot: machine.takeSnapshot(MEMORY_LIMIT_BYTES), main: base.main, code: value }
    },
    run: (program, run) => runProgram(machine, state, program, run),
  }
}

/** How stack traces call a function's file. */
export const FILE = 'function.js'

function installPrelude(machine: Machine, runtime: CloudFrontRuntime): Pointer {
  const install = machine.evaluate(readPrelude(runtime), 'prelude.js')
  const functions = HOST_FUNCTIONS.map((name, id) => machine.newFunction(name, 0, id))
  const problem = machine.exceptionOf(install)
  const main = problem === null ? machine.call(install, functions) : install
  const failure = problem ?? machine.exceptionOf(main)
  if (failure !== null) throw new Error(`The prelude of ${runtime} does not run: ${failure}`)
  return main
}

function runProgram(machine: Machine, state: State, program: Program, run: Run): Ending {
  machine.restore(program.snapshot)
  state.units = 0
  state.exhausted = false
  state.session = { ...run, charge: (units) => (state.units += units) }
  const end = (): { units: number; memoryBytes: number } => ({
    units: state.units,
    memoryBytes: machine.grownSince(program.snapshot),
  })
  try {
    const output = drive(machine, state, program, run)
    if (state.exhausted) return { kind: 'stopped', because: 'memory', detail: '', ...end() }
    if (state.units > BUDGET) return { kind: 'stopped', because: 'budget', detail: output ?? '', ...end() }
    if (output.startsWith(UNCAUGHT))
      return { kind: 'stopped', because: 'crash', detail: output.slice(1), ...end() }
    return { kind: 'output', output, ...end() }
  } catch (error) {
    // A trap of the engine itself, such as its own stack at its end; the next restore puts all of it right.
    const because = state.exhausted ? 'memory' : state.units > BUDGET ? 'budget' : 'crash'
    return { kind: 'stopped', because, detail: String(error), ...end() }
  } finally {
    state.session = null
  }
}

const UNCAUGHT = '!'

/** Runs the handler and then the jobs that its promises wait for. */
function drive(machine: Machine, state: State, program: Program, run: Run): string {
  const { main, code } = program
  const raw = run.host.rawQueryString
  const args = [code, machine.toValue(run.event), raw === null ? machine.undefined : machine.toValue(raw)]
  const first = outputOf(machine, machine.call(main, args))
  if (first !== 'P') return first
  while (machine.runJobs(JOBS_PER_SLICE)) {
    state.units += JOBS_PER_SLICE * UNITS_PER_JOB
    if (state.units > BUDGET || state.exhausted) return first
  }
  return outputOf(machine, machine.call(main, []))
}

const JOBS_PER_SLICE = 16

function outputOf(machine: Machine, value: Pointer): string {
  const exception = machine.exceptionOf(value)
  return exception === null ? machine.toText(value) : UNCAUGHT + exception
}
