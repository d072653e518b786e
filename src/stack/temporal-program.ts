import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MemoirError } from '../errors.ts'
import { finish, howFar, isForFetching, sizeOf } from './fetching.ts'
import { environmentOf, findProgram, type Machine } from './programs.ts'
import { siblingFile } from '../sibling.ts'

/** Where the Temporal CLI comes from. */

/** The newest release that can be built from the module cache alone: later ones carry replace directives. */
const GO_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1'
/** Of that release, by `go list -deps`. */
const PACKAGES = 1298
/** A build takes some three minutes on two cores. */
const BUILD_WITHIN_MS = 20 * 60_000
/** A download may take as long as it likes while bytes arrive. */
const STALLED_AFTER_MS = 30_000
/** Places of Go that installers do not always put on the PATH. */
const GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin']

export interface Provided {
  readonly program: string
  readonly how: 'found' | 'embedded'
}

export interface Fetching {
  readonly machine: Machine
  /** An empty folder to work in, on the same disk as the cache. */
  readonly draft: string
  readonly say: (line: string) => void
  /** Ends what is under way: whoever waited has pressed Ctrl-C. */
  readonly signal: AbortSignal
}

/** Leaves the program in the draft folder and answers its place, or undefined when it cannot. */
export type Way = (fetching: Fetching) => Promise<string | undefined>

export interface ProvideOptions {
  readonly ways?: readonly Way[]
  readonly signal?: AbortSignal
}

/**
 * The Temporal CLI: on the PATH, in the cache, or brought into the cache now, by download or else by building it with Go.
 * @throws MemoirError `configuration_invalid` when none of that works; the signal's reason when it was aborted
 */
export async function provideTemporal(
  machine: Machine,
  say: (line: string) => void,
  { ways = [download, build], signal = new AbortController().signal }: ProvideOptions = {},
): Promise<Provided> {
  const found = findProgram('temporal', [...machine.path, machine.cache])
  if (found !== undefined) return { program: found, how: 'found' }
  mkdirSync(machine.cache, { recursive: true })
  const draft = mkdtempSync(join(machine.cache, 'new-'))
  try {
    const fetched = await firstOf(ways, { machine, draft, say, signal })
    signal.throwIfAborted()
    if (fetched === undefined) throw noTemporal()
    const program = join(machine.cache, 'temporal')
    chmodSync(fetched, 0o755)
    // Moved when complete: a kill in between leaves no half program that the next run would take for a whole one.
    renameSync(fetched, program)
    return { program, how: 'embedded' }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function firstOf(ways: readonly Way[], fetching: Fetching): Promise<string | undefined> {
  for (const way of ways) {
    if (fetching.signal.aborted) return undefined
    const program = await way(fetching)
    if (program !== undefined) return program
    rmSync(fetching.draft, { recursive: true, force: true })
    mkdirSync(fetching.draft)
  }
  return undefined
}

const noTemporal = () =>
  new MemoirError(
    'configuration_invalid',
    'No Temporal server is here, and none could be fetched or built.',
    {
      details: {
        next: 'Install the Temporal CLI, or Go, or set TEMPORAL_ADDRESS to a server that runs.',
      },
    },
  )

const download: Way = async ({ machine, draft, say, signal }) => {
  say(`temporal  its server is downloaded once, some 60 MB into ${machine.cache} …`)
  const began = performance.now()
  const script = siblingFile(import.meta.url, './temporal-download')
  let size = 0
  let changed = began
  const complete = await finish(process.execPath, [script, draft], {
    env: environmentOf(machine, isForFetching),
    goesOn() {
      const now = sizeOf(draft)
      if (now !== size) [size, changed] = [now, performance.now()]
      return !signal.aborted && performance.now() - changed < STALLED_AFTER_MS
    },
    report: () => {
      const elapsedMs = performance.now() - began
      say(`temporal  ${howFar(`${Math.round(size / 1e6)} MB`, { elapsedMs })}`)
    },
  })
  const name = readdirSync(draft)[0]
  if (complete && name !== undefined) return join(draft, name)
  if (!signal.aborted) say('temporal  could not be downloaded from here.')
  return undefined
}

/** Go names each module that it downloads, and each package as it compiles it; then it links for a while. */
export function buildProgress(heard: string, elapsedMs: number): string {
  const lines = heard.split('\n').filter((line) => line.trim() !== '')
  const compiled = lines.filter((line) => !line.startsWith('go: ')).length
  const modules = lines.length - compiled
  if (compiled === 0) return howFar(`${modules} modules are downloaded`, { elapsedMs })
  const share = compiled / PACKAGES
  return share < 1
    ? howFar(`${compiled} of some ${PACKAGES} packages are compiled`, { elapsedMs, share })
    : howFar('all packages are compiled, the program is linked', { elapsedMs })
}

export const build: Way = async ({ machine, draft, say, signal }) => {
  const go = findProgram('go', [...machine.path, ...GO_FOLDERS])
  if (go === undefined) return undefined
  say(
    `temporal  its server is built with Go once, into ${machine.cache}; that takes some three minutes on two cores …`,
  )
  const began = performance.now()
  let heard = ''
  const complete = await finish(go, ['install', '-v', GO_MODULE], {
    env: { ...environmentOf(machine, isForFetching), GOBIN: draft, GOFLAGS: '-mod=mod' },
    goesOn: () => !signal.aborted && performance.now() - began < BUILD_WITHIN_MS,
    report: () => say(`temporal  ${buildProgress(heard, performance.now() - began)}`),
    onOutput: (text) => (heard += text),
  })
  const name = readdirSync(draft)[0]
  if (complete && name !== undefined) return join(draft, name)
  if (!signal.aborted) say('temporal  could not be built.')
  return undefined
}
