import type { Memoir, ToolName } from '@memoir/client'
import { tool, type DynamicStructuredTool } from '@langchain/core/tools'
import { userOf } from './user.ts'

export interface MemoirToolsOptions {
  readonly memoir: Memoir
  /** Whose memories, whatever the model says; else `configurable.user_id` of the run, or the user that the key is bound to. */
  readonly user_id?: string
  /** All memory tools unless given. */
  readonly only?: readonly ToolName[]
}

/** The memory tools, for agents and `bindTools`. */
export function memoirTools({
  memoir,
  user_id,
  only,
}: MemoirToolsOptions): DynamicStructuredTool[] {
  const definitions = memoir.tools.definitions(only === undefined ? {} : { only })
  return definitions.map(
    ({ function: { name, description, parameters } }) =>
      tool(
        async (input: unknown, config) => {
          const userId = userOf(user_id, config.configurable)
          const { content, isError } = await memoir.tools.call(name, input as Arguments, {
            ...(userId === undefined ? {} : { userId }),
            ...(config.signal === undefined ? {} : { signal: config.signal }),
          })
          const text = content.map((part) => part.text).join('\n')
          if (isError) throw new Error(text)
          return text
        },
        { name, description, schema: parameters },
      ) as DynamicStructuredTool,
  )
}

/** Checked by Memoir, whose message about it the model reads. */
type Arguments = Readonly<Record<string, unknown>>
