import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Role } from '../stores/api-keys.ts'
import { createMcpServer, type McpTools } from './server.ts'
import { toolsFor } from './tools.ts'

export interface StdioOptions extends Pick<McpTools, 'call' | 'resources' | 'onFault'> {
  /** Of the key that calls: a tool it may not call is not shown. */
  readonly role: Role
  readonly stdin: Readable
  readonly stdout: Writable
}

export interface ServedStdio {
  /** Settles when the client has closed its end. */
  readonly ended: Promise<'ended'>
  close(): Promise<void>
}

/** Serves tools and resources to the one client that holds the other ends of these streams. */
export function serveMcpStdio({ role, stdin, stdout, ...served }: StdioOptions): ServedStdio {
  const { promise: ended, resolve } = Promise.withResolvers<'ended'>()
  stdin.once('close', () => resolve('ended'))
  stdin.once('end', () => resolve('ended'))
  const handle = serveStdio(() => createMcpServer({ tools: toolsFor({ role }), ...served }), {
    transport: new StdioServerTransport(stdin, stdout),
    onerror: served.onFault,
  })
  return { ended, close: async () => await handle.close() }
}
