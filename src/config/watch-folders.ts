// Tells which files of some folders have changed, once for each burst of changes.
import { watch, type FSWatcher } from 'chokidar'

/** Builds write many files; changes this close together are one. */
const QUIET_MS = 50
/** However long they go on, as those of a log do, they are told. */
const MOST_MS = 1000
/** More are told as 'many'. */
const MOST_FILES = 1000
const IGNORED = /[/\\](?:node_modules|\.git)(?:[/\\]|$)/

export interface FolderWatch {
  readonly ready: Promise<void>
  update(folders: readonly string[]): void
  close(): Promise<void>
}

/** `onChange` gets absolute paths, or null when there are too many; a failure of the watch itself is silent. */
export function watchFolders(
  folders: readonly string[],
  onChange: (files: readonly string[] | null) => void,
): FolderWatch {
  let current = new Set(folders)
  let timer: NodeJS.Timeout | null = null
  let latest: NodeJS.Timeout | null = null
  let changed = new Set<string>()
  const watcher: FSWatcher = watch([...current], {
    ignoreInitial: true,
    atomic: true,
    ignored: (path) => IGNORED.test(path),
  })
  watcher.on('error', () => {})
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir') return
    if (changed.size <= MOST_FILES) changed.add(path)
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(tell, QUIET_MS)
    latest ??= setTimeout(tell, MOST_MS)
  })

  function tell(): void {
    const files = changed.size > MOST_FILES ? null : [...changed]
    changed = new Set()
    stop()
    onChange(files)
  }

  function stop(): void {
    if (timer !== null) clearTimeout(timer)
    if (latest !== null) clearTimeout(latest)
    timer = latest = null
  }

  return {
    // A watcher of no folders is never ready.
    ready:
      current.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => watcher.once('ready', () => resolve())),
    update(next) {
      const wanted = new Set(next)
      watcher.add([...wanted].filter((folder) => !current.has(folder)))
      void Promise.resolve(watcher.unwatch([...current].filter((folder) => !wanted.has(folder))))
      current = wanted
    },
    async close() {
      stop()
      await watcher.close()
    },
  }
}
