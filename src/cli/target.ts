import { ON_THIS_MACHINE, type Config } from '../config.ts'
import type { CliContext } from './context.ts'
import { readLogin } from './login-file.ts'
import type { Parts } from './parts.ts'

/** Which Memoir a command talks to. The first that is there wins: `--url`, MEMOIR_URL, `memoir login`, the `up` of the data folder. */
export interface Target {
  readonly how: 'flag' | 'environment' | 'login' | 'folder'
  readonly url: string
  readonly key: string | undefined
  /** Kept with a login, for an administrator's key. */
  readonly namespace?: string | undefined
}

export interface TargetContext extends Pick<CliContext, 'config' | 'io' | 'flags'> {
  readonly parts: Pick<Parts, 'attach'>
}

/** @returns null when none of them says where one is */
export async function findTarget(context: TargetContext): Promise<Target | null> {
  // A command that only talks to an API sends nothing to a provider: the address of a local model must not stop it.
  const config = context.config(ON_THIS_MACHINE)
  const login = readLogin(context.io)
  const { url } = context.flags
  if (url !== undefined) return { how: 'flag', url, ...keyFor(url, config, login) }
  const { MEMOIR_URL, MEMOIR_KEY } = config
  if (MEMOIR_URL !== undefined) {
    return { how: 'environment', url: MEMOIR_URL, ...keyFor(MEMOIR_URL, config, login) }
  }
  if (login !== undefined) return { how: 'login', ...login, key: MEMOIR_KEY ?? login.key }
  const running = await context.parts.attach(config.dataDir)
  if (running === null) return null
  const key = MEMOIR_KEY ?? config.MEMOIR_ADMIN_KEY ?? running.adminKey
  return { how: 'folder', url: running.url, key }
}

/** An address that somebody chose, as opposed to whatever runs in the data folder. */
export function chosenAddress({
  config,
  io,
  flags,
}: Pick<TargetContext, 'config' | 'io' | 'flags'>): string | undefined {
  return flags.url ?? config(ON_THIS_MACHINE).MEMOIR_URL ?? readLogin(io)?.url
}

/** A kept key goes to the address that it was kept for, and to no other. */
function keyFor(
  url: string,
  { MEMOIR_KEY }: Config,
  login: ReturnType<typeof readLogin>,
): Pick<Target, 'key' | 'namespace'> {
  if (login === undefined || withoutSlash(login.url) !== withoutSlash(url)) {
    return { key: MEMOIR_KEY }
  }
  return { key: MEMOIR_KEY ?? login.key, namespace: login.namespace }
}

export const withoutSlash = (url: string) => url.replace(/\/+$/, '')
