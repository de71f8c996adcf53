import { describe, expect, test } from 'vitest'
import { addMeter, FUEL_EXPORT } from '../../../../src/functions/cloudfront/engine/metering.ts'

interface Wasm {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> }
}
const { Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes]

/** A module with one function "f" of one i32, a memory of one page and a global. */
function moduleOf(...code: number[]): Uint8Array {
  const body = [0, ...code, 0x0b]
  return Uint8Array.from([
    ...HEADER,
    ...section(1, 1, 0x60, 1, 0x7f, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(6, 1, 0x7f, 0, 0x41, 7, 0x0b),
    ...section(7, 1, 1, 0x66, 0, 0),
    ...section(10, 1, body.length, ...body),
  ])
}

function instantiate(code: number[], fuel: number) {
  const { exports } = new Instance(new Module(addMeter(moduleOf(...code))), {})
  const tank = exports[FUEL_EXPORT] as { value: number }
  tank.value = fuel
  return { run: exports['f'] as (turns: number) => void, tank }
}

/** loop; local 0 -= 1; br_if while it is not zero; end */
const COUNTDOWN = [0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b]

describe('The meter', () => {
  test('counts the turns of a loop', () => {
    const { run, tank } = instantiate(COUNTDOWN, 1000)
    run(10)
    expect(tank.value).toBe(990)
  })

  test('ends a loop that has no end', () => {
    const { run, tank } = instantiate([0x03, 0x40, 0x0c, 0, 0x0b], 1000)
    expect(() => run(0)).toThrow(/unreachable/)
    expect(tank.value).toBeLessThan(0)
  })

  test.each([
    ['memory.fill', [0x41, 0, 0x41, 1, 0x20, 0, 0xfc, 0x0b, 0]],
    ['memory.copy', [0x41, 0, 0x41, 0, 0x20, 0, 0xfc, 0x0a, 0, 0]],
  ])('counts the bytes that %s moves', (_name, code) => {
    const { run, tank } = instantiate(code, 1000)
    run(6400)
    expect(tank.value).toBe(900)
  })

  test('leaves loops in the immediates of other instructions alone', () => {
    // i32.const 3, f64.const with bytes 3, a block of br_table; all contain the byte of `loop`.
    const f64 = [0x44, 3, 3, 3, 3, 3, 3, 3, 3, 0x1a]
    const table = [0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 1, 0x0b, 0x0b]
    const { run, tank } = instantiate([0x41, 3, 0x1a, 0x43, 3, 3, 3, 3, 0x1a, ...f64, ...table], 5)
    run(3)
    expect(tank.value).toBe(5)
  })

  test('refuses an instruction that it does not know', () => {
    expect(() => addMeter(moduleOf(0xfd, 0x0c))).toThrow('The WebAssembly opcode 0xfd is not known.')
    expect(() => addMeter(moduleOf(0xfc, 0x20))).toThrow('The WebAssembly opcode 0xfc 0x20 is not known.')
  })
})
