import type { Evidence, FactRelation } from '../../providers/language-model.ts'
import type { EntityMention } from '../../domain/entity.ts'

/** A statement out of a turn, told in the third person, before it is dated, rated and chosen. */
export interface Told {
  /** Without a full stop at its end. */
  readonly told: string
  /** Subject is "it", "that", "they": of use only with the statement before it. */
  readonly leans: boolean
  /** Of the speaker's own life; else of the world, as the speaker sees it. */
  readonly own: boolean
  /** Speaks to the other one. */
  readonly toOther: boolean
  /** The speaker asked for it to be remembered. */
  readonly asked: boolean
  /** It answers a question. */
  readonly answers: boolean
  /** Where in the turn it stands. */
  readonly start: number
  readonly end: number
  /** Beside the place itself: the question that it answers. */
  readonly alsoFrom?: Evidence
  readonly entities: readonly EntityMention[]
  readonly relations: readonly FactRelation[]
  readonly language: string
}
