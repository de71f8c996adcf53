// A large body whose bytes move to a file while it is read: by a disk that is slow, and one that fails.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BodyFile, BodyFiles } from '../../../src/message/body-files.ts'
import { Body } from '../../../src/message/body.ts'
import type { KeepOutcome } from '../../../src/message/body-parties.ts'
import { spliceBody } from '../../../src/message/splice.ts'

const LARGE = 1000

/** A disk that does one thing each time it is told to, and takes no more than `room` bytes. */
class SlowDisk implements BodyFiles {
  readonly memoryObject = LARGE
  files = 0
  #room: number
  #waiting: (() => void)[] = []

  constructor(room = Infinity) {
    this.#room = room
  }

  create(): BodyFile {
    this.files++
    let content = Buffer.alloc(0)
    return {
      append: (chunks, onDone) =>
        void this.#waiting.push(() => {
          const bytes = Buffer.concat(chunks)
          if (content.length + bytes.length > this.#room) return onDone(new Error('ENOSPC'))
          content = Buffer.concat([content, bytes])
          onDone(null)
        }),
      // Every third place is in memory still.
      peek: (at) =>
        at % 3 === 0 && at < content.length ? Buffer.from(content.subarray(at, at + 700)) : null,
      read: (at, onDone) =>
        void this.#waiting.push(() => onDone(null, Buffer.from(content.subarray(at, at + 500)))),
      rest() {},
      remove: () => void this.files--,
    }
  }

  work(): boolean {
    const next = this.#waiting.shift()
    next?.()
    return next !== undefined
  }
}

/** Reads bytes from `first` to `last`, as many chunks at a time as it is fed. */
function readerOf(body: Body, first = 0, last = Infinity) {
  const got: Buffer[] = []
  let end: 'open' | 'end' | 'error' = 'open'
  let left = 1
  const consumer = {
    onData(chunk: Buffer) {
      got.push(Buffer.from(chunk))
      left--
      return left > 0
    },
    onEnd: () => void (end = 'end'),
    onError: () => void (end = 'error'),
  }
  const reader = body.read(consumer, first, last)
  return {
    first,
    last,
    bytes: () => Buffer.concat(got),
    end: () => end,
    feed(appetite: number) {
      left = appetite
      reader.resume()
    },
  }
}

type Reader = ReturnType<typeof readerOf>

const kind = <K extends string>(name: K) => ({ kind: fc.constant(name) })
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ ...kind('append'), size: fc.integer({ min: 1, max: 900 }) }) },
    fc.record({ ...kind('read'), first: fc.nat(5000), length: fc.option(fc.integer({ min: 1, max: 3000 })) }),
    {
      weight: 3,
      arbitrary: fc.record({ ...kind('feed'), index: fc.nat(9), appetite: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 3, arbitrary: fc.record(kind('work')) },
  ),
  { maxLength: 80 },
)

/** Runs the steps, then everything that is left to do; what came, who read it, and how it ended for the keeper. */
function run(list: typeof steps extends fc.Arbitrary<infer T> ? T : never, disk: SlowDisk) {
  const body = new Body()
  let outcome: KeepOutcome | null = null
  body.keep({ maxBytes: Infinity, files: disk, expectedBytes: 0, onDone: (how) => void (outcome = how) })
  const sent: Buffer[] = []
  // Somebody reads from the start, whatever becomes of the disk.
  const readers: Reader[] = [readerOf(body)]
  for (const step of list) {
    if (step.kind === 'append') {
      const chunk = Buffer.alloc(step.size, sent.length % 251)
      sent.push(Buffer.from(chunk))
      body.append(chunk)
    } else if (step.kind === 'read') {
      const last = step.length === null ? Infinity : step.first + step.length - 1
      if (body.isReadableFromStart) readers.push(readerOf(body, step.first, last))
    } else if (step.kind === 'feed') readers[step.index % readers.length]!.feed(step.appetite)
    else disk.work()
  }
  body.finish()
  for (let isBusy = true; isBusy;) {
    const before = readers.map((reader) => reader.bytes().length + reader.end()).join()
    for (const reader of readers) reader.feed(3)
    isBusy = disk.work()
    isBusy ||= before !== readers.map((reader) => reader.bytes().length + reader.end()).join()
  }
  return { body, whole: Buffer.concat(sent), readers, outcome: outcome as KeepOutcome | null }
}

