// A folder that answers as S3 does to CloudFront: objects, errors, streams, and nothing outside the folder.
import * as fc from 'fast-check'
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWholeBody } from '../../support/body.ts'
import { Headers } from '../../../src/message/headers.ts'
import { createFolderOrigin } from '../../../src/origin/folder.ts'
import type { FolderResponse } from '../../../src/origin/folder/answer.ts'

const MODIFIED = new Date('2029-12-31T12:00:00Z')
const clock = { now: () => Date.parse('2030-01-01T00:00:00Z') }
const large = Buffer.alloc(3 * 1024 * 1024 + 17, 'pocketfront ')
const SECRET = 'this file is outside the bucket'

let base: string
let folder: string

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'pocketfront-folder-'))
  folder = join(base, 'bucket')
  await mkdir(join(folder, 'docs'), { recursive: true })
  await mkdir(join(base, 'bucket-of-another'))
  await writeFile(join(base, 'secret.txt'), SECRET)
  await writeFile(join(base, 'bucket-of-another', 'secret.txt'), SECRET)
  await writeFile(join(folder, 'index.html'), '<p>hello</p>')
  await writeFile(join(folder, 'docs', 'a b+c.txt'), 'plus')
  await writeFile(join(folder, '.hidden'), 'dot')
  await writeFile(join(folder, 'empty.css'), '')
  await writeFile(join(folder, 'large.bin'), large)
  await utimes(join(folder, 'index.html'), MODIFIED, MODIFIED)
  await symlink(join(base, 'secret.txt'), join(folder, 'leak.txt'))
  await symlink(base, join(folder, 'up'))
  await symlink('../bucket-of-another', join(folder, 'neighbour'))
  await symlink('index.html', join(folder, 'alias.html'))
  await symlink('loop', join(folder, 'loop'))
})

afterAll(() => rm(base, { recursive: true, force: true }))

function ask(
  path: string,
  fields: Record<string, string> = {},
  { method = 'GET', missingKey = 403 }: { method?: string; missingKey?: 403 | 404 } = {},
): Promise<FolderResponse> {
  const origin = createFolderOrigin({ folder, clock, missingKey })
  return origin.fetch({ method, path, headers: new Headers(Object.entries(fields).flat()) })
}

async function textOf(response: FolderResponse): Promise<string> {
  return (await readWholeBody(response.body, 100 * 1024 * 1024)).toString()
}

