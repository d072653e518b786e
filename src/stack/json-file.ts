import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'

/** Small files that survive a kill: a reader sees the old content or the new one, never half of it. */

/** Only the owner may read it. */
const PRIVATE_FILE = 0o600

export function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  const handle = openSync(draft, 'w', PRIVATE_FILE)
  try {
    writeFileSync(handle, text)
    // Else a power cut may leave the new name with nothing in it.
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, file)
}

/** Undefined when it is missing or not what the schema says: for what can be made again. */
export function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Missing, or cut short by a kill: the same as not written.
    return undefined
  }
}
