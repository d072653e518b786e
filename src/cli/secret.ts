import { text } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import { createInterface } from 'node:readline/promises'
import { interruption, type Io } from './io.ts'

/**
 * A secret that somebody types, unseen, or that comes in a pipe.
 * @returns '' when nothing came, null when Ctrl-C ended it
 */
export async function readSecret(io: Io, question: string): Promise<string | null> {
  if (!io.isTTY) return (await text(io.stdin)).trim()
  io.stderr.write(question)
  using interrupted = interruption(io)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: io.stdin, output: unseen, terminal: true })
  const ended = new AbortController()
  lines.once('close', () => ended.abort())
  // A terminal that is read key by key sends no signal.
  let left = false
  lines.once('SIGINT', () => {
    left = true
    lines.close()
  })
  const signal = AbortSignal.any([interrupted.signal, ended.signal])
  const answer = await lines.question('', { signal }).catch(() => '')
  lines.close()
  io.stderr.write('\n')
  return left || interrupted.signal.aborted ? null : answer.trim()
}
