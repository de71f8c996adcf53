// A QuickJS whose whole state can be kept and put back: a run starts from a copy of memory, whatever the last one did.
import { instantiateQuickJs, MEMORY_BYTES } from './quickjs.ts'
import type { Callbacks, CompiledModule, Instance, Pointer, QuickJs } from './quickjs.ts'

/** The parts of memory that hold state: static data, and the heap up to its end. The stack between them is empty. */
export interface Snapshot {
  readonly data: Uint8Array
  readonly heap: Uint8Array
  /** The head of what is left of the heap, behind the filler. */
  readonly rest: { readonly at: Pointer; readonly bytes: Uint8Array }
  /** Where the heap ended when the snapshot was taken. */
  readonly heapEnd: Pointer
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const STACK_BYTES = 5_242_880
const BLOCK_HEAD = 16
/** What recursion may use of the stack: well below what the machine's own stack takes. */
const STACK_LIMIT_BYTES = 128 * 1024

export interface Machine {
  readonly quickjs: QuickJs
  readonly runtime: Pointer
  readonly context: Pointer
  readonly undefined: Pointer
  readonly fuel: { value: number }
  /** Keeps the state. With a number, what runs from this state on has so many bytes of memory. */
  takeSnapshot(freeBytes: number | null): Snapshot
  restore(snapshot: Snapshot): void
  /** How far the heap has grown since the snapshot, in bytes. */
  grownSince(snapshot: Snapshot): number
  /** A JS string. */
  toValue(text: string): Pointer
  /** A JS string as text, without what follows a NUL character. */
  toText(value: Pointer): string
  /** Bytes of an ArrayBuffer, copied. */
  toBytes(value: Pointer): Uint8Array
  fromBytes(bytes: Uint8Array): Pointer
  evaluate(code: string, file: string): Pointer
  call(fn: Pointer, args: readonly Pointer[]): Pointer
  free(value: Pointer): void
  /** The exception that a call ended with, as text; null: it returned. */
  exceptionOf(value: Pointer): string | null
  /** Runs up to `count` jobs of promises; false: none is left. */
  runJobs(count: number): boolean
  newFunction(name: string, arity: number, id: number): Pointer
}

/** A machine with an empty context. */
export async function createMachine(module: CompiledModule, callbacks: Callbacks): Promise<Machine> {
  const instance = await instantiateQuickJs(module, callbacks)
  const { quickjs } = instance
  const states = snapshots(instance)
  const runtime = quickjs._QTS_NewRuntime()
  const context = quickjs._QTS_NewContext(runtime, 0)
  quickjs._QTS_RuntimeEnableInterruptHandler(runtime)
  quickjs._QTS_RuntimeSetMaxStackSize(runtime, STACK_LIMIT_BYTES)
  const { fuel } = instance
  const machine = { quickjs, runtime, context, undefined: quickjs._QTS_GetUndefined(), fuel }
  return { ...machine, ...states, ...values(quickjs, runtime, context) }
}

function snapshots(instance: Instance): Pick<Machine, 'takeSnapshot' | 'restore' | 'grownSince'> {
  const { quickjs, stack } = instance
  const stackTop = stack.save()
  const dataEnd = stackTop - STACK_BYTES
  const breakAt = findBreak(quickjs, dataEnd)
  const words = new DataView(quickjs.HEAPU8.buffer)
  const heapEnd = (): Pointer => words.getUint32(breakAt, true)
  return {
    takeSnapshot(freeBytes) {
      // The filler is never touched, so it costs address space only. What it leaves is the limit of a run.
      const used = heapEnd()
      const size = freeBytes === null ? 0 : MEMORY_BYTES - used - freeBytes
      const at = size === 0 ? used - BLOCK_HEAD : quickjs._malloc(size) + size - BLOCK_HEAD
      const memory = quickjs.HEAPU8
      const rest = { at, bytes: memory.slice(at, at + 4 * BLOCK_HEAD) }
      let end = used
      while (memory[end - 1] === 0) end--
      return { data: memory.slice(0, dataEnd), heap: memory.slice(stackTop, end), rest, heapEnd: heapEnd() }
    },
    restore(snapshot) {
      stack.restore(stackTop)
      quickjs.HEAPU8.set(snapshot.data, 0)
      quickjs.HEAPU8.set(snapshot.heap, stackTop)
      quickjs.HEAPU8.set(snapshot.rest.bytes, snapshot.rest.at)
    },
    grownSince: (snapshot) => Math.max(0, heapEnd() - snapshot.heapEnd),
  }
}

/** The static variable that says where the heap ends: the one that follows a large allocation. */
function findBreak(quickjs: QuickJs, dataEnd: Pointer): Pointer {
  const size = 128 * 1024
  const words = new Uint32Array(quickjs.HEAPU8.buffer, 0, dataEnd >> 2)
  const before = words.slice()
  const block = quickjs._malloc(size)
  const found = words.findIndex(
    (word, i) => word !== before[i] && word >= block + size && word <= MEMORY_BYTES,
  )
  quickjs._free(block)
  if (found < 0) throw new Error('This build of QuickJS keeps the end of its heap in an unknown place.')
  return found * 4
}

function values(
  quickjs: QuickJs,
  runtime: Pointer,
  context: Pointer,
): Omit<
  Machine,
  keyof ReturnType<typeof snapshots> | 'quickjs' | 'runtime' | 'context' | 'undefined' | 'fuel'
> {
  const allocate = (bytes: number): Pointer => {
    const pointer = quickjs._malloc(bytes)
    if (pointer === 0) throw new RangeError('out of memory')
    return pointer
  }
  const writeText = (text: string): { pointer: Pointer; bytes: number } => {
    const room = text.length * 3 + 1
    const pointer = allocate(room)
    const { written } = encoder.encodeInto(text, quickjs.HEAPU8.subarray(pointer, pointer + room - 1))
    quickjs.HEAPU8[pointer + written] = 0
    return { pointer, bytes: written }
  }
  const readText = (pointer: Pointer): string =>
    decoder.decode(quickjs.HEAPU8.subarray(pointer, quickjs.HEAPU8.indexOf(0, pointer)))
  const words = new DataView(quickjs.HEAPU8.buffer)
  /** Where QuickJS writes the context of the job that it ran last. */
  const jobContext = allocate(4)

  const toText = (value: Pointer): string => {
    const pointer = quickjs._QTS_GetString(context, value)
    if (pointer === 0) throw new RangeError('out of memory')
    const text = readText(pointer)
    quickjs._QTS_FreeCString(context, pointer)
    return text
  }
  return {
    toValue(text) {
      const { pointer } = writeText(text)
      const value = quickjs._QTS_NewString(context, pointer)
      quickjs._free(pointer)
      return value
    },
    toText,
    toBytes(value) {
      const length = quickjs._QTS_GetArrayBufferLength(context, value)
      const pointer = quickjs._QTS_GetArrayBuffer(context, value)
      const bytes = quickjs.HEAPU8.slice(pointer, pointer + length)
      quickjs._QTS_FreeVoidPointer(context, pointer)
      return bytes
    },
    fromBytes(bytes) {
      const pointer = allocate(Math.max(1, bytes.length))
      quickjs.HEAPU8.set(bytes, pointer)
      return quickjs._QTS_NewArrayBuffer(context, pointer, bytes.length)
    },
    evaluate(code, file) {
      const source = writeText(code)
      const name = writeText(file)
      const value = quickjs._QTS_Eval(context, source.pointer, source.bytes, name.pointer, 0, 0)
      quickjs._free(source.pointer)
      quickjs._free(name.pointer)
      return value
    },
    call(fn, args) {
      const list = allocate(4 * Math.max(1, args.length))
      args.forEach((arg, i) => words.setUint32(list + 4 * i, arg, true))
      return quickjs._QTS_Call(context, fn, quickjs._QTS_GetUndefined(), args.length, list)
    },
    free: (value) => quickjs._QTS_FreeValuePointer(context, value),
    exceptionOf(value) {
      const exception = quickjs._QTS_ResolveException(context, value)
      return exception === 0 ? null : readText(quickjs._QTS_Dump(context, exception))
    },
    runJobs(count) {
      if (quickjs._QTS_IsJobPending(runtime) === 0) return false
      quickjs._QTS_ExecutePendingJob(runtime, count, jobContext)
      return true
    },
    newFunction(name, arity, id) {
      return quickjs._QTS_NewFunction(context, writeText(name).pointer, arity, 0, id)
    },
  }
}
