import { readFileSync } from 'node:fs'

/** A process as it can be recognised later: its number may be given to another one after it ended. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in the kernel's ticks; null where that cannot be read. */
  readonly started: string | null
}

export function identify(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) }
}

export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Not ours to signal, but there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const now = startOf(pid)
  return now === null || started === null || now === started
}

/** Field 22 of /proc/<pid>/stat; the name before it may hold spaces and brackets, so counting begins behind the last one. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
