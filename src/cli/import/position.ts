import { createHash, randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { BEGINNING } from '../../sources/files/read.ts'
import { REASON_NAMES } from '../../sources/files/left-out.ts'
import { readJson, writeAtomically } from '../../stack/json-file.ts'

/** How far the import of a file came, in the data folder: started again, it goes on there. */

const count = z.int().min(0)

export const tallySchema = z.object({
  conversations: count,
  messages: count,
  empty: count,
  rejected: count,
  /** Other lines of an export. */
  records: count,
  /** Messages, memories and lines that are not imported, and why. */
  left_out: count,
  left_out_reasons: z.partialRecord(z.enum(REASON_NAMES), count),
})
export type Tally = Readonly<z.infer<typeof tallySchema>>

const savedSchema = z.object({
  /** Part of every idempotency key, so that a new import of the same file is not answered with an old one. */
  run: z.string(),
  savedAt: z.number(),
  at: z.object({ member: count, offset: count, record: count }),
  tally: tallySchema,
})
export type Saved = Readonly<z.infer<typeof savedSchema>>

/** Longer than that, and nobody knows what became of the store meanwhile; writing all of it again is always right. */
const KEPT_MS = 86_400_000

export const nothingYet = (): Saved => ({
  run: randomUUID(),
  savedAt: Date.now(),
  at: BEGINNING,
  tally: {
    conversations: 0,
    messages: 0,
    empty: 0,
    rejected: 0,
    records: 0,
    left_out: 0,
    left_out_reasons: {},
  },
})

export interface Identity {
  readonly file: string
  readonly size: number
  readonly modifiedAt: number
  /** Where it goes and what it is taken for. */
  readonly target: readonly (string | undefined)[]
}

export interface Place {
  /** Undefined when there is none, or it is too old. */
  load(): Saved | undefined
  save(saved: Saved): void
  clear(): void
}

/**
 * Where the position of an import is kept.
 * Only a hash of what identifies the import stands in the file's name: targets hold passwords.
 * @returns undefined when the data folder cannot be written: the import can do without
 */
export function placeOf(
  dataDir: string,
  { file, size, modifiedAt, target }: Identity,
): Place | undefined {
  const identity = JSON.stringify([realpathSync(file), size, modifiedAt, ...target])
  const folder = join(dataDir, 'imports')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch {
    return undefined
  }
  const path = join(folder, `${createHash('sha256').update(identity).digest('hex')}.json`)
  return {
    load() {
      const saved = readJson(path, savedSchema)
      return saved !== undefined && Date.now() - saved.savedAt < KEPT_MS ? saved : undefined
    },
    save(saved) {
      writeAtomically(path, JSON.stringify({ ...saved, savedAt: Date.now() }))
    },
    clear: () => rmSync(path, { force: true }),
  }
}
