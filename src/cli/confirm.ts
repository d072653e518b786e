import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { interruption, type Io } from './io.ts'

/** Asks a person whether it is to be done. Where nobody is looking it has to have been said before: that is wrong usage. */
export async function confirmed(
  io: Io,
  command: Command,
  { question, yes }: { readonly question: string; readonly yes: boolean },
): Promise<boolean> {
  if (yes) return true
  if (!io.isTTY) command.error('error: nobody can be asked here: say --yes')
  using interrupted = interruption(io)
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: false })
  // What is typed may end without an answer.
  const ended = new AbortController()
  lines.once('close', () => ended.abort())
  const signal = AbortSignal.any([interrupted.signal, ended.signal])
  const answer = await lines.question(`${question} [y/N] `, { signal }).catch(() => '')
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}
