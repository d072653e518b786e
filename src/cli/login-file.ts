import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import { readJson, writeAtomically } from '../stack/json-file.ts'
import type { Io } from './io.ts'

/** Where `memoir login` keeps the address and key of a Memoir: in the user's own folder for settings, readable by nobody else. */

const loginSchema = z.object({
  url: z.string(),
  key: z.string(),
  namespace: z.string().optional(),
})
export type Login = z.infer<typeof loginSchema>

const PRIVATE_FOLDER = 0o700

/** Undefined where no variable says where the user's settings are. */
export function loginFile({ env }: Pick<Io, 'env'>): string | undefined {
  const { XDG_CONFIG_HOME: settings, HOME: home, APPDATA: roaming } = env
  const folder = settings || (home ? join(home, '.config') : roaming)
  return folder ? join(folder, 'memoir', 'login.json') : undefined
}

export function readLogin(io: Pick<Io, 'env'>): Login | undefined {
  const file = loginFile(io)
  return file === undefined ? undefined : readJson(file, loginSchema)
}

/** @returns where it is kept. @throws MemoirError `configuration_invalid` where there is no folder for it, or it cannot be written */
export function writeLogin(io: Pick<Io, 'env'>, login: Login): string {
  const file = loginFile(io)
  if (file === undefined) {
    throw new MemoirError('configuration_invalid', 'There is no folder to keep a login in.', {
      details: { next: 'Set HOME or XDG_CONFIG_HOME, or set MEMOIR_URL and MEMOIR_KEY instead.' },
    })
  }
  try {
    const folder = join(file, '..')
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
    // Also when the folder exists: it holds a key from now on.
    chmodSync(folder, PRIVATE_FOLDER)
    writeAtomically(file, `${JSON.stringify(login, null, 2)}\n`)
  } catch (error) {
    throw new MemoirError('configuration_invalid', `${file} cannot be written.`, {
      cause: error,
      details: { next: 'Check who owns the folder, or set MEMOIR_URL and MEMOIR_KEY instead.' },
    })
  }
  return file
}

/** @returns whether there was one */
export function removeLogin(io: Pick<Io, 'env'>): boolean {
  const file = loginFile(io)
  if (file === undefined || !existsSync(file)) return false
  rmSync(file, { force: true })
  return true
}
