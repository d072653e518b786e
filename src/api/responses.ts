import { z } from '@hono/zod-openapi'
import { ERROR_CODES, type ErrorCode } from '../errors.ts'
import { STATUS } from './errors.ts'

/** How routes declare what they answer. */

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      request_id: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error')

const refusal = (codes: readonly ErrorCode[]) => json(errorSchema, codes.join(', '))

/** What every route behind the guard may answer besides its own. */
const GUARDED = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'rate_limited',
  'issuer_unavailable',
  'store_unavailable',
  'internal',
] as const satisfies readonly ErrorCode[]

type Refusals<Code extends ErrorCode> = {
  [Status in (typeof STATUS)[Code]]: ReturnType<typeof refusal>
}

/** Declares refusals, one response a status, on top of those of every guarded route. */
export function refuses<Code extends ErrorCode = never>(
  ...codes: readonly Code[]
): Refusals<Code | (typeof GUARDED)[number]> {
  const byStatus = Map.groupBy<number, ErrorCode>(
    new Set([...GUARDED, ...codes]),
    (code) => STATUS[code],
  )
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, refusal(group)]),
  ) as Refusals<Code | (typeof GUARDED)[number]>
}

/** Every body: its absence and another content type are refused. */
export const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true as const,
  content: { 'application/json': { schema } },
})
