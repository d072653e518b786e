import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Machine } from './programs.ts'
import {
  fromMaven,
  fromRepository,
  type ModelFetching,
  type ModelWay,
  type PinnedModel,
} from './model-ways.ts'

export type ProvidedModel =
  | { readonly folder: string; readonly how: 'found' | 'embedded' }
  /** Why there is none. */
  | { readonly why: string }

export interface ProvideModel {
  readonly model: PinnedModel
  readonly machine: Machine
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  readonly ways?: readonly ModelWay[]
}

/**
 * The embedding model of this machine: in the cache folder, or brought there now. Its files are those that are pinned, to the byte, or
 * they are not used. Never fails: without one Memoir works all the same.
 */
export async function provideModel({
  ways = [fromRepository, fromMaven],
  ...given
}: ProvideModel): Promise<ProvidedModel> {
  const { model, machine, say } = given
  const folder = join(machine.models, model.folder)
  if (isWhole(folder, model)) return { folder, how: 'found' }
  let draft: string
  try {
    mkdirSync(machine.models, { recursive: true })
    draft = mkdtempSync(join(machine.models, 'new-'))
  } catch (error) {
    return { why: `${machine.models} cannot be written (${codeOf(error)})` }
  }
  try {
    say(
      `embedder  ${model.title} is downloaded once, ${megabytesOf(model)} MB into ${machine.models} …`,
    )
    const why = await firstOf(ways, { ...given, draft })
    if (why !== undefined) return { why }
    place(draft, folder, model)
    return { folder, how: 'embedded' }
  } catch (error) {
    return { why: `${machine.models} cannot be written (${codeOf(error)})` }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** @returns why none of them brought it, or undefined */
async function firstOf(
  ways: readonly ModelWay[],
  fetching: ModelFetching,
): Promise<string | undefined> {
  const { draft, model, signal } = fetching
  const reasons: string[] = []
  for (const way of ways) {
    const why = (await way(fetching)) ?? (await problemOf(draft, model))
    if (why === undefined) return undefined
    reasons.push(why)
    if (signal.aborted) break
    rmSync(draft, { recursive: true, force: true })
    mkdirSync(draft)
  }
  return reasons.join('; ')
}

async function problemOf(folder: string, { files }: PinnedModel): Promise<string | undefined> {
  for (const { name, bytes, sha256 } of files) {
    const size = sizeOf(join(folder, name))
    if (size < bytes) return `${name} is cut off after ${size} of ${bytes} bytes`
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(folder, name)), hash)
    if (hash.digest('hex') !== sha256) return `${name} is another file than the one that is pinned`
  }
  return undefined
}

/** By size: to hash it at each start would take longer than to load it. */
const isWhole = (folder: string, { files }: PinnedModel) =>
  files.every(({ name, bytes }) => sizeOf(join(folder, name)) === bytes)

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/**
 * Moved when complete, so nobody finds half of it. Two at once need no lock: each works in a folder of its own, and whoever comes second
 * finds the same files in place.
 */
function place(draft: string, folder: string, model: PinnedModel): void {
  chmodSync(draft, 0o755)
  if (!isWhole(folder, model)) rmSync(folder, { recursive: true, force: true })
  try {
    renameSync(draft, folder)
  } catch (error) {
    if (!isWhole(folder, model)) throw error
  }
}

const megabytesOf = ({ files }: PinnedModel) =>
  Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
