import { z } from 'zod'
import type { Draft } from '../draft.ts'

/** A kind of export: how its records are known and what becomes of one. */

export type Fields = Readonly<Record<string, unknown>>

export interface RecordContext {
  /** Who the export is about, where a record does not say. */
  readonly user: string | undefined
  /** What stands beside the list that holds the record. */
  readonly around: Fields
}

export interface Format {
  /** Whether a record is of this kind; `list` is the name of the list it stands in. */
  knows(record: Fields, list: string | null): boolean
  /**
   * One conversation, with no messages when there is nothing to take in.
   * @throws ZodError where the record is not of the format's shape
   */
  read(record: unknown, context: RecordContext): Draft
}

/** Times outside of these are mistakes, and some of them no database holds. */
const FIRST_YEAR = 1900
const LAST_YEAR = 9999

function isSensible(at: Date): boolean {
  const year = at.getUTCFullYear()
  return year >= FIRST_YEAR && year <= LAST_YEAR
}

/** A time as exports write them: ISO 8601 (UTC where no offset stands), or seconds since 1970. */
export const moment = z
  .union([z.string(), z.number()])
  .transform((value, context): Date => {
    const at = typeof value === 'number' ? new Date(value * 1000) : new Date(inUtc(value))
    if (isSensible(at)) return at
    context.addIssue({ code: 'custom', message: 'is not a time' })
    return z.NEVER
  })
  .nullish()
  .transform((value) => value ?? undefined)

/** `2026-03-01 10:00:00` is local time to JavaScript; exports mean UTC. */
function inUtc(text: string): string {
  return /\dT?\s?\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
}

/** Ids are text or numbers, depending on the vendor's age. */
export const identifier = z.union([z.string().min(1), z.number()]).transform(String)

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
