// Puts a meter into a WebAssembly module: every turn of every loop uses fuel, and an empty tank traps.

/**
 * An interpreter can be asked to stop between two instructions of JavaScript, yet one instruction may loop for hours
 * (a search in a huge array, a comparison of long strings). Counted here, in the loops of the engine itself, nothing
 * escapes, and the same run always costs the same.
 */
export function addMeter(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = createReader(bytes, 8)
  const output: Uint8Array[] = [bytes.subarray(0, 8)]
  const shape: Shape = { parameters: [], types: [], fuel: 0 }
  while (!reader.done()) {
    const id = reader.byte()
    const content = createReader(reader.bytes(reader.u32()), 0)
    output.push(...section(id, rewrite(id, content, shape)))
  }
  return concat(output)
}

/** The exported global that holds the fuel. */
export const FUEL_EXPORT = 'fuel'
/** Bytes that memory.copy and memory.fill move for one unit, as a power of two. */
const BULK_SHIFT = 6

interface Shape {
  /** Number of parameters by type. */
  parameters: number[]
  /** Type by function of the module's own. */
  types: number[]
  /** Index of the fuel among the globals. */
  fuel: number
}

const SECTION = { type: 1, function: 3, global: 6, export: 7, code: 10 } as const

function rewrite(id: number, content: Reader, shape: Shape): Uint8Array {
  switch (id) {
    case SECTION.type:
      shape.parameters = readTypes(content)
      return content.all
    case SECTION.function:
      shape.types = vector(content, () => content.u32())
      return content.all
    case SECTION.global:
      shape.fuel = content.u32()
      // One more: a mutable i32, zero at first.
      return concat([u32(shape.fuel + 1), content.rest(), Uint8Array.of(0x7f, 1, 0x41, 0, 0x0b)])
    case SECTION.export: {
      const count = content.u32()
      const name = new TextEncoder().encode(FUEL_EXPORT)
      return concat([
        u32(count + 1),
        content.rest(),
        u32(name.length),
        name,
        Uint8Array.of(3),
        u32(shape.fuel),
      ])
    }
    case SECTION.code: {
      const bodies = vector(content, () => content.bytes(content.u32()))
      const turn = turnOf(shape.fuel)
      return concat([u32(bodies.length), ...bodies.flatMap((body, i) => meterFunction(body, i, shape, turn))])
    }
    default:
      return content.all
  }
}

function readTypes(content: Reader): number[] {
  return vector(content, () => {
    content.byte()
    const parameters = vector(content, () => content.byte())
    vector(content, () => content.byte())
    return parameters.length
  })
}

function meterFunction(body: Uint8Array, index: number, shape: Shape, turn: Uint8Array): Uint8Array[] {
  const reader = createReader(body, 0)
  const groups = reader.u32()
  const first = reader.at()
  let spare = shape.parameters[shape.types[index]!]!
  for (let i = 0; i < groups; i++) {
    spare += reader.u32()
    reader.byte()
  }
  const declarations = body.subarray(first, reader.at())
  // One more local, an i32, for the length of a bulk operation.
  const head = [u32(groups + 1), declarations, Uint8Array.of(1, 0x7f)]
  const metered = [...head, ...meterInstructions(body, reader.at(), turn, () => bulkOf(shape.fuel, spare))]
  return [u32(metered.reduce((sum, part) => sum + part.length, 0)), ...metered]
}

function meterInstructions(
  code: Uint8Array,
  start: number,
  turn: Uint8Array,
  bulk: () => Uint8Array,
): Uint8Array[] {
  const output: Uint8Array[] = []
  let from = start
  for (let at = from; at < code.length;) {
    const opcode = code[at]!
    const next = endOfInstruction(code, at)
    const isBulk = opcode === PREFIX && (code[at + 1] === MEMORY_COPY || code[at + 1] === MEMORY_FILL)
    if (isBulk || opcode === LOOP) {
      const cut = isBulk ? at : next
      output.push(code.subarray(from, cut), isBulk ? bulk() : turn)
      from = cut
    }
    at = next
  }
  output.push(code.subarray(from))
  return output
}

/** fuel -= 1; trap below zero. */
function turnOf(fuel: number): Uint8Array {
  const f = u32(fuel)
  return concat([
    Uint8Array.of(0x23),
    f,
    Uint8Array.of(0x41, 1, 0x6b, 0x24),
    f,
    Uint8Array.of(0x23),
    f,
    Uint8Array.of(0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b),
  ])
}

