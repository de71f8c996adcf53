// What Linux' /proc says about CPU time and memory, of a process tree and of the whole machine.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks per second, the unit of every CPU time in /proc. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100
const PAGE = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })) || 4096

interface Stat {
  parent: number
  cpu: number
  reaped: number
  rss: number
}

/** CPU seconds and resident bytes of a process and all its descendants. */
export interface Usage {
  cpu: number
  rss: number
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; state, the third field of proc_pid_stat(5), follows it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number): number => Number(fields[number - 3])
    return {
      parent: field(4),
      cpu: (field(14) + field(15)) / TICKS,
      reaped: (field(16) + field(17)) / TICKS,
      rss: field(24) * PAGE,
    }
  } catch {
    return null // it has ended meanwhile
  }
}

export function usageOf(root: number): Usage {
  const all = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null
    if (stat !== null) all.set(Number(name), stat)
  }
  const isOfTree = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) {
      if (at === root) return true
    }
    return false
  }
  const usage: Usage = { cpu: 0, rss: 0 }
  for (const [pid, stat] of all) {
    if (!isOfTree(pid)) continue
    usage.cpu += stat.cpu
    usage.rss += stat.rss
  }
  return usage
}

/** CPU seconds of this process and of the children it has waited for: the harness and its load generators. */
export function ownCpu(): number {
  const stat = statOf(process.pid)
  return stat === null ? 0 : stat.cpu + stat.reaped
}

/** CPU seconds that anyone on the machine has used, and those that its host has taken away. */
export function machineCpu(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    /^cpu\s+(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? []
  return (user + nice + system + irq + softirq + steal) / TICKS
}
