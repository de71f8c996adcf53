// Where origins are reached: precedence of the sources, forms of a target, names that stay on the machine.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/config/load.ts'
import { isLocalName, toBucket } from '../../../src/config/origins/host-names.ts'
import { parseTarget, splitOrigin } from '../../../src/config/origins/target-text.ts'
import { describeTargets } from '../../../src/config/origins/target-rows.ts'
import type { OriginTarget } from '../../../src/model/origin.ts'
import { issuesOf, load, loaded, withFiles } from './harness.ts'

const site = (origin: string, section = '') => `
Origins: [{ Id: api, ${origin} }]
DefaultCacheBehavior: { TargetOriginId: api }
origins: { ${section} }
`

async function targetOf(text: string, options: Partial<LoadOptions> = {}): Promise<OriginTarget | undefined> {
  return withFiles({ 'site.yaml': text, 'dist/index.html': '', 'pics/a.txt': '' }, async (cwd) => {
    const { deployment } = await loaded({ files: ['site.yaml'], cwd, ...options })
    const target = deployment.Distributions[0]?.Origins[0]?.target
    return target?.kind === 'folder' ? { ...target, folder: target.folder.slice(cwd.length + 1) } : target
  })
}

const REMOTE = 'DomainName: api.example.com'

const one = (id: string) =>
  `- { Id: ${id}, Origins: [{ Id: api, ${REMOTE} }], DefaultCacheBehavior: { TargetOriginId: api } }`

const custom = (policy: string) =>
  `CustomOriginConfig: { HTTPPort: 3000, HTTPSPort: 3443, OriginProtocolPolicy: ${policy} }`

async function resolved(domainName: string, options: Partial<LoadOptions> = {}): Promise<OriginTarget> {
  const files = {
    'site.yaml': site(REMOTE, 'api: http://localhost:5, "*.test.example": http://localhost:6'),
    'pics/a': '',
  }
  return withFiles(files, async (cwd) => {
    const everything = { ...options, cwd: join(cwd, '..'), files: [join(cwd, 'site.yaml')] }
    const { resolveTarget } = await loaded(everything)
    return resolveTarget(domainName, 8080, 'https')
  })
}

describe('the source of a target', () => {
  const section = 'api: http://localhost:5'
  test.each<[string, Partial<LoadOptions>, string, number]>([
    ['the configuration file', {}, 'configuration', 5],
    [
      'POCKETFRONT_ORIGINS',
      { env: { POCKETFRONT_ORIGINS: 'x=http://x,api=http://localhost:4' } },
      'environment',
      4,
    ],
    [
      'POCKETFRONT_ORIGIN_API',
      { env: { POCKETFRONT_ORIGINS: 'api=http://x', POCKETFRONT_ORIGIN_API: 'localhost:3' } },
      'environment',
      3,
    ],
    [
      'the API option',
      { originsFromApi: { api: 'http://localhost:2' }, env: { POCKETFRONT_ORIGIN_API: 'http://x' } },
      'api option',
      2,
    ],
    [
      'the command line',
      { origins: ['api=http://localhost:1'], env: { POCKETFRONT_ORIGIN_API: 'http://x' } },
      'command line',
      1,
    ],
    [
      'the last of two options',
      { origins: ['api=http://localhost:9', 'api=http://localhost:1'] },
      'command line',
      1,
    ],
    [
      'a domain name on the command line',
      { origins: ['API.example.com=http://localhost:1'] },
      'command line',
      1,
    ],
    ['a pattern on the command line', { origins: ['*.example.com=http://localhost:1'] }, 'command line', 1],
    [
      'the id rather than a pattern',
      { origins: ['api=http://localhost:1', '*=http://localhost:9'] },
      'command line',
      1,
    ],
    ['an option without key, for the only origin', { origins: ['http://localhost:1'] }, 'command line', 1],
  ])('%s decides', async (_name, options, source, port) => {
    expect(await targetOf(site(REMOTE, section), options)).toMatchObject({
      source,
      port,
      sendHost: 'production',
    })
  })

  test('one origin of one of several distributions can be named', async () => {
    const text = `Distributions:\n${one('EA')}\n${one('EB')}`
    await withFiles({ 'site.yaml': text }, async (cwd) => {
      const origins = ['api=http://localhost:1', 'EB/api=http://localhost:2']
      const { deployment } = await loaded({ files: ['site.yaml'], cwd, origins })
      expect(describeTargets(deployment)).toEqual([
        {
          distribution: 'EA',
          originId: 'api',
          domainName: 'api.example.com',
          target: 'http://localhost:1',
          source: 'command line',
        },
        {
          distribution: 'EB',
          originId: 'api',
          domainName: 'api.example.com',
          target: 'http://localhost:2',
          source: 'command line',
        },
      ])
    })
  })
})

