// Invalidates what viewers see of a changed file in the folder of an origin.
import { relative, sep } from 'node:path'
import type { System } from './system.ts'
import { watchFolders, type FolderWatch } from '../config/watch-folders.ts'
import type { Distribution } from '../model/distribution.ts'
import type { FolderLayer, OriginTarget } from '../model/origin.ts'

/** From here on one invalidation of everything is less work, and says as much. */
const MOST_PATHS = 50
const LONGEST = 3900

export interface OriginWatch {
  /** Resolves when changes are seen. */
  readonly ready: Promise<void>
  /** Watches the folders of the configuration in use from now on. */
  update(): void
  close(): Promise<void>
}

export function watchOrigins(system: Pick<System, 'loaded' | 'invalidate'>): OriginWatch {
  const watch: FolderWatch = watchFolders(foldersOf(system.loaded.deployment.Distributions), (changed) => {
    for (const distribution of system.loaded.deployment.Distributions) {
      const paths = toPaths(distribution, changed)
      if (paths.length > 0 && distribution.Enabled) system.invalidate(distribution.Id, paths)
    }
  })
  return {
    ready: watch.ready,
    update: () => watch.update(foldersOf(system.loaded.deployment.Distributions)),
    close: () => watch.close(),
  }
}

function foldersOf(distributions: readonly Distribution[]): string[] {
  const targets = distributions.flatMap(({ Origins }) => Origins.map(({ target }) => target))
  return targets.flatMap((target) => layersOf(target).map(({ folder }) => folder))
}

/** The folders that stand for an origin, with what comes before the names of their files. */
function layersOf(target: OriginTarget): readonly FolderLayer[] {
  if (target.kind !== 'folder' && target.kind !== 'website') return []
  return (target.kind === 'folder' ? target.layers : undefined) ?? [{ prefix: '', folder: target.folder }]
}

/**
 * The paths under which viewers may know the files, with any query string. `null` for the changed files means that
 * there are too many to list. An index document also answers for its folder; functions often make it so.
 */
export function toPaths({ Origins }: Distribution, changed: readonly string[] | null): string[] {
  const paths = new Set<string>()
  for (const { target, OriginPath } of Origins) {
    for (const layer of layersOf(target)) {
      if (changed === null) return ['/*']
      for (const file of changed) {
        const path = toPath(layer, file)
        if (path === null || !path.startsWith(`${OriginPath}/`)) continue
        for (const each of namesOf(path.slice(OriginPath.length))) paths.add(each)
      }
    }
  }
  return paths.size > MOST_PATHS ? ['/*'] : [...paths].map(toAllowed)
}

/** As it stands in a URL; null for a file of another folder. */
function toPath({ prefix, folder }: FolderLayer, file: string): string | null {
  const key = relative(folder, file).split(sep)
  if (key[0] === '..' || key[0] === '') return null
  const names = [...prefix.split('/').slice(0, -1), ...key]
  return `/${names.map((name) => encodeURIComponent(name.toWellFormed())).join('/')}`
}

/** An invalidation takes no ~ and no path of more than 4,000 characters; a wildcard that ends before takes more. */
function toAllowed(path: string): string {
  const tilde = path.indexOf('~')
  const end = Math.min(tilde === -1 ? path.length : tilde, LONGEST)
  return end === path.length ? path : `${path.slice(0, end)}*`
}

function namesOf(path: string): string[] {
  const folder = /^(.*)\/index\.html?$/.exec(path)?.[1]
  if (folder === undefined) return [path, `${path}?*`]
  return [path, `${path}?*`, `${folder}/`, `${folder}/?*`, ...(folder === '' ? [] : [folder, `${folder}?*`])]
}
