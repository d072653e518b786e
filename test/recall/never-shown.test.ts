import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HEADS, type Hit } from '../../src/domain/recall.ts'
import { createProcessFocus } from '../../src/stores/recall/focus.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createMemoryWorld, type MemoryWorld } from '../support/memory-world.ts'
import type { AskOptions } from '../support/recall.ts'

/**
 * Whatever is done in whatever order: nothing that expired, was forgotten, gave way, was deleted, lies outside the scope or is
 * somebody else's is ever shown by any stage. Memories in the test's own plain lists say what may be shown.
 */

const SUBJECTS = ['the boiler of Herr Roth', 'the choir in Lisbon', 'the dog Biscuit', 'tea']
const SCOPES = ['personal', 'work'] as const
const USERS = ['ada', 'grace'] as const

type State = 'active' | 'superseded' | 'deleted' | 'gone'

interface Remembered {
  readonly id: string
  readonly user: string
  content: string
  scope: string
  state: State
  expired: boolean
  /** The id of what superseded it. */
  by?: string
  /** It was superseded by this one until that left; it is again when that comes back. */
  heldFor?: string
}

/** What was known at a moment, by id. */
interface Moment {
  readonly at: Date
  readonly known: ReadonlyMap<string, { readonly content: string; readonly state: State }>
}

class Model {
  readonly all: Remembered[] = []
  readonly moments: Moment[] = []

  /** What was shown or missed against the rules. */
  readonly objections: string[] = []

  check(hits: readonly Hit[], user: string, asked: AskOptions): void {
    for (const hit of hits) {
      const objection = this.objection(hit, user, asked)
      if (objection !== null) this.objections.push(`${hit.content} ${objection}`)
    }
  }

  pick(place: number, ...states: State[]): Remembered | undefined {
    const some = this.all.filter(({ state }) => states.includes(state))
    return some[place % Math.max(1, some.length)]
  }

  /** What it superseded is superseded by what superseded it in turn; where nothing did, it holds again. */
  left(gone: Remembered): void {
    for (const memory of this.all) {
      if (memory.state !== 'superseded' || memory.by !== gone.id) continue
      if (gone.by !== undefined) {
        memory.by = gone.by
        continue
      }
      delete memory.by
      Object.assign(memory, { state: 'active', heldFor: gone.id })
    }
  }

  cameBack(back: Remembered): void {
    delete back.by
    for (const memory of this.all) {
      if (memory.state !== 'active' || memory.heldFor !== back.id) continue
      Object.assign(memory, { state: 'superseded', by: back.id })
      delete memory.heldFor
    }
  }

  /** Why a hit may not be shown; null when it may. */
  objection(hit: Hit, user: string, asked: AskOptions): string | null {
    const known = this.all.find(({ id }) => id === hit.id)
    if (known === undefined) return 'nobody stored it'
    if (known.user !== user) return `it is of ${known.user}`
    const shown = asked.asOf !== undefined || asked.includeSuperseded === true
    const states: State[] = shown ? ['active', 'superseded'] : ['active']
    if (!states.includes(known.state)) return `it is ${known.state}`
    if (known.expired) return 'it has expired'
    if (asked.scopes?.includes(known.scope) === false) return `its scope is ${known.scope}`
    if (asked.asOf === undefined)
      return hit.content === known.content ? null : 'it says something else'
    const then = this.moments.find(({ at }) => at === asked.asOf)?.known.get(hit.id)
    if (then === undefined) return 'it was not known then'
    if (then.state === 'deleted') return 'it was deleted then'
    if (then.state === 'superseded' && asked.includeSuperseded !== true)
      return 'it had given way then'
    return then.content === hit.content ? null : 'it said something else then'
  }
}

interface World extends MemoryWorld {
  readonly model: Model
  /** Users of this run alone. */
  readonly named: (user: string) => string
  readonly now: () => Promise<Date>
  readonly next: () => number
}

type Operation = (world: World) => Promise<void>

const place = fc.nat({ max: 5 })
const scope = fc.constantFrom(...SCOPES)

const remember: fc.Arbitrary<Operation> = fc
  .record({
    user: fc.constantFrom(...USERS),
    scope,
    subject: fc.constantFrom(...SUBJECTS),
    fact: fc.boolean(),
  })
  .map(({ user, scope: label, subject, fact }) => async (world) => {
    const content = `Number ${world.next()} is about ${subject}.`
    const name = world.named(user)
    const kind = fact ? 'fact' : 'note'
    const id = await world.remember(content, { user: name, scope: label, kind })
    world.model.all.push({ id, user: name, content, scope: label, state: 'active', expired: false })
  })

const on = (
  states: readonly State[],
  work: (world: World, memory: Remembered) => Promise<void>,
): fc.Arbitrary<Operation> =>
  place.map((at) => async (world) => {
    const memory = world.model.pick(at, ...states)
    if (memory !== undefined) await work(world, memory)
  })

const change = fc
  .tuple(place, scope, fc.constantFrom(...SUBJECTS))
  .map(([at, label, subject]): Operation => async (world) => {
    const memory = world.model.pick(at, 'active')
    if (memory === undefined) return
    const content = `Number ${world.next()} is now about ${subject}.`
    await world.change(memory.id, { content, scope: label })
    Object.assign(memory, { content, scope: label })
    delete memory.heldFor
  })

const remove = fc.tuple(place, fc.boolean()).map(([at, hard]): Operation => async (world) => {
  const memory = world.model.pick(at, 'active', 'superseded')
  if (memory === undefined) return
  await world.remove(memory.id, hard)
  memory.state = hard ? 'gone' : 'deleted'
  world.model.left(memory)
})

