import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLineWriter } from '../../../src/observe/line-writer.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('close writes everything that was collected, in order', async () => {
  const file = join(folder, 'log')
  const writer = createLineWriter(file)
  let expected = ''
  for (let number = 0; number < 5000; number++) {
    expected += `line ${number}\n`
    writer.write(`line ${number}\n`)
  }
  await writer.close()
  expect(readFileSync(file, 'utf8')).toBe(expected)
})

test('lines leave by themselves', async () => {
  const file = join(folder, 'log')
  const writer = createLineWriter(openSync(file, 'w'))
  writer.write('one\n')
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toBe('one\n'))
  await writer.close()
})

test('lines after close are dropped, and closing twice is fine', async () => {
  const file = join(folder, 'log')
  const writer = createLineWriter(file)
  writer.write('one\n')
  await writer.close()
  writer.write('two\n')
  writer.flush()
  await writer.close()
  expect(readFileSync(file, 'utf8')).toBe('one\n')
})

test('a destination that cannot be written silences the writer', async () => {
  const writer = createLineWriter(join(folder, 'no', 'such', 'folder'))
  writer.write('one\n')
  writer.flush()
  await writer.close()
})

test('a writer leaves no listener behind', async () => {
  const before = process.listenerCount('exit')
  const writer = createLineWriter(join(folder, 'log'))
  expect(process.listenerCount('exit')).toBe(before + 1)
  await writer.close()
  expect(process.listenerCount('exit')).toBe(before)
})
