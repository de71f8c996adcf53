// QuickJS as a WebAssembly instance: the exports that are used, typed, over a memory of fixed size.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { addMeter, FUEL_EXPORT } from './metering.ts'
import loadModule from '@jitl/quickjs-wasmfile-release-sync/emscripten-module'

/** Addresses in the memory of the instance. */
export type Pointer = number

/** The C interface of the build; every argument and result is a number. */
export interface QuickJs {
  HEAPU8: Uint8Array
  _malloc(bytes: number): Pointer
  _free(pointer: Pointer): void
  _QTS_NewRuntime(): Pointer
  _QTS_NewContext(runtime: Pointer, intrinsics: number): Pointer
  _QTS_RuntimeSetMaxStackSize(runtime: Pointer, bytes: number): void
  _QTS_RuntimeEnableInterruptHandler(runtime: Pointer): void
  _QTS_Eval(
    context: Pointer,
    code: Pointer,
    bytes: number,
    file: Pointer,
    detect: number,
    flags: number,
  ): Pointer
  _QTS_Call(context: Pointer, fn: Pointer, self: Pointer, count: number, args: Pointer): Pointer
  _QTS_ResolveException(context: Pointer, value: Pointer): Pointer
  _QTS_Dump(context: Pointer, value: Pointer): Pointer
  _QTS_NewFunction(context: Pointer, name: Pointer, arity: number, isConstructor: number, id: number): Pointer
  _QTS_ArgvGetJSValueConstPointer(args: Pointer, index: number): Pointer
  _QTS_GetUndefined(): Pointer
  _QTS_FreeValuePointer(context: Pointer, value: Pointer): void
  _QTS_NewString(context: Pointer, text: Pointer): Pointer
  _QTS_GetString(context: Pointer, value: Pointer): Pointer
  _QTS_FreeCString(context: Pointer, text: Pointer): void
  _QTS_GetFloat64(context: Pointer, value: Pointer): number
  _QTS_NewArrayBuffer(context: Pointer, bytes: Pointer, length: number): Pointer
  _QTS_GetArrayBuffer(context: Pointer, value: Pointer): Pointer
  _QTS_GetArrayBufferLength(context: Pointer, value: Pointer): number
  _QTS_FreeVoidPointer(context: Pointer, pointer: Pointer): void
  _QTS_IsJobPending(runtime: Pointer): number
  _QTS_ExecutePendingJob(runtime: Pointer, limit: number, context: Pointer): Pointer
}

/** What the instance calls back. */
export interface Callbacks {
  callFunction(args: (index: number) => Pointer, id: number): Pointer
  /** Asked every 10,000 jumps and calls; true ends the run with an exception that cannot be caught. */
  shouldInterrupt(): boolean
  now(): number
  /** The memory is used up. */
  onExhausted(): void
}

export interface Instance {
  readonly quickjs: QuickJs
  readonly stack: { save(): Pointer; restore(pointer: Pointer): void }
  /** Turns of loops that are left before the instance traps. */
  readonly fuel: { value: number }
}

/** A compiled WebAssembly module. */
export interface CompiledModule {
  readonly compiled?: never
}

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of WebAssembly's interface that is used here; the libraries of a program without a DOM do not type it. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => CompiledModule
  readonly Instance: new (module: CompiledModule, imports: Imports) => { exports: Record<string, unknown> }
  readonly Memory: new (limits: { initial: number; maximum: number }) => Memory
}

type Imports = Record<string, Record<string, unknown>>

interface LoadOptions {
  readonly wasmMemory: Memory
  instantiateWasm(imports: Imports, onSuccess: (instance: object) => void): object
}

const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly
const load = loadModule as unknown as (options: LoadOptions) => Promise<unknown>

/** Fuel for what is not a run. */
export const PLENTY = 0x7fffffff

const PAGE = 65_536
/** 16 MiB, of which a function sees what a filler block leaves free; no growth. */
const PAGES = 256
export const MEMORY_BYTES = PAGES * PAGE

/** Names that the build's tooling gave; a test holds them. */
const NAMES = { now: 'p', localTime: 'm', stackRestore: 'Ma', stackSave: 'Oa' } as const
/** Where C's struct tm keeps the distance from UTC. */
const GMT_OFFSET = 36

/** Instantiates QuickJS. Its clock is the callback's and its time zone UTC. */
export async function instantiateQuickJs(module: CompiledModule, callbacks: Callbacks): Promise<Instance> {
  const memory = new wasm.Memory({ initial: PAGES, maximum: PAGES })
  memory.grow = () => {
    callbacks.onExhausted()
    throw new RangeError('The memory of a function does not grow.')
  }
  let exports: Record<string, unknown> = {}
  const quickjs = (await load({
    wasmMemory: memory,
    instantiateWasm(imports, onSuccess) {
      const functions = imports['a']!
      functions[NAMES.now] = () => callbacks.now()
      functions[NAMES.localTime] = (_time: bigint, tm: Pointer) =>
        new DataView(memory.buffer).setInt32(tm + GMT_OFFSET, 0, true)
      const instance = new wasm.Instance(module, imports)
      exports = instance.exports
      ;(exports[FUEL_EXPORT] as { value: number }).value = PLENTY
      onSuccess(instance)
      return exports
    },
  })) as QuickJs & { callbacks: unknown }
  quickjs.callbacks = toEmscripten(quickjs, callbacks)
  const save = exports[NAMES.stackSave] as () => Pointer
  const restore = exports[NAMES.stackRestore] as (pointer: Pointer) => void
  return { quickjs, stack: { save, restore }, fuel: exports[FUEL_EXPORT] as { value: number } }
}

function toEmscripten(quickjs: QuickJs, callbacks: Callbacks): Record<string, unknown> {
  return {
    callFunction(
      _asyncify: undefined,
      _context: Pointer,
      _self: Pointer,
      _count: number,
      args: Pointer,
      id: number,
    ): Pointer {
      return callbacks.callFunction((index) => quickjs._QTS_ArgvGetJSValueConstPointer(args, index), id)
    },
    shouldInterrupt: () => (callbacks.shouldInterrupt() ? 1 : 0),
    freeHostRef: () => {},
  }
}

/** The WebAssembly module of the build, with a meter. */
export function compileQuickJs(): CompiledModule {
  const file = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
  return new wasm.Module(addMeter(readFileSync(file)))
}
