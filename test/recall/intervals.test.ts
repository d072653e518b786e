import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Candidate, Resolution } from '../../src/providers/language-model.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoryWorld, type MemoryWorld } from '../support/memory-world.ts'
import { createRecallFixture } from '../support/recall.ts'
import { createScriptedModel } from '../support/scripted-model.ts'
import { createSessionFixture } from '../support/session-fixture.ts'

const suite = hasPostgres ? test : test.skip

/** A moment between two writes, also for a clock that counts milliseconds. */
async function moment(): Promise<Date> {
  await sleep(5)
  const at = new Date()
  await sleep(5)
  return at
}

const contradicts = (_: string, candidates: readonly Candidate[]): Resolution => ({
  relation: 'contradicts',
  targets: candidates.map(({ id }) => id),
})

suite(
  'a fact that holds again is recalled for each time it held, and for none between',
  async () => {
    await using world = await createSessionFixture(createScriptedModel({ resolve: contradicts }))
    const ask = await createRecallFixture(world.db)
    const colour = async (asOf: Date) =>
      (await ask('favourite colour', { userId: 'ann', asOf, k: 10 })).hits
        .filter(({ kind }) => kind === 'fact')
        .map(({ content }) => content)
    const at: Date[] = [await moment()]
    for (const [n, colours] of ['red', 'blue', 'red', 'blue', 'red'].entries()) {
      await world.store(`[2026-05-0${n + 1} 10:00] Ann: fact: the favourite colour is ${colours}`, {
        session: `s${n}`,
      })
      at.push(await moment())
    }
    const told = await Promise.all(at.map(colour))
    expect(told).toEqual([
      [],
      ['the favourite colour is red'],
      ['the favourite colour is blue'],
      ['the favourite colour is red'],
      ['the favourite colour is blue'],
      ['the favourite colour is red'],
    ])
    const { hits } = await ask('favourite colour red', { userId: 'ann', asOf: at[1] ?? new Date() })
    expect(hits.find(({ kind }) => kind === 'fact')?.occurred_at).toBe('2026-05-01T10:00:00.000Z')
  },
)

async function moves(world: MemoryWorld, ...places: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const place of places) {
    const id = await world.remember(`Ada lives in ${place}.`, { kind: 'fact' })
    const before = ids.at(-1)
    if (before !== undefined) expect(await world.supersede(before, id)).toBe(true)
    ids.push(id)
  }
  return ids
}

const homes = async (world: MemoryWorld, more = {}) =>
  (await world.ask('Where does Ada live?', { k: 10, ...more })).hits
    .map(({ content }) => content)
    .toSorted()

suite('a fact holds again when what superseded it is forgotten or deleted', async () => {
  for (const how of ['forget', 'soft', 'hard'] as const) {
    await using store = await createTestDatabase()
    const world = await createMemoryWorld(store.db)
    const [, second = ''] = await moves(world, 'Lisbon', 'Porto')
    const between = await moment()
    await (how === 'forget'
      ? world.forget({ ids: [second] })
      : world.remove(second, how === 'hard'))
    expect(await homes(world)).toEqual(['Ada lives in Lisbon.'])
    // It did not hold then, and what did is gone.
    expect(await homes(world, { asOf: between })).toEqual([])
    expect(await findDisagreements(store.db)).toEqual([])
  }
})

suite('of a chain the links that go leave the others in their order', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  const [first = '', second = '', third = ''] = await moves(world, 'Lisbon', 'Porto', 'Faro')
  await world.forget({ ids: [second] })
  expect(await homes(world)).toEqual(['Ada lives in Faro.'])
  const { hits } = await world.ask('Where does Ada live?', { includeSuperseded: true })
  expect(hits.find(({ id }) => id === first)).toMatchObject({ superseded_by: third })
  await world.forget({ ids: [third] })
  expect(await homes(world)).toEqual(['Ada lives in Lisbon.'])
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('a deleted fact that is restored supersedes again what held meanwhile', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  const [, second = ''] = await moves(world, 'Lisbon', 'Porto')
  await world.remove(second)
  const meanwhile = await moment()
  await world.restore(second)
  expect(await homes(world)).toEqual(['Ada lives in Porto.'])
  expect(await homes(world, { asOf: meanwhile })).toEqual(['Ada lives in Lisbon.'])
})

suite('one that somebody restored before that holds on', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  const [first = '', second = ''] = await moves(world, 'Lisbon', 'Porto')
  await world.restore(first)
  await world.remove(second)
  await world.restore(second)
  expect((await homes(world)).toSorted()).toEqual(['Ada lives in Lisbon.', 'Ada lives in Porto.'])
})
