import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { findModelServers } from '../../src/stack/model-servers.ts'

/** A server that gives one answer to every question, or none; it notes what it was asked. */
async function startServer(answer: string | null, status = 200) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (answer !== null) response.writeHead(status).end(answer)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return { port: address.port, asked }
}

const listOf = (...ids: string[]) =>
  JSON.stringify({ object: 'list', data: ids.map((id) => ({ id })) })
const known = (port: number, name = 'ollama') => ({ name, title: name, port })

test('a server is known by the models it lists; those that only embed are left out', async () => {
  const server = await startServer(listOf('nomic-embed-text:latest', 'qwen3:8b', 'bge-m3'))
  expect(await findModelServers(new Set(), [known(server.port)])).toEqual([
    {
      name: 'ollama',
      title: 'ollama',
      url: `http://127.0.0.1:${server.port}/v1`,
      models: ['qwen3:8b'],
    },
  ])
  expect(server.asked).toEqual(['GET /v1/models'])
})

test('what answers otherwise, slowly or not at all is no such server, and holds nothing up', async () => {
  const others = await Promise.all([
    startServer('<html>a router</html>'),
    startServer('{"error": "no"}', 401),
    startServer(listOf()),
    startServer(null),
  ])
  const began = performance.now()
  const found = await findModelServers(new Set(), [
    ...others.map(({ port }) => known(port)),
    known(2),
  ])
  expect(found).toEqual([])
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('a port of Memoir’s own is not asked', async () => {
  const own = await startServer(listOf('a-model'))
  expect(await findModelServers(new Set([own.port]), [known(own.port, 'llamacpp')])).toEqual([])
  expect(own.asked).toEqual([])
})
