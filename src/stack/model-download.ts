import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/**
 * A process of its own that leaves files in a folder: `model-download FOLDER URL NAME [URL NAME …]`. A process, because Node looks for
 * proxies in its environment only when it starts, and `up` goes on meanwhile. What went wrong is its last line.
 */
const [, , folder, ...files] = process.argv
if (folder === undefined) throw new Error('usage: model-download FOLDER URL NAME …')

async function fetchFile(url: string, file: string): Promise<void> {
  const response = await fetch(url)
  const { body, status } = response
  if (!response.ok || body === null) throw new Error(`${new URL(url).host} answers ${status}`)
  await pipeline(body, createWriteStream(file))
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

try {
  for (let at = 0; at + 1 < files.length; at += 2) {
    await fetchFile(files[at] ?? '', join(folder, files[at + 1] ?? ''))
  }
} catch (error) {
  process.stderr.write(`${reasonOf(error).replaceAll(/\s+/g, ' ')}\n`)
  process.exitCode = 1
}
