import { createServer } from 'node:http'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import getPort from 'get-port'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/stores/migrate.ts'
import { hasModel, MODEL } from './local-model.ts'
import {
  findNeo4j,
  startNeo4j,
  startPostgres,
  startRedis,
  startTemporal,
  type Part,
  findChromium,
  findPython,
} from './parts.ts'

/**
 * Starts the real parts once for the whole run: Postgres with pgvector, a Temporal dev server, Redis. Neo4j takes
 * seconds and memory and is started for the first file that asks. What the machine lacks is left out and said;
 * MEMOIR_TEST_REQUIRE=postgres,temporal,redis,neo4j,model,python makes that an error.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the server's `postgres` database, or '' when this machine has none. */
    postgresUrl: string
    temporalAddress: string
    redisUrl: string
    /** The program, or '' when this machine has none. */
    chromium: string
    /** Python 3.10 or newer with venv, or '' when this machine has none. */
    python: string
    /** Answers with the URL of the Neo4j that all files share, which the first question starts; '' when there is none. */
    neo4jStarter: string
  }
}

/** The migrated database that every test's own is cloned from. */
export const TEMPLATE = 'memoir_template'

export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const root = mkdtempSync(join(tmpdir(), 'memoir-test-'))
  chmodSync(root, 0o755)
  const parts: Record<string, Part | undefined> = {
    postgres: await startPostgres({ root, durable: false }),
    temporal: await startTemporal({ root }),
    redis: await startRedis({ root }),
  }
  const neo4j =
    findNeo4j() === undefined ? undefined : await lazily(async () => await startNeo4j({ root }))
  if (parts['postgres']) await makeTemplate(parts['postgres'].url)
  project.provide('postgresUrl', parts['postgres']?.url ?? '')
  project.provide('temporalAddress', parts['temporal']?.url ?? '')
  project.provide('redisUrl', parts['redis']?.url ?? '')
  project.provide('neo4jStarter', neo4j?.url ?? '')

  const stop = async () => {
    await neo4j?.stop()
    await Promise.all(Object.values(parts).map(async (part) => await part?.stop()))
    rmSync(root, { recursive: true, force: true })
  }
  const chromium = findChromium()
  project.provide('chromium', chromium ?? '')
  const python = findPython()
  project.provide('python', python ?? '')
  const model = hasModel ? MODEL : undefined
  const found: Record<string, unknown> = { ...parts, neo4j, chromium, model, python }
  const missing = Object.keys(found).filter((name) => found[name] === undefined)
  const required = (process.env['MEMOIR_TEST_REQUIRE'] ?? '').split(',').filter(Boolean)
  const absent = required.filter((part) => missing.includes(part))
  if (absent.length > 0) {
    await stop()
    throw new Error(`MEMOIR_TEST_REQUIRE names ${absent.join(', ')}, which this machine lacks`)
  }
  for (const part of missing) {
    process.stderr.write(`left out: tests that need ${part} (not found on this machine)\n`)
  }
  return stop
}

async function makeTemplate(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  await migrate(url.replace(/\/postgres$/, `/${TEMPLATE}`))
}

/** A part that is started when the first file asks for it at `url`. */
async function lazily(start: () => Promise<Part | undefined>) {
  let started: Promise<Part | undefined> | undefined
  const server = createServer((_, response) => {
    started ??= start()
    started.then(
      (part) => response.end(part?.url),
      () => response.writeHead(500).end(),
    )
  })
  const port = await getPort()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await (await started?.catch(() => undefined))?.stop()
    },
  }
}
