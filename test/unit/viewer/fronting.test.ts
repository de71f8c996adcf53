// Server name and Host of a request over TLS: which pairs are served, and which get 421.
import { expect, test } from 'vitest'
import { DEFAULT_CERTIFICATE, type ViewerCertificate } from '../../../src/model/viewer-certificate.ts'
import { planFronting } from '../../../src/viewer/tls/fronting.ts'

const of = (accountId: string | null): ViewerCertificate => ({ ...DEFAULT_CERTIFICATE, accountId })
/** What distributions there are, by name. */
const CERTIFICATES: Readonly<Record<string, ViewerCertificate>> = {
  'a.example.com': of('111111111111'),
  'b.example.com': of('111111111111'),
  'c.example.net': of('222222222222'),
  'd.example.org': of(null),
  'd1.cloudfront.net': of(null),
  'd2.cloudfront.net': of('222222222222'),
}

test.each([
  { serverName: null, host: 'a.example.com', expected: 'no-server-name' },
  { serverName: 'a.example.com', host: 'a.example.com', expected: 'same-name' },
  { serverName: 'nobody.test', host: 'nobody.test', expected: 'same-name' },
  { serverName: 'localhost', host: 'a.example.com', expected: 'local-name' },
  { serverName: 'e1abc.localhost', host: 'a.example.com', expected: 'local-name' },
  { serverName: 'a.example.com', host: 'b.example.com', expected: 'same-account' },
  { serverName: 'a.example.com', host: 'd.example.org', expected: 'same-account' },
  { serverName: 'a.example.com', host: 'c.example.net', expected: 'misdirected' },
  { serverName: 'a.example.com', host: 'nobody.test', expected: 'misdirected' },
  { serverName: 'd1.cloudfront.net', host: 'd2.cloudfront.net', expected: 'covered-by-certificate' },
  { serverName: 'd1.cloudfront.net', host: 'a.example.com', expected: 'misdirected' },
  { serverName: 'nobody.test', host: 'd1.cloudfront.net', expected: 'covered-by-certificate' },
  { serverName: 'nobody.test', host: 'a.example.com', expected: 'misdirected' },
])('server name $serverName and Host $host: $expected', ({ serverName, host, expected }) => {
  const facts = {
    serverName,
    host,
    serverCertificate: CERTIFICATES[serverName ?? ''] ?? null,
    hostCertificate: CERTIFICATES[host] ?? null,
  }
  expect(planFronting({ ...facts, covers: () => false })).toBe(expected)
  const covered =
    expected === 'misdirected' || expected === 'same-account' ? 'covered-by-certificate' : expected
  expect(planFronting({ ...facts, covers: () => true })).toBe(covered)
})
