import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { MemoirError } from '../errors.ts'
import { addressProblem, urlProblem, type AddressRules } from './address-rules.ts'

/**
 * The one door to model vendors. They get memory text and a key, and their addresses are configuration that people may set over
 * HTTP: an address is checked where the connection is made, so that a name cannot change its meaning between check and use.
 */

export type ProviderFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Looks a name up, always for all of its addresses; `dns.lookup` but in tests. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export interface GuardOptions extends AddressRules {
  readonly resolve?: Resolve
}

/** 256 vectors of 4,096 numbers, written as text, take some 25 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * A `fetch` for vendors: checks every address it connects to, follows no redirect, reuses connections, reads bounded answers.
 * It knows what vendors' clients send: a text as body, and a signal.
 * @throws MemoirError `configuration_invalid` for an address that is not allowed and for a redirect, `vendor_bad_answer` for an endless answer; else what Node says
 */
export function createProviderFetch(options: GuardOptions): ProviderFetch {
  const request = createGuardedRequest(options)
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const headers = {
      ...Object.fromEntries(new Headers(init.headers)),
      'accept-encoding': 'identity',
    }
    const answer = await request(url, {
      method: init.method ?? 'GET',
      headers,
      body: bodyOf(init),
      ...(init.signal ? { signal: init.signal } : {}),
    })
    return await responseOf(answer)
  }
}

export interface GuardedInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal?: AbortSignal
}

/**
 * Requests to addresses that others set: checks each one it connects to and reuses connections. The body is the caller's to read.
 * @throws MemoirError `configuration_invalid` for an address that is not allowed; else what Node says
 */
export function createGuardedRequest(
  options: GuardOptions,
): (url: URL, init: GuardedInit) => Promise<IncomingMessage> {
  const lookup = guardedLookup(options)
  const plain = new http.Agent({ keepAlive: true })
  const secure = new https.Agent({ keepAlive: true })
  return async (url, { body, ...init }) => {
    assertUrl(url, options)
    const isSecure = url.protocol === 'https:'
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const how = { ...init, agent: isSecure ? secure : plain, lookup }
      const request = (isSecure ? https : http).request(url, how, resolve)
      request.on('error', reject)
      request.end(body)
    })
  }
}

function refusal(host: string, problem: string): MemoirError {
  return new MemoirError('configuration_invalid', `model vendor ${host}: ${problem}`)
}

function assertUrl(url: URL, options: GuardOptions): void {
  const problem = urlProblem(url, options)
  if (problem !== undefined) throw refusal(url.hostname, problem)
}

function guardedLookup({ allowPrivate, resolve = dnsLookup }: GuardOptions): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) {
        done(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '')
        return
      }
      // One bad address refuses the name: which one is connected to is chance.
      const problem = addresses
        .map(({ address }) => addressProblem(address, { allowPrivate }))
        .find((found) => found !== undefined)
      if (problem !== undefined) done(refusal(hostname, problem), '')
      else if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

function bodyOf({ body }: RequestInit): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return body
  throw new MemoirError('internal', 'requests to vendors have a text as body')
}

async function responseOf(answer: IncomingMessage): Promise<Response> {
  const status = answer.statusCode ?? 0
  if (status >= 300 && status < 400) {
    answer.destroy()
    throw new MemoirError(
      'configuration_invalid',
      'the model vendor redirects, which is not followed: the base URL has to be the final one',
    )
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) {
      throw new MemoirError('vendor_bad_answer', 'the model vendor answers without end')
    }
    chunks.push(chunk)
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one)
  }
  const body = await plain(Buffer.concat(chunks), headers)
  return new Response(body.length === 0 ? null : body, { status, headers })
}

/** Some compress whatever was asked for, and some of those do not say so. */
const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
}

/** @throws MemoirError `vendor_bad_answer` for what cannot be decompressed, or is too large then */
async function plain(body: Buffer, headers: Headers): Promise<Buffer<ArrayBuffer>> {
  let read = Buffer.from(body)
  const named = (headers.get('content-encoding') ?? '').toLowerCase().split(/\s*,\s*/)
  const isGzip = read[0] === 0x1f && read[1] === 0x8b
  const encodings =
    isGzip && !named.some((name) => name in DECODERS) ? ['gzip'] : named.toReversed()
  for (const name of encodings) {
    const decode = Object.entries(DECODERS).find(([known]) => known === name)?.[1]
    if (decode === undefined || read.length === 0) continue
    try {
      read = Buffer.from(await decode(read, { maxOutputLength: MAX_ANSWER_BYTES }))
    } catch {
      throw new MemoirError(
        'vendor_bad_answer',
        `the model vendor answers ${name} that cannot be read`,
        { vendorText: `an answer in ${name} that cannot be decompressed` },
      )
    }
    headers.set('content-encoding', name)
  }
  return read
}
