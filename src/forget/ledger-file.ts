import { open } from 'node:fs/promises'
import { z } from 'zod'
import { LEDGER_KINDS, type LedgerEntry } from '../stores/forget/ledger.ts'

/** The erasure ledger as a file: a JSON object a line, only ever appended to. */

const HEX = z.string().regex(/^[0-9a-f]+$/)

const entrySchema = z.object({
  id: z.uuid(),
  seq: z.int(),
  at: z.string(),
  namespace: z.uuid(),
  kind: z.enum(LEDGER_KINDS),
  user: z.uuid().nullable(),
  key: z.string(),
  hash: HEX,
  clause: z
    .object({ anchor: HEX, anchor_at: z.int(), words: z.int(), origin: z.string() })
    .optional(),
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
    const lines = Buffer.from(start + entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    // At once: what several write at the same moment must not be mixed.
    const { bytesWritten } = await file.write(lines)
    if (bytesWritten < lines.length) throw new Error('the erasure ledger was not written whole')
    await file.datasync()
  } finally {
    await file.close()
  }
}

export interface LedgerPart {
  readonly entries: readonly LedgerEntry[]
  /** Where the next part begins, in bytes. */
  readonly end: number
}

/**
 * What stands from there on. The last line may be half written still: it belongs to the next part. Half a line that another follows
 * was never committed: it is left out.
 * @returns null when there is no file, or one that is shorter
 */
export async function readLedger(path: string, from = 0): Promise<LedgerPart | null> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size < from) return null
    const bytes = Buffer.alloc(size - from)
    await file.read(bytes, 0, bytes.length, from)
    const whole = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1)
    return {
      entries: whole.toString('utf8').split('\n').flatMap(entryOf),
      end: from + whole.length,
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function entryOf(line: string): LedgerEntry[] {
  const parsed = entrySchema.safeParse(jsonOf(line))
  if (!parsed.success) return []
  const { clause, ...entry } = parsed.data
  return [clause === undefined ? entry : { ...entry, clause }]
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
