import { expect, test } from 'vitest'
import { findActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { findNeighbours } from '../../src/stores/recall/neighbours.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createMemoryWorld } from '../support/memory-world.ts'

test.skipIf(!hasPostgres)(
  'of many links the strongest are walked, in both directions',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const world = await createMemoryWorld(db)
    const hub = await world.remember('The hub of it all.')
    const others: string[] = []
    for (let n = 0; n < 40; n += 1) others.push(await world.remember(`Spoke number ${n}.`))
    const { rows } = await db.query<{ userId: string; seq: number }>(
      'select user_id as "userId", seq from memoir.memory_trace where id = $1::uuid',
      [hub],
    )
    const { userId = '', seq = 0 } = rows[0] ?? {}
    await db.query('delete from memoir.memory_edge')
    // Weak ones first: whoever takes the first that come takes those.
    for (const [n, other] of others.entries()) {
      const [src, dst] = n % 2 === 0 ? [hub, other] : [other, hub]
      await db.query(
        `insert into memoir.memory_edge (src, dst, type, user_id, weight) values ($1, $2, 'related', $3, $4)`,
        [src, dst, userId, (n + 1) / 40],
      )
    }

    const space = await findActiveSpace(db)
    if (space === null) throw new Error('nothing was embedded')
    const { neighbours } = await findNeighbours(db, {
      userId,
      seqs: [seq],
      hops: 1,
      kinds: ['message', 'note', 'fact'],
      states: ['active'],
      vector: { space, vec: new Float32Array(128).fill(0.1) },
    })

    const walked = neighbours.filter(({ step }) => step === 1).map(({ edgeWeight }) => edgeWeight)
    expect(walked).toHaveLength(32)
    expect(Math.min(...walked)).toBeCloseTo(9 / 40)
  },
)
