// Requests for one object at one time: who waits for whom, and what the waiting get.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedAnswer } from '../support/origin.ts'

/** Three requests for /a at once, the first of which the origin holds until the others wait. */
async function threeAtOnce(
  answer: ScriptedAnswer,
  behavior: FrontOptions['behavior'],
  ask: (front: Front) => Promise<Answer> = (front) => front.get('/a'),
): Promise<{ words: string[]; statuses: number[]; requests: number }> {
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => void (release = resolve))
  await using origin = await startOrigin(async (_, response) => {
    await held
    const { status = 200, headers = {}, body = 'shared' } = answer
    response.writeHead(status, headers as Record<string, string>).end(body)
  })
  origin.on('/other', { body: 'x' })
  await using front = await startFront({ origin, ...(behavior !== undefined && { behavior }) })
  const all = [ask(front), ask(front), ask(front)]
  await origin.seen(1)
  // What is asked later is answered here: the three have arrived.
  await front.get('/other')
  release()
  const answers = await Promise.all(all)
  return {
    words: answers.map((each) => String(each.headers['x-cache']).replace(' from cloudfront', '')).toSorted(),
    statuses: answers.map((each) => each.status),
    requests: origin.countOf('/a'),
  }
}

const once = ['Hit', 'Hit', 'Miss']
const eachByItself = ['Miss', 'Miss', 'Miss']
const CachePolicy = cachePolicy(0, 60, 600)

describe('1.4 Request collapsing', () => {
  test('The later requests wait, and get the answer of the first', async () => {
    const { words, requests } = await threeAtOnce(
      { headers: { 'Cache-Control': 'max-age=60' } },
      { CachePolicy },
    )
    expect(words).toEqual(once)
    expect(requests).toBe(1)
  })

  test('Requests for an expired object wait for the first one as well', async () => {
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => void (release = resolve))
    await using origin = await startOrigin({ body: 'old' })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a')
    origin.on('/a', async (_, response) => {
      await held
      response.end('new')
    })
    front.clock.advanceSeconds(61)
    const all = [front.get('/a'), front.get('/a'), front.get('/a')]
    await origin.seen(2)
    await front.get('/other')
    release()
    expect((await Promise.all(all)).map((each) => each.text)).toEqual(['new', 'new', 'new'])
    expect(origin.countOf('/a')).toBe(2)
  })

  test.each(['private', 'no-store', 'no-cache', 'max-age=0', 's-maxage=0'])(
    'With MinTTL 0 and %s in the first answer each that waited is sent to the origin',
    async (directive) => {
      const { requests } = await threeAtOnce({ headers: { 'Cache-Control': directive } }, { CachePolicy })
      expect(requests).toBe(3)
    },
  )

  test.each(['private', 'no-store', 'no-cache', 'max-age=0', 's-maxage=0'])(
    'With MinTTL above 0 those that waited share the first answer in spite of %s',
    async (directive) => {
      const { words, requests } = await threeAtOnce(
        { headers: { 'Cache-Control': directive } },
        { CachePolicy: cachePolicy(1, 60, 600) },
      )
      expect(words).toEqual(once)
      expect(requests).toBe(1)
    },
  )

  test('HEAD requests are collapsed', async () => {
    const { requests } = await threeAtOnce({}, { CachePolicy }, (front) =>
      front.ask('/a', { method: 'HEAD' }),
    )
    expect(requests).toBe(1)
  })

  test('OPTIONS requests are collapsed where they are cached (unverified)', async () => {
    const methods = ['GET', 'HEAD', 'OPTIONS']
    const { requests } = await threeAtOnce(
      {},
      { CachePolicy, AllowedMethods: methods, CachedMethods: methods },
      (front) => front.ask('/a', { method: 'OPTIONS' }),
    )
    expect(requests).toBe(1)
  })

  test('Those that waited share an error that may be cached (choice)', async () => {
    const { statuses, requests } = await threeAtOnce({ status: 404 }, { CachePolicy })
    expect(statuses).toEqual([404, 404, 404])
    expect(requests).toBe(1)
  })

  test('An error that may not be cached sends each that waited to the origin (choice)', async () => {
    const { statuses, requests } = await threeAtOnce({ status: 403 }, { CachePolicy })
    expect(statuses).toEqual([403, 403, 403])
    expect(requests).toBe(3)
  })

  test('With all TTLs 0 nobody waits', async () => {
    const { words, requests } = await threeAtOnce(
      { headers: { 'Cache-Control': 'max-age=60' } },
      { CachePolicy: 'CachingDisabled' },
    )
    expect(words).toEqual(eachByItself)
    expect(requests).toBe(3)
  })
})
