// The fidelity page is made from the names of tests: their section, their sentence, their mark.
import { expect, test } from 'vitest'
import { renderFidelity, toRule } from '../../scripts/fidelity.ts'

const file = 'test/conformance/stale.test.ts'

test('the first word of the outermost describe is the section, the last brackets are the mark', () => {
  expect(toRule(['2.6 Stale objects', 'a stale copy is a RefreshHit (observed)'], file)).toEqual({
    section: '2.6',
    sentence: 'a stale copy is a RefreshHit',
    mark: 'observed',
    file,
  })
  expect(toRule(['2.6 Stale objects', 'in the pause', 'the copy is served (or not)'], file)).toMatchObject({
    sentence: 'in the pause: the copy is served (or not)',
    mark: 'documented',
  })
})

test.each([[['2.66 Stale objects', 'a']], [['Stale objects', 'a']], [['2.6 a test without describe']]])(
  'a rule without a known section is refused: %j',
  (names) => {
    expect(() => toRule(names, file)).toThrow(`${file}: '${names[0]}' does not start with the number`)
  },
)

test('the page counts by mark, names the AWS page, tells a sentence once and keeps special characters', () => {
  const rules = [
    toRule(['2.7 Range requests', 'bytes */LEN (unverified)'], file),
    toRule(['2.6 Stale objects', 'first'], file),
    toRule(['2.6 Stale objects', 'first'], file),
    toRule(['2.6 Stale objects', 'second (choice)'], file),
  ]
  const page = renderFidelity(rules)
  expect(page).toContain('\n3 rules:\n')
  expect(page).toContain('| [2.6 Stale objects](#26-stale-objects) | 1 |  |  | 1 |\n')
  expect(page).toContain('\n- first\n- second *(choice)*\n')
  expect(page).toContain(String.raw`- bytes \*/LEN *(unverified)*`)
  expect(page).toContain('*Manage how long content stays in the cache (expiration)*')
  expect(page.indexOf('## 2.6')).toBeLessThan(page.indexOf('## 2.7'))
})