function expectAllRead(readers: readonly Reader[], whole: Buffer): void {
  for (const reader of readers) {
    expect(reader.end()).toBe('end')
    expect(reader.bytes().equals(whole.subarray(reader.first, reader.last + 1))).toBe(true)
  }
}

describe('A body that moves to a file', () => {
  test('gives every reader the bytes it wants, wherever they are by then', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const disk = new SlowDisk()
        const { body, whole, readers, outcome } = run(list, disk)
        expectAllRead(readers, whole)
        expect([outcome, disk.files]).toEqual(['complete', whole.length > LARGE ? 1 : 0])
        expect(body.isFiled).toBe(whole.length > LARGE)
      }),
    )
  })

  test('gives every reader the bytes it wants when the disk is full, and is not kept', () => {
    fc.assert(
      fc.property(steps, fc.nat(8000), (list, room) => {
        const { whole, readers, outcome } = run(list, new SlowDisk(room))
        expectAllRead(readers, whole)
        const isKept = whole.length <= Math.max(room, LARGE)
        expect(outcome).toBe(isKept ? 'complete' : 'disk-error')
      }),
    )
  })

  test('pauses its source while the disk is behind', () => {
    const calls: string[] = []
    const body = new Body({
      pause: () => void calls.push('pause'),
      resume: () => void calls.push('resume'),
      abort: () => void calls.push('abort'),
    })
    const disk = new SlowDisk()
    body.keep({ maxBytes: Infinity, files: disk, expectedBytes: 10_000_000, onDone() {} })
    for (let i = 0; i < 3; i++) body.append(Buffer.alloc(1_000_000))
    expect(calls).toEqual(['pause'])
    while (disk.work());
    expect(calls).toEqual(['pause', 'resume'])
  })

  test('leaves no file once no cache and no reader has it', async () => {
    const disk = new SlowDisk()
    const body = new Body()
    body.keep({ maxBytes: Infinity, files: disk, expectedBytes: 0, onDone: () => body.addEntry() })
    body.append(Buffer.alloc(5000))
    while (disk.work());
    body.finish()
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const reader = readerOf(body)
    body.dropEntry()
    await turn()
    expect(disk.files).toBe(1)
    reader.feed(9)
    while (disk.work());
    await turn()
    expect([reader.end(), reader.bytes().length, disk.files]).toEqual(['end', 5000, 0])
    expect(body.isReadableFromStart).toBe(false)
  })
})

describe('A body put together from pieces', () => {
  test('has their bytes in order, at the pace of its reader', () => {
    const span = fc.record({ size: fc.integer({ min: 1, max: 400_000 }), first: fc.nat(), length: fc.nat() })
    const piece = fc.oneof(span, fc.uint8Array({ maxLength: 50 }))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (list) => {
        const expected: Buffer[] = []
        const pieces = list.map((each, index) => {
          if (each instanceof Uint8Array) {
            expected.push(Buffer.from(each))
            return Buffer.from(each)
          }
          const bytes = Buffer.alloc(each.size, index)
          const first = each.first % each.size
          const last = first + (each.length % (each.size - first))
          expected.push(bytes.subarray(first, last + 1))
          return { body: Body.of(Buffer.from(bytes)), first, last }
        })
        const reader = readerOf(spliceBody(pieces))
        for (let i = 0; i < 200 && reader.end() === 'open'; i++) reader.feed(1)
        expect(reader.end()).toBe('end')
        expect(reader.bytes().equals(Buffer.concat(expected))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('breaks off when a piece does', () => {
    const broken = new Body()
    broken.append(Buffer.from('abc'))
    const reader = readerOf(spliceBody([Buffer.from('--'), { body: broken, first: 1, last: 9 }]))
    reader.feed(9)
    broken.fail(new Error('gone'))
    expect([reader.bytes().toString(), reader.end()]).toEqual(['--bc', 'error'])
  })

  test('stops reading its pieces when nobody wants it', () => {
    let aborted = 0
    const source = new Body({ pause() {}, resume() {}, abort: () => void aborted++ })
    const spliced = spliceBody([{ body: source, first: 0, last: 99 }])
    spliced.discard()
    expect([aborted, source.state]).toEqual([1, 'failed'])
  })
})