describe('without a mapping', () => {
  test.each<[string, string, object]>([
    [
      'a compose service is dialled as it is',
      `DomainName: web, ${custom('match-viewer')}`,
      {
        kind: 'http',
        protocol: 'http',
        hostname: 'web',
        port: 3000,
        sendHost: 'target',
        source: 'production name',
      },
    ],
    [
      'a local name with https-only is dialled with TLS',
      `DomainName: localhost, ${custom('https-only')}`,
      { protocol: 'https', port: 3443 },
    ],
    [
      'an IPv6 address loses its brackets',
      `DomainName: '[::1]', ${custom('http-only')}`,
      { hostname: '::1', port: 3000 },
    ],
    [
      'a remote name is not reached',
      REMOTE,
      {
        kind: 'unresolved',
        source: 'unresolved',
        hint: expect.stringContaining('--origin api=http://localhost:3000'),
      },
    ],
    [
      'a bucket with a folder of its name is that folder',
      'DomainName: pics.s3.eu-west-1.amazonaws.com',
      { kind: 'folder', folder: 'pics' },
    ],
    [
      'a bucket without folder is not reached',
      'DomainName: gone.s3.amazonaws.com',
      { kind: 'unresolved', hint: expect.stringContaining('folder gone beside the configuration') },
    ],
  ])('%s', async (_name, origin, target) => {
    expect(await targetOf(site(origin))).toMatchObject(target)
  })

  test.each<[string, string, object]>([
    [
      'a custom origin by its protocol policy',
      REMOTE,
      {
        protocol: 'http',
        hostname: 'api.example.com',
        port: 80,
        sendHost: 'production',
        source: 'production name',
      },
    ],
    ['S3 over HTTPS', 'DomainName: gone.s3.amazonaws.com', { protocol: 'https', port: 443 }],
  ])('remote origins that are allowed are reached: %s', async (_name, origin, target) => {
    expect(await targetOf(site(origin), { allowRemoteOrigins: true })).toMatchObject(target)
  })

  test('an origin that nothing stands for is a warning at its place', async () => {
    const issues = await withFiles({ 'site.yaml': site(REMOTE) }, (cwd) =>
      issuesOf({ files: ['site.yaml'], cwd }),
    )
    expect(issues).toMatchObject([
      { severity: 'warning', line: 2, column: 34, path: 'Origins[0].DomainName' },
    ])
  })
})

describe('the section origins', () => {
  test.each<[string, string, object]>([
    [
      'a URL with host',
      'api: { url: http://localhost:3000/v1/, host: target }',
      { pathPrefix: '/v1', sendHost: 'target' },
    ],
    [
      'a folder, relative to the file',
      'api: ./dist',
      { kind: 'folder', folder: 'dist', source: 'configuration' },
    ],
    ['a folder in words', 'api: { folder: dist }', { kind: 'folder', folder: 'dist' }],
    ['one remote origin', 'api: { remote: true }', { hostname: 'api.example.com', source: 'configuration' }],
    ['a folder that is not there', 'api: ./gone', { kind: 'unresolved', source: 'configuration' }],
  ])('takes %s', async (_name, section, target) => {
    expect(await targetOf(site(REMOTE, section))).toMatchObject(target)
  })

  test.each([
    ['a scheme that is not known', 'api: ftp://x', 'scheme ftp'],
    ['a query string', "api: 'http://x/?a=b'", 'more than scheme, host, port and path'],
    ['an unknown host word', 'api: { url: http://x, host: me }', "'me' is not one of production, target"],
    ['nothing to reach', 'api: { host: target }', 'expects url, folder, handler or remote'],
  ])('refuses %s', async (_name, section, message) => {
    const result = await withFiles({ 'site.yaml': site(REMOTE, section) }, (cwd) =>
      load({ files: ['site.yaml'], cwd }),
    )
    expect(!result.ok && result.issues.find((it) => it.severity === 'error')?.message).toContain(message)
  })
})

