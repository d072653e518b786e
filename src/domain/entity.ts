/** A named thing that memories speak of. */

export const ENTITY_TYPES = ['person', 'place', 'organization', 'event', 'thing'] as const
export type EntityType = (typeof ENTITY_TYPES)[number]

/** A type that settings of extraction name stands beside the known ones. */
export type MentionType = EntityType | (string & {})

export interface EntityMention {
  readonly type: MentionType
  /** As it was written. */
  readonly value: string
  /** What two ways to write the same have in common. */
  readonly normalized: string
  /** 0..1 */
  readonly confidence: number
  /** Who says so: `given` by the caller, found by `rules` or by a `model`. */
  readonly source: 'given' | 'rules' | 'model'
}

/** As callers give it; normalising is Memoir's business. */
export interface GivenEntity {
  readonly type: EntityType
  readonly value: string
  readonly confidence: number
}
