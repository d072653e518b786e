import type { Memoir, ToolName } from '@memoir/client'
import { dynamicTool, jsonSchema, type ToolSet } from 'ai'

export interface MemoirToolsOptions {
  readonly memoir: Memoir
  /** Whose memories, whatever the model says; may be left out with a key that is bound to a user. */
  readonly user_id?: string
  /** All memory tools unless given. */
  readonly only?: readonly ToolName[]
}

/** The memory tools, for `generateText({ tools })`. What fails is reported to the model by the AI SDK as the tool's error. */
export function memoirTools({ memoir, user_id, only }: MemoirToolsOptions): ToolSet {
  const definitions = memoir.tools.definitions(only === undefined ? {} : { only })
  return Object.fromEntries(
    definitions.map(({ function: { name, description, parameters } }) => [
      name,
      dynamicTool({
        description,
        inputSchema: jsonSchema(parameters),
        async execute(input, { abortSignal }) {
          const { content, isError } = await memoir.tools.call(name, input as Arguments, {
            ...(user_id === undefined ? {} : { userId: user_id }),
            ...(abortSignal === undefined ? {} : { signal: abortSignal }),
          })
          const text = content.map((part) => part.text).join('\n')
          if (isError) throw new Error(text)
          return text
        },
      }),
    ]),
  )
}

/** Checked by Memoir, whose message about it the model reads. */
type Arguments = Readonly<Record<string, unknown>>
