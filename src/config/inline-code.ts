// Code that stands in a template, as a file: what runs functions wants one.
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'

let root: string | null = null

/**
 * The absolute path of a file with this text, the same for the same text in every run. It lies in a temporary folder
 * that belongs to the user alone.
 */
export function keepInlineCode(text: string, fileName: string): string {
  root ??= openRoot()
  const folder = join(root, createHash('sha256').update(text).digest('hex').slice(0, 32))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, fileName)
  if (readOrNull(file) === text) return file
  // At once, as another process may be reading it.
  const next = `${file}.${process.pid}`
  writeFileSync(next, text, { mode: 0o600 })
  renameSync(next, file)
  return file
}

/** Whether a file is made of code that stands in a template. */
export function isInlineCode(file: string): boolean {
  return root !== null && file.startsWith(`${root}${sep}`)
}

/** In a folder that somebody else has made for us, they could put code. */
function openRoot(): string {
  const uid = process.getuid?.()
  const folder = join(tmpdir(), `pocketfront-code-${uid ?? 'user'}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const stat = lstatSync(folder)
    const isOurs = uid === undefined || (stat.uid === uid && (stat.mode & 0o077) === 0)
    if (stat.isDirectory() && isOurs) return folder
  } catch {
    // Something else has the name.
  }
  return mkdtempSync(join(tmpdir(), 'pocketfront-code-'))
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
