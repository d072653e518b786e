import { mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { createLogger, type Logger } from '../logger.ts'
import { line, type Io } from './io.ts'
import { plain } from './table.ts'

const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600
/** A log that has grown larger is set aside at the next start, as those of the servers that `up` starts. */
const LOG_AT_MOST_BYTES = 8 * 1024 * 1024

/**
 * The log of `up`: all of it in a file of the data folder, for `memoir logs`; what a person has to know as a sentence on standard error.
 * With LOG_LEVEL set, a program reads the lines there: they stay JSON.
 */
export function createUpLogger(config: Config, { stderr }: Pick<Io, 'stderr'>): Logger {
  const file = { level: 'info', stream: fileStream(config.dataDir) }
  if (config.given.has('LOG_LEVEL')) {
    return createLogger(config.LOG_LEVEL, 'memoir', [{ level: config.LOG_LEVEL }, file])
  }
  const write = (text: string) => {
    const said = sentenceOf(text)
    if (said !== undefined) line(stderr, said)
  }
  return createLogger('info', 'memoir', [{ level: 'warn', stream: { write } }, file])
}

/** Opened by the first line: nothing is written before this process holds the folder's lock. */
function fileStream(dataDir: string): { write(text: string): void } {
  let handle: number | undefined
  return {
    write(text) {
      handle ??= open(join(dataDir, 'logs'))
      writeSync(handle, text)
    },
  }
}

function open(folder: string): number {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const file = join(folder, 'memoir.log')
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_AT_MOST_BYTES) {
    renameSync(file, `${file}.1`)
  }
  return openSync(file, 'a', PRIVATE_FILE)
}

const logLine = z.looseObject({
  level: z.string(),
  msg: z.string(),
  error: z.looseObject({ code: z.string().optional() }).optional(),
})

/** A line of the log as a person reads it; what else is in it stays in the file. */
export function sentenceOf(text: string): string | undefined {
  const { data } = logLine.safeParse(JSON.parse(text))
  if (data === undefined) return undefined
  const code = data.error?.code === undefined ? '' : ` (${data.error.code})`
  const kind = data.level === 'warn' ? 'warning' : data.level
  return `memoir    ${kind}: ${plain(data.msg)}${code}; more with: memoir logs memoir`
}
