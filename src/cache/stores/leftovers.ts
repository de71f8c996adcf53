// Folders of files whose process is gone: found by their name, removed at the next start.
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The process that makes a folder. */
export interface ProcessFacts {
  readonly pid: number
  readonly hostName: string
  /** Milliseconds since 1970. */
  readonly processStartedAt: number
}

/** `pocketfront-HOST-PID-`: containers that share a folder of temporary files have process ids of their own. */
export function toFolderPrefix({ pid, hostName }: Pick<ProcessFacts, 'pid' | 'hostName'>): string {
  return `pocketfront-${toPlain(hostName)}-${pid}-`
}

/** Never rejects: what can't be removed stays. */
export async function clearLeftovers(parent: string, facts: ProcessFacts): Promise<void> {
  const names = await readdir(parent).catch(() => [])
  for (const name of names) {
    const pid = toPid(name, facts.hostName)
    if (pid === null) continue
    const path = join(parent, name)
    const isLeft = await isLeftover(path, pid, facts).catch(() => false)
    if (isLeft) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

async function isLeftover(path: string, pid: number, facts: ProcessFacts): Promise<boolean> {
  const stat = await lstat(path)
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) return false
  // In a container every start may have the same id.
  return pid === facts.pid ? stat.mtimeMs < facts.processStartedAt : !isAlive(pid)
}

function toPid(name: string, hostName: string): number | null {
  const start = `pocketfront-${toPlain(hostName)}-`
  if (!name.startsWith(start)) return null
  const match = /^(\d{1,10})-[A-Za-z0-9]{6}$/.exec(name.slice(start.length))
  return match === null ? null : Number(match[1])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

function toPlain(hostName: string): string {
  return hostName.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 64)
}