describe('an object', () => {
  test('comes with the headers of S3', async () => {
    const response = await ask('/index.html')
    expect(response.status).toBe(200)
    expect(await textOf(response)).toBe('<p>hello</p>')
    expect(Object.fromEntries([...response.headers.entries()].map(([name, value]) => [name, value]))).toEqual(
      {
        'x-amz-id-2': expect.stringMatching(/^[A-Za-z0-9+/]{76}$/),
        'x-amz-request-id': '0000000000000001',
        date: 'Tue, 01 Jan 2030 00:00:00 GMT',
        'last-modified': 'Mon, 31 Dec 2029 12:00:00 GMT',
        etag: `"${createHash('md5').update('<p>hello</p>').digest('hex')}"`,
        'x-amz-server-side-encryption': 'AES256',
        'accept-ranges': 'bytes',
        'content-type': 'text/html',
        'content-length': '12',
        server: 'AmazonS3',
      },
    )
  })

  test('is the same for HEAD, without its body', async () => {
    for (const path of ['/index.html', '/large.bin']) {
      const [get, head] = [await ask(path), await ask(path, {}, { method: 'HEAD' })]
      expect(head.headers.pairs).toEqual(get.headers.pairs)
      expect(await textOf(head)).toBe('')
      expect((await textOf(get)).length).toBe(Number(get.headers.get('content-length')))
    }
  })

  test.each([
    ['/docs/a%20b%2Bc.txt', 'plus'],
    ['/docs%2Fa%20b%2Bc.txt', 'plus'],
    ['/.hidden', 'dot'],
    ['/empty.css', ''],
    ['/alias.html', '<p>hello</p>'],
  ])('%s is found', async (path, content) => {
    const response = await ask(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe(`${content.length}`)
    expect(await textOf(response)).toBe(content)
  })

  test('that is large is streamed, with the MD5 of its content as ETag', async () => {
    const response = await ask('/large.bin')
    expect(response.headers.get('etag')).toBe(`"${createHash('md5').update(large).digest('hex')}"`)
    expect((await readWholeBody(response.body, large.length)).equals(large)).toBe(true)
  })

  test('above 8 MiB has the ETag of an upload in parts, another one after every change', async () => {
    const path = join(folder, 'huge.bin')
    await writeFile(path, '')
    await truncate(path, 20 * 1024 * 1024)
    const first = await ask('/huge.bin', {}, { method: 'HEAD' })
    expect(first.headers.get('etag')).toMatch(/^"[0-9a-f]{32}-3"$/)
    expect((await ask('/huge.bin', { 'If-None-Match': first.headers.get('etag')! })).status).toBe(304)
    await utimes(path, MODIFIED, MODIFIED)
    expect((await ask('/huge.bin', {}, { method: 'HEAD' })).headers.get('etag')).not.toBe(
      first.headers.get('etag'),
    )
  })

  test('that was replaced is served as it is now', async () => {
    const origin = createFolderOrigin({ folder, clock })
    const get = () => origin.fetch({ method: 'GET', path: '/new.txt', headers: Headers.none })
    expect((await get()).status).toBe(403)
    for (const content of ['a'.repeat(100_000), 'b'.repeat(100_000), 'c']) {
      await writeFile(join(folder, 'new.txt'), content)
      const response = await get()
      expect(await textOf(response)).toBe(content)
      expect(response.headers.get('etag')).toBe(`"${createHash('md5').update(content).digest('hex')}"`)
    }
  })
})

describe('conditions and ranges', () => {
  test('a part comes as 206 with its place in the whole', async () => {
    const response = await ask('/index.html', { Range: 'bytes=3-7' })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe('bytes 3-7/12')
    expect(response.headers.get('content-length')).toBe('5')
    expect(await textOf(response)).toBe('hello')
  })

  test('a part of a large file is read from its place', async () => {
    const response = await ask('/large.bin', { Range: 'bytes=1000000-1200000' })
    expect(response.headers.get('content-length')).toBe('200001')
    const bytes = await readWholeBody(response.body, large.length)
    expect(bytes.equals(large.subarray(1_000_000, 1_200_001))).toBe(true)
  })

  test('a range behind the end is 416 with the size', async () => {
    const response = await ask('/index.html', { Range: 'bytes=12-' })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */12')
    expect(await textOf(response)).toContain('<Code>InvalidRange</Code>')
  })

  test('a known ETag is answered with 304, without body and length', async () => {
    const etag = (await ask('/index.html')).headers.get('etag')!
    const response = await ask('/index.html', { 'If-None-Match': etag })
    expect(response.status).toBe(304)
    expect(response.headers.get('etag')).toBe(etag)
    expect(response.headers.has('content-length')).toBe(false)
    expect(response.body.bytes).toBe(0)
  })

  test('a condition that fails is 412', async () => {
    const response = await ask('/index.html', { 'If-Match': '"other"' })
    expect(response.status).toBe(412)
    expect(await textOf(response)).toContain('<Code>PreconditionFailed</Code>')
    expect(response.problem).toBe('If-Match does not hold')
  })
})

describe('refusals', () => {
  test('a missing key is 403, as for a bucket that CloudFront may not list', async () => {
    const response = await ask('/no.html')
    expect(response.status).toBe(403)
    expect(response.headers.get('content-type')).toBe('application/xml')
    expect(await textOf(response)).toContain('<Code>AccessDenied</Code><Message>Access Denied</Message>')
    expect(response.problem).toBe(`no file no.html in ${folder}`)
  })

  test('a missing key is 404 where the bucket may be listed', async () => {
    const response = await ask('/no.html', {}, { missingKey: 404 })
    expect(response.status).toBe(404)
    expect(await textOf(response)).toContain('<Code>NoSuchKey</Code>')
  })

  test.each([
    ['/', 403],
    ['/docs', 404],
    ['/docs/', 404],
    ['/index.html/', 404],
    ['/index.html/x', 404],
    ['/Index.html', 404],
    ['/DOCS/a%20b%2Bc.txt', 404],
    ['/docs/a%20b+c.txt', 404],
    ['/loop', 404],
    ['/index.html%00', 404],
    [`/${'n'.repeat(300)}`, 404],
    ['/leak.txt', 403],
    ['/up/secret.txt', 403],
    ['/neighbour/secret.txt', 403],
    ['/../secret.txt', 404],
    ['/%2e%2e/secret.txt', 404],
    ['/..%2fsecret.txt', 404],
    ['/docs/../../secret.txt', 404],
    ['/..%5csecret.txt', 404],
    ['/%2fetc%2fpasswd', 404],
    ['/%zz', 400],
    [`/${'k'.repeat(1025)}`, 400],
  ])('%s is refused with %i', async (path, status) => {
    const response = await ask(path, {}, { missingKey: 404 })
    expect(response.status).toBe(status)
    expect(await textOf(response)).not.toContain(SECRET)
  })

  test.each([
    ['PUT', 403, 'AccessDenied'],
    ['DELETE', 403, 'AccessDenied'],
    ['POST', 405, 'MethodNotAllowed'],
    ['PATCH', 405, 'MethodNotAllowed'],
    ['OPTIONS', 403, 'AccessForbidden'],
  ])('%s is refused with %i', async (method, status, code) => {
    const response = await ask('/index.html', {}, { method })
    expect(response.status).toBe(status)
    expect(await textOf(response)).toContain(`<Code>${code}</Code>`)
  })

  test('a folder that does not exist is a bucket that does not exist', async () => {
    const origin = createFolderOrigin({ folder: join(base, 'nowhere'), clock })
    const response = await origin.fetch({ method: 'GET', path: '/a', headers: Headers.none })
    expect(response.status).toBe(404)
    expect(await textOf(response)).toContain('<Code>NoSuchBucket</Code>')
    expect(response.problem).toContain('nowhere')
  })

  test.skipIf(process.platform === 'win32')(
    'a named pipe is not an object, and nobody waits for it',
    async () => {
      execFileSync('mkfifo', [join(folder, 'pipe')])
      expect((await ask('/pipe')).status).toBe(403)
    },
  )

  test('no path brings a byte from outside the folder', async () => {
    const segment = fc.constantFrom(
      '..',
      '.',
      '',
      '%2e%2e',
      '..%2f',
      '%2e%2e%2f',
      '..%5c',
      '..\\',
      'up',
      'docs',
      'secret.txt',
      'neighbour',
      'leak.txt',
      '%00',
      '..;',
      'bucket-of-another',
      encodeURIComponent(base),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 6 }), async (segments) => {
        const response = await ask(`/${segments.join('/')}`)
        expect(await textOf(response)).not.toContain(SECRET)
        expect(response.status).toBeGreaterThanOrEqual(400)
      }),
      { numRuns: 300 },
    )
  })
})

