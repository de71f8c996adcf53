// Path patterns and the paths they are compared with.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePathPattern, normalizePath } from '../../../src/behaviors/path-pattern.ts'

describe('compilePathPattern', () => {
  test.each([
    ['*', '/', true],
    ['*', '/a/b.c', true],
    ['/*', '/', true],
    ['images/*.jpg', '/images/a.jpg', true],
    ['/images/*.jpg', '/images/x/y.jpg', true],
    ['images/*.jpg', '/images/a.jpg.bak', false],
    ['images/*.jpg', '/Images/a.jpg', false],
    ['images/*.jpg', '/x/images/a.jpg', false],
    ['*product.jpg', '/my-product.jpg', true],
    ['/*product.jpg', '/shop/product.jpg', true],
    ['a*.jpg', '/abra/cadabra/magic.jpg', true],
    ['*.doc?', '/a.docx', true],
    ['*.doc?', '/a.doc', false],
    ['*.doc?', '/a.docxx', false],
    ['/', '/', true],
    ['/', '/a', false],
    ['/a.b', '/axb', false],
    ['/a/b*', '/a/b', true],
    ['/a/b*', '/a/', false],
    ['/api/*', '/api', false],
    ["/$~'@+&*", "/$~'@+&x", true],
  ])('%s takes %s: %s', (pattern, path, expected) => {
    expect(compilePathPattern(pattern)(path)).toBe(expected)
  })
})

describe('normalizePath', () => {
  test.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../../b', '/b'],
    ['/..', '/'],
    ['//', '/'],
    ['//a///b//', '/a/b/'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a/...', '/a/...'],
    ['/%7Euser/%61%2D', '/~user/a-'],
    ['/%2e%2E/secret', '/secret'],
    ['/a%2fb', '/a%2Fb'],
    ['/a%20b%zz%', '/a%20b%zz%'],
    ['*', '*'],
  ])('%s is compared as %s', (raw, expected) => {
    expect(normalizePath(raw)).toBe(expected)
  })

  test('a normal path is left as it is, and no dot segment or double slash is left', () => {
    const segment = fc.constantFrom('', '.', '..', 'a', 'b.c', '%2e', '%41', '%2F', '...')
    const path = fc.array(segment).map((segments) => `/${segments.join('/')}`)
    fc.assert(
      fc.property(path, (raw) => {
        const normal = normalizePath(raw)
        expect(normal).not.toMatch(/\/\/|\/\.{1,2}(\/|$)/)
        expect(normalizePath(normal)).toBe(normal)
      }),
    )
  })
})
