import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { requirePrices } from '../../jobs/pricing.ts'
import { appendAudit } from '../../stores/audit.ts'
import { findDayBudget, setDayBudget } from '../../stores/spending/day-budget.ts'
import type { ApiServices } from '../context.ts'
import type { Principal } from '../environment.ts'
import { time } from '../fields.ts'
import { needs } from '../guard.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

const dollars = z.number().min(0).max(1_000_000)

const budgetSchema = z
  .object({
    per_day: dollars.nullable().openapi({
      description: 'US dollars a day (UTC) for this namespace; null leaves it to `default`.',
    }),
    default: dollars.nullable().openapi({ description: 'BUDGET_PER_DAY; null is no limit.' }),
    spent_today: z.number(),
    resets_at: time,
  })
  .openapi('Budget')

const getBudget = createRoute({
  method: 'get',
  path: '/v1/settings/budget',
  operationId: 'getBudget',
  tags: ['settings'],
  summary: 'Say what the namespace may spend on model vendors in a day, and what it has',
  ...needs('admin'),
  responses: { 200: json(budgetSchema, 'The budget'), ...refuses() },
})

const putBudget = createRoute({
  method: 'put',
  path: '/v1/settings/budget',
  operationId: 'setBudget',
  tags: ['settings'],
  summary: 'Change what the namespace may spend on model vendors in a day',
  description:
    'At the limit jobs pause with `budget_reached`; they go on by themselves when the day turns or the budget is raised. Questions are counted and never refused.',
  ...needs('admin'),
  request: { body: body(z.strictObject({ per_day: dollars.nullable() })) },
  responses: {
    200: json(budgetSchema, 'The budget as it is now'),
    ...refuses('payload_too_large', 'unsupported_media_type'),
  },
})

/** Six digits behind a dollar, as in the stats. */
const rounded = (value: number) => Math.round(value * 1e6) / 1e6

async function budgetOf({ db, config }: ApiServices, { namespaceId }: Principal) {
  const budget = await findDayBudget(db, namespaceId)
  if (budget === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return {
    per_day: budget.perDay,
    default: config.BUDGET_PER_DAY ?? null,
    spent_today: rounded(budget.spentToday),
    resets_at: budget.resetsAt.toISOString(),
  }
}

export const budgetRoutes = createRouter()
  .openapi(getBudget, async (c) => c.json(await budgetOf(c.var.services, c.var.principal), 200))
  .openapi(putBudget, async (c) => {
    const { services, principal } = c.var
    const { per_day: perDay } = c.req.valid('json')
    if (perDay !== null) requirePrices(services.config, 'per_day')
    const { namespaceId, actor } = principal
    await services.db.transaction(async (tx) => {
      await setDayBudget(tx, { namespaceId, perDay })
      const details = { per_day: perDay }
      await appendAudit(tx, { namespaceId, actor, action: 'budget.set', subject: null, details })
    })
    return c.json(await budgetOf(services, principal), 200)
  })
