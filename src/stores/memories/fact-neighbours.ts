import type { Queryable } from '../database.ts'
import { vectorColumn, vectorText } from '../spaces/vector-format.ts'
import type { Space } from '../spaces/spaces.ts'

/** Known facts that a new one may repeat or replace: the nearest by meaning, and those that share its words. */

export interface Asked {
  /** Unit vector of the space. */
  readonly vec: Float32Array
  readonly lexemes: readonly string[]
}

export interface Neighbour {
  /** Position of the fact that was asked for. */
  readonly n: number
  readonly id: string
  readonly seq: number
  readonly content: string
  readonly occurredAt: Date
  readonly cosine: number
}

/** Of each kind of nearness this many. */
const NEAREST = 5

/** All neighbours of all asked facts in one statement; only facts that stand, and with `afterSeq` only those added later. */
export async function findNeighbours(
  db: Queryable,
  {
    userId,
    space,
    asked,
    except,
    afterSeq,
  }: {
    userId: string
    space: Space
    asked: readonly Asked[]
    /** Never among them, because they are being written. */
    except: readonly string[]
    afterSeq: number
  },
): Promise<Neighbour[]> {
  if (asked.length === 0) return []
  const words = asked.flatMap(({ lexemes }, n) => lexemes.map((lexeme) => ({ n, lexeme })))
  const { rows } = await db.query<Neighbour>(neighbourStatement(space), [
    userId,
    space.id,
    asked.map((_, n) => n),
    asked.map(({ vec }) => vectorText(vec, space.precision)),
    words.map(({ n }) => n),
    words.map(({ lexeme }) => lexeme),
    afterSeq,
    except,
  ])
  return rows
}

/** The space's width stands in the text of the statement; everything that comes from outside is a parameter. */
function neighbourStatement(space: Space): string {
  const { column, type } = vectorColumn(space)
  const cosine = `1 - (e.${column} <=> a.vec::${type}(${space.dimensions}))`
  return `with asked as (select n, vec from unnest($3::int[], $4::text[]) as a(n, vec)),
      facts as materialized (
        select t.id, t.seq, t.content, t.occurred_at, e.${column}
          from memoir.memory_trace t
          join memoir.memory_embedding e on e.trace_id = t.id and e.space_id = $2::int and e.head = 'semantic' and e.user_id = $1::uuid
         where t.user_id = $1::uuid and t.kind = 'fact' and t.state = 'active' and t.seq > $7 and not t.id = any($8::uuid[])),
      near as (
        select a.n, x.id from asked a, lateral (
          select e.id from facts e order by e.${column} <=> a.vec::${type}(${space.dimensions}) limit ${NEAREST}) x),
      shared as (
        select n, id from (
          select w.n, e.id, row_number() over (partition by w.n order by count(*)::float / max(p.length) desc, e.seq desc) as place
            from unnest($5::int[], $6::text[]) as w(n, lexeme)
            join memoir.memory_posting p on p.user_id = $1::uuid and p.lexeme = w.lexeme and p.frequency > 0
            join facts e on e.seq = p.seq
           group by w.n, e.id, e.seq) ranked
         where place <= ${NEAREST})
     select u.n, e.id, e.seq, e.content, e.occurred_at as "occurredAt", (${cosine})::float as cosine
       from (select * from near union select * from shared) u
       join facts e using (id) join asked a using (n)
      order by u.n, cosine desc, e.id`
}
