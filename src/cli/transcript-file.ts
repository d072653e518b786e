import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { MemoirError } from '../errors.ts'

/**
 * A transcript out of a file, or of standard input for `-`: a JSON list as such, anything else as text.
 * @throws MemoirError `invalid_request` when it cannot be read
 */
export async function readTranscript(path: string): Promise<unknown> {
  const given = await readText(path)
  if (!given.trimStart().startsWith('[')) return given
  try {
    const parsed: unknown = JSON.parse(given)
    return Array.isArray(parsed) ? parsed : given
  } catch {
    // A text may begin with a bracket, such as that of a time.
    return given
  }
}

async function readText(path: string): Promise<string> {
  if (path === '-') return await readAll(process.stdin)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new MemoirError('invalid_request', `${path}: cannot be read`, { cause: error })
  }
}
