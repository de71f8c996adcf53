// Builds dist/: the published JavaScript, its declarations and the data files beside them.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(root, 'src')
const output = join(root, 'dist')

/** tsc leaves these two forms alone: imports in declarations, and files named by URL (workers). */
const LEFT_BY_TSC = [
  /((?:\bfrom|\bimport)\s*\(?\s*['"]\.{1,2}\/[^'"]+?)\.ts(['"])/g,
  /(new URL\(\s*['"]\.{1,2}\/[^'"]+?)\.ts(['"]\s*,\s*import\.meta\.url)/g,
]

function compile(): void {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const result = spawnSync(tsc, ['-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1) // tsc has said why
}

function copyData(): void {
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (/\.[cm]?tsx?$/.test(name) || !/\.\w+$/.test(name)) continue
    cpSync(join(source, name), join(output, name))
  }
}

function rewriteExtensions(): void {
  for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js') && !name.endsWith('.d.ts')) continue
    const file = join(output, name)
    const before = readFileSync(file, 'utf8')
    const after = LEFT_BY_TSC.reduce((text, form) => text.replace(form, '$1.js$2'), before)
    if (after !== before) writeFileSync(file, after)
  }
}

function markExecutable(): void {
  const main = join(output, 'cli/main.js')
  if (!existsSync(main)) throw new Error(`${main} is missing`)
  if (!readFileSync(main, 'utf8').startsWith('#!')) throw new Error(`${main} has lost its shebang`)
  chmodSync(main, 0o755)
}

rmSync(output, { recursive: true, force: true })
compile()
copyData()
rewriteExtensions()
markExecutable()
