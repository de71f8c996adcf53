// Website endpoints of S3 as origins. (Amazon S3 User Guide, 'Hosting a static website using Amazon S3')
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'

const FILES = {
  'index.html': '<p>home</p>',
  'docs/index.html': '<p>docs</p>',
  'docs/a b.html': '<p>a b</p>',
  'old/page.html': '<p>old</p>',
  'errors/4xx.html': '<p>lost</p>',
}
const folder = mkdtempSync(join(tmpdir(), 'pocketfront-website-'))
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let front: Front | null = null
afterEach(async () => {
  await front?.stop()
  front = null
})

const ENDPOINT = 'site.s3-website-us-east-1.amazonaws.com'

async function start(website: object | true = true, origin: object = {}): Promise<Front> {
  front = await startFront({
    config: {
      Origins: [
        {
          Id: 'site',
          DomainName: ENDPOINT,
          CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
          ...origin,
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'site',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingDisabled',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      },
      origins: { site: { folder, website } },
    },
  })
  return front
}

describe('O.1 Website endpoints of S3', () => {
  test.each([
    ['site.s3-website-us-east-1.amazonaws.com', 302],
    ['site.s3-website.eu-central-1.amazonaws.com', 302],
    ['www.example.com.s3-website-eu-west-1.amazonaws.com', 302],
    ['site.s3.eu-central-1.amazonaws.com', 403],
  ])('a folder behind %s answers a path of a folder with %i', async (DomainName, status) => {
    front = await startFront({
      config: {
        Origins: [{ Id: 'site', DomainName }],
        DefaultCacheBehavior: {
          TargetOriginId: 'site',
          ViewerProtocolPolicy: 'allow-all',
          CachePolicy: 'CachingDisabled',
        },
        origins: { site: folder },
      },
    })
    expect((await front.get('/docs')).status).toBe(status)
  })

  test.each([
    ['/', '<p>home</p>'],
    ['/docs/', '<p>docs</p>'],
    ['/docs/index.html', '<p>docs</p>'],
    ['/docs/a%20b.html', '<p>a b</p>'],
    ['/index.html?x=1', '<p>home</p>'],
  ])('%s is answered with the index document or the object', async (path, body) => {
    const site = await start()
    const answer = await site.get(path)
    expect([answer.status, answer.text]).toEqual([200, body])
    expect(answer.headers['content-type']).toBe('text/html')
  })

  test('a folder without its slash is redirected with 302, and the query string is lost', async () => {
    const site = await start()
    const answer = await site.get('/docs?x=1')
    expect([answer.status, answer.headers['location']]).toEqual([302, '/docs/'])
  })

  test('a redirect to a folder never leads to another host', async () => {
    const site = await start()
    expect((await site.get('//docs')).headers['location'] ?? '').not.toMatch(/^\/\//)
  })

  test('what is missing is answered with 404 and a page in HTML', async () => {
    const site = await start()
    const answer = await site.get('/no<such>.html')
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['x-amz-error-code']).toBe('NoSuchKey')
    expect(answer.text).toContain('<li>Key: no&lt;such&gt;.html</li>')
  })

  test('the error document is answered with the status of the error', async () => {
    const site = await start({ ErrorDocument: 'errors/4xx.html' })
    const answer = await site.get('/nowhere', { range: 'bytes=0-1' })
    expect([answer.status, answer.text]).toEqual([404, '<p>lost</p>'])
  })

  test('an error document that is missing is told beside the error (observed)', async () => {
    const site = await start({ ErrorDocument: { Key: 'gone.html' } })
    const answer = await site.get('/nowhere')
    expect(answer.status).toBe(404)
    expect(answer.text).toContain('An Error Occurred While Attempting to Retrieve a Custom Error Document')
    expect(answer.text).toContain('<li>Key: gone.html</li>')
  })

  test('another index document is found', async () => {
    const site = await start({ IndexDocument: { Suffix: 'page.html' } })
    expect((await site.get('/old/')).text).toBe('<p>old</p>')
    expect((await site.get('/docs/')).status).toBe(404)
  })

  test.each(['PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused with 405', async (method) => {
    const site = await start()
    const answer = await site.ask('/index.html', { method })
    expect([answer.status, answer.headers['x-amz-error-code']]).toEqual([405, 'MethodNotAllowed'])
  })

  test('HEAD has the headers alone', async () => {
    const site = await start()
    const answer = await site.ask('/', { method: 'HEAD' })
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '11'])
  })

  test('HTTPS to a website endpoint fails with 502, as it takes plain HTTP alone (unverified)', async () => {
    const site = await start(true, {
      CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' },
    })
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.trace?.problem).toContain('http-only')
  })

  test('conditional and range requests are those of a bucket', async () => {
    const site = await start()
    const etag = String((await site.get('/')).headers['etag'])
    expect((await site.get('/', { 'if-none-match': etag })).status).toBe(304)
    const part = await site.get('/', { range: 'bytes=3-6' })
    expect([part.status, part.text]).toEqual([206, 'home'])
  })

  test('all requests are redirected where the bucket says so', async () => {
    const site = await start({ RedirectAllRequestsTo: { HostName: 'example.com', Protocol: 'https' } })
    const answer = await site.get('/docs/a%20b.html')
    expect([answer.status, answer.headers['location']]).toEqual([301, 'https://example.com/docs/a%20b.html'])
  })

  test.each([
    [{ KeyPrefixEquals: 'old/' }, { ReplaceKeyPrefixWith: 'new/' }, 301, `http://${ENDPOINT}/new/page.html`],
    [{ KeyPrefixEquals: 'old/' }, { ReplaceKeyWith: 'gone.html' }, 301, `http://${ENDPOINT}/gone.html`],
    [
      { KeyPrefixEquals: 'old/' },
      { HostName: 'a.example', Protocol: 'https', HttpRedirectCode: 307 },
      307,
      'https://a.example/old/page.html',
    ],
    [{ KeyPrefixEquals: 'old/' }, { ReplaceKeyPrefixWith: '#!/' }, 301, `http://${ENDPOINT}/#!/page.html`],
  ])(
    'the rule %j with %j redirects with %i to %s',
    async (RoutingRuleCondition, RedirectRule, status, location) => {
      const site = await start({ RoutingRules: [{ RoutingRuleCondition, RedirectRule }] })
      const answer = await site.get('/old/page.html')
      expect([answer.status, answer.headers['location']]).toEqual([status, location])
      expect((await site.get('/docs/')).status).toBe(200)
    },
  )

  test('a rule for an error holds only for that error, and goes before the error document', async () => {
    const rule = {
      Condition: { HttpErrorCodeReturnedEquals: 404, KeyPrefixEquals: 'docs/' },
      Redirect: { ReplaceKeyPrefixWith: 'report-404/' },
    }
    const site = await start({ RoutingRules: [rule], ErrorDocument: 'errors/4xx.html' })
    expect((await site.get('/docs/index.html')).status).toBe(200)
    expect((await site.get('/docs/x.html')).headers['location']).toBe(`http://${ENDPOINT}/report-404/x.html`)
    expect((await site.get('/other/x.html')).text).toBe('<p>lost</p>')
  })
})
