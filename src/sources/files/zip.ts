import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { MemoirError } from '../../errors.ts'
import { fieldOf, textIn } from './formats/fields.ts'
import type { Member, OpenFile } from './open.ts'
import { asUtf8, skipped } from './utf8.ts'

/** The conversations inside a zip, whichever program packed it. */

/** What vendors call their files, the surest first; large accounts have them in numbered parts. */
const NAMES = [
  /(^|\/)conversations(?:[ _-]?\(?\d+\)?)?\.(?:jsonl?|ndjson)$/iu,
  /(^|\/)(?:memories|facts|sessions|threads|episodes|messages|result|_?chat)(?:[ _-]?\(?\d+\)?)?\.(?:jsonl?|ndjson)$/iu,
]
const JSON_FILE = /\.(jsonl?|ndjson)$/iu
const TEXT_FILE = /^(?!(?:.*\/)?(?:readme|licen[cs]e)\b).*\.(?:txt|vtt|srt)$/iu
/** Slack: a folder a channel, a file a day, and who the people are. */
const DAY_FILE = /[^/]\/\d{4}-\d{2}-\d{2}\.json$/u
const PEOPLE_FILE = /(^|\/)users\.json$/iu
/** What a phone calls every chat. */
const PLAIN_CHAT = /(^|\/)_chat\.txt$/iu
/** What macOS adds, and files that are hidden. */
const HIDDEN = /(^|\/)(__MACOSX\/|\.[^./])/u
/** Conversations as JSON pack to a fifth or a twentieth; more than this is made to keep somebody busy. */
const MAX_RATIO = 200
/** So much is unpacked in a moment, whatever it is. */
const MAX_FREE_BYTES = 67_108_864

interface Named {
  readonly name: string
  readonly entry: yauzl.Entry
}

/** @throws MemoirError `invalid_request` when it is no zip, or none with conversations */
export async function openZip(
  path: string,
  { size: packed, modifiedAt }: { readonly size: number; readonly modifiedAt: number },
): Promise<OpenFile> {
  // Names are only looked at and nothing is written, so those that would be refused as paths cost nothing.
  const options = { autoClose: false, decodeStrings: false }
  const zip = await yauzl.openPromise(path, options).catch((error: unknown) => {
    throw brokenZip(path, error)
  })
  try {
    const all = await readableIn(zip).catch((error: unknown) => {
      throw brokenZip(path, error)
    })
    const found = wanted(all)
    const size = found.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
    requireSound({ found: found.length, size, packed, path })
    const isSlack = found.some(({ name }) => DAY_FILE.test(name))
    const people = isSlack ? all.find(({ name }) => PEOPLE_FILE.test(name)) : undefined
    const names = people && (await namesIn({ zip, entry: people.entry, path }))
    return {
      size,
      modifiedAt,
      ...(names === undefined ? {} : { names }),
      members: found.map(({ name, entry }): Member =>
        asUtf8({
          name: PLAIN_CHAT.test(name) ? `${basename(path).replace(/\.zip$/iu, '')}.txt` : name,
          size: entry.uncompressedSize,
          modifiedAt: timeOf(entry) ?? new Date(modifiedAt),
          stream: (from) => skipped(unpacked({ zip, entry, path }), from),
        }),
      ),
      async [Symbol.asyncDispose]() {
        zip.close()
      },
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function readableIn(zip: yauzl.ZipFile): Promise<Named[]> {
  const all: Named[] = []
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry)
    const isRead = JSON_FILE.test(name) || TEXT_FILE.test(name)
    if (isRead && !HIDDEN.test(name)) all.push({ name, entry })
  }
  return all
}

interface Found {
  readonly found: number
  readonly size: number
  readonly packed: number
  readonly path: string
}

function requireSound({ found, size, packed, path }: Found): void {
  if (found === 0) {
    throw new MemoirError('invalid_request', `FILE: ${path} holds no conversations.json`, {
      details: { field: 'FILE', next: 'Unpack it and import the file that has the conversations.' },
    })
  }
  // What unpacks to more than its entry says is broken: yauzl ends it there.
  if (size > MAX_FREE_BYTES && size > packed * MAX_RATIO) {
    const message = `FILE: ${path} unpacks to ${Math.round(size / packed)} times its size`
    throw new MemoirError('invalid_request', message, {
      details: { field: 'FILE', next: 'No export does. If it is one, unpack it yourself.' },
    })
  }
}

/** Some programs write paths with backslashes. */
const nameOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: yauzl.Entry): string =>
  yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)

function timeOf(entry: yauzl.Entry): Date | undefined {
  const at = entry.getLastModDate()
  // Zips count from 1980, which stands for no time.
  return at.getFullYear() > FIRST_YEAR ? at : undefined
}

const FIRST_YEAR = 1980

function wanted(all: readonly Named[]): readonly Named[] {
  const named = NAMES.map((pattern) => all.filter(({ name }) => pattern.test(name)))
  const days = all.filter(({ name }) => DAY_FILE.test(name))
  const texts = all.filter(({ name }) => TEXT_FILE.test(name))
  const json = all.filter(({ name }) => JSON_FILE.test(name))
  const found =
    [...named, days].find((some) => some.length > 0) ??
    (json.length === 1 ? json : json.length === 0 ? texts : [])
  return found.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** Larger lists of people are not read: their messages keep ids for names. */
const MAX_PEOPLE_BYTES = 33_554_432

async function namesIn(inside: Inside): Promise<ReadonlyMap<string, string>> {
  if (inside.entry.uncompressedSize > MAX_PEOPLE_BYTES) return new Map()
  const chunks: Buffer[] = []
  for await (const chunk of unpacked(inside)) chunks.push(chunk)
  try {
    const people: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const all: readonly unknown[] = Array.isArray(people) ? people : []
    return new Map(
      all.flatMap((person) => {
        const id = textIn(person, 'id')
        const profile = fieldOf(person, 'profile')
        const name =
          textIn(profile, 'display_name', 'real_name') ?? textIn(person, 'real_name', 'name')
        return id === undefined || name === undefined ? [] : [[id, name] as const]
      }),
    )
  } catch {
    // Without names the messages keep the ids of people.
    return new Map()
  }
}

interface Inside {
  readonly zip: yauzl.ZipFile
  readonly entry: yauzl.Entry
  readonly path: string
}

async function* unpacked({ zip, entry, path }: Inside): AsyncGenerator<Buffer> {
  let stream: Readable | undefined
  try {
    stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk
  } catch (error) {
    throw brokenZip(path, error)
  } finally {
    stream?.destroy()
  }
}

function brokenZip(path: string, cause: unknown): MemoirError {
  return new MemoirError('invalid_request', `FILE: ${path} is a zip that cannot be read`, {
    cause,
    details: { field: 'FILE', next: 'It may have been cut off; download the export again.' },
  })
}
