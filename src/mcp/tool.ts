import { z } from 'zod'
import type { ApiServices } from '../api/context.ts'
import type { Principal } from '../api/environment.ts'
import { invalid } from '../api/errors.ts'
import { userId } from '../api/fields.ts'
import type { Role } from '../stores/api-keys.ts'

/** What a tool is, whatever carries its calls. */

export interface ToolCaller {
  readonly services: Pick<
    ApiServices,
    'recall' | 'jobs' | 'memories' | 'narratives' | 'answer' | 'config' | 'temporalUi' | 'db'
  >
  readonly principal: Principal
  /** Counts a write against the key's limit. @throws MemoirError `rate_limited` */
  readonly countWrite?: () => Promise<void>
}

export interface ToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
  /** True when the model can put it right: the text says how. */
  isError: boolean
}

/** What a client may let a model do without asking a person. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  /** Whether it reaches beyond Memoir. */
  readonly openWorldHint: boolean
}

export const READ_ONLY: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

/** Said by every tool that looks at one user. */
export const whose = userId
  .optional()
  .describe('Whose memories, by your own id of the user; leave it out with a key bound to a user')

/** How a tool shows itself: name, words for the model, and its shapes as JSON Schema. */
export interface ToolDescription {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: ObjectSchema
  readonly outputSchema: ObjectSchema
  readonly annotations: ToolAnnotations
}

export interface Tool extends ToolDescription {
  /** What a key has to be to call it; a lesser one is not shown it. */
  readonly role: Role
  call(caller: ToolCaller, given: unknown): Promise<ToolResult>
}

export interface ObjectSchema {
  readonly [key: string]: unknown
  readonly type: 'object'
}

interface Definition<Input extends z.ZodType> extends Omit<
  ToolDescription,
  'inputSchema' | 'outputSchema'
> {
  readonly role: Role
  readonly input: Input
  readonly output: z.ZodType
  answer(caller: ToolCaller, given: z.output<Input>): Promise<ToolResult>
}

/** Makes a tool whose arguments are checked by the schema that describes them. */
export function defineTool<Input extends z.ZodType>({
  input,
  output,
  answer,
  ...rest
}: Definition<Input>): Tool {
  return {
    ...rest,
    inputSchema: schemaOf(input, 'input'),
    outputSchema: schemaOf(output, 'output'),
    async call(caller, given) {
      const parsed = input.safeParse(given ?? {})
      if (!parsed.success) throw invalid(parsed.error)
      return await answer(caller, parsed.data)
    },
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): ObjectSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io })
  return { ...described, type: 'object' }
}

/** A result: sentences for the model, and the same as data. */
export function answered(text: string, structured: object): ToolResult {
  return {
    content: [{ type: 'text', text }],
    structuredContent: { ...structured },
    isError: false,
  }
}
