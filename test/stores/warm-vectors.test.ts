import { expect, test } from 'vitest'
import { requireSpace } from '../../src/memories/space.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { findCandidates } from '../../src/stores/recall/candidates.ts'
import { findRecallUser } from '../../src/stores/memory-users.ts'
import { buildSpaceIndex, buildWarmIndex, findSpace } from '../../src/stores/spaces/spaces.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'

const OLD = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10)
const TODAY = new Date().toISOString().slice(0, 10)

test.skipIf(!hasPostgres)(
  'a memory whose vector left the hot tier is found, by the index too',
  async () => {
    await using memoir = await createConsolidationFixture()
    const [old] = await memoir.remember(OLD, ['The violin lesson is on Thursday.'])
    await memoir.remember(TODAY, ['The dentist has moved.', 'The train was late.'])
    await memoir.consolidate(OLD)
    const { db, namespaceId } = memoir
    const { rows: tiers } = await db.query<{ tier: string }>(
      'select tier from memoir.memory_embedding where trace_id = $1',
      [old],
    )
    expect(tiers).toEqual([{ tier: 'warm' }])
    const embedder = createHashingEmbedder({ dimensions: 64, precision: 'fp16' })
    const { id } = await requireSpace(db, embedder)
    const ask = async () => {
      const [vec] = await embedder.embed(['violin lesson'], { priority: 'live' })
      const space = await findSpace(db, id)
      const user = await findRecallUser(db, { namespaceId, externalId: 'ann' })
      if (!vec || !space || !user) throw new Error('nothing to ask')
      // As many as make the index worth while.
      const many = { ...user, vectorCount: space.indexedAt === null ? user.vectorCount : 50_000 }
      const { candidates } = await findCandidates(db, {
        user: many,
        words: { lexemes: [], places: [], shares: [] },
        vector: { space, vec },
        filter: {},
        limit: 10,
      })
      const best = candidates.toSorted((a, b) => (b.cosine ?? 0) - (a.cosine ?? 0))[0]
      const { rows } = await db.query<{ id: string }>(
        `select id from memoir.memory_trace where seq = $1`,
        [best?.seq],
      )
      return { found: rows[0]?.id, all: candidates.length }
    }
    const exact = await ask()
    expect(exact).toEqual({ found: old, all: 4 })
    const space = await findSpace(db, id)
    if (!space) throw new Error('the space is gone')
    await buildSpaceIndex(db, space)
    await buildWarmIndex(db, space)
    expect(await ask()).toEqual(exact)
  },
)
