// ForwardedValues, the settings from before cache policies, from the viewer to the origin and back from the cache.
import { describe, expect, test } from 'vitest'
import { startFront, type Answer, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin, type SeenRequest } from '../support/origin.ts'

interface Scene extends AsyncDisposable {
  readonly origin: ScriptedOrigin
  readonly front: Front
  ask(path: string, headers?: Record<string, string>): Promise<Answer>
  last(): SeenRequest
}

async function legacy(
  values: object,
  behavior: object = {},
  headers: Record<string, string> = {},
): Promise<Scene> {
  const origin = await startOrigin({
    headers: { 'Content-Type': 'text/plain', ...headers },
    body: 'x'.repeat(2000),
  })
  const ForwardedValues = { QueryString: false, Cookies: { Forward: 'none' }, ...values }
  const front = await startFront({ origin, behavior: { ForwardedValues, ...behavior } })
  return {
    origin,
    front,
    ask: (path, sent) => front.get(path, sent),
    last: () => origin.requests.at(-1)!,
    async [Symbol.asyncDispose]() {
      await front.stop()
      await origin.stop()
    },
  }
}

describe('3.4 Legacy ForwardedValues', () => {
  test('QueryString false: the query string is neither forwarded nor in the key', async () => {
    await using scene = await legacy({})
    await scene.ask('/a?x=1')
    expect(scene.last().url).toBe('/a')
    expect(await scene.ask('/a?x=2')).toBeHit('edge')
  })

  test('QueryString true: all of it is forwarded and in the key', async () => {
    await using scene = await legacy({ QueryString: true })
    await scene.ask('/a?x=1&y=2')
    expect(scene.last().url).toBe('/a?x=1&y=2')
    expect(await scene.ask('/a?x=1&y=3')).toBeMissBecause('not-in-cache')
    expect(await scene.ask('/a?x=1&y=2')).toBeHit('edge')
  })

  test('QueryStringCacheKeys: all of it is forwarded, only what is listed is in the key', async () => {
    await using scene = await legacy({ QueryString: true, QueryStringCacheKeys: ['x'] })
    await scene.ask('/a?x=1&y=2')
    expect(scene.last().url).toBe('/a?x=1&y=2')
    expect(await scene.ask('/a?x=1&y=3')).toBeHit('edge')
    expect(await scene.ask('/a?x=2&y=2')).toBeMissBecause('not-in-cache')
  })

  test('Cookies none: Cookie is not forwarded, Set-Cookie not sent on', async () => {
    await using scene = await legacy({}, {}, { 'Set-Cookie': 's=1' })
    const answer = await scene.ask('/a', { cookie: 'a=1' })
    expect([scene.last().headers.cookie, answer.headers['set-cookie']]).toEqual([undefined, undefined])
    expect(await scene.ask('/a', { cookie: 'a=2' })).toBeHit('edge')
  })

  test('Cookies all: every cookie is forwarded and in the key', async () => {
    await using scene = await legacy({ Cookies: { Forward: 'all' } })
    await scene.ask('/a', { cookie: 'b=2; a=1' })
    expect(scene.last().headers.cookie).toBe('a=1; b=2')
    expect(await scene.ask('/a', { cookie: 'a=1; b=2' })).toBeHit('edge')
    expect(await scene.ask('/a', { cookie: 'a=1; b=3' })).toBeMissBecause('not-in-cache')
  })

  test.each([
    ['session', 'session=1; other=2', 'session=1'],
    ['sess*', 'session=1; sess=2; other=3', 'sess=2; session=1'],
    ['s?ss', 'sess=1; suss=2; session=3', 'sess=1; suss=2'],
  ])('Cookies whitelist takes names, * and ?: %s of %s is %s', async (name, sent, forwarded) => {
    await using scene = await legacy({ Cookies: { Forward: 'whitelist', WhitelistedNames: [name] } })
    await scene.ask('/a', { cookie: sent })
    expect(scene.last().headers.cookie).toBe(forwarded)
    expect(await scene.ask('/a', { cookie: `${sent}; unlisted=9` })).toBeHit('edge')
    expect(await scene.ask('/a')).toBeMissBecause('not-in-cache')
  })

  test('Headers: a listed header is forwarded and in the key', async () => {
    await using scene = await legacy({ Headers: ['Accept-Language'] })
    await scene.ask('/a', { 'accept-language': 'de' })
    expect(scene.last().headers['accept-language']).toBe('de')
    expect(await scene.ask('/a', { 'accept-language': 'de' })).toBeHit('edge')
    expect(await scene.ask('/a', { 'accept-language': 'en' })).toBeMissBecause('not-in-cache')
  })

  test('Headers *: all are forwarded, Host included, and nothing is cached', async () => {
    await using scene = await legacy({ Headers: ['*'] })
    const headers = { host: 'localhost:1', accept: 'text/x', 'x-any': '1', 'user-agent': 'curl' }
    const answers = [await scene.ask('/a', headers), await scene.ask('/a', headers)]
    expect(answers.map((each) => each.trace?.bypass)).toEqual(Array(2).fill('forwards-all-headers'))
    expect(scene.last().headers).toMatchObject(headers)
  })

  test('Headers that are not listed are forwarded, and not in the key', async () => {
    await using scene = await legacy({})
    await scene.ask('/a', { 'x-any': '1' })
    expect(scene.last().headers['x-any']).toBe('1')
    expect(await scene.ask('/a', { 'x-any': '2' })).toBeHit('edge')
  })

  test.each([
    ['gzip, br', 'gzip', 'gzip'],
    ['br', undefined, undefined],
  ])(
    'With Compress, Accept-Encoding %s gives the coding %s: never Brotli',
    async (accept, encoding, sent) => {
      await using scene = await legacy({}, { Compress: true })
      const answer = await scene.ask('/a', { 'accept-encoding': accept })
      expect(answer.headers['content-encoding']).toBe(encoding)
      expect(scene.last().headers['accept-encoding']).toBe(sent)
    },
  )

  test('The gzip form is an entry of its own (unverified)', async () => {
    await using scene = await legacy({}, { Compress: true })
    await scene.ask('/a', { 'accept-encoding': 'gzip' })
    expect(await scene.ask('/a')).toBeMissBecause('not-in-cache')
    expect(await scene.ask('/a', { 'accept-encoding': 'gzip' })).toBeHit('edge')
  })
})
