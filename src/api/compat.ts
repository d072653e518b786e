import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { HEADS } from '../domain/recall.ts'
import { MemoirError, SENTENCE, toMemoirError } from '../errors.ts'
import { callTool } from '../mcp/tools.ts'
import { allow } from './auth.ts'
import type { AppEnv } from './environment.ts'
import { refuseInvalid } from './invalid.ts'
import { presentRecall, recallFor } from './routes/recall.ts'
import {
  MAX_HITS,
  json,
  listOf,
  question,
  recallSchema,
  refuses,
  secured,
  userId,
} from './schemas.ts'

/** Paths that existing clients call. They behave as the routes of /v1; fields they do not know are ignored. */

const tags = ['compatibility']

const toolCall = createRoute({
  method: 'post',
  path: '/mcp/tool/call',
  summary: 'Call a tool by name',
  tags,
  security: secured,
  middleware: [allow('reader')] as const,
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            name: z.string().max(100),
            arguments: z.record(z.string(), z.unknown()).optional(),
          }),
        },
      },
    },
  },
  responses: {
    200: json(
      z.object({
        content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
        structuredContent: z.record(z.string(), z.unknown()),
        isError: z.boolean(),
      }),
      'What the tool answered; its failures too, so that the model can read them',
    ),
    ...refuses(),
  },
})

/** `7d`, `12h`, or two dates with a slash between. */
const RELATIVE = /^(\d{1,5})([hdw])$/
const HOURS = { h: 1, d: 24, w: 168 } as const
const MS_AN_HOUR = 3_600_000

function timeWindow(value: string): { from: string; to?: string } {
  const [, count, unit] = RELATIVE.exec(value) ?? []
  if (count !== undefined && (unit === 'h' || unit === 'd' || unit === 'w')) {
    return { from: new Date(Date.now() - Number(count) * HOURS[unit] * MS_AN_HOUR).toISOString() }
  }
  const [from, to, ...rest] = value.split('/').map((part) => new Date(part))
  if (
    from &&
    to &&
    rest.length === 0 &&
    !Number.isNaN(from.getTime()) &&
    !Number.isNaN(to.getTime())
  ) {
    return { from: from.toISOString(), to: to.toISOString() }
  }
  throw new MemoirError('invalid_request', 'time_window: such as 7d or 2026-01-01/2026-02-01', {
    details: { field: 'time_window' },
  })
}

const recall = createRoute({
  method: 'get',
  path: '/memory/recall',
  summary: 'Find memories of a user',
  tags,
  security: secured,
  middleware: [allow('reader')] as const,
  request: {
    query: z.object({
      q: question,
      k: z.coerce.number().int().min(1).max(MAX_HITS).optional(),
      heads: listOf(z.enum(HEADS)),
      time_window: z.string().max(100).optional(),
      user_id: userId.optional(),
    }),
  },
  responses: { 200: json(recallSchema, 'Memories, best first'), ...refuses() },
})

export const compatRoutes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  .openapi(toolCall, async (c) => {
    const { name, arguments: input } = c.req.valid('json')
    try {
      const { text, structured } = await callTool(name, input, c.var)
      return c.json(
        {
          content: [{ type: 'text' as const, text }],
          structuredContent: structured,
          isError: false,
        },
        200,
      )
    } catch (thrown) {
      const error = toMemoirError(thrown)
      if (error.code === 'internal') throw thrown
      const message = error.message || SENTENCE[error.code]
      return c.json(
        {
          content: [{ type: 'text' as const, text: message }],
          structuredContent: { error: { code: error.code, message, request_id: c.var.requestId } },
          isError: true,
        },
        200,
      )
    }
  })
  .openapi(recall, async (c) => {
    const { q, k, heads, time_window: time, user_id: user } = c.req.valid('query')
    const result = await recallFor(c.var.services, c.var.principal, {
      q,
      ...(k === undefined ? {} : { k }),
      ...(heads === undefined ? {} : { heads }),
      ...(user === undefined ? {} : { user_id: user }),
      ...(time === undefined ? {} : timeWindow(time)),
    })
    return c.json(presentRecall(result), 200)
  })
