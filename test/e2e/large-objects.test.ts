// Objects too large for memory: in files, shared, evicted, removed; and what happens when the disk fails.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { rangeScript } from '../support/ranges.ts'

const MIB = 1024 * 1024
const cacheable = { 'Cache-Control': 'max-age=60', ETag: '"v1"' }
/** Bytes that differ from place to place. */
const body = Buffer.from(Uint8Array.from({ length: 3 * MIB }, (_, index) => (index * 7 + (index >> 8)) & 255))
const small = { memoryObject: MIB }

let temporary = ''
const usual = process.env['TMPDIR']

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'large-objects-'))
  process.env['TMPDIR'] = temporary
})

afterEach(async () => {
  if (usual === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = usual
  await rm(temporary, { recursive: true, force: true })
})

/** Files of bodies, in all folders of this test. */
function files(): string[] {
  return readdirSync(temporary).flatMap((folder) =>
    readdirSync(join(temporary, folder)).map((name) => join(temporary, folder, name)),
  )
}

/** Until all of it is in its file. */
async function store(front: Front): Promise<void> {
  await front.get('/a')
  const ask = () => front.get('/a', { range: 'bytes=0-0' })
  await expect.poll(() => ask().then(({ trace }) => trace?.edge?.because), { timeout: 5000 }).toBe('fresh')
}

const usage = async (front: Front): Promise<string> => {
  const response = await fetch(`${front.pocketfront.adminUrl}/metrics`)
  return (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('pocketfront_cache_disk_bytes{'))
    .join(' ')
}

describe('A large object', () => {
  test('lies in one file that all caches share, in a folder that only its owner may read', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small, adminPort: 0 })
    expect((await front.get('/a')).body.equals(body)).toBe(true)
    await store(front)
    expect(files()).toHaveLength(1)
    expect(statSync(files()[0]!).size).toBe(body.length)
    expect(statSync(join(temporary, readdirSync(temporary)[0]!)).mode & 0o777).toBe(0o700)
    expect(await usage(front)).toBe(
      `pocketfront_cache_disk_bytes{layer="edge",place="FRA56"} ${body.length} pocketfront_cache_disk_bytes{layer="regional",place="eu-central-1"} ${body.length}`,
    )
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.body.equals(body)).toBe(true)
    const part = await front.get('/a', { range: 'bytes=1048570-2097160' })
    expect(part.status).toBe(206)
    expect(part.body.equals(body.subarray(1_048_570, 2_097_161))).toBe(true)
  })

  test('of unknown size moves to a file when it has become large', async () => {
    await using origin = await startOrigin((_, response) => {
      response.writeHead(200, cacheable)
      for (let at = 0; at < body.length; at += 50_000) response.write(body.subarray(at, at + 50_000))
      response.end()
    })
    await using front = await startFront({ origin, ...small })
    expect((await front.get('/a')).body.equals(body)).toBe(true)
    expect(files()).toHaveLength(1)
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.body.equals(body)).toBe(true)
  })

  test('reaches its first viewer while it comes in, and others who ask meanwhile', async () => {
    const rest: ServerResponse[] = []
    await using origin = await startOrigin((_, response) => {
      response.writeHead(200, { ...cacheable, 'Content-Length': body.length })
      response.write(body.subarray(0, 2 * MIB))
      rest.push(response)
    })
    await using front = await startFront({ origin, ...small })
    const first = front.get('/a')
    await origin.seen(1)
    // Its bytes are there: it does not wait for the end.
    const part = await front.get('/a', { range: 'bytes=1000000-1999999' })
    expect(part.trace?.edge?.because).toBe('collapsed')
    expect(part.body.equals(body.subarray(1_000_000, 2_000_000))).toBe(true)
    const second = front.get('/a')
    rest[0]!.end(body.subarray(2 * MIB))
    for (const answer of await Promise.all([first, second])) expect(answer.body.equals(body)).toBe(true)
    expect(origin.requests).toHaveLength(1)
  })

  test('of which only the far end is wanted is not waited for', async () => {
    const rest: ServerResponse[] = []
    const ranges = rangeScript({ body, headers: cacheable })
    await using origin = await startOrigin((request, response) => {
      if (request.headers.range !== undefined) return ranges(request, response)
      response.writeHead(200, { ...cacheable, 'Content-Length': body.length })
      response.write(body.subarray(0, 1000))
      return rest.push(response)
    })
    await using front = await startFront({ origin, ...small })
    const first = front.get('/a')
    await origin.seen(1)
    const part = await front.get('/a', { range: 'bytes=3000000-' })
    expect(part.body.equals(body.subarray(3_000_000))).toBe(true)
    rest[0]!.end(body.subarray(1000))
    expect((await first).body.equals(body)).toBe(true)
  })

  test('in parts: each large part lies in a file, and together they are the object', async () => {
    await using origin = await startOrigin(rangeScript({ body, headers: cacheable }))
    await using front = await startFront({ origin, ...small, adminPort: 0 })
    await front.get('/a', { range: 'bytes=0-1499999' })
    await front.get('/a', { range: 'bytes=1500000-' })
    // All of it is in its files.
    await expect.poll(() => usage(front)).toContain(`place="FRA56"} ${body.length}`)
    expect(files()).toHaveLength(2)
    const across = await front.get('/a', { range: 'bytes=1400000-1600000' })
    expect(across.trace?.edge?.because).toBe('part-in-cache')
    expect(across.body.equals(body.subarray(1_400_000, 1_600_001))).toBe(true)
    const whole = await front.get('/a')
    expect(whole).toBeHit('edge')
    expect(whole.body.equals(body)).toBe(true)
    await expect.poll(() => front.get('/a').then(({ trace }) => trace?.edge?.because)).toBe('fresh')
    expect(origin.requests).toHaveLength(2)
  })

  test('goes when another takes its room, is invalidated and asked again, or everything is purged', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small, edgeDisk: 4 * MIB, regionalDisk: 4 * MIB })
    await store(front)
    const [first] = files()
    await front.get('/b')
    await expect.poll(() => files().length === 1 && files()[0] !== first).toBe(true)
    expect(await front.get('/a')).toBeMiss()
    front.pocketfront.invalidate('/*')
    await front.get('/a')
    await expect.poll(() => files()).toHaveLength(1)
    front.pocketfront.purge()
    await expect.poll(() => files()).toEqual([])
    expect((await front.get('/a')).body.equals(body)).toBe(true)
    await front.stop()
    expect(readdirSync(temporary)).toEqual([])
  })

  test('that is evicted while somebody reads it is read to its end', async () => {
    await using origin = await startOrigin({
      headers: cacheable,
      body: Buffer.concat(Array.from({ length: 8 }, () => body)),
    })
    await using front = await startFront({ origin, ...small })
    await front.get('/a')
    const message = await new Promise<IncomingMessage>((resolve) =>
      get({ port: front.port, path: '/a', agent: false }, resolve),
    )
    message.pause()
    front.pocketfront.purge()
    const hash = createHash('sha1')
    let bytes = 0
    for await (const chunk of message) {
      bytes += (chunk as Buffer).length
      hash.update(chunk as Buffer)
    }
    expect(bytes).toBe(8 * body.length)
    expect(hash.digest('hex')).toBe(
      createHash('sha1')
        .update(Buffer.concat(Array.from({ length: 8 }, () => body)))
        .digest('hex'),
    )
    await expect.poll(() => files()).toEqual([])
  })

  test('that its origin breaks off leaves no file', async () => {
    await using origin = await startOrigin((_, response) => {
      response.writeHead(200, { ...cacheable, 'Content-Length': body.length })
      response.write(body.subarray(0, 2 * MIB), () => void response.destroy())
    })
    await using front = await startFront({ origin, ...small })
    expect((await front.get('/a')).broken).toBe(true)
    await expect.poll(() => files()).toEqual([])
  })

  test('stays in memory where the disk budget is 0', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small, edgeDisk: 0, regionalDisk: 0 })
    await front.get('/a')
    expect(readdirSync(temporary)).toEqual([])
    expect(await front.get('/a')).toBeHit('edge')
  })

  test('above both budgets is passed through and not stored', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small, edgeDisk: 2 * MIB, regionalDisk: 2 * MIB })
    const answer = await front.get('/a')
    expect(answer.body.equals(body)).toBe(true)
    expect(answer.trace?.edge?.storedBecause).toBe('too-large')
    expect(files()).toEqual([])
  })
})

