// The list of differences is made from comments: which lines of a comment belong to it.
import { expect, test } from 'vitest'
import { findDifferences, renderDifferences } from '../../scripts/differences.ts'

const texts = (...lines: string[]): string[] =>
  findDifferences('src/edge/pop.ts', lines.join('\n')).map(({ text }) => text)

const cases: { name: string; lines: string[]; found: string[] }[] = [
  {
    name: 'a line comment goes on over the comment lines below it',
    lines: [
      '// Differs from CloudFront: one POP',
      '// answers everybody.',
      'const a = 1',
      '// Something else.',
    ],
    found: ['One POP answers everybody.'],
  },
  {
    name: 'a line of a TSDoc block ends with the block',
    lines: ['/**', ' * Picks a POP.', ' * Differs from CloudFront: there is no latency.', ' */', '// Next.'],
    found: ['There is no latency.'],
  },
  {
    name: 'a block on one line',
    lines: ['/** Differs from CloudFront: names are short. */', 'export const a = 1'],
    found: ['Names are short.'],
  },
  {
    name: 'an empty comment line and a tag end the text',
    lines: [
      '// Differs from CloudFront: a.',
      '//',
      '// Not this.',
      '/** Differs from CloudFront: b.',
      ' * @see c */',
    ],
    found: ['A.', 'B.'],
  },
  {
    name: 'the next mark starts the next difference',
    lines: ['// Differs from CloudFront: a.', '// Differs from CloudFront: b.'],
    found: ['A.', 'B.'],
  },
  {
    name: 'a comment behind code counts, a string does not',
    lines: ['const a = 1 // Differs from CloudFront: a is one.', "const b = 'Differs from CloudFront: no'"],
    found: ['A is one.'],
  },
  {
    name: 'a name from code keeps its spelling',
    lines: ['// Differs from CloudFront: context.awsRequestId is ours.'],
    found: ['context.awsRequestId is ours.'],
  },
]

test.each(cases)('$name', ({ lines, found }) => {
  expect(texts(...lines)).toEqual(found)
})

test('the page lists every difference under its folder with a link to its file', () => {
  const page = renderDifferences([
    { file: 'src/edge/pop.ts', text: 'One POP.' },
    { file: 'src/edge/pop.ts', text: 'No latency.' },
    { file: 'src/pocketfront.ts', text: 'One process.' },
  ])
  expect(page).toContain('## edge\n\n- One POP. ([edge/pop.ts](../src/edge/pop.ts))\n- No latency.')
  expect(page).toContain('## pocketfront\n\n- One process. ([pocketfront.ts](../src/pocketfront.ts))\n')
})
