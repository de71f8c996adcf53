// The assets of a CDK app: which local file or folder an object of the assets bucket is made of.
import { basename, resolve } from 'node:path'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { SourceFiles } from '../source-files.ts'
import { textOf } from '../templates/values.ts'

/** The assets that the manifests of one folder, `*.assets.json`, tell of. (AWS CDK Developer Guide, 'Assets') */
export class AssetBook {
  #folder: string
  #files: SourceFiles
  #byKey: ReadonlyMap<string, string> | null = null

  constructor(folder: string, files: SourceFiles) {
    this.#folder = folder
    this.#files = files
  }

  /** The absolute path for the key of an object, `<hash>.zip` or `<prefix>/<hash>.json`; null when no asset has it. */
  pathOf(objectKey: string): string | null {
    this.#byKey ??= this.#read()
    return this.#byKey.get(objectKey) ?? this.#byKey.get(stem(objectKey)) ?? null
  }

  #read(): Map<string, string> {
    const found = new Map<string, string>()
    for (const name of this.#files.disk.list(this.#folder)) {
      if (!name.endsWith('.assets.json')) continue
      const manifest = this.#files.find(resolve(this.#folder, name))
      const files = manifest === null ? null : mapOf(manifest, 'files')
      for (const [hash, { value: asset }] of files?.entries ?? []) {
        const source = mapOf(asset, 'source')
        const path = source === null ? null : textOf(entryOf(source, 'path'))
        if (path === null) continue
        const whole = resolve(this.#folder, path)
        found.set(hash, whole)
        for (const [, { value }] of mapOf(asset, 'destinations')?.entries ?? []) {
          const key = textOf(entryOf(value, 'objectKey'))
          if (key !== null) found.set(key, whole)
        }
      }
    }
    return found
  }
}

function stem(objectKey: string): string {
  return basename(objectKey).replace(/\.[a-z]+$/, '')
}
