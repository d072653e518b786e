import { z } from 'zod'
import type { ApiServices } from '../api/context.ts'
import type { Principal } from '../api/environment.ts'
import { presentJob, visibleJob } from '../api/jobs-view.ts'
import { recallFor } from '../api/routes/recall.ts'
import { MemoirError } from '../errors.ts'

/** Tools that a model may call: what HTTP offers, in words a model picks by. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly arguments: z.ZodObject
  readonly readOnly: boolean
  run(input: unknown, context: ToolContext): Promise<ToolResult>
}

export interface ToolContext {
  readonly services: ApiServices
  readonly principal: Principal
}

export interface ToolResult {
  /** For the model to read. */
  readonly text: string
  readonly structured: Readonly<Record<string, unknown>>
}

const line = z.string().trim().min(1)

const recallArguments = z.object({
  query_summary: line.max(32_768),
  scope: line.max(100).optional(),
  user_id: line.max(256).optional(),
  limit: z.number().int().min(1).max(200).default(5),
})

const recallMemory: Tool = {
  name: 'recall_memory',
  description:
    'Finds what is remembered of a user about a subject. Say the subject in a few plain words.',
  arguments: recallArguments,
  readOnly: true,
  async run(input, { services, principal }) {
    const wanted = parse(recallArguments, input)
    const result = await recallFor(services, principal, {
      q: wanted.query_summary,
      k: wanted.limit,
      ...(wanted.user_id === undefined ? {} : { user_id: wanted.user_id }),
      ...(wanted.scope === undefined ? {} : { scope: wanted.scope }),
    })
    const lines = result.hits.map(
      (hit) => `- ${hit.occurred_at.slice(0, 10)} ${hit.role ?? hit.kind}: ${hit.content}`,
    )
    return {
      text: lines.length === 0 ? 'Nothing is remembered about that.' : lines.join('\n'),
      structured: { ...result },
    }
  },
}

const jobArguments = z.object({ id: z.uuid() })

const getJob: Tool = {
  name: 'get_job',
  description: 'Says how far a piece of accepted work is.',
  arguments: jobArguments,
  readOnly: true,
  async run(input, { services, principal }) {
    const job = await visibleJob(services, principal, parse(jobArguments, input).id)
    return {
      text: `${job.kind} is ${job.state}.`,
      structured: { ...presentJob(job, principal, services) },
    }
  },
}

export const TOOLS: readonly Tool[] = [recallMemory, getJob]

/** @throws MemoirError `not_found` for a tool that does not exist, `invalid_request` naming the argument */
export async function callTool(
  name: string,
  input: unknown,
  context: ToolContext,
): Promise<ToolResult> {
  const tool = TOOLS.find((one) => one.name === name)
  if (!tool) {
    throw new MemoirError(
      'not_found',
      `name: there is no tool of that name; there are ${TOOLS.map((one) => one.name).join(', ')}`,
    )
  }
  return await tool.run(input, context)
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = `arguments.${issue?.path.join('.') ?? ''}`
  throw new MemoirError('invalid_request', `${field}: ${issue?.message ?? 'not valid'}`, {
    details: { field },
  })
}
