// The example of CloudFront Functions does what it says.
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'

let front: Front
beforeAll(async () => {
  front = await startFront({
    config: fileURLToPath(new URL('../../config/cloudfront-functions.yaml', import.meta.url)),
  })
})
afterAll(() => front.stop())

test('there is nothing to warn of', () => {
  expect(front.pocketfront.loaded.warnings).toEqual([])
})

test.each(['/', '/any', '/any/page', '/index.html'])(
  '%s of the single-page app is index.html, with security headers',
  async (path) => {
    const answer = await front.get(path)
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(/<html|<title/i)
    expect(answer.headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' })
  },
)

test('a file of the site is itself', async () => {
  expect((await front.get('/assets/site.3f9c21.css')).headers['content-type']).toContain('text/css')
})

test('members need name and password', async () => {
  const asked = await front.get('/members/')
  expect([asked.status, asked.headers['www-authenticate']]).toEqual([401, 'Basic realm="members"'])
  const wrong = await front.get('/members/', { Authorization: 'Basic eDp5' })
  expect(wrong.status).toBe(401)
  const right = await front.get('/members/', { Authorization: `Basic ${btoa('demo:demo')}` })
  expect(right.status).toBe(200)
})

function token(claims: object, secret: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

test.each([
  ['a good token', token({ sub: 'me' }, 'not-so-secret'), 200],
  ['a token that is good for an hour', token({ exp: Date.UTC(2030, 0, 1, 1) / 1000 }, 'not-so-secret'), 200],
  ['a token that has expired', token({ exp: Date.UTC(2029, 0, 1) / 1000 }, 'not-so-secret'), 403],
  ['a token with another secret', token({ sub: 'me' }, 'guessed'), 403],
  ['no token', 'x', 403],
])('the account with %s', async (_, value, status) => {
  expect((await front.get('/account/index.html', { Cookie: `token=${value}` })).status).toBe(status)
})

test('viewers of the A/B test keep their version, and both are cached', async () => {
  for (const [version, title] of [
    ['a', 'Version A'],
    ['b', 'Version B'],
  ] as const) {
    await front.get('/landing', { Cookie: `version=${version}` })
    const answer = await front.get('/landing', { Cookie: `version=${version}` })
    expect(answer.text).toContain(title)
    expect(answer.headers['x-cache']).toBe('Hit from cloudfront')
    expect(answer.headers['set-cookie']).toEqual([
      `version=${version}; Path=/; Max-Age=2592000; SameSite=Lax`,
    ])
  }
  expect((await front.get('/landing')).text).toMatch(/Version [AB]/)
})

test.each([
  ['FR', '/about/?pays=fr'],
  ['DE', '/about/?land=de'],
  ['JP', '/about/'],
  ['none', '/about/'],
])('a viewer in %s is sent to %s', async (country, location) => {
  const answer = await front.get('/hello', { 'x-pocketfront-viewer-country': country })
  expect([answer.status, answer.headers['location']]).toEqual([302, location])
})
