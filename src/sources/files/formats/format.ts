import { z } from 'zod'
import type { Draft, Problem } from '../draft.ts'
import { timeOf, type Fields } from './fields.ts'

/** A kind of export: how its records are known and what becomes of one. */

export interface RecordContext {
  /** Who the export is about, where a record does not say. */
  readonly user: string | undefined
  /** Which speaker is the user, where several people speak. */
  readonly speaker: string | undefined
  /** What is stored beside the list that holds the record. */
  readonly around: Fields
  /** The name of the list that holds it. */
  readonly list: string | null
  /** The file, without folder and extension. */
  readonly file: string
  /** The folder of the file inside a zip. */
  readonly folder: string | undefined
  /** Its number in the file, from 1. */
  readonly number: number
  /** Who is meant by the ids of people, where another file of the export says so. */
  readonly names: ReadonlyMap<string, string>
}

export interface Format {
  /** Whether a record is of this kind; `list` is the name of the list that holds it, `around` what is stored beside that. */
  knows(record: Fields, place: Pick<RecordContext, 'list' | 'around'>): boolean
  /**
   * One conversation, with no messages when there is nothing to import.
   * @throws ZodError where the record is not of the format's shape
   */
  read(record: unknown, context: RecordContext): Draft | Problem
}

/** A time, where another value is refused. */
export const moment = z
  .union([z.string(), z.number()])
  .transform((value, context): Date => {
    const at = timeOf(value)
    if (at !== undefined) return at
    context.addIssue({ code: 'custom', message: 'is not a time' })
    return z.NEVER
  })
  .nullish()
  .transform((value) => value ?? undefined)

/** Ids are text or numbers, depending on the vendor's age. */
export const identifier = z.union([z.string().min(1), z.number()]).transform(String)
