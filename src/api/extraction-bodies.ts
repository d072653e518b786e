import { z } from '@hono/zod-openapi'
import { EXTRACTION_LIMITS, SENSITIVE_TREATMENTS } from '../domain/extraction-settings.ts'
import { pathId, time } from './fields.ts'
import { sessionMetadata, transcript } from './transcripts.ts'

/** What says what is to be remembered, as it is sent and answered. */

const MAX = EXTRACTION_LIMITS

/** Blanks around it are no part of it, and it is more than those. */
const words = (max: number) =>
  z.string().trim().min(1).max(max).openapi({ minLength: 1, maxLength: max })

const category = z.strictObject({
  name: words(MAX.categoryChars),
  description: z.string().trim().max(MAX.descriptionChars).default(''),
})

/** The same twice says nothing more. */
const listOfWords = (count: number, chars: number) =>
  z
    .array(words(chars))
    .max(count)
    .transform((all) => all.filter((one, at) => indexOf(one, all) === at))

const indexOf = (one: string, all: readonly string[]) =>
  all.findIndex((other) => other.toLowerCase() === one.toLowerCase())

const fields = {
  instructions: z.string().trim().max(MAX.instructionsChars).default('').openapi({
    description: 'In plain words, for the language model: what is worth remembering here.',
  }),
  categories: z
    .array(category)
    .max(MAX.categories)
    .default([])
    .superRefine((all, context) => {
      const names = all.map(({ name }) => name)
      for (const [at, name] of names.entries()) {
        if (indexOf(name, names) === at) continue
        context.addIssue({ code: 'custom', path: [at, 'name'], message: 'stands there twice' })
      }
    })
    .openapi({ description: 'Each fact is put into one of them, or none.' }),
  never: listOfWords(MAX.never, MAX.neverChars).default([]).openapi({
    description: 'Topics of which nothing is remembered, in plain words: `health`, `salary`.',
  }),
  entity_types: listOfWords(MAX.entityTypes, MAX.entityTypeChars).default([]).openapi({
    description:
      'Types of entities to name; empty is all: person, place, organization, event, thing.',
  }),
  sensitive: z.enum(SENSITIVE_TREATMENTS).default('keep').openapi({
    description:
      'Passwords, codes, keys and numbers of documents, cards and accounts: `drop` what holds them, `mask` them, or `keep` them.',
  }),
}

export const extractionFields = z.strictObject(fields)

const asAnswered = z
  .unknown()
  .optional()
  .openapi({ description: 'As it is answered; it changes nothing.' })

/** What was read may be sent back as it is, with what is to be changed. */
export const extractionBody = z.strictObject({
  ...fields,
  version: z.int().min(0).optional().openapi({
    description: 'Changes the settings only while this is their version.',
  }),
  collection: asAnswered,
  outdated: asAnswered,
  updated_at: asAnswered,
})

export const extractionSchema = z
  .object({
    instructions: z.string(),
    categories: z.array(z.object({ name: z.string(), description: z.string() })).readonly(),
    never: z.array(z.string()).readonly(),
    entity_types: z.array(z.string()).readonly(),
    sensitive: z.enum(SENSITIVE_TREATMENTS),
    version: z.int().openapi({ description: 'Goes up with each change; 0 is no settings.' }),
    collection: z.string().nullable().openapi({
      description: 'Whose settings these are; null: those of the namespace.',
    }),
    outdated: z.int().openapi({
      description:
        'Conversations of the namespace’s source that were ingested under other settings; a backfill with `force` ingests them again.',
    }),
    updated_at: time.nullable(),
  })
  .openapi('ExtractionSettings')

export const collectionQuery = z.strictObject({
  collection: pathId(256).optional().openapi({
    description: 'Settings of a collection of sessions; left out, those of the namespace.',
  }),
})

/** A request that somebody waits for: a few pages of a conversation. */
const MAX_TRIED_CHARS = 32_000

export const trialBody = z.strictObject({
  transcript: transcript.refine(
    (turns) => turns.reduce((sum, { content }) => sum + content.length, 0) <= MAX_TRIED_CHARS,
    `holds more than ${MAX_TRIED_CHARS} characters`,
  ),
  metadata: sessionMetadata.default({}),
  settings: extractionFields.optional().openapi({
    description: 'Tried instead of those that are stored.',
  }),
})

export const trialSchema = z
  .object({
    facts: z
      .array(
        z.object({
          content: z.string(),
          category: z.string().nullable(),
          entities: z.array(z.object({ type: z.string(), value: z.string() })).readonly(),
          occurred_at: time,
          salience: z.number(),
          evidence: z
            .array(z.object({ position: z.int(), quote: z.string().nullable() }))
            .readonly(),
        }),
      )
      .readonly(),
    dropped: z
      .array(
        z.object({
          content: z.string(),
          reason: z.enum(['never', 'sensitive']),
          never: z.string().nullable().openapi({ description: 'The topic that it touches.' }),
          kinds: z
            .array(z.enum(['password', 'code', 'key', 'document', 'card', 'account']))
            .readonly(),
        }),
      )
      .readonly()
      .openapi({ description: 'What was found and would not be remembered.' }),
    model: z.string().openapi({ description: 'Who extracted; `rules` is what is built in.' }),
    version: z.int().nullable().openapi({
      description: 'Of the stored settings; null where others were tried.',
    }),
  })
  .openapi('ExtractionTrial')
