import { Option, type Command } from 'commander'
import { ON_THIS_MACHINE } from '../../config.ts'
import { MemoirError } from '../../errors.ts'
import type { CurrentKeyAnswer } from '../answers.ts'
import { createClient } from '../client.ts'
import { address, examples, urlOption, type CliContext, type Register } from '../context.ts'
import { FAILED, INTERRUPTED, line, writeJson } from '../io.ts'
import { loginFile, readLogin, removeLogin, writeLogin, type Login } from '../login-file.ts'
import { readSecret } from '../secret.ts'
import { plain } from '../table.ts'
import { findTarget } from '../target.ts'

interface LoginOptions {
  readonly url?: string
  readonly key?: string
  readonly namespace?: string
  readonly remove?: true
  readonly json?: boolean
}

export const registerLogin: Register = (program, context) => {
  const command: Command = program
    .command('login')
    .argument('[url]', 'the address of a Memoir; without it: who is logged in', address)
    .addOption(urlOption().hideHelp())
    .addOption(
      new Option(
        '--key <key>',
        'the key; typed or piped instead, it stays out of the list of processes',
      ),
    )
    .option('--namespace <name>', 'the namespace to work in from now on, with an admin key')
    .option('--remove', 'forget address and key')
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText(
      'after',
      `${examples('memoir login https://memoir.example.com', 'memoir login https://memoir.example.com < key.txt', 'memoir login', 'memoir login --remove')}

The key is checked with the server first, and kept in a file that only you can read; it is never printed. The first that is set wins:
--url, MEMOIR_URL and MEMOIR_KEY, the login, the memoir up that runs in this data folder, DATABASE_URL. A kept key is sent to its own
address only.`,
    )
    .action(async (given: string | undefined, options: LoginOptions) => {
      if (options.remove) return remove(context, options)
      const url = given ?? options.url ?? urlOfEnvironment(context, options)
      if (url !== undefined) return await login(context, url, options)
      if (options.key !== undefined) command.error('error: say which address the key is for')
      await showLogin(context, options)
    })
}

/** With a key on the command line the environment may say what it is for. */
function urlOfEnvironment({ config }: CliContext, { key }: LoginOptions): string | undefined {
  return key === undefined ? undefined : config(ON_THIS_MACHINE).MEMOIR_URL
}

async function login(context: CliContext, url: string, options: LoginOptions): Promise<void> {
  const { io } = context
  if (isReadable(url)) {
    line(
      io.stderr,
      `${url} is not encrypted: others on the network can read the key and the memories.`,
    )
  }
  const given = options.key ?? context.config(ON_THIS_MACHINE).MEMOIR_KEY
  const key = given ?? (await readSecret(io, `Key of ${url}: `))
  if (key === null) return context.exit(INTERRUPTED)
  if (key === '') {
    throw new MemoirError('configuration_invalid', 'No key was given.', {
      details: { next: `Type it, or pipe it: memoir login ${url} < key.txt` },
    })
  }
  const { namespace } = options
  const kept: Login = { url, key, ...(namespace === undefined ? {} : { namespace }) }
  const may = await check(kept, 'does not take this key; nothing was kept.')
  const file = writeLogin(io, kept)
  if (options.json) return writeJson(io.stdout, { url, ...may, file })
  line(io.stdout, `Logged in to ${url} as ${reachOf(may)}.`)
  line(io.stderr, `Address and key are in ${file}; memoir login --remove forgets them.`)
  sayWhatWins(context)
}

/** @throws MemoirError `unauthorized`, or whatever else keeps the server from saying what the key may do */
async function check({ url, key, namespace }: Login, refused: string): Promise<CurrentKeyAnswer> {
  try {
    return await createClient({ url, key, namespace }).currentKey()
  } catch (error) {
    if (!(error instanceof MemoirError) || error.code !== 'unauthorized') throw error
    throw new MemoirError('unauthorized', `${url} ${refused}`, {
      cause: error,
      details: { next: 'An administrator makes one with: memoir keys create' },
    })
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

function isReadable(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !LOOPBACK.test(hostname)
}

function reachOf({ role, namespace, user_id: user }: CurrentKeyAnswer): string {
  const of = user === null || user === undefined ? '' : `, of user ${plain(user)} alone`
  return `${role} in namespace ${namespace}${of}`
}

function sayWhatWins(context: CliContext): void {
  if (context.config(ON_THIS_MACHINE).MEMOIR_URL === undefined) return
  line(context.io.stderr, 'MEMOIR_URL is set here and wins over the login.')
}

async function showLogin(context: CliContext, { json }: LoginOptions): Promise<void> {
  const { io } = context
  const kept = readLogin(io)
  if (kept === undefined) {
    if (json) writeJson(io.stdout, { url: null })
    const target = await findTarget(context)
    const used = target === null ? '' : ` Commands talk to ${target.url} (${WHY[target.how]}).`
    line(io.stderr, `Not logged in.${used} To log in: memoir login URL`)
    return context.exit(FAILED)
  }
  const may = await check(kept, 'no longer takes the key that is kept.')
  const file = loginFile(io)
  if (json) return writeJson(io.stdout, { url: kept.url, ...may, file })
  line(io.stdout, `Logged in to ${kept.url} as ${reachOf(may)}.`)
  line(io.stderr, `Address and key are in ${file ?? ''}`)
  sayWhatWins(context)
}

const WHY = {
  flag: '--url',
  environment: 'MEMOIR_URL',
  login: 'the login',
  folder: 'memoir up in this data folder',
} as const

function remove({ io }: CliContext, { json }: LoginOptions): void {
  const removed = removeLogin(io)
  if (json) writeJson(io.stdout, { removed })
  else line(io.stdout, removed ? 'Address and key are forgotten.' : 'Nobody was logged in.')
}
