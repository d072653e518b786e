import type { Operations, ToolResult } from './api-types.ts'
import { TOOL_DEFINITIONS } from './tool-definitions.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

/** The memory tools for models that call functions, in the shape of OpenAI's API, which others take too. */

export type ToolName = (typeof TOOL_DEFINITIONS)[number]['name']

/** A tool as `chat.completions.create({ tools })` takes it. */
export interface FunctionTool {
  type: 'function'
  function: { name: ToolName; description: string; parameters: Record<string, unknown> }
}

/** What a model answered when it calls a function. */
export interface FunctionCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

export interface ToolMessage {
  role: 'tool'
  tool_call_id: string
  content: string
}

export interface ToolOptions extends RequestOptions {
  /** Whose memories, whatever the model says: a model must not choose. */
  readonly userId?: string
}

export interface DefinitionOptions {
  /** Leaves `user_id` and `user_ids` out of what the model is shown: for calls that are given `userId`. */
  readonly withoutUser?: boolean
  readonly only?: readonly ToolName[]
}

/** Tool definitions for a model; whatever calls them, `tools.run` answers. */
export function openAiTools({ withoutUser = true, only }: DefinitionOptions = {}): FunctionTool[] {
  return TOOL_DEFINITIONS.filter(({ name }) => only?.includes(name) ?? true).map(
    ({ name, description, parameters }) => {
      const properties = withoutUser ? withoutUsers(parameters.properties) : parameters.properties
      const shown = { ...parameters, properties }
      return { type: 'function', function: { name, description, parameters: shown } }
    },
  )
}

/** Arguments, or what is said of them, without those that say whose memories. */
const withoutUsers = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([name]) => name !== 'user_id' && name !== 'user_ids'),
  )

export function createTools(transport: Transport) {
  async function call(
    name: string,
    given: Readonly<Record<string, unknown>>,
    { userId, signal }: ToolOptions = {},
  ): Promise<ToolResult> {
    const own = userId === undefined ? given : { ...withoutUsers(given), user_id: userId }
    return await transport.ask<Operations['callTool']['answer']>({
      method: 'POST',
      path: '/mcp/tool/call',
      body: { name, arguments: own },
      ...on(signal),
    })
  }
  return {
    definitions: openAiTools,
    call,
    /** Runs what a model called, and answers the message that tells it; bad arguments are told to the model. */
    async run(called: FunctionCall, options: ToolOptions = {}): Promise<ToolMessage> {
      const message = (content: string): ToolMessage => {
        return { role: 'tool', tool_call_id: called.id, content }
      }
      const given = argumentsOf(called.function.arguments)
      if (given === null) return message('arguments: must be a JSON object')
      const { content } = await call(called.function.name, given, options)
      return message(content.map(({ text }) => text).join('\n'))
    },
  }
}

function argumentsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const given: unknown = JSON.parse(text === '' ? '{}' : text)
    return isRecord(given) ? given : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
