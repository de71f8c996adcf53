// Makes the pages of docs/ that are generated: differences from comments in src, fidelity from the conformance tests, traps from their rules, the JSON Schema.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findDifferences, renderDifferences } from './differences.ts'
import { collectRules, renderFidelity } from './fidelity.ts'
import { renderSchema } from './config-schema.ts'
import { renderLint } from './lint-page.ts'
import { LINT_TOPICS } from '../src/config/lint/rules.ts'
import { RUN_TIME_RULES } from '../src/config/lint/run-time.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

function differencesPage(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .toSorted()
  return renderDifferences(
    files.flatMap((file) => findDifferences(file, readFileSync(join(root, file), 'utf8'))),
  )
}

const pages = [
  { name: 'docs/differences.md', from: 'the comments in src', text: differencesPage() },
  {
    name: 'docs/fidelity.md',
    from: 'the tests in test/conformance',
    text: renderFidelity(await collectRules(root)),
  },
  {
    name: 'docs/lint.md',
    from: 'the rules in src/config/lint',
    text: renderLint(LINT_TOPICS, RUN_TIME_RULES),
  },
  { name: 'schema/pocketfront.schema.json', from: 'scripts/config-schema.ts', text: renderSchema() },
]

for (const { name, from, text } of pages) {
  const target = join(root, name)
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    console.error(`${name} does not match ${from}. Run 'npm run docs' and commit the result.`)
    process.exitCode = 1
  }
}
