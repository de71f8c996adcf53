// Loads a configuration in one line, from the fixtures or from text in a folder of its own.
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConfigIssue } from '../../../src/config/issues.ts'
import type { LoadOptions, LoadResult } from '../../../src/config/load.ts'
import { loadConfig } from '../../../src/config/load.ts'

export const fixtures = resolve(dirname(fileURLToPath(import.meta.url)), '../../fixtures/config')

const DEFAULTS = { files: [], origins: [], lambdas: [], env: {}, cwd: fixtures, allowRemoteOrigins: false }

export function load(options: Partial<LoadOptions>): Promise<LoadResult> {
  return loadConfig({ ...DEFAULTS, ...options })
}

export type Loaded = Extract<LoadResult, { ok: true }>

export async function loaded(options: Partial<LoadOptions>): Promise<Loaded> {
  const result = await load(options)
  if (!result.ok) throw new Error(result.issues.map((issue) => `${issue.path}: ${issue.message}`).join('\n'))
  return result
}

export async function issuesOf(options: Partial<LoadOptions>): Promise<readonly ConfigIssue[]> {
  const result = await load(options)
  return result.ok ? result.warnings : result.issues
}

/** Writes files into a new folder, hands it over, removes it. */
export async function withFiles<T>(
  files: Record<string, string | Buffer>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pocketfront-config-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Loads one YAML text as site.yaml. */
export function loadText(text: string, options: Partial<LoadOptions> = {}): Promise<LoadResult> {
  return withFiles({ 'site.yaml': text }, (cwd) => load({ files: ['site.yaml'], cwd, ...options }))
}
