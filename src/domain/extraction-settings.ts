/** What a namespace, or a collection of it, wants remembered of conversations. */

export const SENSITIVE_TREATMENTS = ['drop', 'mask', 'keep'] as const
export type SensitiveTreatment = (typeof SENSITIVE_TREATMENTS)[number]

export interface Category {
  readonly name: string
  /** What belongs to it; empty when the name says it. */
  readonly description: string
}

export interface ExtractionSettings {
  /** In plain words, for the language model; the built-in rules cannot follow them. */
  readonly instructions: string
  readonly categories: readonly Category[]
  /** Topics of which nothing is remembered. */
  readonly never: readonly string[]
  /** Types of entities to name; empty is all that are known. */
  readonly entity_types: readonly string[]
  /** Passwords, codes, keys and numbers of documents, cards and accounts. */
  readonly sensitive: SensitiveTreatment
}

export const DEFAULT_EXTRACTION: ExtractionSettings = {
  instructions: '',
  categories: [],
  never: [],
  entity_types: [],
  sensitive: 'keep',
}

/** Settings with the number by which work done under them is known; 0 is that of no settings at all. */
export interface VersionedExtraction {
  readonly version: number
  readonly settings: ExtractionSettings
}

/** Bounds of what is shown to a model with each passage, together some 10,000 tokens. */
export const EXTRACTION_LIMITS = {
  instructionsChars: 4_000,
  categories: 50,
  categoryChars: 64,
  descriptionChars: 300,
  never: 100,
  neverChars: 200,
  entityTypes: 50,
  entityTypeChars: 64,
} as const
