import { describe, expect, test, vi } from 'vitest'
import { MemoirError, SENTENCE } from '../../src/errors.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const TEXT = 'Ann lives in Graz, plays the cello and plans to move to Linz in the spring.'

/** A run of three thousand steps, on a machine that has other work. */
const RUN_MS = 400_000

/** Refuses whoever's memories name one of these; counts the requests. */
function refusing(names: ReadonlySet<string>) {
  const asked: string[] = []
  const model: LanguageModel = {
    ...createRulesModel(),
    async narrate({ memories }) {
      const name = memories[0]?.content.split(' ')[0] ?? ''
      asked.push(name)
      await Promise.resolve()
      if (names.has(name)) throw new MemoirError('vendor_refused', SENTENCE.vendor_refused)
      const sources = memories.map(({ id }) => id)
      return {
        value: { lines: [{ section: 'who', text: TEXT, sources }] },
        promptVersion: 'test-1',
      }
    },
  }
  return { asked, model }
}

async function populate({ db, namespaceId }: TestMemoir, names: readonly string[], memories = 6) {
  const users = await ensureUsers(db, namespaceId, names)
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), u.id, 'note', u.external_id || ' told of day ' || n, '', now() - make_interval(hours => n)
       from memoir.memory_user u, generate_series(1, $2::int) as n where u.id = any($1::uuid[])`,
    [[...users.values()], memories],
  )
  await db.query(
    'update memoir.memory_user set trace_count = $2, write_seq = write_seq + 1 where id = any($1::uuid[])',
    [[...users.values()], memories],
  )
  return users
}

async function run(memoir: TestMemoir, staleBy?: Date) {
  const { namespaceId, services } = memoir
  const wanted = { namespaceId, ...(staleBy === undefined ? {} : { staleBy }) }
  const { id } = await services.narratives.acceptRun(wanted)
  const job = await vi.waitUntil(
    async () => {
      const now = await memoir.job(id)
      return now.state === 'succeeded' ? now : undefined
    },
    { timeout: RUN_MS, interval: 200 },
  )
  const { items } = await services.narratives.failures({ namespaceId, id, limit: 100 })
  return { id, job, failed: items }
}

const count = async ({ db }: TestMemoir, sql: string) =>
  (await db.query<{ n: number }>(`select count(*)::int as n from ${sql}`)).rows[0]?.n

describe.skipIf(!hasPostgres || !hasTemporal)('runs over narratives', () => {
  test('of five hundred users five fail, are listed with their reasons, and are all that a second run touches', async () => {
    const names = Array.from({ length: 500 }, (_, n) => `user-${n}`)
    const failing = new Set(['user-7', 'user-99', 'user-250', 'user-333', 'user-499'])
    const { asked, model } = refusing(failing)
    await using memoir = await createTestMemoir({}, { languageModel: model })
    await populate(memoir, names)
    await populate(memoir, ['quiet'], 2)
    const first = await run(memoir)
    expect(first.job.progress).toMatchObject({
      total: 500,
      processed: 495,
      created: 495,
      skipped: 0,
      errors: 5,
    })
    expect(await count(memoir, 'memoir.user_narratives where narrative_content is not null')).toBe(
      495,
    )
    expect(first.failed.map(({ user_id }) => user_id)).toEqual([...failing].toSorted())
    for (const { code, message } of first.failed) {
      expect({ code, message }).toEqual({
        code: 'vendor_refused',
        message: SENTENCE.vendor_refused,
      })
    }
    expect(asked).toHaveLength(500)
    failing.clear()
    const second = await run(memoir)
    expect(second.job.progress).toMatchObject({ total: 5, created: 5, errors: 0 })
    expect(asked.slice(500).toSorted()).toEqual(first.failed.map(({ user_id }) => user_id))
    expect(second.failed).toEqual([])
    // The list of the first run stays what it was.
    const { namespaceId, services } = memoir
    const { items } = await services.narratives.failures({ namespaceId, id: first.id, limit: 2 })
    expect(items).toHaveLength(2)
  }, 600_000)

  test('a run that finds another of its sort joins it', async () => {
    const { promise: may, resolve: go } = Promise.withResolvers<void>()
    const model: LanguageModel = {
      ...createRulesModel(),
      async narrate({ memories }) {
        await may
        const sources = memories.slice(0, 1).map(({ id }) => id)
        return {
          value: { lines: [{ section: 'who', text: TEXT, sources }] },
          promptVersion: 'test-1',
        }
      },
    }
    await using memoir = await createTestMemoir({}, { languageModel: model })
    await populate(memoir, ['ann', 'bea'])
    const { namespaceId, services } = memoir
    const first = await services.narratives.acceptRun({ namespaceId })
    expect((await services.narratives.acceptRun({ namespaceId })).id).toBe(first.id)
    await vi.waitFor(
      async () => expect((await memoir.job(first.id)).progress).toMatchObject({ total: 2 }),
      30_000,
    )
    go()
    const job = await memoir.until(first.id, 'succeeded')
    expect(job.progress).toMatchObject({ total: 2, processed: 2, errors: 0 })
  }, 120_000)

  test('what would be stale is made anew, and asks no model where nothing has changed', async () => {
    const { asked, model } = refusing(new Set())
    await using memoir = await createTestMemoir({}, { languageModel: model })
    const users = await populate(memoir, ['ann', 'bea', 'cleo'])
    await run(memoir)
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)
    const { db } = memoir
    await db.query(
      `update memoir.user_narratives set fresh_until = now() + interval '1 hour' where user_id = any($1::uuid[])`,
      [[users.get('ann'), users.get('bea')]],
    )
    await db.query('update memoir.memory_user set write_seq = write_seq + 1 where id = $1', [
      users.get('bea'),
    ])
    const { job } = await run(memoir, inHours(48))
    expect(job.progress).toMatchObject({ total: 2, created: 1, skipped: 1 })
    expect(asked.slice(3)).toEqual(['bea'])
    expect(
      await count(memoir, `memoir.user_narratives where fresh_until > now() + interval '6 days'`),
    ).toBe(3)
  }, 120_000)
})
