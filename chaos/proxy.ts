import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A way to a server that can be cut without anybody being told: packets vanish, connections stay open. */
export interface Proxy {
  readonly port: number
  /** From now on nothing passes, in neither direction, and new connections are accepted and not answered. */
  cut(): void
  mend(): void
  /** Mends it for new connections; those that are open stay mute for ever, as when a router has forgotten them. */
  mendForNewOnes(): void
  close(): Promise<void>
}

export async function openProxy(toPort: number): Promise<Proxy> {
  const pairs = new Set<readonly Socket[]>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1')
    const pair = [near, far]
    pairs.add(pair)
    const end = () => {
      for (const socket of pair) socket.destroy()
      pairs.delete(pair)
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', (chunk) => {
        if (!to.write(chunk)) from.pause()
      })
      to.on('drain', () => {
        if (!isCut) from.resume()
      })
      // What a dead server's kernel would say does not pass a cut line either: it is said once the line is mended.
      from.once('close', () => (isCut ? closedWhileCut.push(end) : end()))
      from.on('error', () => undefined)
    }
    if (isCut) pause(pair)
  })
  const closedWhileCut: (() => void)[] = []
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      for (const pair of pairs) pause(pair)
    },
    mend() {
      isCut = false
      for (const end of closedWhileCut.splice(0)) end()
      for (const pair of pairs) for (const socket of pair) socket.resume()
    },
    mendForNewOnes() {
      isCut = false
      closedWhileCut.length = 0
    },
    close: async () => await closeAll(server, pairs),
  }
}

async function closeAll(server: Server, pairs: Iterable<readonly Socket[]>): Promise<void> {
  for (const pair of pairs) for (const socket of pair) socket.destroy()
  server.close()
  await once(server, 'close')
}

function pause(pair: readonly Socket[]): void {
  for (const socket of pair) socket.pause()
}
