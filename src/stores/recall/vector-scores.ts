import type { Bind } from './candidate-query.ts'
import { vectorBinary, vectorColumn } from '../spaces/vector-format.ts'
import { kindsOf, type RecallFilter } from './recall-filter.ts'
import type { RecallUser } from '../memory-users.ts'
import type { Space } from '../spaces/spaces.ts'

/** Cosines with a question, as parts of the statement that finds candidates. */
export interface VectorScores {
  /** A table `vectors (seq, cosine)`. */
  readonly scores: string
  /** The cosine of a picked candidate, and which of its passages is nearest. */
  readonly cosine: string
  readonly passage: string
  readonly join: string
}

export const NO_VECTORS: VectorScores = {
  scores: 'vectors as (select null::bigint as seq, null::float as cosine where false)',
  cosine: 'null::float',
  passage: 'null::int',
  join: '',
}

export interface VectorOptions {
  readonly bind: Bind
  readonly filter: RecallFilter
  /** A join that leaves only what the filter allows; empty when it allows all. */
  readonly only: string
  /** How many candidates are wanted of each kind of score. */
  readonly limit: number
  /** By the space's index, nearest first; otherwise every vector of the user is compared. */
  readonly indexed: boolean
  readonly user: Pick<RecallUser, 'hasPassages'>
}

export function vectorScores(
  { space, vec }: { space: Space; vec: Float32Array },
  options: VectorOptions,
): VectorScores {
  const { column, type } = vectorColumn(space)
  const { bind, filter } = options
  const question = `${bind(vectorBinary(vec, space.precision))}::${type}(${space.dimensions})`
  // The space's number and width stand in the text of the statement: only then does the partial index fit.
  const ownPassages = `e.user_id = $1::uuid and e.space_id = ${space.id} and e.kind = any(${bind(kindsOf(filter))}::text[])`
  const parts: Parts = {
    distance: `e.${column} <=> ${question}`,
    indexedDistance: `e.${column}::${type}(${space.dimensions}) <=> ${question}`,
    own: `${ownPassages} and e.head = 'semantic'`,
    ownPassages,
  }
  return options.indexed ? byIndex(parts, options) : byComparing(parts, options)
}

interface Parts {
  readonly distance: string
  /** As the index has it. */
  readonly indexedDistance: string
  readonly own: string
  readonly ownPassages: string
}

function byComparing(
  { distance, own, ownPassages }: Parts,
  { only, user }: VectorOptions,
): VectorScores {
  const cosine = `1 - (${distance})`
  const join = 'left join vectors v on v.seq = p.seq'
  if (!user.hasPassages) {
    return {
      ...NO_VECTORS,
      scores: `vectors as materialized (select seq, ${cosine} as cosine from memoir.memory_embedding e ${only} where ${own})`,
      cosine: 'v.cosine',
      join,
    }
  }
  return {
    scores: `passages as materialized (
        select distinct on (e.seq) e.seq, e.place, ${cosine} as cosine from memoir.memory_passage e ${only} where ${ownPassages}
         order by e.seq, cosine desc),
      vectors as materialized (
        select e.seq, ${withPassage(cosine, 'b.cosine')} as cosine, b.place
          from memoir.memory_embedding e ${only} left join passages b on b.seq = e.seq where ${own})`,
    cosine: 'v.cosine',
    passage: 'v.place',
    join,
  }
}

function byIndex(
  { distance, indexedDistance, own, ownPassages }: Parts,
  { bind, only, limit, user }: VectorOptions,
): VectorScores {
  const nearest = bind(indexCandidates(limit))
  const best = (from: string, where: string) =>
    `(select seq, 1 - (${indexedDistance}) as cosine from memoir.${from} e ${only}
       where ${where} order by ${indexedDistance} limit ${nearest})`
  // Each tier has an index of its own; warm vectors are compared one by one while the store has too few for one.
  const tiers = ['hot', 'warm'].map((tier) =>
    best('memory_embedding', `${own} and e.tier = '${tier}'`),
  )
  const passages = user.hasPassages ? [best('memory_passage', ownPassages)] : []
  // Candidates found by words get their cosine too, so that all three scores can be compared.
  const join = `left join lateral (
      select 1 - (${distance}) as cosine from memoir.memory_embedding e where ${own} and e.seq = p.seq limit 1) v on true`
  const scores = `vectors as materialized (${[...tiers, ...passages].join(' union all ')})`
  if (!user.hasPassages) return { ...NO_VECTORS, scores, cosine: 'v.cosine', join }
  return {
    scores,
    cosine: withPassage('v.cosine', 'b.cosine'),
    passage: 'b.place',
    join: `${join}
    left join lateral (
      select e.place, 1 - (${distance}) as cosine from memoir.memory_passage e
       where ${ownPassages} and e.seq = p.seq order by ${distance} limit 1) b on true`,
  }
}

/**
 * Of a long text the whole and the nearest passage count half each: one of many passages is near to something by chance, and the
 * beginning of a whole is near to little. Short texts, which have none, are compared once.
 */
const withPassage = (whole: string, passage: string) =>
  `case when ${passage} is null then ${whole} else (${whole} + ${passage}) / 2 end`

/** Of a hundred candidates by words, forty more by vector: what the index finds beyond seldom comes among the first ten. */
const INDEX_SHARE = 0.4

/** How many candidates the index is asked for. */
export const indexCandidates = (limit: number) => Math.ceil(limit * INDEX_SHARE)

/**
 * More than it is asked for is looked at in one go: others' vectors fall out of it, and when too few are left it starts again. Five in
 * eight of what was looked at being the user's own, one go is enough.
 */
export const indexSettings = (limit: number) => ({
  'hnsw.iterative_scan': 'relaxed_order',
  'hnsw.ef_search': String(Math.ceil(indexCandidates(limit) * 1.6)),
  'ivfflat.iterative_scan': 'relaxed_order',
  'ivfflat.probes': '10',
})
