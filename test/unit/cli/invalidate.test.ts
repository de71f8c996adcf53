// The lines of `pocketfront invalidate`, and its command line.
import { expect, test } from 'vitest'
import { parseArguments } from '../../../src/cli/arguments.ts'
import { toPreviewLines, toReceiptLines, type ListedObject } from '../../../src/cli/invalidate-lines.ts'
import { NO_PALETTE } from '../../../src/observe/palette.ts'

const object: ListedObject = {
  url: '/a',
  key: {},
  part: null,
  layer: 'edge',
  place: 'FRA56',
  status: 200,
  ageSeconds: 3,
  bytes: 2048,
  tags: [],
}

test('the command line is a value', () => {
  expect(parseArguments(['invalidate', '/a', '/b/*', '-d', 'E1', '--admin-port', '9000', '-n'], '1')).toEqual(
    {
      kind: 'invalidate',
      invalidate: { paths: ['/a', '/b/*'], distribution: 'E1', adminPort: 9000, dryRun: true, json: false },
    },
  )
  expect(parseArguments(['invalidate', '/a'], '1')).toMatchObject({
    invalidate: { distribution: null, adminPort: 8081, dryRun: false },
  })
  expect(parseArguments(['invalidate', '--help'], '1')).toMatchObject({
    kind: 'print',
    text: expect.stringContaining('--dry-run'),
  })
  expect(parseArguments(['invalidate', '--admin-port', 'x', '/a'], '1')).toMatchObject({ kind: 'refused' })
  expect(parseArguments(['./invalidate'], '1')).toMatchObject({
    kind: 'run',
    run: { config: ['./invalidate'] },
  })
})

test('a receipt is one line', () => {
  const receipt = { Id: 'I1', DistributionId: 'E1', Status: 'Completed', CreateTime: '' } as const
  expect(toReceiptLines([{ ...receipt, Paths: ['/a'] }], NO_PALETTE)).toEqual(['E1  I1  Completed  /a'])
})

test('what makes a variant stands in brackets, and nothing steers the terminal', () => {
  const listed: ListedObject[] = [
    object,
    {
      ...object,
      url: '/\u001b[31m',
      part: 'bytes 0-99',
      key: { method: 'OPTIONS', headers: [['x-a', 'b\nc']], cookies: 'id=1', acceptEncoding: 'br' },
      tags: ['t'],
    },
  ]
  const preview = { DistributionId: 'E1', objects: 1, paths: [{ path: '/*', objects: 1 }], listed }
  expect(toPreviewLines([preview], NO_PALETTE)).toEqual([
    'E1: 1 object would go',
    '  1  /*',
    '  edge FRA56  /a  200, age 3 s, 2 KiB',
    '  edge FRA56  /?[31m  200, age 3 s, 2 KiB  [OPTIONS; bytes 0-99; x-a: b?c; cookies id=1; br; #t]',
  ])
})

test('a long list is cut', () => {
  const preview = {
    DistributionId: 'E1',
    objects: 1234,
    paths: [{ path: '/*', objects: 1234 }],
    listed: Array.from({ length: 100 }, () => object),
  }
  const lines = toPreviewLines([preview], NO_PALETTE)
  expect(lines).toHaveLength(53)
  expect(lines.at(-1)).toBe('  and 1184 more')
})
