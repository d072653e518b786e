import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { gzip as deflate } from 'node:zlib'

/** The built dashboard, read into memory when somebody first opens it. It is small, and nothing but it can be asked for. */

export interface Asset {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
}

export interface Dashboard {
  readonly page: Asset
  /** By name, without the folder. */
  readonly assets: ReadonlyMap<string, Asset>
}

const FOLDER = new URL('../../dashboard/dist/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

const gzip = promisify(deflate)

let known: Dashboard | undefined

/** @returns undefined while it is not built; it is looked for again each time, so that it need not be there first */
export async function readDashboard(): Promise<Dashboard | undefined> {
  known ??= await read()
  return known
}

async function read(): Promise<Dashboard | undefined> {
  const names = await readdir(new URL('assets/', FOLDER)).catch(() => undefined)
  if (names === undefined) return undefined
  const assets = await Promise.all(
    names
      .filter((name) => extname(name) in TYPES)
      .map(async (name) => [name, await assetOf(`assets/${name}`)] as const),
  )
  return { page: await assetOf('index.html'), assets: new Map(assets) }
}

async function assetOf(path: string): Promise<Asset> {
  const body = new Uint8Array(await readFile(new URL(path, FOLDER)))
  return { type: TYPES[extname(path)] ?? '', body, gzip: new Uint8Array(await gzip(body)) }
}
