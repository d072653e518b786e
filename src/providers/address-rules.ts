import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Which addresses model vendors may have. They get memory text and a key, and are set by people who do not own the network. */

type Address = ipaddr.IPv4 | ipaddr.IPv6

export interface AddressRules {
  /** http, and addresses that only this machine or its network can reach. */
  readonly allowPrivate: boolean
}

/**
 * Where clouds hand out credentials and configuration to whoever asks from within: link-local (AWS, Google, Azure, OpenStack),
 * Azure's wire server, Alibaba's and Oracle's metadata, and the IPv6 addresses of AWS, Google and Scaleway. No vendor is there.
 */
const METADATA = [
  '169.254.0.0/16',
  'fe80::/10',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd00:ec2::23/128',
  'fd20:ce::254/128',
  'fd00:42::42/128',
].map((cidr) => ipaddr.parseCIDR(cidr))

/** What IANA has given out as global unicast so far. */
const GLOBAL = ipaddr.parseCIDR('2000::/3')
/** The prefix that a network may use for a translation of its own (RFC 8215). */
const LOCAL_NAT64 = ipaddr.parseCIDR('64:ff9b:1::/48')
/** An IPv4 address in the last bytes, and nothing else: deprecated, and still routed by some systems. */
const IPV4_COMPATIBLE = ipaddr.parseCIDR('::/96')

const isIn = (address: Address, [net, bits]: [Address, number]): boolean =>
  address.kind() === net.kind() && address.match(net, bits)

/** IPv4 addresses at which a packet to this address may arrive, by the ways in which IPv6 carries them. */
function carriedBy(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray()
  const ipv4At = (...places: number[]) => new ipaddr.IPv4(places.map((at) => bytes[at] ?? 0))
  const last = ipv4At(12, 13, 14, 15)
  const range = address.range()
  if (range === 'ipv4Mapped' || range === 'rfc6145') return [last]
  // RFC 6052, section 2.2: behind a prefix of 48 bits the address leaves out the ninth byte.
  if (isIn(address, LOCAL_NAT64)) return [last, ipv4At(6, 7, 9, 10)]
  if (range === 'rfc6052') return [last]
  if (range === '6to4') return [ipv4At(2, 3, 4, 5)]
  if (range === 'teredo') {
    // RFC 4380: the client's address has its bits turned over.
    return [ipv4At(4, 5, 6, 7), new ipaddr.IPv4(last.octets.map((byte) => byte ^ 0xff))]
  }
  const isPlain = range === 'unspecified' || range === 'loopback'
  return isIn(address, IPV4_COMPATIBLE) && !isPlain ? [last] : []
}

/** Reachable from anywhere, by IANA's special-purpose registries. */
function isPublic(address: Address): boolean {
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast'
  const carried = carriedBy(address)
  if (carried.length === 0) return address.range() === 'unicast' && isIn(address, GLOBAL)
  const isLocal = address.range() === 'teredo' || isIn(address, LOCAL_NAT64)
  return !isLocal && carried.every(isPublic)
}

/** Why a provider must not be reached at this IP address, or undefined. */
export function addressProblem(text: string, { allowPrivate }: AddressRules): string | undefined {
  if (!ipaddr.isValid(text)) return 'is at no IP address'
  const address = ipaddr.parse(text)
  const reached = address instanceof ipaddr.IPv6 ? [address, ...carriedBy(address)] : [address]
  if (reached.some((one) => METADATA.some((range) => isIn(one, range)))) {
    return 'link-local and metadata addresses are refused'
  }
  return allowPrivate || isPublic(address) ? undefined : NEEDS_PRIVATE
}

const NEEDS_PRIVATE = 'private addresses need MEMOIR_ALLOW_PRIVATE_PROVIDERS=true'

/** RFC 6761: names of this machine, whatever a resolver says. */
const LOCAL_NAME = /(^|\.)localhost\.?$/i

/** Why a provider must not be asked at this URL, or undefined. What its name resolves to is checked where the connection is made. */
export function urlProblem({ protocol, hostname }: URL, rules: AddressRules): string | undefined {
  if (protocol !== 'https:' && !(protocol === 'http:' && rules.allowPrivate)) {
    return 'https, or http with MEMOIR_ALLOW_PRIVATE_PROVIDERS=true'
  }
  // No lookup happens for a literal address.
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? undefined : addressProblem(host, rules)
}

/** As `urlProblem`, for a URL that no connection is made to yet: a configuration is refused as far as it can be told. */
export function configuredUrlProblem(url: URL, rules: AddressRules): string | undefined {
  const isLocal = LOCAL_NAME.test(url.hostname) && !rules.allowPrivate
  return urlProblem(url, rules) ?? (isLocal ? NEEDS_PRIVATE : undefined)
}

/** Why a base URL that somebody wants to set is refused at once, or undefined. */
export function addressRefusal(text: string, rules: AddressRules): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'must be an address alone, without user, password, query or fragment'
  }
  return urlProblem(url, rules)
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/** Why tokens must not be believed by what this URL answers, or undefined: whoever can change that can sign in as anybody. */
export function issuerUrlProblem(
  { protocol, hostname, username, password, search, hash }: URL,
  { allowHttp }: { readonly allowHttp: boolean },
): string | undefined {
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    return 'must be an address alone, without user, password, query or fragment'
  }
  if (protocol === 'https:') return undefined
  if (protocol === 'http:' && (allowHttp || LOOPBACK.test(hostname))) return undefined
  return 'https, or http on this machine or with MEMOIR_ALLOW_PRIVATE_PROVIDERS=true'
}
