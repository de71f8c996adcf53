// What a CloudFront Function costs: CPU per run of two typical functions, without a server around them.
import { createHmac } from 'node:crypto'
import { createCffRunner } from '../src/functions/cloudfront/runner.ts'
import type { CffInvocation, HostModule } from '../src/functions/cloudfront/contract.ts'

const REWRITE = `function handler(event) {
  var request = event.request;
  var uri = request.uri;
  if (uri.endsWith('/')) request.uri += 'index.html';
  else if (!uri.includes('.')) request.uri += '/index.html';
  return request;
}`

const JWT = `import crypto from 'crypto';
import cf from 'cloudfront';
const kvs = cf.kvs();
function equals(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
function check(token, key) {
  const parts = token.split('.');
  if (parts.length !== 3) throw new Error('Not a token');
  const payload = JSON.parse(Buffer.from(parts[1], 'base64url').toString());
  const signature = crypto.createHmac('sha256', key).update(parts[0] + '.' + parts[1]).digest('base64url');
  if (!equals(parts[2], signature)) throw new Error('Signature verification failed');
  if (payload.exp && Date.now() > payload.exp * 1000) throw new Error('Token expired');
}
async function handler(event) {
  const request = event.request;
  const key = await kvs.get('jwt.secret');
  try {
    check(request.querystring.jwt.value, key);
  } catch (error) {
    console.log(error.message);
    return { statusCode: 401, statusDescription: 'Unauthorized' };
  }
  delete request.querystring.jwt;
  return request;
}`

const SECRET = 'a secret of the bench'
const WARM_UP = 5000
const RUNS = 20_000
const ROUNDS = 5

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: '1234567890', name: 'A viewer', exp: 4_102_444_800 })}`
const jwt = `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`

const host: HostModule = {
  kvs: () => ({
    get: () => SECRET,
    exists: () => true,
    meta: () => ({ creationDateTime: '', lastUpdatedDateTime: '', keyCount: 1 }),
  }),
  call: () => undefined,
  rawQueryString: null,
}

/** The example of the manual, about 1 KB. */
const event = {
  version: '1.0',
  context: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType: 'viewer-request',
    requestId: 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==',
  },
  viewer: { ip: '198.51.100.11' },
  request: {
    method: 'GET',
    uri: '/media/chapters/',
    querystring: { jwt: { value: jwt }, ID: { value: '42' } },
    headers: {
      host: { value: 'video.example.com' },
      'user-agent': {
        value: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0',
      },
      accept: {
        value: 'application/json',
        multiValue: [{ value: 'application/json' }, { value: 'text/html' }],
      },
      'accept-encoding': { value: 'gzip, deflate, br' },
    },
    cookies: { id: { value: 'CookieIdValue' }, loggedIn: { value: 'false' } },
  },
}

/** Median over the rounds, in microseconds of CPU. */
async function measure(name: string, code: string): Promise<void> {
  const source = { name, code, file: null, runtime: 'cloudfront-js-2.0' as const }
  const runner = createCffRunner(source, { strictDialect: true })
  const invocation: CffInvocation = {
    event: JSON.stringify(event),
    host,
    now: Date.UTC(2030, 0, 1),
    requestId: 'bench',
  }
  const result = await runner.run(invocation)
  if (result.kind === 'failed') throw new Error(result.message)
  for (let i = 0; i < WARM_UP; i++) void runner.run(invocation)
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < RUNS; i++) void runner.run(invocation)
    const { user, system } = process.cpuUsage(before)
    rounds.push((user + system) / RUNS)
  }
  const sorted = rounds.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(ROUNDS / 2)]!.toFixed(1)
  console.log(
    `${name}: ${median} µs of CPU (${sorted[0]!.toFixed(1)} to ${sorted.at(-1)!.toFixed(1)}), ComputeUtilization ${result.computeUtilization}`,
  )
}

await measure('rewrite of the URI', REWRITE)
await measure('check of a signed token', JWT)
