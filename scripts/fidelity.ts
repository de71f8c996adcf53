// The fidelity page: every rule of CloudFront that a test holds, from the names of the tests themselves.
import { relative } from 'node:path'
import { createVitest } from 'vitest/node'
import { SECTIONS } from './fidelity-sections.ts'

/** A test of test/conformance. */
export interface Rule {
  /** Number of its section: the first word of the name of its outermost describe. */
  readonly section: string
  readonly sentence: string
  readonly mark: Mark
  /** From the project's root. */
  readonly file: string
}

const MARKS = ['documented', 'observed', 'unverified', 'choice'] as const

/** What a rule rests on: AWS's guide, captures of the real service, a plausible reading, or a decision of ours. */
export type Mark = (typeof MARKS)[number]

const SUFFIX = / \((observed|unverified|choice)\)$/

/** Names of one test, from the outermost describe to its own. Throws when the section is not in the table. */
export function toRule(names: readonly string[], file: string): Rule {
  const [title = '', ...rest] = names
  const number = title.split(' ', 1)[0]!
  if (rest.length === 0 || !SECTIONS.some((section) => section.number === number)) {
    throw new Error(
      `${file}: '${title}' does not start with the number of a section of scripts/fidelity-sections.ts`,
    )
  }
  const sentence = rest.join(': ').replaceAll(/\s+/g, ' ').trim()
  const mark = (SUFFIX.exec(sentence)?.[1] ?? 'documented') as Mark
  return { section: number, sentence: sentence.replace(SUFFIX, ''), mark, file }
}

/** Collects the tests of test/conformance without running them; their tables are expanded. */
export async function collectRules(root: string): Promise<Rule[]> {
  const vitest = await createVitest('test', { watch: false, root, reporters: [] })
  try {
    const { testModules, unhandledErrors } = await vitest.collect(['test/conformance/'], {
      staticParse: false,
    })
    if (unhandledErrors.length > 0) throw unhandledErrors[0]
    const rules: Rule[] = []
    // Vitest puts the slow ones of the last run first.
    for (const module of testModules.toSorted((one, other) => (one.moduleId < other.moduleId ? -1 : 1))) {
      const file = relative(root, module.moduleId).replaceAll('\\', '/')
      for (const error of module.errors()) throw new Error(`${file}: ${error.message}`)
      for (const test of module.children.allTests()) rules.push(toRule(test.fullName.split(' > '), file))
    }
    return rules
  } finally {
    await vitest.close()
  }
}

const HEAD = `# What holds pocketfront to CloudFront

Every rule below is the name of a test that runs with \`npm test\`; this page is generated from them (\`npm run docs\`).
What a rule rests on:

| mark | meaning |
|---|---|
| documented | AWS's guide says so, on the page named at the section |
| observed | not in the guide; known from captures of the real service |
| unverified | plausible or remembered; the simplest faithful behavior |
| choice | CloudFront leaves it open or hides it; what we decided |
`

/** The page. Rules keep the order of the tests; the same sentence is told once. */
export function renderFidelity(rules: readonly Rule[]): string {
  const filled = SECTIONS.map((section) => ({
    section,
    rules: withoutRepeats(rules.filter((rule) => rule.section === section.number)),
  })).filter((each) => each.rules.length > 0)
  const total = filled.reduce((sum, each) => sum + each.rules.length, 0)
  const rows = filled.map(({ section, rules: own }) => {
    const counts = MARKS.map((mark) => own.filter((rule) => rule.mark === mark).length || '')
    return `| [${section.number} ${section.title}](#${toAnchor(`${section.number} ${section.title}`)}) | ${counts.join(' | ')} |`
  })
  const overview = `\n${total} rules:\n\n| section | ${MARKS.join(' | ')} |\n|---|${MARKS.map(() => '---:|').join('')}\n${rows.join('\n')}\n`
  const parts = filled.map(({ section, rules: own }) => {
    const head = `\n## ${section.number} ${section.title}\n\n${section.pages.map((page) => `*${page}*`).join(' · ')}\n`
    return head + toLists(own)
  })
  return HEAD + overview + parts.join('')
}

/** One list per file that holds rules of the section. */
function toLists(rules: readonly Rule[]): string {
  const files = [...new Set(rules.map((rule) => rule.file))]
  return files
    .map((file) => {
      const lines = rules.filter((rule) => rule.file === file).map(toLine)
      return `\n[${file.replace('test/conformance/', '')}](../${file})\n\n${lines.join('\n')}\n`
    })
    .join('')
}

function toLine({ sentence, mark }: Rule): string {
  const text = sentence.replaceAll(/[\\`*_<>|[\]]/g, String.raw`\$&`)
  return `- ${text}${mark === 'documented' ? '' : ` *(${mark})*`}`
}

function withoutRepeats(rules: readonly Rule[]): Rule[] {
  const seen = new Set<string>()
  return rules.filter(({ sentence, file }) => {
    const key = `${file} ${sentence}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** The fragment that a heading gets. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
