import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { MemoirError } from '../../errors.ts'
import { dataOptions, examples, withClient, type DataOptions, type Register } from '../context.ts'
import { INTERRUPTED, interruption, line, writeJson, type Io } from '../io.ts'
import { saidUnknown } from '../named.ts'
import { createProgress } from '../progress.ts'
import { plain } from '../table.ts'

interface ExportOptions extends DataOptions {
  readonly out?: string
}

export const registerExport: Register = (program, context) => {
  const command = program
    .command('export')
    .argument('<user>', 'your own id of the user')
    .option('--out <file>', 'into this file, which is there only once it is whole')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples(
        'memoir export maya --out maya.jsonl',
        'memoir export maya | gzip > maya.jsonl.gz',
        'memoir import maya.jsonl --namespace other',
      )}

With --json and --out the answer is { file, lines, bytes }.`,
    )
    .action(async (user: string, { out, json, namespace }: ExportOptions) => {
      const { io } = context
      await withClient(context, namespace, async (client) => {
        using interrupted = interruption(io)
        try {
          const { body } = await client.exportUser(user, interrupted.signal)
          if (body === null) throw brokenOff()
          const read = await save(body, { io, out })
          if (json && out !== undefined)
            writeJson(io.stdout, { file: out, lines: read.lines, bytes: read.bytes })
          if (!json && out !== undefined) {
            line(io.stderr, `${read.lines} lines, ${read.bytes} bytes in ${plain(out)}`)
          }
          if (read.memories === 0) await saidUnknown(client, user, io)
        } catch (error) {
          if (!interrupted.signal.aborted) throw error
          line(io.stderr, 'Interrupted. What was written is not whole.')
          context.exit(INTERRUPTED)
        }
      })
    })
}

interface Taken {
  readonly lines: number
  readonly bytes: number
  readonly memories: number
}

/** Into the file beside its name, or onto standard output; whole only with the last line of an export. */
async function save(
  body: ReadableStream<Uint8Array>,
  { io, out }: { io: Io; out: string | undefined },
): Promise<Taken> {
  const part = out === undefined ? undefined : `${out}.part`
  const target = part === undefined ? onto(io) : createWriteStream(part, { mode: 0o600 })
  // In a pipe nobody looks, and how many lines there will be is not known.
  const progress = io.isTTY ? createProgress(io, 'export') : undefined
  const seen: Seen = { lines: 0, bytes: 0, memories: 0, tail: Buffer.alloc(0) }
  const show = ({ lines, bytes, memories }: Seen) => {
    const note = `lines, ${(bytes / MEGABYTE).toFixed(1)} MB`
    progress?.update({ processed: lines, total: Math.max(lines, memories), note })
  }
  try {
    await pipeline(body, (chunks) => counted(chunks, seen, show), target)
    if (!isEnd(seen)) throw brokenOff()
    if (part !== undefined && out !== undefined) await rename(part, out)
  } catch (error) {
    if (part !== undefined) await rm(part, { force: true })
    throw error instanceof MemoirError || isOfFile(error) ? error : brokenOff(error)
  } finally {
    progress?.stop()
  }
  const { lines, bytes, memories } = seen
  return { lines, bytes, memories }
}

const MEGABYTE = 1_000_000

interface Seen {
  lines: number
  bytes: number
  /** What the first line says is to come. */
  memories: number
  tail: Buffer
}

/** Standard output stays open for whoever writes after. */
function onto({ stdout }: Io): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (stdout.write(chunk)) done()
      else stdout.once('drain', done)
    },
  })
}

/** The last line is far shorter. */
const TAIL_BYTES = 4_096
const NEWLINE = 0x0a

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  seen: Seen,
  show: (seen: Seen) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (seen.bytes === 0) seen.memories = memoriesOf(chunk)
    seen.bytes += chunk.length
    for (const byte of chunk) if (byte === NEWLINE) seen.lines += 1
    seen.tail = Buffer.concat([seen.tail, chunk]).subarray(-TAIL_BYTES)
    show(seen)
    yield chunk
  }
}

function memoriesOf(chunk: Uint8Array): number {
  const [first = ''] = Buffer.from(chunk).toString('utf8').split('\n', 1)
  return z.looseObject({ memories: z.number() }).safeParse(parsed(first)).data?.memories ?? 0
}

function isEnd({ tail }: Seen): boolean {
  const last = tail.toString('utf8').trimEnd().split('\n').at(-1) ?? ''
  return z.looseObject({ type: z.literal('end') }).safeParse(parsed(last)).success
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The disk is full, the folder may not be written: the file's own matter. */
const isOfFile = (error: unknown) => error instanceof Error && 'syscall' in error && 'path' in error

const brokenOff = (cause?: unknown) =>
  new MemoirError('store_unavailable', 'The export broke off: what was written is not whole.', {
    cause,
    details: { next: 'The same command begins anew.' },
  })
