import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection, WorkflowFailedError } from '@temporalio/client'
import { expect, inject, test, vi } from 'vitest'
import { forSubject, MemoirPlugin } from '../../packages/temporal/src/index.ts'
import { Memoir } from '../../src/client/index.ts'
import { startApi } from '../../src/server.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'

/** @memoir/temporal in an application's workflows, whose workers are processes that can be killed. */

const KEY = 'an-admin-key-for-tests'
const WORKER = join(import.meta.dirname, 'agent', 'worker.ts')
const TEST_MS = 240_000

/** In front of Memoir: loses the answer to the first write, after it was done, and keeps the keys of all. */
async function startLossy(target: string) {
  const keys: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { method = 'GET', url = '/', headers } = request
      const answer = await fetch(target + url, {
        method,
        headers: Object.entries(headers).flatMap(([name, value]) =>
          typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
            ? [[name, value] as [string, string]]
            : [],
        ),
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      })
      const body = Buffer.from(await answer.arrayBuffer())
      const key = headers['idempotency-key']
      if (typeof key === 'string') keys.push(key)
      if (typeof key === 'string' && keys.length === 1) return void request.socket.destroy()
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(body)
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function createAgent() {
  const memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: KEY })
  const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
  const lossy = await startLossy(api.url)
  const folder = await mkdtemp(join(tmpdir(), 'memoir-agent-'))
  const held = join(folder, 'held')
  const taskQueue = `agent-${randomUUID()}`
  const address = inject('temporalAddress')
  const connection = await Connection.connect({ address })
  const workers: ChildProcess[] = []
  return {
    taskQueue,
    held,
    lossy,
    memoir: new Memoir({ baseUrl: api.url, apiKey: KEY }),
    client: new Client({ connection, plugins: [new MemoirPlugin()] }),
    async startWorker() {
      const args = [WORKER, address, taskQueue, lossy.url, KEY, held]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      workers.push(child)
      await new Promise<void>((resolve, reject) => {
        child.stdout.once('data', () => resolve())
        child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)))
      })
      return child
    },
    async [Symbol.asyncDispose]() {
      for (const worker of workers) worker.kill('SIGKILL')
      await connection.close()
      lossy.close()
      await api.close()
      await memoir[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

test.skipIf(!hasPostgres || !hasTemporal)(
  'a worker killed between recall and answer changes neither what was recalled nor how often is written',
  { timeout: TEST_MS },
  async () => {
    await using agent = await createAgent()
    const { memoir, client, taskQueue } = agent
    await memoir.add({ user_id: 'maya', content: 'I am allergic to penicillin.' })
    await memoir.add({ user_id: 'tomas', content: 'I am allergic to nuts.' })
    const first = await agent.startWorker()
    const options = { taskQueue, workflowId: `agent-${randomUUID()}`, args: ['allergic'] }
    const run = await forSubject(
      { user_id: 'maya', session_id: 'chat-1' },
      async () => await client.workflow.start('agent', options),
    )
    await vi.waitUntil(() => existsSync(agent.held), { timeout: 60_000 })

    first.kill('SIGKILL')
    await memoir.add({ user_id: 'maya', content: 'I am allergic to cats as well.' })
    await agent.startWorker()

    expect(await run.result()).toEqual({
      known: ['I am allergic to penicillin.'],
      reply: '1 known, try 2',
    })
    // The first answer to the write was lost: the step was tried again, with the same key.
    expect(agent.lossy.keys).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), agent.lossy.keys[0]])
    const { items } = await memoir.memories.list({ user_id: 'maya', session_id: 'chat-1' })
    expect(items.map(({ content }) => content)).toEqual(['The answer was: 1 known, try 2'])
  },
)

test.skipIf(!hasPostgres || !hasTemporal)(
  'user and session reach children and the run that a workflow continues as; what is refused fails at once',
  { timeout: TEST_MS },
  async () => {
    await using agent = await createAgent()
    const { memoir, client, taskQueue } = agent
    await memoir.add({ user_id: 'maya', content: 'I am allergic to penicillin.' })
    await memoir.add({ user_id: 'tomas', content: 'I am allergic to nuts.' })
    await agent.startWorker()
    const start = async (name: string, ...args: string[]) =>
      await client.workflow.execute(name, { taskQueue, workflowId: randomUUID(), args })

    expect(
      await forSubject({ user_id: 'tomas' }, async () => await start('relay', 'allergic')),
    ).toEqual(['I am allergic to nuts.', 'I am allergic to nuts.'])
    const failure = await start('refused').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(WorkflowFailedError)
    expect(failure).toMatchObject({
      cause: { cause: { type: 'invalid_request', nonRetryable: true } },
    })
  },
)
