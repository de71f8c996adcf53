// Deployment packages: what is unpacked, what is refused, and that nothing stays.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createArchives, type Archives } from '../../../src/config/archives/archives.ts'
import { readZip, ZipError } from '../../../src/config/archives/zip.ts'
import { LINK, writeZip, zip, type ZipFile } from '../../support/zip.ts'

let folder = ''
let archives: Archives
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-zip-'))
  archives = createArchives(() => mkdtempSync(join(folder, 'unpacked-')))
})
afterEach(() => {
  archives.close()
  rmSync(folder, { recursive: true, force: true })
})

function unpack(files: Parameters<typeof zip>[0], name = 'fn.zip') {
  return archives.unpack(writeZip(join(folder, name), files))
}

function unpacked(files: Parameters<typeof zip>[0]): string {
  const result = unpack(files)
  if (result.kind === 'unusable') throw new Error(result.reason)
  return result.folder
}

describe('A deployment package', () => {
  test('is unpacked with its folders, compressed or stored, with a comment at its end or without', () => {
    const at = unpacked([
      { name: 'index.mjs', text: 'export const handler = 1\n'.repeat(99) },
      { name: 'lib/', text: '' },
      { name: 'lib/deep/a.txt', text: 'stored', isStored: true },
      { name: 'empty', text: '' },
    ])
    expect(readFileSync(join(at, 'index.mjs'), 'utf8')).toHaveLength(25 * 99)
    expect(readFileSync(join(at, 'lib/deep/a.txt'), 'utf8')).toBe('stored')
    expect(readFileSync(join(at, 'empty'), 'utf8')).toBe('')
    expect(readZip(zip({ a: '1' }, 'packed by hand')).map(({ name }) => name)).toEqual(['a'])
  })

  test('has its links, where these stay inside', () => {
    const at = unpacked([
      { name: 'node_modules/.bin/tool', text: '../tool/cli.js', mode: LINK },
      { name: 'node_modules/tool/cli.js', text: 'tool' },
    ])
    expect(readFileSync(join(at, 'node_modules/.bin/tool'), 'utf8')).toBe('tool')
  })

  test('is unpacked once, and again when it has changed', () => {
    const first = unpacked({ 'index.js': 'one' })
    expect(archives.unpack(join(folder, 'fn.zip'))).toEqual({ kind: 'folder', folder: first })
    const second = unpacked({ 'index.js': 'number two' })
    expect(second).not.toBe(first)
    expect(readFileSync(join(second, 'index.js'), 'utf8')).toBe('number two')
  })

  test('is known by the files that came out of it', () => {
    const at = unpacked({ 'lib/index.js': '' })
    expect(archives.originOf(join(at, 'lib/index.js'))).toEqual({
      archive: join(folder, 'fn.zip'),
      name: 'lib/index.js',
    })
    expect(archives.originOf(join(folder, 'other.js'))).toBeNull()
  })

  test('leaves nothing behind when the run is over', () => {
    const at = unpacked({ 'index.js': '' })
    archives.close()
    expect(existsSync(at)).toBe(false)
  })
})

const file = (name: string, further: Partial<ZipFile> = {}): ZipFile => ({
  name,
  text: 'x'.repeat(50),
  ...further,
})

describe('A package is refused that', () => {
  test.each<[string, readonly ZipFile[], RegExp]>([
    ['leads out of its folder', [file('../evil.js')], /leads out of its folder/],
    ['leads out of it from further in', [file('a/../../evil.js')], /leads out of its folder/],
    ['names an absolute path', [file('/etc/evil')], /leads out of its folder/],
    ['names a drive', [file('C:/evil')], /leads out of its folder/],
    ['has backslashes in names', [file('..\\evil')], /leads out of its folder/],
    ['has a byte 0 in a name', [file('a\0b')], /leads out of its folder/],
    ['links to the outside', [file('out', { text: '../..', mode: LINK })], /the link out in it leads out/],
    [
      'links to an absolute path',
      [file('out', { text: '/etc', mode: LINK })],
      /the link out in it leads out/,
    ],
    ['is encrypted', [file('a', { claims: { flags: 1 } })], /encrypted/],
    ['is packed by an odd method', [file('a', { claims: { method: 12 } })], /method 12/],
    ['has another checksum', [file('a', { claims: { sum: 1 } })], /a in it is damaged/],
    ['grows beyond what it says', [file('a', { claims: { size: 10 } })], /a in it is damaged/],
    ['is larger than Lambda takes', [file('a', { claims: { size: 0x10000000 } })], /larger than 250 MB/],
    ['is of the form ZIP64', [file('a', { claims: { size: 0xffffffff } })], /ZIP64/],
    ['has a file where a folder is', [file('a'), file('a/b')], /cannot be unpacked/],
  ])('%s', (_, files, reason) => {
    const result = unpack(files)
    expect(result).toEqual({ kind: 'unusable', reason: expect.stringMatching(reason) as string })
    expect(existsSync(join(folder, 'evil.js'))).toBe(false)
  })

  test('writes through a link: the link comes last', () => {
    const result = unpack([file('way', { text: '.', mode: LINK }), file('way/b')])
    expect(result.kind).toBe('unusable')
  })

  test('is none', () => {
    writeFileSync(join(folder, 'none.zip'), 'PK, or so they say, and more than twenty-two bytes')
    expect(archives.unpack(join(folder, 'none.zip'))).toEqual({
      kind: 'unusable',
      reason: 'it is no zip archive',
    })
  })

  test('is gone', () => {
    expect(archives.unpack(join(folder, 'gone.zip')).kind).toBe('unusable')
  })
})

test('Damaged archives end in a reason, never in another exception', () => {
  const good = zip({ 'index.js': 'exports.handler = 1', 'lib/a.js': 'a'.repeat(200) }, 'comment')
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(damage, fc.nat(good.length), (changes, cut) => {
      const bytes = Buffer.from(good)
      for (const [at, value] of changes) bytes[at] = value
      for (const each of [bytes, bytes.subarray(0, cut)]) {
        try {
          for (const entry of readZip(each)) entry.read()
        } catch (error) {
          expect(error).toBeInstanceOf(ZipError)
        }
      }
    }),
    { numRuns: 300 },
  )
})
