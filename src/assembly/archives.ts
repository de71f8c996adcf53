// The folder of temporary files for deployment packages; what crashed runs left goes at the next start.
import { mkdtempSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { toFolderPrefix } from '../cache/stores/leftovers.ts'
import { createArchives, type Archives } from '../config/archives/archives.ts'

/** Nothing is made before the first archive comes; to be closed. */
export function openArchives(): Archives {
  const prefix = toFolderPrefix({ pid: process.pid, hostName: hostname() })
  return createArchives(() => mkdtempSync(join(tmpdir(), prefix)))
}

/** For as long as `use` takes. */
export async function withArchives<Result>(use: (archives: Archives) => Promise<Result>): Promise<Result> {
  const archives = openArchives()
  try {
    return await use(archives)
  } finally {
    archives.close()
  }
}
