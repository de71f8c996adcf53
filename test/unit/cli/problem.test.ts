import { expect, test } from 'vitest'
import { WARNING } from './deployments.ts'
import { toExitCode, toProblemText } from '../../../src/cli/problem.ts'
import { PocketfrontError } from '../../../src/model/errors.ts'
import { NO_PALETTE } from '../../../src/observe/palette.ts'

const show = (error: unknown, form: 'human' | 'json' = 'human') =>
  toProblemText(error, { json: form === 'json', palette: NO_PALETTE, cwd: '/home/me' })

const IN_USE = new PocketfrontError('PF_PORT_IN_USE', 'Port 8080 is in use', 'choose another')
const ISSUES = [{ ...WARNING, severity: 'error' as const, hint: 'write Name' }, WARNING]
const BAD = Object.assign(new PocketfrontError('PF_CONFIG', 'all of it'), { issues: ISSUES })

test('a problem is told with its hint', () => {
  expect(show(IN_USE)).toBe('error  Port 8080 is in use\n  choose another\n')
})

test('a bad configuration is told issue by issue, each with its place', () => {
  expect(show(BAD)).toBe(
    'error  site.yaml:12:7 Nmae: unknown key, did you mean Name?\n  write Name\n' +
      'warning  site.yaml:12:7 Nmae: unknown key, did you mean Name?\n',
  )
})

test('the JSON form is one line with code, message, hint and issues', () => {
  expect(JSON.parse(show(IN_USE, 'json'))).toEqual({
    event: 'error',
    code: 'PF_PORT_IN_USE',
    message: 'Port 8080 is in use',
    hint: 'choose another',
    issues: [],
  })
  expect(JSON.parse(show(BAD, 'json'))).toMatchObject({
    code: 'PF_CONFIG',
    issues: [{ line: 12 }, { column: 7 }],
  })
  expect(show(BAD, 'json').trimEnd()).not.toContain('\n')
})

test('a bug is told with its stack', () => {
  expect(show(new TypeError('oops'))).toMatch(/^error {2}TypeError: oops\n +at /)
  expect(JSON.parse(show('thrown text', 'json'))).toMatchObject({
    code: 'PF_INTERNAL',
    message: 'thrown text',
  })
})

test.each([
  [IN_USE, 1],
  [BAD, 2],
  [new PocketfrontError('PF_USAGE', ''), 2],
  [new TypeError('oops'), 1],
])('exit code of %s is %d', (error, code) => {
  expect(toExitCode(error)).toBe(code)
})
