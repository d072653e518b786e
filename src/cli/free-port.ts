import { once } from 'node:events'
import { createServer } from 'node:net'
import getPort, { portNumbers } from 'get-port'
import { MemoirError } from '../errors.ts'

export interface WantedPort {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** What chooses another, such as `--port`. */
  readonly by: string
}

/**
 * Looks whether a port can be had, before anything is started that would have to be stopped again.
 * @throws MemoirError `configuration_invalid` with a port that is free
 */
export async function requireFreePort({ host, port, by }: WantedPort): Promise<void> {
  if (port === 0) return
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new MemoirError('configuration_invalid', `${problemOf(code, host, port)}.`, {
      cause: error,
      details: { next: await nextOf(code, { host, port, by }) },
    })
  } finally {
    server.close()
  }
}

function problemOf(code: unknown, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is taken`
  if (code === 'EACCES') return `Port ${port} may not be opened by this user`
  return `This machine has no address ${host}`
}

const USUAL_PORT = 8080
const TRIES = 100

async function nextOf(code: unknown, { host, port, by }: WantedPort): Promise<string> {
  if (code !== 'EADDRINUSE' && code !== 'EACCES') {
    return 'Set HOST to 127.0.0.1 for this machine alone, or to 0.0.0.0 for every address it has.'
  }
  const from = code === 'EADDRINUSE' && port < 65_000 ? port + 1 : USUAL_PORT
  const free = await getPort({ host, port: portNumbers(from, from + TRIES) })
  return `Choose another with ${by}; ${free} is free.`
}
