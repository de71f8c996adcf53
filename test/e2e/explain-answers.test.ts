// Why an answer is not the object as it is: conditions, ranges and compression in the words of the trace.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toStory } from '../../src/observe/story.ts'
import { cachePolicy, startFront, type Answer, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const DATE = 'Tue, 01 Jan 2030 00:00:10 GMT'
const EARLIER = 'Tue, 01 Jan 2030 00:00:09 GMT'
const GZIP = { EnableAcceptEncodingGzip: true, EnableAcceptEncodingBrotli: true }

let origin: ScriptedOrigin
let front: Front

beforeAll(async () => {
  origin = await startOrigin({ headers: { ETag: '"v1"', 'Last-Modified': DATE }, body: 'hello' })
  origin.on('/empty', { body: '' })
  front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 1000, 1000) } })
  await front.get('/a')
  await front.get('/empty')
})

afterAll(async () => {
  await front.stop()
  await origin.stop()
})

const storyOf = ({ trace }: Answer): string => toStory(trace!).join('\n')

describe('what a viewer got of a cached object is in its trace', () => {
  test.each([
    { headers: { 'If-None-Match': '"v1"' }, status: 304, cut: 'if-none-match' },
    { headers: { 'If-Modified-Since': DATE }, status: 304, cut: 'if-modified-since' },
    { headers: { 'If-Match': '"v2"' }, status: 412, cut: 'if-match' },
    { headers: { 'If-Unmodified-Since': EARLIER }, status: 412, cut: 'if-unmodified-since' },
    { headers: { Range: 'bytes=1-2' }, status: 206, cut: 'range' },
    { headers: { Range: 'bytes=0-0,2-2' }, status: 206, cut: 'ranges' },
    { headers: { Range: 'bytes=9-' }, status: 416, cut: 'range-unsatisfiable' },
    { headers: { Range: 'bytes=2-1' }, status: 200, cut: 'range-invalid' },
    { headers: { Range: 'lines=1-2' }, status: 200, cut: 'range-other-unit' },
    { headers: { Range: 'bytes=2-2,0-0' }, status: 200, cut: 'ranges-not-ascending' },
    { headers: { Range: 'bytes=-2' }, path: '/empty', status: 200, cut: 'range-of-nothing' },
    { headers: { Range: 'bytes=1-2', 'If-Range': '"v2"' }, status: 200, cut: 'range-if-range-differs' },
    { headers: { 'If-None-Match': '"v2"' }, status: 200, cut: null },
    { headers: {}, status: 200, cut: null },
  ])('$headers: $status, because of $cut', async ({ headers, status, cut, path = '/a' }) => {
    const answer = await front.get(path, headers)
    expect(answer).toMatchObject({ status, trace: { cut } })
    if (cut === null) expect(storyOf(answer)).not.toContain('answer:')
    else expect(storyOf(answer)).toContain(`(${cut})`)
  })

  test('an origin that sends all in place of a range', async () => {
    const answer = await front.get('/b', { Range: 'bytes=1-2' })
    expect(answer).toMatchObject({ status: 200, text: 'hello', trace: { cut: 'range-not-answered' } })
  })

  test('the condition counts on a miss as well', async () => {
    const answer = await front.get('/c', { 'If-None-Match': '"v1"' })
    expect(answer).toMatchObject({ status: 304, trace: { cut: 'if-none-match' } })
    expect(storyOf(answer)).toContain('answered 200')
  })
})

describe('whether an answer of the origin was compressed is in its trace', () => {
  test.each([
    { accepts: 'gzip, br', type: 'text/plain', bytes: 2000, outcome: 'br' },
    { accepts: 'gzip', type: 'text/plain', bytes: 2000, outcome: 'gzip' },
    { accepts: 'deflate', type: 'text/plain', bytes: 2000, outcome: 'not-accepted' },
    { accepts: '', type: 'text/plain', bytes: 2000, outcome: 'not-accepted' },
    { accepts: 'gzip', type: 'image/png', bytes: 2000, outcome: 'content-type' },
    { accepts: 'gzip', type: 'text/plain', bytes: 999, outcome: 'too-small' },
  ])('$bytes bytes of $type for "$accepts": $outcome', async ({ accepts, type, bytes, outcome }) => {
    await using text = await startOrigin({ headers: { 'Content-Type': type }, body: 'x'.repeat(bytes) })
    await using compressing = await startFront({
      origin: text,
      behavior: { Compress: true, CachePolicy: cachePolicy(0, 1000, 1000, GZIP) },
    })
    const answer = await compressing.get('/a', accepts === '' ? {} : { 'Accept-Encoding': accepts })
    expect(answer.trace!.compression).toBe(outcome)
    const words = outcome === 'br' || outcome === 'gzip' ? outcome : `none (${outcome})`
    expect(storyOf(answer)).toContain(`compression: ${words}`)
  })

  test('where Compress is off nothing is said of it', async () => {
    const answer = await front.get('/d', { 'Accept-Encoding': 'gzip' })
    expect(answer.trace!.compression).toBeNull()
    expect(storyOf(answer)).not.toContain('compression')
  })
})