describe('300 MB', () => {
  const size = 300 * MIB
  const piece = Buffer.alloc(MIB, 'video')

  /** Reads an answer to its end and keeps nothing of it; how much came, and the most memory that buffers took. */
  async function watch(front: Front, headers: Record<string, string> = {}) {
    const message = await new Promise<IncomingMessage>((resolve) => {
      get({ port: front.port, path: '/film', agent: false, headers }, resolve)
    })
    let [bytes, peak, next] = [0, 0, 0]
    for await (const chunk of message) {
      bytes += (chunk as Buffer).length
      if (bytes < next) continue
      next += MIB
      const { arrayBuffers, heapUsed } = process.memoryUsage()
      peak = Math.max(peak, arrayBuffers + heapUsed)
    }
    return { status: message.statusCode, bytes, peak }
  }

  test('stream through, are stored and served, whole and in ranges, in memory that does not grow with them', async () => {
    await using origin = await startOrigin(async (_, response) => {
      response.writeHead(200, { ...cacheable, 'Content-Length': size })
      for (let at = 0; at < size; at += MIB) if (!response.write(piece)) await once(response, 'drain')
      response.end()
    })
    await using front = await startFront({ origin })
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    const limit = arrayBuffers + heapUsed + 150 * MIB
    const first = await watch(front)
    const again = await watch(front)
    const seek = await watch(front, { range: `bytes=${200 * MIB}-` })
    expect([first, again, seek].map(({ status, bytes }) => [status, bytes])).toEqual([
      [200, size],
      [200, size],
      [206, 100 * MIB],
    ])
    for (const { peak } of [first, again, seek]) expect(peak).toBeLessThan(limit)
    expect(origin.requests).toHaveLength(1)
  }, 30_000)

  test('of a folder are sought through: each part is fetched once', async () => {
    const folder = join(temporary, 'bucket')
    mkdirSync(folder)
    const file = join(folder, 'film')
    writeFileSync(file, '')
    truncateSync(file, size)
    await using front = await startFront({ origin: { url: folder }, config: null, origins: folder })
    for (const xCache of ['Miss', 'Hit']) {
      const part = await front.get('/film', { range: `bytes=${250 * MIB}-${252 * MIB - 1}` })
      expect([part.status, part.body.length, part.headers['x-cache']]).toEqual([
        206,
        2 * MIB,
        `${xCache} from cloudfront`,
      ])
    }
    const end = await front.get('/film', { range: 'bytes=-1000' })
    expect(end.headers['content-range']).toBe(`bytes ${size - 1000}-${size - 1}/${size}`)
  })
})

