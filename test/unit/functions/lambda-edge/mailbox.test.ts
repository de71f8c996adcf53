// The memory in which a thread leaves results and lines, against a plain list.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMailbox, MailReader, MailWriter } from '../../../../src/functions/lambda-edge/node/mailbox.ts'
import type { VesselMessage } from '../../../../src/functions/lambda-edge/vessel.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ minLength: 0, maxLength: 9000, size: 'max' }),
)
const record = fc.oneof(
  fc.record({ kind: fc.constant('returned' as const), id: fc.nat(), microseconds: fc.nat(), json: text }),
  fc.record({
    kind: fc.constant('line' as const),
    level: fc.constantFrom(null, 'INFO', 'DEBUG', 'WARN', 'ERROR', 'TRACE'),
    microseconds: fc.nat(),
    text,
  }),
)

test('What fits comes out as it was written, in order, however much went through before', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(record, fc.constant('drain' as const)), { maxLength: 200 }), (steps) => {
      const mailbox = createMailbox()
      const [writer, reader] = [new MailWriter(mailbox), new MailReader(mailbox)]
      const [written, read]: VesselMessage[][] = [[], []]
      for (const step of steps) {
        if (step === 'drain') reader.drain((message) => read!.push(message))
        else if (
          step.kind === 'line'
            ? writer.line(step.level, step.microseconds, step.text)
            : writer.returned(step.id, step.microseconds, step.json)
        ) {
          written!.push(step)
        }
      }
      reader.drain((message) => read!.push(message))
      expect(read).toEqual(written)
    }),
    { numRuns: 60 },
  )
})

test('Nothing fits into a full mailbox until it was read, and what is too large never does', () => {
  const mailbox = createMailbox()
  const [writer, reader] = [new MailWriter(mailbox), new MailReader(mailbox)]
  const half = 'x'.repeat(20_000)
  let count = 0
  while (writer.returned(1, 0, half)) count++
  expect(count).toBeGreaterThan(3)
  let read = 0
  reader.drain(() => read++)
  expect(read).toBe(count)
  expect(writer.returned(1, 0, half)).toBe(true)
  expect(writer.returned(1, 0, 'x'.repeat(200_000))).toBe(false)
})

test('A reader hears what came before a message, and not what came after it', () => {
  const mailbox = createMailbox()
  const [writer, reader] = [new MailWriter(mailbox), new MailReader(mailbox)]
  writer.line('INFO', 1, 'before')
  const { written } = writer
  writer.line('INFO', 2, 'after')
  const texts: unknown[] = []
  const note = (message: VesselMessage): void => void texts.push('text' in message && message.text)
  reader.drain(note, written)
  expect(texts).toEqual(['before'])
  reader.drain(note, 2 ** 30)
  expect(texts).toEqual(['before', 'after'])
})

test('What was taken back does not begin, and begins again when it is allowed', () => {
  const mailbox = createMailbox()
  const [writer, reader] = [new MailWriter(mailbox), new MailReader(mailbox)]
  reader.allow(1)
  expect(reader.forbid(1)).toBe(null)
  expect(writer.begin(1)).toBe(true)
  expect(reader.forbid(1)).toBe(1)
  expect(writer.begin(2)).toBe(false)
  expect([reader.hasBegun(1), reader.forbid(1)]).toEqual([true, null])
  reader.allow(4)
  expect([writer.begin(2), writer.begin(4), reader.hasBegun(4), reader.hasBegun(5)]).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test('Whatever a function writes into this memory, reading it ends, and what comes later arrives', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60), fc.integer()), { minLength: 1, maxLength: 12 }), (forged) => {
      const mailbox = createMailbox()
      const [writer, reader] = [new MailWriter(mailbox), new MailReader(mailbox)]
      writer.line('INFO', 1, 'before')
      const ints = new Int32Array(mailbox)
      for (const [at, value] of forged) ints[at] = value
      let count = 0
      reader.drain(() => count++)
      expect(count).toBeLessThanOrEqual(10_000)
      // From where a sound writer would go on.
      ints[1] = ints[2]! & ~3
      ints[2] = ints[1]
      expect(writer.returned(7, 1, '{}')).toBe(true)
      const read: VesselMessage[] = []
      reader.drain((message) => read.push(message))
      expect(read).toEqual([{ kind: 'returned', id: 7, microseconds: 1, json: '{}' }])
    }),
  )
})
