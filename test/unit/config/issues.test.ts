import { expect, test } from 'vitest'
import type { ConfigIssue } from '../../../src/config/issues.ts'
import { printIssues } from '../../../src/config/issues.ts'

const error: ConfigIssue = {
  severity: 'error',
  file: '/home/me/site.yaml',
  line: 5,
  column: 3,
  path: 'DefaultCacheBehavior.TargetOriginId',
  code: 'InvalidArgument',
  message: 'is missing',
  hint: null,
}
const warning: ConfigIssue = { ...error, severity: 'warning', code: null, message: 'unknown key' }

test('errors alone need no label', () => {
  expect(printIssues([error, error], '/home/me')).toBe(
    'site.yaml:5:3 TargetOriginId: is missing (InvalidArgument)\n' +
      'site.yaml:5:3 TargetOriginId: is missing (InvalidArgument)',
  )
})

test('errors and warnings side by side are told apart', () => {
  expect(printIssues([error, { ...warning, hint: 'do' }], '/home/me')).toBe(
    'error  site.yaml:5:3 TargetOriginId: is missing (InvalidArgument)\n' +
      'warning  site.yaml:5:3 TargetOriginId: unknown key\n  do',
  )
})
