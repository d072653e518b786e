import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import { startTemporal, type Part } from './parts.ts'

/** A Temporal of a test's own. It keeps everything in memory: killed and restarted, it has lost its database. */
export async function createDevServer(): Promise<Part & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'memoir-temporal-'))
  const part = await startTemporal({ root })
  if (!part) throw new Error('this machine has no Temporal')
  return {
    ...part,
    async [Symbol.asyncDispose]() {
      await part.kill()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Accepts connections and never says a word, as a frozen server does. */
export async function createFrozenServer(): Promise<{ address: string } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  const port = await getPort()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
