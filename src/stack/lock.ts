import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import { readJson, writeAtomically } from './json-file.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'

/** Two that begin in the same instant see each other and step back; each comes again after a time of its own. */
const TRIES = 8
const COME_AGAIN_WITHIN_MS = 150

const markSchema = z.object({ pid: z.number(), started: z.string().nullable() })

/**
 * One `up` a folder. Everybody leaves a mark of their own first and looks for others afterwards, so of two at least one sees the
 * other; marks of processes that ended, by kill -9 too, count for nothing.
 * @returns what gives the folder free
 * @throws MemoirError `conflict` when another `up` runs in it
 */
export async function takeLock(path: string): Promise<() => void> {
  const marks = join(path, 'lock')
  mkdirSync(marks, { recursive: true, mode: 0o700 })
  for (let attempt = 1; ; attempt += 1) {
    const own = `${randomUUID()}.json`
    const release = () => rmSync(join(marks, own), { force: true })
    writeAtomically(join(marks, own), JSON.stringify(identify(process.pid)))
    const holder = findOther(marks, own)
    if (holder === undefined) return release
    release()
    if (attempt === TRIES) {
      throw new MemoirError(
        'conflict',
        `Memoir already runs in ${path} (process ${holder.pid}), or is about to.`,
        { details: { next: 'Use that one, or choose another folder with MEMOIR_DATA_DIR.' } },
      )
    }
    await pause(Math.random() * COME_AGAIN_WITHIN_MS)
  }
}

function findOther(marks: string, own: string): ProcessIdentity | undefined {
  for (const name of readdirSync(marks)) {
    if (name === own || !name.endsWith('.json')) continue
    const mark = readJson(join(marks, name), markSchema)
    if (mark && isAlive(mark)) return mark
    rmSync(join(marks, name), { force: true })
  }
  return undefined
}
