import { MemoirError } from '../errors.ts'

/** Names by which a browser on this machine reaches a server on it. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/**
 * Without keys whoever is on this machine may do everything, and so might any web page that is open on it: by a name it points
 * at this machine, or by a request that needs no leave. Neither passes.
 * @throws MemoirError `forbidden`
 */
export function refuseForeignPage(
  request: { header(name: string): string | undefined },
  allowed: readonly string[],
): void {
  const host = request.header('host')
  if (host !== undefined && !LOOPBACK.test(host)) {
    throw new MemoirError('forbidden', 'Without keys only loopback names of this host are served.')
  }
  const origin = request.header('origin')
  if (origin === undefined || allowed.includes(origin)) return
  if (hostOf(origin) !== host) {
    throw new MemoirError('forbidden', 'Without keys only pages of this server may ask.')
  }
}

/**
 * Whether a browser's request comes from a page of this server or of an origin that may ask. Other programs send no origin.
 * @throws MemoirError `forbidden`
 */
export function refuseForeignOrigin(
  request: { header(name: string): string | undefined },
  allowed: readonly string[],
): void {
  const origin = request.header('origin')
  if (origin === undefined || allowed.includes(origin) || allowed.includes('*')) return
  if (hostOf(origin) === request.header('host')) return
  throw new MemoirError('forbidden', 'Origin: pages of that origin may not ask here.')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
