// Conditions and ranges of S3's GetObject.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Headers } from '../../../src/message/headers.ts'
import { contentTypeOf } from '../../../src/origin/folder/content-type.ts'
import { toErrorDocument } from '../../../src/origin/folder/errors.ts'
import { planAnswer } from '../../../src/origin/folder/plan.ts'
import type { ObjectPlan } from '../../../src/origin/folder/plan.ts'

const MODIFIED = 'Tue, 01 Jan 2030 00:00:10 GMT'
const EARLIER = 'Tue, 01 Jan 2030 00:00:09 GMT'
const LATER = 'Tue, 01 Jan 2030 00:00:11 GMT'
const object = { etag: '"abc"', size: 100, modifiedAt: Date.parse(MODIFIED) + 250 }

function plan(fields: Record<string, string>, size: number = object.size): ObjectPlan {
  return planAnswer(new Headers(Object.entries(fields).flat()), { ...object, size })
}

describe('conditions', () => {
  test.each([
    ['not-modified', { 'If-None-Match': '"abc"' }],
    ['not-modified', { 'If-None-Match': 'W/"abc"' }],
    ['not-modified', { 'If-None-Match': '"x", W/"abc"' }],
    ['not-modified', { 'If-None-Match': 'abc' }],
    ['not-modified', { 'If-None-Match': '*' }],
    ['whole', { 'If-None-Match': '"abcd"' }],
    ['whole', { 'If-None-Match': '"a,bc"' }],
    ['not-modified', { 'If-Modified-Since': MODIFIED }],
    ['not-modified', { 'If-Modified-Since': LATER }],
    ['whole', { 'If-Modified-Since': EARLIER }],
    ['whole', { 'If-Modified-Since': 'last week' }],
    ['whole', { 'If-None-Match': '"x"', 'If-Modified-Since': LATER }],
    ['not-modified', { 'If-None-Match': '"abc"', 'If-Modified-Since': EARLIER }],
    ['whole', { 'If-Match': '"abc"' }],
    ['whole', { 'If-Match': '*' }],
    ['whole', { 'If-Match': '"abc"', 'If-Unmodified-Since': EARLIER }],
    ['precondition-failed', { 'If-Match': '"x"' }],
    ['precondition-failed', { 'If-Match': 'W/"abc"' }],
    ['precondition-failed', { 'If-Unmodified-Since': EARLIER }],
    ['whole', { 'If-Unmodified-Since': MODIFIED }],
    ['precondition-failed', { 'If-Match': '"x"', 'If-None-Match': '"abc"' }],
    ['not-modified', { 'If-None-Match': '"abc"', Range: 'bytes=0-1' }],
  ] as const)('S3 answers %s to %j', (kind, fields) => {
    expect(plan(fields).kind).toBe(kind)
  })
})

describe('ranges', () => {
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=90-', 90, 99],
    ['bytes=-10', 90, 99],
    ['bytes=-1000', 0, 99],
    ['bytes=50-1000', 50, 99],
    ['Bytes = 1 - 2', 1, 2],
  ])('%s of 100 bytes are those from %i to %i', (range, start, end) => {
    expect(plan({ Range: range })).toEqual({ kind: 'part', start, end })
  })

  test.each(['bytes=', 'bytes=-', 'bytes=5-4', 'bytes=a-b', 'items=0-1', 'bytes=0-1,5-6', '0-1'])(
    '%s is ignored: the whole object comes',
    (range) => {
      expect(plan({ Range: range })).toEqual({ kind: 'whole' })
    },
  )

  test.each([
    ['bytes=100-', 100],
    ['bytes=-0', 100],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
    [`bytes=${'9'.repeat(400)}-`, 100],
  ])('%s of %i bytes cannot be satisfied', (range, size) => {
    expect(plan({ Range: range }, size)).toEqual({ kind: 'unsatisfiable', range })
  })

  test.each([
    ['part', '"abc"'],
    ['part', MODIFIED],
    ['whole', '"x"'],
    ['whole', 'W/"abc"'],
    ['whole', EARLIER],
  ])('If-Range decides: %s for %s', (kind, ifRange) => {
    expect(plan({ Range: 'bytes=0-1', 'If-Range': ifRange }).kind).toBe(kind)
  })

  test('whatever the header says, a part lies within the object', () => {
    const number = fc.oneof(fc.constant(''), fc.nat(300).map(String))
    const ranges = fc.oneof(
      fc.tuple(number, number).map(([a, b]) => `bytes=${a}-${b}`),
      fc.string(),
    )
    fc.assert(
      fc.property(ranges, fc.nat(250), (range, size) => {
        const planned = plan({ Range: range }, size)
        if (planned.kind !== 'part') return
        expect(planned.start).toBeGreaterThanOrEqual(0)
        expect(planned.start).toBeLessThanOrEqual(planned.end)
        expect(planned.end).toBeLessThan(size)
      }),
    )
  })
})

test.each([
  ['index.html', 'text/html'],
  ['a/b/App.JS', 'text/javascript'],
  ['logo.svg', 'image/svg+xml'],
  ['archive.tar.gz', 'application/gzip'],
  ['.html', 'binary/octet-stream'],
  ['a.b/README', 'binary/octet-stream'],
  ['data.unknown', 'binary/octet-stream'],
  ['constructor.__proto__', 'binary/octet-stream'],
])('%s has the type %s', (key, type) => {
  expect(contentTypeOf(key)).toBe(type)
})

test('an error document escapes what came from the request', () => {
  const { status, xml } = toErrorDocument(
    { code: 'NoSuchKey', details: { Key: '<a>&\u0001\uD800' } },
    'R',
    'H',
  )
  expect(status).toBe(404)
  expect(xml).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>' +
      '<Message>The specified key does not exist.</Message><Key>&lt;a&gt;&amp;\uFFFD\uFFFD</Key>' +
      '<RequestId>R</RequestId><HostId>H</HostId></Error>',
  )
})