/** fuel -= the length on top of the stack >> BULK_SHIFT; the next turn of a loop traps. */
function bulkOf(fuel: number, spare: number): Uint8Array {
  const f = u32(fuel)
  const local = u32(spare)
  return concat([
    Uint8Array.of(0x22),
    local,
    Uint8Array.of(0x23),
    f,
    Uint8Array.of(0x20),
    local,
    Uint8Array.of(0x41, BULK_SHIFT, 0x76, 0x6b, 0x24),
    f,
  ])
}

const LOOP = 0x03
const PREFIX = 0xfc
const MEMORY_COPY = 0x0a
const MEMORY_FILL = 0x0b

/** What follows an opcode: so many LEB128 numbers, or one of these. */
const BYTES_4 = 10
const BYTES_8 = 11
const VECTOR = 12
const VECTOR_AND_ONE = 13
const UNKNOWN = 255

/** (WebAssembly Core Specification, 'Binary Format', 'Instructions') */
const IMMEDIATES = ((): Uint8Array => {
  const table = new Uint8Array(256).fill(UNKNOWN)
  table.fill(0, 0x00, 0x02) // unreachable, nop
  table.fill(1, 0x02, 0x05) // block, loop, if: a type
  table[0x05] = table[0x0b] = table[0x0f] = 0 // else, end, return
  table.fill(1, 0x0c, 0x0e) // br, br_if
  table[0x0e] = VECTOR_AND_ONE // br_table
  table[0x10] = 1 // call
  table[0x11] = 2 // call_indirect
  table.fill(0, 0x1a, 0x1c) // drop, select
  table[0x1c] = VECTOR // select with types
  table.fill(1, 0x20, 0x27) // locals, globals, tables
  table.fill(2, 0x28, 0x3f) // loads, stores
  table.fill(1, 0x3f, 0x43) // memory.size, memory.grow, i32.const, i64.const
  table[0x43] = BYTES_4 // f32.const
  table[0x44] = BYTES_8 // f64.const
  table.fill(0, 0x45, 0xc5) // arithmetic
  return table
})()

function endOfInstruction(code: Uint8Array, start: number): number {
  const opcode = code[start]!
  if (opcode === PREFIX) return endOfPrefixed(code, start)
  const immediates = IMMEDIATES[opcode]!
  let at = start + 1
  switch (immediates) {
    case BYTES_4:
      return at + 4
    case BYTES_8:
      return at + 8
    case UNKNOWN:
      throw new Error(`The WebAssembly opcode 0x${opcode.toString(16)} is not known.`)
    case VECTOR:
    case VECTOR_AND_ONE: {
      const reader = createReader(code, at)
      let count = reader.u32() + (immediates === VECTOR ? 0 : 1)
      for (at = reader.at(); count > 0; count--) at = endOfNumber(code, at)
      return at
    }
    default:
      for (let left = immediates; left > 0; left--) at = endOfNumber(code, at)
      return at
  }
}

/** Saturating conversions, and what moves memory in bulk. */
function endOfPrefixed(code: Uint8Array, start: number): number {
  const operation = code[start + 1]!
  if (operation <= 0x07) return start + 2
  if (operation === MEMORY_COPY) return start + 4
  if (operation === MEMORY_FILL) return start + 3
  throw new Error(`The WebAssembly opcode 0xfc 0x${operation.toString(16)} is not known.`)
}

function endOfNumber(code: Uint8Array, start: number): number {
  let at = start
  while (code[at++]! >= 0x80);
  return at
}

interface Reader {
  readonly all: Uint8Array
  at(): number
  done(): boolean
  byte(): number
  bytes(count: number): Uint8Array
  u32(): number
  rest(): Uint8Array
}

function createReader(all: Uint8Array, start: number): Reader {
  let at = start
  return {
    all,
    at: () => at,
    done: () => at >= all.length,
    byte: () => all[at++]!,
    bytes: (count) => all.subarray(at, (at += count)),
    u32() {
      let value = 0
      for (let shift = 0; ; shift += 7) {
        const byte = all[at++]!
        value |= (byte & 0x7f) << shift
        if (byte < 0x80) return value >>> 0
      }
    },
    rest: () => all.subarray(at),
  }
}

function vector<Item>(reader: Reader, read: () => Item): Item[] {
  return Array.from({ length: reader.u32() }, read)
}

function section(id: number, content: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(id), u32(content.length), content]
}

function u32(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    output.set(part, at)
    at += part.length
  }
  return output
}