describe('mappings that fit nothing', () => {
  const two = `
Origins: [{ Id: api, DomainName: web }, { Id: site, DomainName: web }]
DefaultCacheBehavior: { TargetOriginId: api }`
  test.each<[string, Partial<LoadOptions>, string, string]>([
    [
      'a misspelt id',
      { origins: ['sita=http://x'] },
      'warning',
      "no origin has the id or domain name 'sita', did you mean site?",
    ],
    [
      'a misspelt variable',
      { env: { POCKETFRONT_ORIGIN_SITA: 'http://x' } },
      'warning',
      'no origin has an id like SITA, did you mean SITE?',
    ],
    [
      'a target without key for two origins',
      { origins: ['http://x'] },
      'error',
      "'http://x' could stand for any of 2 origins; say for which",
    ],
  ])('%s is reported', async (_name, options, severity, message) => {
    const issues = await withFiles({ 'site.yaml': two }, (cwd) =>
      issuesOf({ files: ['site.yaml'], cwd, ...options }),
    )
    expect(issues).toMatchObject([{ severity, message }])
  })

  test('a domain name may be meant for a function and is not reported', async () => {
    const options = { origins: ['other.example.com=http://x'] }
    expect(
      await withFiles({ 'site.yaml': two }, (cwd) => issuesOf({ files: ['site.yaml'], cwd, ...options })),
    ).toEqual([])
  })
})

describe('a domain name that a function chose', () => {
  test.each<[string, string, object]>([
    ['has the target of the origin with this name', 'API.example.com', { port: 5, source: 'configuration' }],
    ['has the target of its pattern', 'a.test.example', { port: 6 }],
    [
      'is dialled as it is when it is local',
      'web',
      { hostname: 'web', port: 8080, protocol: 'https', sendHost: 'target' },
    ],
    ['is a folder when it is a bucket', 'pics.s3.amazonaws.com', { kind: 'folder' }],
    [
      'is not reached when it is remote',
      'www.example.com',
      { kind: 'unresolved', hint: expect.stringContaining('--origin www.example.com=') },
    ],
  ])('%s', async (_name, domainName, target) => {
    expect(await resolved(domainName)).toMatchObject(target)
  })

  test('is reached when remote origins are allowed', async () => {
    const target = await resolved('www.example.com', { allowRemoteOrigins: true })
    expect(target).toMatchObject({
      hostname: 'www.example.com',
      port: 8080,
      protocol: 'https',
      sendHost: 'production',
    })
  })
})