describe('A disk that fails', () => {
  test('never hurts the viewer: the object is passed through and not stored', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small })
    // No folder can be made where there is none.
    rmSync(temporary, { recursive: true })
    const answer = await front.get('/a')
    expect(answer.body.equals(body)).toBe(true)
    expect(answer.trace?.edge).toMatchObject({ stored: false, storedBecause: 'disk-error' })
    expect((await front.get('/a')).body.equals(body)).toBe(true)
  })

  test('that works again takes the next object', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small })
    rmSync(temporary, { recursive: true })
    expect((await front.get('/a')).trace?.edge?.storedBecause).toBe('disk-error')
    mkdirSync(temporary)
    await store(front)
    expect(await front.get('/a')).toBeHit('edge')
  })

  test('a folder that was cleaned up is made again', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small })
    await store(front)
    for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true })
    front.pocketfront.purge()
    await store(front)
    expect(files()).toHaveLength(1)
    expect((await front.get('/a')).body.equals(body)).toBe(true)
    await front.stop()
    expect(readdirSync(temporary)).toEqual([])
  })

  test('a file that has become shorter breaks off its viewer, and the next one gets a new copy', async () => {
    // More than what memory keeps of files.
    const film = Buffer.concat(Array.from({ length: 7 }, () => body))
    await using origin = await startOrigin({ headers: cacheable, body: film })
    await using front = await startFront({ origin, ...small })
    await store(front)
    truncateSync(files()[0]!, MIB)
    expect((await front.get('/a')).broken).toBe(true)
    const again = await front.get('/a')
    expect(again).toBeMiss()
    expect(again.body.equals(film)).toBe(true)
  })

  test('a file that is gone breaks off its viewer, and the next one gets a new copy', async () => {
    await using origin = await startOrigin({ headers: cacheable, body })
    await using front = await startFront({ origin, ...small })
    await store(front)
    rmSync(files()[0]!)
    // The file may still be open; then it can be read.
    const answer = await front.get('/a')
    const again = answer.broken ? await front.get('/a') : answer
    expect(again.body.equals(body)).toBe(true)
  })
})

describe('Files of a run that crashed', () => {
  const host = hostname().replace(/[^A-Za-z0-9_]/g, '_')
  /** A process id that no process has. */
  const gone = 4_194_305

  test('go at the next start; those of others stay', async () => {
    const names = [
      `pocketfront-${host}-${gone}-abcdef`,
      `pocketfront-${host}-${process.ppid}-abcdef`,
      `pocketfront-otherhost-${gone}-abcdef`,
      `pocketfront-${host}-${gone}`,
    ]
    for (const name of names) {
      mkdirSync(join(temporary, name))
      writeFileSync(join(temporary, name, '1.body'), 'left')
    }
    await using front = await startFront()
    await front.get('/')
    await expect.poll(() => readdirSync(temporary).toSorted()).toEqual(names.slice(1).toSorted())
  })
})
