import { z } from '@hono/zod-openapi'
import type { AcceptedConsolidation, ShownRun } from '../consolidation/consolidations.ts'
import { CONSOLIDATION_STATES, NO_PLAN, type ConsolidationState } from '../domain/consolidation.ts'
import { isTerminal, type Job } from '../domain/job.ts'
import { ERROR_CODES, isErrorCode, MemoirError, SENTENCE } from '../errors.ts'
import { getJob } from '../stores/jobs/job-list.ts'
import type { Queryable } from '../stores/database.ts'
import { listRuns } from '../stores/consolidation/consolidation-dreams.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { present, time, userId, uuid } from './fields.ts'
import { once } from './idempotency.ts'
import { acceptedSchema } from './schemas.ts'

/** Consolidations as HTTP tells them; under `/v1` and under the path that clients call already. */

const name = z.object({ type: z.string(), value: z.string(), normalized: z.string() })
const count = z.int()

const planSchema = z
  .object({
    summary: z
      .object({
        id: uuid,
        content: z.string(),
        scope: z.string(),
        language: z.string(),
        model: z.string(),
        prompt_version: z.string(),
      })
      .nullable()
      .openapi({ description: 'Null leaves the day’s summary as it is.' }),
    edges: z.array(z.object({ memory: uuid, subject: name, predicate: z.string(), object: name })),
    merges: z
      .array(z.object({ id: uuid, revision: count, into: uuid, into_revision: count }))
      .openapi({ description: 'Which memories give way to which; superseded, never deleted.' }),
    salience: z
      .array(z.object({ id: uuid, revision: count, from: z.number(), to: z.number() }))
      .openapi({ description: 'Memories that are weighed again by what is known now.' }),
    downshift: z.array(uuid).openapi({ description: 'Memories whose vectors leave the hot tier.' }),
    drop_heads: z.array(z.object({ id: uuid, heads: z.array(z.string()) })),
  })
  .openapi('ConsolidationPlan')

export const consolidationSchema = z
  .object({
    id: uuid,
    job: uuid,
    user_id: userId.nullable().openapi({ description: 'Null for a request for several days.' }),
    day: z.iso.date().nullable(),
    dry_run: z.boolean(),
    state: z.enum(CONSOLIDATION_STATES),
    plan: planSchema.nullable().openapi({
      description: 'Null before it is made, and once one of its memories was deleted.',
    }),
    guard: z
      .object({ retired: count, of_day: count, of_user: count, allowed: count })
      .nullable()
      .openapi({ description: 'What it would retire, against what one run may.' }),
    applied: z
      .object({
        summary: count,
        edges: count,
        merges: count,
        salience: count,
        downshift: count,
        drop_heads: count,
      })
      .nullable(),
    applied_at: time.nullable(),
    undone_at: time.nullable(),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
    runs: z
      .array(
        z.object({
          id: uuid,
          user_id: userId,
          day: z.iso.date(),
          state: z.enum(CONSOLIDATION_STATES),
          summary: z.string().nullable(),
          error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
        }),
      )
      .optional()
      .openapi({ description: 'Of a request for several days, its runs: two hundred at most.' }),
  })
  .openapi('Consolidation')

export type ShownConsolidation = z.infer<typeof consolidationSchema>

export interface ConsolidationWanted {
  readonly user_id?: string | undefined
  readonly day?: string | undefined
  readonly dry_run: boolean
}

interface Asked {
  readonly services: ApiServices
  readonly principal: Principal
}

/** A summary is made of whatever the day held: whoever may not see some of it may not have it made. */
function whose({ user, scopes }: Principal, named: string | undefined): string | undefined {
  if (scopes !== null) throw new MemoirError('forbidden', SENTENCE.forbidden)
  if (user !== null && named !== undefined && named !== user.externalId) {
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  return user?.externalId ?? named
}

export async function acceptConsolidation(
  { services, principal }: Asked,
  wanted: ConsolidationWanted,
  key: string | undefined,
): Promise<z.infer<typeof acceptedSchema>> {
  const userId = whose(principal, wanted.user_id)
  const { namespaceId } = principal
  const answerOf = async ({ id }: AcceptedConsolidation, db: Queryable) => {
    const job = await getJob(db, { namespaceId, id })
    if (job === null) throw new MemoirError('not_found', SENTENCE.not_found)
    return { status: 202, body: { id, job: id, status: job.state } }
  }
  const answer = await once(
    services,
    { principal, route: 'POST /v1/consolidations', key, body: wanted, answer: answerOf },
    async (beforeCommit) => {
      const request = { namespaceId, userId, day: wanted.day, dryRun: wanted.dry_run }
      return await services.consolidations.accept(present(request), beforeCommit)
    },
  )
  return acceptedSchema.parse(answer.body)
}

/** @throws MemoirError `not_found` */
export async function showConsolidation(
  { services, principal }: Asked,
  id: string,
): Promise<ShownConsolidation> {
  const user = whose(principal, undefined)
  const { namespaceId } = principal
  const run = await services.consolidations.show({ namespaceId, id })
  if (run !== null && (user === undefined || run.externalId === user)) return shownRun(run)
  const job = run === null ? await services.jobs.get({ namespaceId, id }) : null
  if (job?.kind !== 'dream' || (user !== undefined && job.user_id !== user)) {
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  const runs = await listRuns(services.db, { namespaceId, jobId: id, limit: MAX_RUNS })
  return consolidationSchema.parse({ ...shownNight(job), runs })
}

const MAX_RUNS = 200

function shownRun(run: ShownRun): ShownConsolidation {
  const code = isErrorCode(run.error) ? run.error : null
  return consolidationSchema.parse({
    id: run.id,
    job: run.id,
    user_id: run.externalId,
    day: run.day,
    dry_run: run.dryRun,
    state: run.state,
    // Runs of an earlier version weighed nothing.
    plan: run.plan && { ...NO_PLAN, ...run.plan },
    guard: run.guard,
    applied: run.applied && { ...run.applied.counts, salience: run.applied.counts.salience ?? 0 },
    applied_at: run.appliedAt?.toISOString() ?? null,
    undone_at: run.undoneAt?.toISOString() ?? null,
    error: code === null ? null : { code, message: SENTENCE[code] },
  })
}

/** Of several days there is no one plan: its runs have theirs. */
function shownNight(job: Job): Omit<ShownConsolidation, 'runs'> {
  const state: ConsolidationState = isTerminal(job.state)
    ? job.state === 'succeeded'
      ? 'applied'
      : 'failed'
    : 'planning'
  const code = isErrorCode(job.error?.code) ? job.error.code : null
  return {
    id: job.id,
    job: job.id,
    user_id: job.user_id,
    day: null,
    dry_run: false,
    state,
    plan: { ...NO_PLAN, edges: [], merges: [], salience: [], downshift: [], drop_heads: [] },
    guard: null,
    applied: null,
    applied_at: null,
    undone_at: null,
    error: code === null ? null : { code, message: SENTENCE[code] },
  }
}
