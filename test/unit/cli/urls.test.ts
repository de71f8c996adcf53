import { expect, test } from 'vitest'
import { distribution } from './deployments.ts'
import { localUrls } from '../../../src/cli/urls.ts'

const aliased = distribution({ Aliases: ['www.example.com', '*.example.com'] })

test('a single distribution answers to localhost, to its id and to its aliases', () => {
  expect(localUrls(aliased, { host: '127.0.0.1', port: 8080, httpsPort: null, servedCount: 1 })).toEqual([
    'http://localhost:8080',
    'http://e1abc.localhost:8080',
    'http://www.example.com:8080',
  ])
})

test('one of several distributions needs its name', () => {
  expect(localUrls(aliased, { host: '0.0.0.0', port: 80, httpsPort: null, servedCount: 2 })).toEqual([
    'http://e1abc.localhost:80',
    'http://www.example.com:80',
  ])
})

test('on another address of the machine names of loopback lead nowhere', () => {
  expect(
    localUrls(distribution(), { host: '192.168.1.5', port: 80, httpsPort: null, servedCount: 1 }),
  ).toEqual(['http://192.168.1.5:80'])
  expect(localUrls(distribution(), { host: 'fe80::1', port: 80, httpsPort: null, servedCount: 1 })).toEqual([
    'http://[fe80::1]:80',
  ])
})

test('a disabled distribution has no URL', () => {
  expect(
    localUrls(distribution({ Enabled: false }), {
      host: '127.0.0.1',
      port: 80,
      httpsPort: null,
      servedCount: 1,
    }),
  ).toEqual([])
})

test('with an HTTPS port the same names follow over HTTPS', () => {
  const listening = { host: '127.0.0.1', port: 8080, httpsPort: 8443, servedCount: 2 }
  expect(localUrls(aliased, listening)).toEqual([
    'http://e1abc.localhost:8080',
    'http://www.example.com:8080',
    'https://e1abc.localhost:8443',
    'https://www.example.com:8443',
  ])
})
