// Many requests for one object: one origin request, and the exceptions CloudFront documents.
import { expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

/** An origin that answers /a only when it is released. */
async function heldOrigin(headers: Record<string, string>, body = 'shared') {
  const waiting: (() => void)[] = []
  const origin = await startOrigin((_request, response) => {
    waiting.push(() => {
      response.writeHead(200, { ...headers, 'Content-Length': String(body.length) })
      response.end(body)
    })
  })
  return Object.assign(origin, { release: () => waiting.splice(0).forEach((each) => each()) })
}

const xCaches = (answers: Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const answer of answers) {
    const word = String(answer.headers['x-cache'])
    counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}

test('1,000 requests at once for one cold object are one origin request', async () => {
  await using origin = await heldOrigin({ 'Cache-Control': 'max-age=60' })
  await using front = await startFront({ origin })
  const all = Array.from({ length: 1000 }, () => front.get('/a'))
  await origin.seen(1)
  origin.release()
  const answers = await Promise.all(all)
  expect(origin.requests).toHaveLength(1)
  expect(answers.every((answer) => answer.text === 'shared')).toBe(true)
  expect(xCaches(answers)).toEqual({ 'Hit from cloudfront': 999, 'Miss from cloudfront': 1 })
})

test('POPs of one area that miss at once are one origin request', async () => {
  await using origin = await heldOrigin({ 'Cache-Control': 'max-age=60' })
  await using front = await startFront({ origin })
  const pops = ['FRA56', 'MUC50', 'HAM50', 'DUS51']
  const all = pops.map((pop) => front.get('/a', { 'x-pocketfront-pop': pop }))
  await origin.seen(1)
  origin.release()
  const answers = await Promise.all(all)
  expect(origin.requests).toHaveLength(1)
  expect(answers.map((answer) => answer.text)).toEqual(pops.map(() => 'shared'))
})

test('A follower that arrives in the middle of the body gets all of it', async () => {
  await using origin = await startOrigin()
  let finish = (): void => {}
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '10' })
    response.write('01234')
    finish = () => void response.end('56789')
  })
  await using front = await startFront({ origin })
  const first = front.get('/a')
  await origin.seen(1)
  const second = front.get('/a')
  // The follower is under way when the front has seen it: a third request on the same tier proves the order.
  await front.get('/other')
  finish()
  expect((await first).text).toBe('0123456789')
  expect((await second).text).toBe('0123456789')
  expect(origin.countOf('/a')).toBe(1)
})

test('With MinTTL 0 and a private answer the requests that waited are sent to the origin, one each', async () => {
  await using origin = await heldOrigin({ 'Cache-Control': 'private' })
  await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 60, 600) } })
  const all = [front.get('/a'), front.get('/a'), front.get('/a')]
  await expect
    .poll(() => {
      origin.release()
      return origin.requests.length
    })
    .toBe(3)
  origin.release()
  expect(xCaches(await Promise.all(all))).toEqual({ 'Miss from cloudfront': 3 })
})

test.each([
  ['cookies are forwarded', cachePolicy(0, 60, 600, { CookiesConfig: { CookieBehavior: 'all' } })],
  ['caching is disabled', 'CachingDisabled'],
])('Nothing is collapsed when %s', async (_, CachePolicy) => {
  await using origin = await heldOrigin({ 'Cache-Control': 'max-age=60' })
  await using front = await startFront({ origin, behavior: { CachePolicy } })
  const all = [front.get('/a'), front.get('/a')]
  await origin.seen(2)
  origin.release()
  await Promise.all(all)
  expect(origin.requests).toHaveLength(2)
})

test('Different cache keys are not collapsed', async () => {
  await using origin = await heldOrigin({ 'Cache-Control': 'max-age=60' })
  const CachePolicy = cachePolicy(0, 60, 600, { QueryStringsConfig: { QueryStringBehavior: 'all' } })
  await using front = await startFront({ origin, behavior: { CachePolicy } })
  const all = [front.get('/a?x=1'), front.get('/a?x=2')]
  await origin.seen(2)
  origin.release()
  await Promise.all(all)
  expect(origin.requests).toHaveLength(2)
})

test('Followers share a cacheable error', async () => {
  await using origin = await startOrigin()
  let release = (): void => {}
  origin.on('/a', (_, response) => {
    release = () => {
      response.writeHead(404)
      response.end('none')
    }
  })
  await using front = await startFront({ origin })
  const all = [front.get('/a'), front.get('/a')]
  await origin.seen(1)
  release()
  const answers = await Promise.all(all)
  expect(answers.map((answer) => answer.status)).toEqual([404, 404])
  expect(origin.countOf('/a')).toBe(1)
})
