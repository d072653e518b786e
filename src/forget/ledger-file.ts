import { open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { LEDGER_KINDS, type LedgerEntry } from '../stores/forget/ledger.ts'

/** The erasure ledger as a file: a JSON object a line, only ever appended to. */

const entrySchema = z.object({
  id: z.uuid(),
  seq: z.int(),
  at: z.string(),
  namespace: z.uuid(),
  kind: z.enum(LEDGER_KINDS),
  user: z.uuid().nullable(),
  key: z.string(),
  hash: z.string().regex(/^[0-9a-f]+$/),
})

const NEWLINE = 0x0a

/** On disk when it settles. */
export async function appendToLedger(path: string, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return
  // Readable, to see how it ends: whoever died while appending left half a line, which must not take the next one along.
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    const start = size > 0 && last[0] !== NEWLINE ? '\n' : ''
    await file.appendFile(start + entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Half a line was never committed: it is left out. @returns null when there is no file */
export async function readLedger(path: string): Promise<LedgerEntry[] | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  return text.split('\n').flatMap((line) => {
    const parsed = entrySchema.safeParse(jsonOf(line))
    return parsed.success ? [parsed.data] : []
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
