import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError } from '../errors.ts'
import { callTool, TOOL_NAMES } from '../mcp/tools.ts'
import { looseChange, putSettings, SETTINGS_ANSWERS, testSettings } from './ai-settings.ts'
import { head, moment, present, queryListOf, question, text, userId, MAX_HITS } from './fields.ts'
import { needs, needsEverything } from './guard.ts'
import { countWrite } from './limits.ts'
import { recallWithin } from './reach.ts'
import { body, json, refuses } from './responses.ts'
import { createRouter } from './router.ts'
import { recallSchema } from './schemas.ts'

/** Paths that clients already call, with their shapes. Unknown fields are ignored here. */

const recallQuery = z.object({
  q: question,
  user_id: userId.optional(),
  k: z.coerce.number().pipe(z.int().min(1).max(MAX_HITS)).optional(),
  heads: queryListOf(head).optional(),
  time_window: text(100)
    .optional()
    .openapi({ description: 'The last so many days, `7d` (or `12h`, `4w`), or `FROM/TO`.' }),
})

const recall = createRoute({
  method: 'get',
  path: '/memory/recall',
  operationId: 'compatRecall',
  tags: ['compatible paths'],
  summary: 'Find what is remembered of a user in a time window',
  ...needs('reader'),
  request: { query: recallQuery },
  responses: { 200: json(recallSchema, 'Hits, best first'), ...refuses() },
})

const toolBody = z.object({
  name: z.string().openapi({ description: TOOL_NAMES.join(', ') }),
  arguments: z.record(z.string(), z.unknown()).default({}),
})

const toolResult = z
  .object({
    content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
    structuredContent: z.record(z.string(), z.unknown()),
    isError: z.boolean(),
  })
  .openapi('ToolResult')

const toolCall = createRoute({
  method: 'post',
  path: '/mcp/tool/call',
  operationId: 'callTool',
  tags: ['compatible paths'],
  summary: 'Call a tool by name',
  description:
    'What the caller got wrong, such as an argument, is a result with `isError` that a model can read.',
  ...needs('reader', 'reads'),
  request: { body: body(toolBody) },
  responses: {
    200: json(toolResult, 'What the tool answered'),
    ...refuses('payload_too_large', 'unsupported_media_type'),
  },
})

const getSettings = createRoute({
  method: 'get',
  path: '/settings/ai',
  operationId: 'compatGetAiSettings',
  tags: ['compatible paths'],
  summary: 'As GET /v1/settings/ai',
  ...needsEverything(),
  request: {},
  responses: SETTINGS_ANSWERS.get,
})

const putAiSettings = createRoute({
  method: 'put',
  path: '/settings/ai',
  operationId: 'compatPutAiSettings',
  tags: ['compatible paths'],
  summary: 'As PUT /v1/settings/ai',
  ...needsEverything(),
  request: { body: body(looseChange) },
  responses: SETTINGS_ANSWERS.put,
})

const testAiSettings = createRoute({
  method: 'post',
  path: '/settings/ai/test',
  operationId: 'compatTestAiSettings',
  tags: ['compatible paths'],
  summary: 'As POST /v1/settings/ai/test',
  ...needsEverything('work'),
  request: { body: body(looseChange) },
  responses: SETTINGS_ANSWERS.test,
})

export const compatRoutes = createRouter()
  .openapi(recall, async (c) => {
    const { services, principal } = c.var
    const {
      q: query,
      k = services.config.MEMORY_K,
      heads,
      user_id,
      time_window,
    } = c.req.valid('query')
    const window = time_window === undefined ? {} : windowOf(time_window, Date.now())
    const ask = present({ query, k, heads, userId: user_id, ...window })
    return c.json(await recallWithin(services, principal, ask), 200)
  })
  .openapi(toolCall, async (c) => {
    const { services, principal } = c.var
    const { name, arguments: given } = c.req.valid('json')
    return c.json(
      await callTool({ services, principal, countWrite: countWrite(c) }, name, given),
      200,
    )
  })
  .openapi(getSettings, async (c) => c.json(await c.var.services.settings.get(), 200))
  .openapi(putAiSettings, async (c) => {
    const call = { ...c.var, idempotencyKey: c.req.header('idempotency-key') }
    return c.json(await putSettings(call, c.req.valid('json')), 200)
  })
  .openapi(testAiSettings, async (c) => c.json(await testSettings(c.var, c.req.valid('json')), 200))

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const isUnit = (unit: string | undefined): unit is keyof typeof UNIT_MS =>
  unit !== undefined && unit in UNIT_MS

/**
 * `7d` counts back from now; `2026-01-01/2026-02-01` begins with its first and ends before its second day.
 * @throws MemoirError `invalid_request`
 */
export function windowOf(window: string, now: number): { from: Date; to?: Date } {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(window) ?? []
  if (isUnit(unit)) return { from: new Date(now - Number(count) * UNIT_MS[unit]) }
  const [from, to, ...more] = window.split('/').map((part) => moment.safeParse(part))
  if (from?.success && to?.success && more.length === 0 && from.data < to.data) {
    return { from: from.data, to: to.data }
  }
  throw new MemoirError(
    'invalid_request',
    'time_window: must be like 7d or 2026-01-01/2026-02-01',
    { details: { field: 'time_window' } },
  )
}
