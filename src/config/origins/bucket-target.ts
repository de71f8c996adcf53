// The target of a bucket that a template fills from folders of this machine.
import type { FolderLayer } from '../../model/origin.ts'
import type { BucketFolder } from '../stacks/bucket-folders.ts'

/** A folder, with its layers where there are several, or where it stands below a prefix. */
export interface BucketTarget {
  readonly kind: 'folder'
  readonly folder: string
  readonly layers?: readonly FolderLayer[]
}

/** Null when no deployment fills the bucket. */
export function toBucketTarget(bucket: string, folders: readonly BucketFolder[]): BucketTarget | null {
  const deployed = folders.filter((it) => it.bucket === bucket)
  const main = deployed.find(({ prefix }) => prefix === '') ?? deployed[0]
  if (main === undefined) return null
  const { folder } = main
  if (deployed.length === 1 && main.prefix === '') return { kind: 'folder', folder }
  return { kind: 'folder', folder, layers: deployed.map((it) => ({ prefix: it.prefix, folder: it.folder })) }
}
