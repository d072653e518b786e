import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Config } from '../config.ts'
import { connect } from './connect.ts'
import type { ApiClient } from './client.ts'
import type { Io } from './io.ts'
import type { Parts } from './parts.ts'

/** What every command is given. */
export interface CliContext {
  readonly io: Io
  readonly parts: Parts
  /** Reads the configuration when asked, so that --help works with a broken one. `defaults` as in `loadConfig`. */
  config(defaults?: Readonly<Record<string, string>>): Config
  /** What the command line says of the Memoir to talk to; known once it is parsed. */
  readonly flags: Flags
  /** The exit code of this run, when it is not 0. */
  exit(code: number): void
}

export interface Flags {
  url?: string
}

export type Register = (program: Command, context: CliContext) => void

/** Options of the commands that talk to the API. */
export interface DataOptions {
  readonly json?: boolean
  readonly namespace?: string
}

export function dataOptions(command: Command): Command {
  return command
    .option('--namespace <name>', 'the namespace to work in, with an admin key')
    .addOption(urlOption())
    .option('--json', 'answer one JSON value on standard output')
}

export const urlOption = () =>
  new Option('--url <address>', 'the Memoir to talk to, instead of MEMOIR_URL').argParser(address)

/** The address of a Memoir; without a scheme it is one of the web. */
export function address(text: string): string {
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  const url = URL.parse(given)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') {
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
  }
  throw new InvalidArgumentError('It has to be an address such as https://memoir.example.com.')
}

/** Runs `work` with the API that the configuration leads to, and lets go of it afterwards. */
export async function withClient(
  context: CliContext,
  namespace: string | undefined,
  work: (client: ApiClient) => Promise<void>,
): Promise<void> {
  const connection = await connect(context, namespace)
  try {
    await work(connection.client)
  } finally {
    await connection.close()
  }
}

export { examples } from './examples.ts'

/** A parser for whole numbers from `min` to `max`. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It has to be a whole number from ${min} to ${max}.`)
  }
}

/** A parser for sums of US dollars. */
export function dollars(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text.replace(/^\$/, ''))
  if (value >= 0 && value <= 1_000_000) return value
  throw new InvalidArgumentError('It has to be a sum of US dollars, such as 2.50.')
}

/** A parser for numbers from 0 to 1. */
export function share(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('It has to be a number from 0 to 1.')
}

export function list(text: string): string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
  if (items.length > 0) return items
  throw new InvalidArgumentError('It has to name at least one, separated by commas.')
}

/** A parser for comma-separated words out of `allowed`. */
/** One more of an option that may be given again. */
export const another = (item: string, before: readonly string[] = []): string[] => [...before, item]

/** Whom a question is about, as the API is asked. */
export function usersAsked(users: readonly string[]): {
  user_id?: string
  user_ids?: readonly string[]
} {
  const [only, ...more] = users
  return more.length > 0 || only === undefined ? { user_ids: users } : { user_id: only }
}

export function listOf(allowed: readonly string[]): (text: string) => string[] {
  return (text) => {
    const items = list(text)
    const odd = items.find((item) => !allowed.includes(item))
    if (odd === undefined) return items
    throw new InvalidArgumentError(`${odd} is not one of ${allowed.join(', ')}.`)
  }
}

/** A date or a time in ISO 8601, as one in UTC. */
export function time(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (!Number.isNaN(at.getTime())) return at.toISOString()
  throw new InvalidArgumentError(
    'It has to be a date or time such as 2026-03-01 or 2026-03-01T09:30:00Z.',
  )
}

const DAY_MS = 86_400_000

/** A moment in the future: a date, or a number of days from now such as 90d. */
export function expiry(text: string): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const at =
    days === undefined ? time(text) : new Date(Date.now() + Number(days) * DAY_MS).toISOString()
  if (Date.parse(at) > Date.now()) return at
  throw new InvalidArgumentError('It has to lie in the future.')
}
