// One QuickJS for the whole process: loads programs as snapshots and runs them one after the other.
import { createMachine } from './machine.ts'
import { HOST_FUNCTIONS, readPrelude } from './prelude.ts'
import { IMPLEMENTATIONS } from './host-functions.ts'
import { BUDGET, FUEL, LOAD_FUEL, MEMORY_LIMIT_BYTES } from './limits.ts'
import { compileQuickJs, PLENTY } from './quickjs.ts'
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
  exhausted: boolean
}

let shared: Promise<Engine> | null = null

/** The engine of this process, made when the first function is loaded. */
export function getEngine(): Promise<Engine> {
  shared ??= createEngine()
  return shared
}

async function createEngine(): Promise<Engine> {
  const state: State = { session: null, exhausted: false }
  let machine: Machine | null = null
  machine = await createMachine(compileQuickJs(), {
    callFunction: (args, id) =>
      state.session === null ? 0 : IMPLEMENTATIONS[HOST_FUNCTIONS[id]!](machine!, args, state.session),
    shouldInterrupt: () => state.session !== null && (state.exhausted || usedUnits(machine!) > BUDGET),
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
    machine.fuel.value = PLENTY
    const main = installPrelude(machine, runtime)
    const base = { snapshot: machine.takeSnapshot(null), main }
    bases.set(runtime, base)
    return base
  }
  return {
    load(code, runtime) {
      const base = baseOf(runtime)
      machine.restore(base.snapshot)
      machine.fuel.value = LOAD_FUEL
      try {
        const value = machine.evaluate(code, FILE)
        const problem = machine.exceptionOf(value)
        if (problem !== null) return problem
        return { snapshot: machine.takeSnapshot(MEMORY_LIMIT_BYTES), main: base.main, code: value }
      } catch (error) {
        return String(error)
      }
    },
    run: (program, run) => runProgram(machine, state, program, run),
  }
}

/** How stack traces call a function's file. */
export const FILE = 'function.js'

function installPrelude(machine: Machine, runtime: CloudFrontRuntime): Pointer {
  const [first, ...files] = readPrelude(runtime)
  const evaluate = (code: string, args: readonly Pointer[]): Pointer => {
    const install = machine.evaluate(code, 'prelude.js')
    const value = machine.exceptionOf(install) === null ? machine.call(install, args) : install
    const failure = machine.exceptionOf(value)
    if (failure !== null) throw new Error(`The prelude of ${runtime} does not run: ${failure}`)
    machine.free(install)
    return value
  }
  const scope = evaluate(
    first!,
    HOST_FUNCTIONS.map((name, id) => machine.newFunction(name, 0, id)),
  )
  const values = files.map((code) => evaluate(code, [scope]))
  machine.free(scope)
  return values.at(-1)!
}

function usedUnits(machine: Machine): number {
  return FUEL - machine.fuel.value
}

function runProgram(machine: Machine, state: State, program: Program, run: Run): Ending {
  machine.restore(program.snapshot)
  machine.fuel.value = FUEL
  state.exhausted = false
  state.session = { ...run, charge: (units) => (machine.fuel.value -= units) }
  let output: string
  try {
    output = drive(machine, state, program, run)
  } catch (error) {
    // A trap of the engine, such as no fuel or no stack; the next restore puts all of it right.
    output = UNCAUGHT + String(error)
  } finally {
    state.session = null
  }
  const units = usedUnits(machine)
  const used = { units, memoryBytes: machine.grownSince(program.snapshot) }
  const detail = output.startsWith(UNCAUGHT) ? output.slice(1) : ''
  if (state.exhausted) return { kind: 'stopped', because: 'memory', detail, ...used }
  if (units > BUDGET) return { kind: 'stopped', because: 'budget', detail, ...used }
  if (output.startsWith(UNCAUGHT)) return { kind: 'stopped', because: 'crash', detail, ...used }
  return { kind: 'output', output, ...used }
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
    if (usedUnits(machine) > BUDGET || state.exhausted) return first
  }
  return outputOf(machine, machine.call(main, []))
}

/** Jobs of promises between two looks at the meter; a job alone does not make the engine ask whether to stop. */
const JOBS_PER_SLICE = 16

function outputOf(machine: Machine, value: Pointer): string {
  const exception = machine.exceptionOf(value)
  return exception === null ? machine.toText(value) : UNCAUGHT + exception
}
