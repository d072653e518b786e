import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addLeftOut, type LeftOut } from '../../../src/sources/files/left-out.ts'
import { openFile } from '../../../src/sources/files/open.ts'
import { detectFormat, readRecords } from '../../../src/sources/files/read.ts'

/** What an import reads out of a file. */
export interface FileContents {
  readonly format: string
  /** Texts by conversation, in the order of the file. */
  readonly said: Readonly<Record<string, readonly string[]>>
  readonly users: readonly (string | null)[]
  readonly empty: number
  readonly refused: readonly string[]
  readonly leftOut: LeftOut
}

interface Reading {
  readonly name?: string
  readonly user?: string
  readonly speaker?: string
}

export async function readFileOf(
  content: string | Buffer,
  { name = 'conversations.json', user = 'maya', speaker }: Reading = {},
): Promise<FileContents> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-read-'))
  try {
    const path = join(folder, name)
    await writeFile(path, content)
    return await readPath(path, { user, ...(speaker === undefined ? {} : { speaker }) })
  } finally {
    await rm(folder, { recursive: true })
  }
}

export async function readPath(
  path: string,
  { user = 'maya', speaker }: Reading = {},
): Promise<FileContents> {
  await using file = await openFile(path)
  const format = await detectFormat(file)
  const said: Record<string, string[]> = {}
  const users = new Set<string | null>()
  const refused: string[] = []
  const leftOut: LeftOut = {}
  let empty = 0
  for await (const { made } of readRecords(file, { format, user, speaker })) {
    if (made.kind === 'empty') empty += 1
    else if (made.kind === 'problem') refused.push(`${made.problem.field} ${made.problem.message}`)
    else if (made.kind !== 'record') {
      addLeftOut(leftOut, made.leftOut ?? {})
      for (const { field, message } of made.problems ?? []) refused.push(`${field} ${message}`)
    }
    if (made.kind !== 'conversation') continue
    const { id, userId, messages } = made.conversation
    users.add(userId)
    said[id] = [...(said[id] ?? []), ...messages.map(({ content }) => content)]
  }
  return { format, said, users: [...users], empty, refused, leftOut }
}
