// Tells when one of a set of files has changed, once for each save.
import { watch } from 'chokidar'

/** Editors write a file in several steps; changes this close together are one. */
const QUIET_MS = 50

/** A running watch. */
export interface FileWatch {
  /** Resolves when the files are being watched. */
  readonly ready: Promise<void>
  /** Watches these files from now on, instead of those before. */
  update(files: readonly string[]): void
  close(): Promise<void>
}

/** Files that do not exist yet are watched, too; a failure of the watch itself is silent. */
export function watchFiles(files: readonly string[], onChange: () => void): FileWatch {
  const watcher = watch([...files], { ignoreInitial: true, atomic: true })
  let watched = new Set(files)
  let timer: NodeJS.Timeout | null = null
  watcher.on('all', () => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  })
  watcher.on('error', () => {})
  return {
    ready: new Promise((resolve) => {
      watcher.once('ready', resolve)
    }),
    update(next) {
      const wanted = new Set(next)
      watcher.add(next.filter((file) => !watched.has(file)))
      watcher.unwatch([...watched].filter((file) => !wanted.has(file)))
      watched = wanted
    },
    async close() {
      if (timer !== null) clearTimeout(timer)
      await watcher.close()
    },
  }
}
