// Tells when one of a set of files has changed, once for each save.
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { watch } from 'chokidar'
import type { FSWatcher } from 'chokidar'
import { isConfiguration } from './inputs.ts'

/** Editors write a file in several steps; changes this close together are one. */
const QUIET_MS = 50

/** A running watch. */
export interface FileWatch {
  /** Resolves when the files of the last update are being watched. */
  readonly ready: Promise<void>
  /** Watches these files from now on, instead of those before. */
  update(files: readonly string[]): void
  close(): Promise<void>
}

/**
 * Files that do not exist yet are watched, too; of a folder, what may be a configuration right in it. A failure of the
 * watch itself is silent.
 */
export function watchFiles(files: readonly string[], onChange: () => void): FileWatch {
  let timer: NodeJS.Timeout | null = null
  let current = toSet(files)
  const running = new Set<FSWatcher>()
  let watcher = start(files)

  function start(paths: readonly string[]): { readonly watcher: FSWatcher; readonly ready: Promise<void> } {
    const before = toStamps(paths)
    const wanted = new Set(paths)
    const started = watch([...paths], { ignoreInitial: true, atomic: true, depth: 0 })
    running.add(started)
    started.on('all', (event, path) => {
      const isInFolder = !wanted.has(path) && wanted.has(dirname(path))
      if (!isInFolder || (event === 'add' && isConfiguration(path))) changed()
    })
    started.on('error', () => {})
    // What is saved while the watch starts would be its initial state.
    started.once('ready', () => {
      if (running.has(started) && toStamps(paths) !== before) changed()
    })
    // A watcher of no files is never ready.
    const ready = paths.length === 0 ? Promise.resolve() : once(started)
    return { watcher: started, ready }
  }

  function changed(): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  }

  async function retire(old: FSWatcher): Promise<void> {
    running.delete(old)
    await old.close()
  }

  return {
    get ready() {
      return watcher.ready
    },
    update(next) {
      const wanted = toSet(next)
      if (wanted === current) return
      current = wanted
      const before = watcher
      watcher = start(next)
      // Until the new watch sees the files the old one goes on, so that no change is missed.
      void watcher.ready.then(() => retire(before.watcher))
    },
    async close() {
      const all = [...running]
      running.clear()
      await Promise.all(all.map((it) => it.close()))
      if (timer !== null) clearTimeout(timer)
    },
  }
}

function toSet(files: readonly string[]): string {
  return [...new Set(files)].toSorted().join('\n')
}

/** What a save changes about files, in one text. */
function toStamps(files: readonly string[]): string {
  return files.map(toStamp).join('\n')
}

function toStamp(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return ''
  }
}

function once(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => {
    watcher.once('ready', () => resolve())
  })
}
