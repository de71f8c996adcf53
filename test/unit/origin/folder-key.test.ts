// Keys of an S3-like folder: decoding, traversal attempts, names a file cannot have.
import * as fc from 'fast-check'
import { normalize, posix, win32 } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseKey, toFilePath } from '../../../src/origin/folder/key.ts'

describe('the key of a request path', () => {
  test.each([
    ['/index.html', 'index.html'],
    ['/', ''],
    ['/a%20b.txt', 'a b.txt'],
    ['/a+b.txt', 'a b.txt'],
    ['/a%2Bb.txt', 'a+b.txt'],
    ['/%C3%BCber.html', 'über.html'],
    ['/a%2Fb', 'a/b'],
    ['/%252e%252e%252fetc', '%2e%2e%2fetc'],
    ['//a', '/a'],
    ['/docs/', 'docs/'],
  ])('%s is decoded once to %j', (path, key) => {
    expect(parseKey(path)).toEqual({ kind: 'key', key })
  })

  test.each(['/%', '/%zz', '/%ff', '/%c3', '/a%e2%82'])('%s is not a URI that S3 can parse', (path) => {
    expect(parseKey(path)).toEqual({ kind: 'invalid-uri' })
  })

  test('a key is at most 1024 bytes of UTF-8', () => {
    expect(parseKey(`/${'a'.repeat(1024)}`).kind).toBe('key')
    expect(parseKey(`/${'a'.repeat(1025)}`)).toEqual({ kind: 'too-long', bytes: 1025 })
    expect(parseKey(`/${'%C3%BC'.repeat(513)}`)).toEqual({ kind: 'too-long', bytes: 1026 })
  })

  test('every key survives encoding and decoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (key) => {
        expect(parseKey(`/${encodeURIComponent(key)}`)).toEqual({ kind: 'key', key })
      }),
    )
  })

  test('no path makes the parser throw', () => {
    fc.assert(fc.property(fc.string(), (path) => void parseKey(path)))
  })
})

describe('the file of a key', () => {
  test.each(['', '/', '..', '.', 'a/..', '../a', 'a/../b', './a', 'a//b', 'a/', '/a', 'a\0b', 'a\0'])(
    '%j is the key of no file',
    (key) => {
      expect(toFilePath(key)).toBeNull()
    },
  )

  test.each(['.well-known/a', '.env', '...', 'a..b', '..a', 'a/...b', '%2e%2e', '~', 'a b'])(
    '%j is a plain key',
    (key) => {
      expect(toFilePath(key, '/')).toBe(key)
    },
  )

  test('where backslashes separate folders, a key with one has no file', () => {
    expect(toFilePath('a\\..\\b', '/')).toBe('a\\..\\b')
    for (const key of ['..\\a', 'a\\b', 'C:', 'C:/a', 'a:b', 'a./b', 'a /b', '.. /a'])
      expect(toFilePath(key, '\\')).toBeNull()
    expect(toFilePath('a/b.txt', '\\')).toBe('a\\b.txt')
  })

  const nasty = fc
    .array(
      fc.constantFrom(
        '..',
        '.',
        '',
        '/',
        '\\',
        '%2e',
        '%2F',
        '%5c',
        '\0',
        'a',
        '..;',
        'C:',
        '%00',
        '\u2025',
        '~',
      ),
    )
    .map((parts) => parts.join(''))
  const nastyPaths = fc.oneof(
    nasty,
    fc.array(nasty).map((parts) => parts.join('/')),
    fc.string(),
  )

  test('no path leaves the folder by its segments', () => {
    fc.assert(
      fc.property(nastyPaths, (path) => {
        const parsed = parseKey(`/${path}`)
        if (parsed.kind !== 'key') return
        const below = toFilePath(parsed.key, '/')
        if (below !== null) expect(posix.join('/bucket', below).startsWith('/bucket/')).toBe(true)
        const windows = toFilePath(parsed.key, '\\')
        if (windows !== null)
          expect(win32.resolve('C:\\bucket', windows).startsWith('C:\\bucket\\')).toBe(true)
        if (below !== null) expect(normalize(below)).toBe(below)
      }),
      { numRuns: 500 },
    )
  })
})