describe('without a configuration', () => {
  test('a URL makes a whole distribution', async () => {
    const { deployment, notes, warnings } = await loaded({ origins: ['http://localhost:3000/app'] })
    expect([notes, warnings]).toEqual([[], []])
    expect(deployment.Distributions).toMatchObject([
      {
        DefaultRootObject: '',
        Origins: [
          {
            DomainName: 'localhost',
            CustomOriginConfig: { HTTPPort: 3000, OriginProtocolPolicy: 'http-only' },
            target: {
              kind: 'http',
              port: 3000,
              pathPrefix: '/app',
              sendHost: 'target',
              source: 'command line',
            },
          },
        ],
        DefaultCacheBehavior: {
          Compress: true,
          CachedMethods: ['GET', 'HEAD'],
          Cache: { CachePolicy: { Name: 'Managed-CachingOptimized' } },
        },
      },
    ])
    expect(deployment.Distributions[0]?.DefaultCacheBehavior.AllowedMethods).toHaveLength(7)
  })

  test('a folder makes a bucket with index.html at its root', async () => {
    await withFiles({ 'My Site/index.html': '' }, async (cwd) => {
      const { deployment } = await loaded({ origins: ['My Site'], cwd })
      expect(deployment.Distributions).toMatchObject([
        {
          DefaultRootObject: 'index.html',
          Origins: [
            {
              DomainName: 'my-site.s3.us-east-1.amazonaws.com',
              CustomOriginConfig: null,
              S3OriginConfig: { OriginAccessIdentity: '' },
              target: { kind: 'folder', folder: join(cwd, 'My Site') },
            },
          ],
        },
      ])
    })
  })

  test.each<[string, Partial<LoadOptions>, string]>([
    ['nothing', {}, 'nothing to serve'],
    ['a key without origin', { origins: ['api=http://x'] }, 'nothing to serve'],
    [
      'two targets',
      { origins: ['http://x', 'http://y'] },
      'without a configuration there is one origin; give one target',
    ],
    [
      'a folder that is not there',
      { origins: ['./gone-folder'], cwd: '/' },
      'there is no folder /gone-folder',
    ],
  ])('%s is an error', async (_name, options, message) => {
    expect(await load(options)).toMatchObject({ ok: false, issues: [{ severity: 'error', message }] })
  })
})

test.each([
  [
    'http://localhost:3000',
    { kind: 'http', protocol: 'http', hostname: 'localhost', port: 3000, pathPrefix: '' },
  ],
  ['https://x', { kind: 'http', protocol: 'https', hostname: 'x', port: 443, pathPrefix: '' }],
  [
    'http://[::1]:8080/a/b/',
    { kind: 'http', protocol: 'http', hostname: '::1', port: 8080, pathPrefix: '/a/b' },
  ],
  ['localhost:3000', { kind: 'http', protocol: 'http', hostname: 'localhost', port: 3000, pathPrefix: '' }],
  ['./dist', { kind: 'folder', folder: '/base/dist' }],
  ['dist', { kind: 'folder', folder: '/base/dist' }],
  ['/srv/site', { kind: 'folder', folder: '/srv/site' }],
  ['file:./dist', { kind: 'folder', folder: '/base/dist' }],
  ['file:///srv/site', { kind: 'folder', folder: '/srv/site' }],
])('the target %s is understood', (text, target) => {
  expect(parseTarget(text, '/base')).toEqual(target)
})

test.each([
  ['api=http://x', { key: 'api', target: 'http://x' }],
  ['http://x/?a=b', { key: null, target: 'http://x/?a=b' }],
  ['./a=b', { key: null, target: './a=b' }],
  ['dist', { key: null, target: 'dist' }],
  ['*.example.com=./a=b', { key: '*.example.com', target: './a=b' }],
])('--origin %s is split into key and target', (text, parts) => {
  expect(splitOrigin(text)).toEqual(parts)
})

test.each([
  ['b.s3.amazonaws.com', 'b'],
  ['a.b.s3.eu-central-1.amazonaws.com', 'a.b'],
  ['b.s3-eu-west-1.amazonaws.com', 'b'],
  ['b.s3.dualstack.eu-west-1.amazonaws.com', 'b'],
  ['b.s3.cn-north-1.amazonaws.com.cn', 'b'],
  ['b.s3-website-eu-west-1.amazonaws.com', null],
  ['b.s3-website.eu-west-1.amazonaws.com', null],
  ['x.execute-api.us-east-1.amazonaws.com', null],
])('%s is the REST endpoint of bucket %s', (name, bucket) => {
  expect(toBucket(name)).toBe(bucket)
})

test.each([
  ['localhost', true],
  ['app.localhost', true],
  ['127.0.0.2', true],
  ['::1', true],
  ['host.docker.internal', true],
  ['web', true],
  ['nas.local', true],
  ['10.0.0.1', true],
  ['172.31.0.1', true],
  ['192.168.1.1', true],
  ['172.32.0.1', false],
  ['8.8.8.8', false],
  ['2001:db8::1', false],
  ['example.com', false],
  ['local.example.com', false],
])('%s is local: %s', (name, isLocal) => {
  expect(isLocalName(name)).toBe(isLocal)
})
