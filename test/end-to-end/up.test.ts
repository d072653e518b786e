import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { bareEnvironment } from '../support/bare-environment.ts'
import { hasModel } from '../support/local-model.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** Finding or building the servers, two starts and a whole backfill, on a machine that has other things to do. */
const UP_TIMEOUT_MS = 240_000

const answer = z.object({
  parts: z.record(z.string(), z.object({ how: z.string(), detail: z.string() })),
  backfill: z.object({
    processed: z.number(),
    created: z.number(),
    updated: z.number(),
    skipped: z.number(),
    errors: z.number(),
    total_fetched: z.number(),
  }),
  recall: z.object({
    query: z.string(),
    hits: z.array(z.looseObject({ content: z.string(), score: z.number() })),
  }),
})

/** `memoir up --sample --once --json` with nothing configured but the data folder. Standard output has to be one JSON object. */
async function upOnce(dataDir: string) {
  const result = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [cli, 'up', '--sample', '--once', '--json'],
      {
        cwd: dataDir,
        env: {
          ...bareEnvironment(),
          MEMOIR_DATA_DIR: dataDir,
          PORT: '0',
        },
        timeout: UP_TIMEOUT_MS / 2,
      },
      (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    )
  })
  expect(result).toMatchObject({ code: 0 })
  return { ...answer.parse(JSON.parse(result.out)), err: result.err }
}

test(
  'up takes the sample in and recalls from it; the second time everything is unchanged',
  { timeout: UP_TIMEOUT_MS },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'memoir-up-'))
    onTestFinished(async () => await rm(dataDir, { recursive: true, force: true }))

    const first = await upOnce(dataDir)
    expect(Object.keys(first.parts).toSorted()).toEqual([
      'embedder',
      'graph',
      'postgres',
      'redis',
      'temporal',
    ])
    if (hasModel) expect(first.parts['embedder']).toMatchObject({ how: 'found' })
    expect(first.backfill.total_fetched).toBeGreaterThan(20)
    expect(first.backfill).toMatchObject({
      created: first.backfill.total_fetched,
      processed: first.backfill.total_fetched,
      updated: 0,
      skipped: 0,
      errors: 0,
    })
    expect(first.recall.hits.length).toBeGreaterThan(0)

    const second = await upOnce(dataDir)
    expect(second.backfill).toMatchObject({
      skipped: first.backfill.total_fetched,
      processed: first.backfill.total_fetched,
      created: 0,
      updated: 0,
      errors: 0,
    })
    // Facts have been made of the sample since: they stand beside what they came from.
    expect(second.recall.hits.slice(0, 2).map(({ content }) => content)).toContain(
      first.recall.hits[0]?.content,
    )
    // The admin key was shown the first time; it is not shown again.
    expect(first.err).toContain('Admin key')
    expect(second.err).not.toContain('Admin key')
    expect(second.err).toMatch(/Sign in {3}with admin_key from .*keys\.json/)
  },
)
