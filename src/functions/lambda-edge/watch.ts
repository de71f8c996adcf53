// Watches the files a function is made of, and says when one was saved.
import type { FSWatcher } from 'chokidar'

/** Saves that come together, as with 'save all', lead to one call. */
const SETTLE_MS = 30
/** After which the watch of a file that was added has begun. */
const LATE_MS = 500

export interface FileWatch {
  /** Watches these from now on, besides those before. */
  add(paths: readonly string[]): void
  close(): Promise<void>
}

export interface WatchEvents {
  /** Something happens to a file; `onChange` follows. */
  onNotice(): void
  /** After saves, and once when watching has begun, as a file may have changed before. */
  onChange(): void
}

export async function watchFiles(paths: readonly string[], events: WatchEvents): Promise<FileWatch> {
  const { watch } = await import('chokidar')
  let timer: NodeJS.Timeout | null = null
  let late: NodeJS.Timeout | null = null
  const known = new Set(paths.filter(isWatched))
  const watcher: FSWatcher = watch([...known], { ignoreInitial: true, depth: 0, persistent: false })
  const changed = (): void => {
    events.onNotice()
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => events.onChange(), SETTLE_MS)
  }
  watcher.on('all', changed)
  // chokidar swallows the second of two changes within 50 ms, as when an editor formats after saving.
  watcher.on('raw', changed)
  watcher.once('ready', changed)
  // A watch that fails must not take the process with it; the function goes on as it is.
  watcher.on('error', () => {})
  return {
    add(more) {
      const fresh = more.filter((path) => isWatched(path) && !known.has(path))
      for (const path of fresh) known.add(path)
      if (fresh.length === 0) return
      watcher.add(fresh)
      // One that was saved before its watch began is noticed by a look at all of them.
      if (late !== null) clearTimeout(late)
      late = setTimeout(() => events.onChange(), LATE_MS).unref()
    },
    async close() {
      if (timer !== null) clearTimeout(timer)
      if (late !== null) clearTimeout(late)
      await watcher.close()
    },
  }
}

function isWatched(path: string): boolean {
  return !/[/\\](?:node_modules|site-packages)[/\\]/.test(path)
}
