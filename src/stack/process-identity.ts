import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A process as it can be recognised later: its number may be given to another one after it ended. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, as the system tells it; null where it does not. */
  readonly started: string | null
}

export function identify(pid: number): ProcessIdentity {
  return { pid, started: look(pid)?.started ?? null }
}

export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Not ours to signal, but there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const now = look(pid)
  if (now === undefined) return true
  return !now.ended && (started === null || now.started === started)
}

/** Signals a process that may end at this very moment. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

interface Seen {
  readonly started: string
  /** It ended and waits for a parent that may never ask. */
  readonly ended: boolean
}

const HAS_PROC = existsSync('/proc/self/stat')

function look(pid: number): Seen | undefined {
  try {
    return HAS_PROC ? lookInProc(pid) : askPs(pid)
  } catch {
    return undefined
  }
}

/** State and start (fields 3 and 22) of /proc/<pid>/stat; the name before them may hold spaces and brackets. */
function lookInProc(pid: number): Seen | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  if (state === undefined || started === undefined) return undefined
  return { started, ended: state === 'Z' || state === 'X' }
}

function askPs(pid: number): Seen | undefined {
  const answer = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
  const [state = '', ...started] = answer.split(/\s+/)
  return started.length === 0
    ? undefined
    : { started: started.join(' '), ended: state.startsWith('Z') }
}
