import { z } from 'zod'
import type { ApiServices } from '../api/context.ts'
import type { Principal } from '../api/environment.ts'
import { invalid } from '../api/errors.ts'
import { question, userId } from '../api/fields.ts'
import { MemoirError } from '../errors.ts'
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

/** What is looked for, under the one name it has in every tool. */
export const queryOf = (description: string) => question.describe(description)

/** What else it is called elsewhere, and was here. */
export const QUERY_NAMES = {
  query_summary: 'query',
  search_query: 'query',
  question: 'query',
  q: 'query',
  k: 'limit',
  top_k: 'limit',
} as const

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
  readonly properties?: object
}

interface Definition<Input extends z.ZodObject> extends Omit<
  ToolDescription,
  'inputSchema' | 'outputSchema'
> {
  readonly role: Role
  readonly input: Input
  readonly output: z.ZodType
  /** Names that arguments had before, or have elsewhere, and those they have now. They are taken, and not shown. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Arguments that are taken and change nothing. */
  readonly ignored?: readonly string[]
  answer(caller: ToolCaller, given: z.output<Input>): Promise<ToolResult>
}

/** Makes a tool whose arguments are checked by the schema that describes them. */
export function defineTool<Input extends z.ZodObject>({
  input,
  output,
  aliases = {},
  ignored = [],
  answer,
  ...rest
}: Definition<Input>): Tool {
  const inputSchema = schemaOf(input, 'input')
  return {
    ...rest,
    inputSchema,
    outputSchema: schemaOf(output, 'output'),
    async call(caller, given) {
      const parsed = input.safeParse(putRight(given, { aliases, ignored }))
      if (!parsed.success) throw withUsage(invalid(parsed.error), rest.name, inputSchema)
      return await answer(caller, parsed.data)
    },
  }
}

/** Arguments under the names that they have now. One that is there already is not replaced. */
function putRight(
  given: unknown,
  { aliases, ignored }: Required<Pick<Definition<z.ZodObject>, 'aliases' | 'ignored'>>,
): unknown {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given)) return given
  const named: Record<string, unknown> = { ...given }
  for (const [old, name] of Object.entries(aliases)) {
    if (Object.hasOwn(named, old) && !Object.hasOwn(named, name)) {
      named[name] = named[old]
      delete named[old]
    }
  }
  for (const name of ignored) delete named[name]
  return named
}

/** What was wrong, and what the tool takes: enough for a model to call it rightly the next time. */
function withUsage(error: MemoirError, name: string, { properties, required }: ObjectSchema) {
  const needed = new Set(Array.isArray(required) ? required : [])
  const names = Object.keys(properties ?? {}).map((one) =>
    needed.has(one) ? `${one} (required)` : one,
  )
  return new MemoirError(error.code, `${error.message}. ${name} takes ${names.join(', ')}.`, {
    details: error.details ?? {},
  })
}

/** What not every client takes: a default is said in words. */
const UNSHOWN = ['default', 'format', 'pattern'] as const

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): ObjectSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema }) {
      if (io === 'input') for (const keyword of UNSHOWN) delete jsonSchema[keyword]
    },
  })
  return { ...described, type: 'object' }
}

/** An id as another tool answered it. A schema that asks for a format is refused by some clients. */
export const memoryId = z
  .string()
  .refine((id) => z.uuid().safeParse(id).success, 'must be an id as another tool answered it')

/** A result: sentences for the model, and the same as data. */
export function answered(text: string, structured: object): ToolResult {
  return {
    content: [{ type: 'text', text }],
    structuredContent: { ...structured },
    isError: false,
  }
}
