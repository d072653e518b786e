import { createRoute, z } from '@hono/zod-openapi'
import type { Config } from '../../config.ts'
import { JOB_STATES } from '../../domain/job.ts'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { dollarsOf } from '../../providers/prices.ts'
import { listStats, type NamespaceStats, type UsageOfDay } from '../../stores/stats.ts'
import { pageQuery, present } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { isBound } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { pageOf } from '../schemas.ts'

const cost = z
  .number()
  .nullable()
  .openapi({ description: 'US dollars; null where a price is not known.' })

const usageSchema = z.object({
  day: z.iso.date(),
  model: z.string(),
  purpose: z.string(),
  requests: z.int(),
  tokens: z.int(),
  cost,
})

const activitySchema = z.object({
  day: z.iso.date(),
  memories: z.int(),
  lag_ms: z
    .object({ p50: z.number(), p95: z.number() })
    .nullable()
    .openapi({ description: 'From acceptance until it was searchable; null when nothing came.' }),
  failures: z.int().openapi({ description: 'Jobs that stand as failed.' }),
})

const statsSchema = z
  .object({
    namespace: z.string(),
    users: z.int(),
    memories: z.int(),
    episodes: z.int(),
    jobs: z.object(Object.fromEntries(JOB_STATES.map((state) => [state, z.int()]))),
    usage: z.array(usageSchema),
    total: z.object({ requests: z.int(), tokens: z.int(), cost }),
    activity: z
      .array(activitySchema)
      .readonly()
      .optional()
      .openapi({ description: 'With `activity=true`: the days on which something happened.' }),
  })
  .openapi('Stats')

const MAX_DAYS = 366

const getStats = createRoute({
  method: 'get',
  path: '/v1/stats',
  operationId: 'getStats',
  tags: ['stats'],
  summary: 'Count what there is, and what model vendors were asked, by day (UTC) and model',
  description:
    "A key's own namespace; an administrator's every namespace, or the one of `Memoir-Namespace`. Any key that is not bound to a user or to scopes.",
  ...needs('reader'),
  request: {
    query: z.strictObject({
      ...pageQuery,
      days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30).openapi({
        description: 'How many days of usage, today included.',
      }),
      activity: z.stringbool().default(false).openapi({
        description: 'Tells of each day what came, how soon it was searchable and what failed.',
      }),
    }),
  },
  responses: { 200: json(pageOf(statsSchema), 'By the namespace’s name'), ...refuses() },
})

export const statsRoutes = createRouter().openapi(getStats, async (c) => {
  const { services, principal } = c.var
  if (isBound(principal)) throw new MemoirError('not_found', SENTENCE.not_found)
  const everywhere = principal.everywhere && c.req.header('memoir-namespace') === undefined
  const { days, activity, limit, cursor } = c.req.valid('query')
  const namespaceId = everywhere ? undefined : principal.namespaceId
  const filter = { ...present({ namespaceId, cursor }), days, activity, limit }
  const { items, next_cursor } = await readPage(
    cursor,
    async () => await listStats(services.db, filter),
  )
  const shown = items.map((stats) => presentStats(stats, services.config))
  return c.json({ items: shown, next_cursor }, 200)
})

/** Six digits behind a dollar: a day of questions costs less than a cent and still shows. */
const rounded = (dollars: number) => Math.round(dollars * 1e6) / 1e6

function presentStats({ usage, ...stats }: NamespaceStats, config: Config) {
  const rows = usage.map(({ dollars: _dollars, ...row }, index) => ({
    ...row,
    cost: costOf(usage[index], config),
  }))
  const costs = rows.map((row) => row.cost)
  const known = costs.filter((each) => each !== null)
  return {
    ...stats,
    usage: rows.map((row) => ({ ...row, cost: row.cost === null ? null : rounded(row.cost) })),
    total: {
      requests: sum(rows.map(({ requests }) => requests)),
      tokens: sum(rows.map(({ tokens }) => tokens)),
      // Half a sum would pass for the whole.
      cost: known.length < costs.length ? null : rounded(sum(known)),
    },
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)

/** What it cost on its day, else at today's price. */
function costOf(usage: UsageOfDay | undefined, config: Config): number | null {
  if (usage === undefined) return null
  const { dollars, tokens, model } = usage
  const price = model === config.EMBEDDING_MODEL ? config.EMBEDDING_PRICE : undefined
  return dollars ?? dollarsOf(tokens, { model, price })
}
