import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { MemoirError } from '../errors.ts'

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

export interface GuardOptions {
  /** http, and addresses that only this machine or its network can reach. */
  readonly allowPrivate: boolean
  readonly resolve?: Resolve
}

/** 256 vectors of 4,096 numbers, written as text, take some 25 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** Cloud machines hand out credentials here (RFC 3927, RFC 4291, NAT64 of RFC 6052, and AWS's address of the same service). */
const LINK_LOCAL = blockListOf([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['64:ff9b::a9fe:0', 112],
  ['fd00:ec2::254', 128],
])

/** Not globally reachable, by IANA's special-purpose registries. */
const PRIVATE = blockListOf([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fec0::', 10],
  ['ff00::', 8],
])

function blockListOf(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) {
    list.addSubnet(net, prefix, isIP(net) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Why a provider must not be reached at this IP address, or undefined. IPv4 inside IPv6 counts as what it is inside. */
export function addressProblem(address: string, allowPrivate: boolean): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (LINK_LOCAL.check(address, family)) return 'link-local addresses are refused'
  if (!allowPrivate && PRIVATE.check(address, family)) {
    return 'private addresses need MEMOIR_ALLOW_PRIVATE_PROVIDERS=true'
  }
  return undefined
}

/**
 * A `fetch` for vendors: checks every address it connects to, follows no redirect, reuses connections, reads bounded answers.
 * It knows what vendors' clients send: a text as body, and a signal.
 * @throws MemoirError `configuration_invalid` for an address that is not allowed and for a redirect, `vendor_bad_answer` for an endless answer; else what Node says
 */
export function createProviderFetch(options: GuardOptions): ProviderFetch {
  const lookup = guardedLookup(options)
  const plain = new http.Agent({ keepAlive: true })
  const secure = new https.Agent({ keepAlive: true })
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    assertUrl(url, options)
    const body = bodyOf(init)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(
        url,
        {
          method: init.method ?? 'GET',
          headers: {
            ...Object.fromEntries(new Headers(init.headers)),
            'accept-encoding': 'identity',
          },
          agent: url.protocol === 'https:' ? secure : plain,
          lookup,
          ...(init.signal ? { signal: init.signal } : {}),
        },
        resolve,
      )
      request.on('error', reject)
      request.end(body)
    })
    return await responseOf(answer)
  }
}

function refusal(host: string, problem: string): MemoirError {
  return new MemoirError('configuration_invalid', `model vendor ${host}: ${problem}`)
}

function assertUrl(url: URL, options: GuardOptions): void {
  const problem = urlProblem(url, options)
  if (problem !== undefined) throw refusal(url.hostname, problem)
}

function urlProblem(
  { protocol, hostname }: URL,
  { allowPrivate }: Pick<GuardOptions, 'allowPrivate'>,
): string | undefined {
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate)) {
    return 'https, or http with MEMOIR_ALLOW_PRIVATE_PROVIDERS=true'
  }
  // No lookup happens for a literal address.
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? undefined : addressProblem(host, allowPrivate)
}

/**
 * Why a base URL that somebody wants to set is refused at once, or undefined. What a name resolves to is checked where the
 * connection is made, each time.
 */
export function addressRefusal(
  text: string,
  options: Pick<GuardOptions, 'allowPrivate'>,
): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'must be an address alone, without user, password, query or fragment'
  }
  return urlProblem(url, options)
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
        .map(({ address }) => addressProblem(address, allowPrivate))
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
  return new Response(bytes === 0 ? null : Buffer.concat(chunks), { status, headers })
}
