// Makes docs/differences.md from the comments in src that start with 'Differs from CloudFront:'.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findDifferences, renderDifferences } from './differences.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'docs/differences.md')

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .toSorted()
const differences = files.flatMap((file) => findDifferences(file, readFileSync(join(root, file), 'utf8')))
const page = renderDifferences(differences)

if (!process.argv.includes('--check')) {
  writeFileSync(target, page)
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error(
    "docs/differences.md does not match the comments in src. Run 'npm run docs' and commit the result.",
  )
  process.exitCode = 1
}
