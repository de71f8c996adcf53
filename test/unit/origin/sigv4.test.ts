// Signatures against the examples that AWS publishes.
import { describe, expect, test } from 'vitest'
import { EMPTY_PAYLOAD, toAmzDate, toAuthorization, toSha256 } from '../../../src/origin/sigv4.ts'

const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
}
const DATE = '20130524T000000Z'
const HOST = ['host', 'examplebucket.s3.amazonaws.com'] as const
const toSigned = (hash: string) =>
  [
    ['x-amz-content-sha256', hash],
    ['x-amz-date', DATE],
  ] as const

const UPLOAD = toSha256('Welcome to Amazon S3.')

/** (Amazon S3 API Reference, 'Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk') */
describe('the examples of the S3 API Reference', () => {
  test.each([
    {
      name: 'GET of a range',
      request: {
        method: 'GET',
        path: '/test.txt',
        queryString: '',
        headers: [HOST, ['range', 'bytes=0-9'] as const, ...toSigned(EMPTY_PAYLOAD)],
        payloadHash: EMPTY_PAYLOAD,
      },
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      name: 'PUT',
      request: {
        method: 'PUT',
        path: '/test$file.text',
        queryString: '',
        headers: [
          ['date', 'Fri, 24 May 2013 00:00:00 GMT'] as const,
          HOST,
          ...toSigned(UPLOAD),
          ['x-amz-storage-class', 'REDUCED_REDUNDANCY'] as const,
        ],
        payloadHash: UPLOAD,
      },
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      name: 'a query string without a value',
      request: {
        method: 'GET',
        path: '/',
        queryString: 'lifecycle',
        headers: [HOST, ...toSigned(EMPTY_PAYLOAD)],
        payloadHash: EMPTY_PAYLOAD,
      },
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      name: 'a query string',
      request: {
        method: 'GET',
        path: '/',
        queryString: 'prefix=J&max-keys=2',
        headers: [HOST, ...toSigned(EMPTY_PAYLOAD)],
        payloadHash: EMPTY_PAYLOAD,
      },
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('$name', ({ request, signature }) => {
    const authorization = toAuthorization(request, CREDENTIALS, {
      region: 'us-east-1',
      service: 's3',
      date: DATE,
    })
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request, SignedHeaders=/,
    )
    expect(authorization.split('Signature=')[1]).toBe(signature)
  })
})

test('a date is written without punctuation', () => {
  expect(toAmzDate(Date.UTC(2013, 4, 24, 1, 2, 3, 456))).toBe('20130524T010203Z')
})

test.each(['/%', '/%zz', '/\ud800', '/%ff%fe?'])('a path that is no UTF-8 does not throw: %j', (path) => {
  const request = {
    method: 'GET',
    path,
    queryString: '%&=%zz&&',
    headers: [HOST],
    payloadHash: EMPTY_PAYLOAD,
  }
  const scope = { region: 'us-east-1', service: 's3', date: DATE }
  expect(toAuthorization(request, CREDENTIALS, scope)).toContain('Signature=')
})
