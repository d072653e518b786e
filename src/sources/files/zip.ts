import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { MemoirError } from '../../errors.ts'
import type { Member, OpenFile } from './open.ts'
import { asUtf8, skipped } from './utf8.ts'

/** The conversations inside a zip, whichever program packed it. */

/** What vendors call their files, the surest first; large accounts have them in numbered parts. */
const NAMES = [
  /(^|\/)conversations(?:[ _-]?\(?\d+\)?)?\.(?:jsonl?|ndjson)$/iu,
  /(^|\/)(?:memories|facts|sessions|threads|episodes|messages|result|_?chat)(?:[ _-]?\(?\d+\)?)?\.(?:jsonl?|ndjson)$/iu,
]
const JSON_FILE = /\.(jsonl?|ndjson)$/iu
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
  const all: Named[] = []
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry)
      if (JSON_FILE.test(name) && !HIDDEN.test(name)) all.push({ name, entry })
    }
  } catch (error) {
    zip.close()
    throw brokenZip(path, error)
  }
  const found = wanted(all)
  const size = found.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
  if (found.length === 0) {
    zip.close()
    throw new MemoirError('invalid_request', `FILE: ${path} holds no conversations.json`, {
      details: { field: 'FILE', next: 'Unpack it and import the file that has the conversations.' },
    })
  }
  // What unpacks to more than its entry says is broken: yauzl ends it there.
  if (size > MAX_FREE_BYTES && size > packed * MAX_RATIO) {
    zip.close()
    const message = `FILE: ${path} unpacks to ${Math.round(size / packed)} times its size`
    throw new MemoirError('invalid_request', message, {
      details: { field: 'FILE', next: 'No export does. If it is one, unpack it yourself.' },
    })
  }
  return {
    size,
    modifiedAt,
    members: found.map(({ name, entry }): Member =>
      asUtf8({
        name,
        size: entry.uncompressedSize,
        modifiedAt: timeOf(entry) ?? new Date(modifiedAt),
        stream: (from) => skipped(unpacked({ zip, entry, path }), from),
      }),
    ),
    async [Symbol.asyncDispose]() {
      zip.close()
    },
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
  const found = named.find((some) => some.length > 0) ?? (all.length === 1 ? all : [])
  return found.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
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