describe('streams', () => {
  test('a reader that stops reading stops the file from being read on', async () => {
    const path = join(folder, 'paced.bin')
    await writeFile(path, Buffer.alloc(8 * 1024 * 1024, 1))
    const { body } = await ask('/paced.bin')
    let bytes = 0
    let isStopped = false
    const whole = new Promise<void>((resolve, reject) => {
      const reader = body.read({
        onData(chunk) {
          bytes += chunk.length
          if (bytes > chunk.length) return true
          void (async () => {
            for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
            isStopped = body.state === 'open' && body.bytes < 1024 * 1024
            reader.resume()
          })()
          return false
        },
        onEnd: resolve,
        onError: reject,
      })
      reader.resume()
    })
    await whole
    expect(isStopped).toBe(true)
    expect(bytes).toBe(8 * 1024 * 1024)
  })

  test('a file that becomes shorter while it is read fails the body', async () => {
    const path = join(folder, 'shrinking.bin')
    await writeFile(path, Buffer.alloc(4 * 1024 * 1024, 1))
    const { body, headers } = await ask('/shrinking.bin')
    expect(headers.get('content-length')).toBe(`${4 * 1024 * 1024}`)
    const outcome = new Promise<string>((resolve) => {
      let isFirst = true
      const reader = body.read({
        onData() {
          if (!isFirst) return true
          isFirst = false
          void truncate(path, 100).then(() => reader.resume())
          return false
        },
        onEnd: () => resolve('complete'),
        onError: (error) => resolve(error.message),
      })
      reader.resume()
    })
    expect(await outcome).toMatch(/^the file became \d+ bytes shorter while it was read$/)
  })

  test('a reader that leaves ends the reading', async () => {
    const { body } = await ask('/large.bin')
    await new Promise<void>((resolve) => {
      const reader = body.read({
        onData() {
          reader.cancel()
          resolve()
          return false
        },
        onEnd() {},
        onError() {},
      })
      reader.resume()
    })
    expect(body.state).toBe('failed')
    expect(body.bytes).toBeLessThan(large.length)
  })
})
