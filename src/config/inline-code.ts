// Code that stands in a template, as a file: what runs functions wants one.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'

let root: string | null = null
const kept = new Map<string, string>()

/**
 * The absolute path of a file with this text, the same for the same text. It lies in a folder that only the user of
 * this process can read and that ends with the process.
 */
export function keepInlineCode(text: string, fileName: string): string {
  const digest = createHash('sha256').update(`${fileName}\0${text}`).digest('hex').slice(0, 16)
  const known = kept.get(digest)
  if (known !== undefined) return known
  root ??= createRoot()
  const folder = join(root, digest)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, fileName)
  writeFileSync(file, text)
  kept.set(digest, file)
  return file
}

function createRoot(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketfront-code-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Whether a file is one of those that end with the process. */
export function isInlineCode(file: string): boolean {
  return root !== null && file.startsWith(`${root}${sep}`)
}