const restore = on(['deleted', 'superseded'], async (world, memory) => {
  if (memory.expired) return
  await world.restore(memory.id)
  memory.state = 'active'
  world.model.cameBack(memory)
})

const expire = on(['active'], async (world, memory) => {
  await world.change(memory.id, { expiresAt: new Date(Date.now() - 60_000) })
  memory.expired = true
  delete memory.heldFor
})

const forget = on(['active', 'superseded', 'deleted'], async (world, memory) => {
  const { ids } = await world.forget({ ids: [memory.id] })
  for (const each of world.model.all) if (ids.includes(each.id)) each.state = 'gone'
  memory.state = 'gone'
  world.model.left(memory)
})

const supersede = fc.tuple(place, place).map(([at, other]): Operation => async (world) => {
  const by = world.model.pick(at, 'active')
  const old = world.model.pick(other, 'active')
  if (!by || !old || by === old || by.user !== old.user) return
  if (!(await world.supersede(old.id, by.id))) return
  Object.assign(old, { state: 'superseded', by: by.id })
  delete old.heldFor
})

async function look(world: World): Promise<void> {
  const known = new Map(world.model.all.map(({ id, content, state }) => [id, { content, state }]))
  world.model.moments.push({ at: await world.now(), known })
}
const lookBack: fc.Arbitrary<Operation> = fc.constant(look)

/** Out of sight for a while, with a moment to look back to: by chance the three seldom meet. */
const hide = on(['active'], async (world, memory) => {
  await world.remove(memory.id)
  memory.state = 'deleted'
  world.model.left(memory)
  await look(world)
  if (memory.expired) return
  await world.restore(memory.id)
  memory.state = 'active'
  world.model.cameBack(memory)
})

const asked: fc.Arbitrary<AskOptions> = fc.record(
  {
    hops: fc.constantFrom(0, 1, 2),
    heads: fc.subarray([...HEADS], { minLength: 1 }),
    scopes: fc.constantFrom(['personal'], ['work'], ['personal', 'work']),
    includeSuperseded: fc.boolean(),
    kinds: fc.constantFrom(['fact'] as const, ['note'] as const),
    without: fc.subarray(['vectors', 'words', 'window', 'hops', 'focus', 'salience'] as const),
    also: fc.subarray(['recency', 'importance'] as const),
  },
  { requiredKeys: [] },
)

const QUESTIONS = [...SUBJECTS, 'Number', 'And why?', 'what was that about Lisbon in 2026?']

const ask = fc
  .tuple(
    asked,
    fc.constantFrom(...USERS),
    fc.constantFrom(...QUESTIONS),
    fc.option(place, { freq: 2 }),
  )
  .map(([options, user, question, back]): Operation => async (world) => {
    const { moments } = world.model
    const moment = back === null ? undefined : moments[back % Math.max(1, moments.length)]
    const query = {
      ...options,
      userId: world.named(user),
      k: 50,
      ...(moment === undefined ? {} : { asOf: moment.at }),
    }
    const { hits } = await world.ask(question, query)
    world.model.check(hits, query.userId, query)
  })

/** At the end everything is asked from every moment, in every way that shows more than usual. */
async function findsNothingElse(world: World): Promise<void> {
  const asks = world.model.moments.flatMap(({ at }) =>
    SCOPES.map((only): AskOptions => ({ asOf: at, scopes: [only], without: ['focus'] })),
  )
  for (const options of [...asks, { includeSuperseded: true, hops: 2 }]) {
    for (const user of USERS.map(world.named)) {
      const query = { ...options, userId: user, k: 50 }
      const { hits } = await world.ask(`Number ${SUBJECTS.join(' ')}`, query)
      world.model.check(hits, user, query)
    }
  }
}

/** What may be shown is found by its number. Otherwise a recall that finds nothing would pass for one that shows nothing wrong. */
async function findsTheRest(world: World): Promise<void> {
  const standing = world.model.all.filter(({ state, expired }) => state === 'active' && !expired)
  for (const { id, user, content } of standing) {
    const { hits } = await world.ask(content, { userId: user, k: 50, without: ['focus'] })
    if (!hits.some((hit) => hit.id === id)) world.model.objections.push(`${content} is not found`)
  }
}

const operations = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: remember },
    { weight: 4, arbitrary: ask },
    { weight: 4, arbitrary: change },
    { weight: 2, arbitrary: lookBack },
    ...[remove, restore, hide, expire, forget, supersede].map((arbitrary) => ({
      weight: 1,
      arbitrary,
    })),
  ),
  { minLength: 8, maxLength: 24, size: 'max' },
)

const RUNS = 40

test.skipIf(!hasPostgres)(
  'whatever is done, recall shows nothing that it may not show',
  { timeout: 300_000 },
  async () => {
    await using store = await createTestDatabase()
    const memories = await createMemoryWorld(store.db, {
      focus: createProcessFocus({ ttlSeconds: 600 }),
      env: { MEMORY_HEADS: HEADS.join(',') },
    })
    const now = async () => {
      const { rows } = await store.db.query<{ at: Date }>(
        `select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as at, pg_catalog.pg_sleep(0.003)`,
      )
      return rows[0]?.at ?? new Date()
    }
    let run = 0
    let number = 1000
    await fc.assert(
      fc.asyncProperty(operations, async (steps) => {
        run += 1
        const own = run
        const named = (user: string) => `${user}-${own}`
        const next = () => (number += 1)
        const world = { ...memories, model: new Model(), named, now, next }
        for (const step of steps) await step(world)
        await findsNothingElse(world)
        await findsTheRest(world)
        expect(world.model.objections).toEqual([])
      }),
      { numRuns: RUNS },
    )
  },
)
