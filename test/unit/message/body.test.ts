// A body that is stored while it streams: one producer, any number of readers of the same chunks.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Body } from '../../../src/message/body.ts'
import type { BodySource, Keeper } from '../../../src/message/body-parties.ts'
import type { BodyFiles } from '../../../src/message/body-files.ts'
import type { BodyReader } from '../../../src/message/body-reader.ts'

/** A reader that takes `appetite` chunks each time it is fed, and remembers what it got. */
function readerOf(body: Body, appetite: number) {
  const got: Buffer[] = []
  let end: 'open' | 'end' | 'error' = 'open'
  let left = appetite
  const reader: BodyReader = body.read({
    onData(chunk) {
      got.push(Buffer.from(chunk))
      left--
      return left > 0
    },
    onEnd: () => void (end = 'end'),
    onError: () => void (end = 'error'),
  })
  return {
    bytes: () => Buffer.concat(got),
    end: () => end,
    feed() {
      left = appetite
      reader.resume()
    },
    cancel: () => reader.cancel(),
  }
}

/** A source that counts what is asked of it. */
function countingSource() {
  const calls: ('pause' | 'resume' | 'abort')[] = []
  const source: BodySource = {
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    abort: () => void calls.push('abort'),
  }
  return { source, calls }
}

function keeper(maxBytes: number, onDone: Keeper['onDone'], files: BodyFiles | null = null): Keeper {
  return { maxBytes, files, expectedBytes: 0, onDone }
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('append' as const), size: fc.integer({ min: 1, max: 9000 }) }),
    },
    fc.record({ kind: fc.constant('read' as const), appetite: fc.integer({ min: 1, max: 4 }) }),
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('feed' as const), index: fc.nat(9) }) },
  ),
  { maxLength: 60 },
)

describe('A kept body', () => {
  test('gives every reader all of its bytes, whenever it starts and however slowly it reads', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const body = new Body()
        let kept = ''
        body.keep(keeper(Infinity, (outcome) => void (kept = outcome)))
        const sent: Buffer[] = []
        const readers: ReturnType<typeof readerOf>[] = []
        for (const step of list) {
          if (step.kind === 'append') {
            const chunk = Buffer.alloc(step.size, sent.length % 251)
            sent.push(Buffer.from(chunk))
            body.append(chunk)
          } else if (step.kind === 'read') readers.push(readerOf(body, step.appetite))
          else readers[step.index % Math.max(1, readers.length)]?.feed()
        }
        body.finish()
        readers.push(readerOf(body, 1))
        for (const reader of readers) for (let i = 0; i <= sent.length + 1; i++) reader.feed()
        const whole = Buffer.concat(sent)
        for (const reader of readers) {
          expect(reader.end()).toBe('end')
          expect(reader.bytes().equals(whole)).toBe(true)
        }
        expect([kept, body.bytes]).toEqual(['complete', whole.length])
        if (body.whole !== null) expect(Buffer.from(body.whole as string, 'latin1').equals(whole)).toBe(true)
      }),
    )
  })

  test('is let go when it grows beyond what may be kept, and its reader goes on', () => {
    const body = new Body()
    let kept = ''
    body.keep(keeper(100, (outcome) => void (kept = outcome)))
    const reader = readerOf(body, 100)
    reader.feed()
    body.append(Buffer.alloc(60))
    body.append(Buffer.alloc(60))
    expect(kept).toBe('too-large')
    body.append(Buffer.alloc(60))
    body.finish()
    expect([reader.end(), reader.bytes().length, body.isReadableFromStart]).toEqual(['end', 180, false])
  })

  test('goes on without readers, for a refresh behind the viewer', () => {
    const { source, calls } = countingSource()
    const body = new Body(source)
    body.keep(keeper(Infinity, () => {}))
    body.discard()
    body.append(Buffer.alloc(1_000_000))
    expect(calls).toEqual([])
  })
})

describe('A body that nobody keeps', () => {
  test('pauses its source when the slowest reader is far behind, and resumes it', () => {
    const { source, calls } = countingSource()
    const body = new Body(source)
    const fast = readerOf(body, Infinity)
    const slow = readerOf(body, 1)
    fast.feed()
    for (let i = 0; i < 6; i++) body.append(Buffer.alloc(50_000))
    expect(calls).toEqual(['pause'])
    for (let i = 0; i < 3; i++) slow.feed()
    expect(calls).toEqual(['pause', 'resume'])
    expect(fast.bytes()).toHaveLength(300_000)
  })

  test('stops its source when the last reader leaves, not before', () => {
    const { source, calls } = countingSource()
    const body = new Body(source)
    const one = readerOf(body, 1)
    const other = readerOf(body, 1)
    one.cancel()
    expect(calls).toEqual([])
    other.cancel()
    expect([calls, body.state]).toEqual([['abort'], 'failed'])
  })

  test('stays for whoever holds it, and lets go without stopping the source', () => {
    const { source, calls } = countingSource()
    const body = new Body(source)
    const release = body.hold()
    const leaver = readerOf(body, 10)
    leaver.feed()
    body.append(Buffer.from('start'))
    leaver.cancel()
    const reader = readerOf(body, 10)
    release()
    reader.feed()
    body.finish()
    expect([reader.end(), reader.bytes().toString(), calls]).toEqual(['end', 'start', []])
  })
})

test('A body that fails gives its readers what had come, then the error', () => {
  const body = new Body()
  body.keep(keeper(Infinity, () => {}))
  const slow = readerOf(body, 1)
  body.append(Buffer.from('one'))
  body.append(Buffer.from('two'))
  slow.feed()
  body.fail(new Error('broken off'))
  expect([slow.bytes().toString(), slow.end()]).toEqual(['one', 'open'])
  slow.feed()
  slow.feed()
  expect([slow.bytes().toString(), slow.end()]).toEqual(['onetwo', 'error'])
})
