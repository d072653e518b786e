import type { Principal } from '../api/environment.ts'
import { hasRole } from '../api/guard.ts'
import { MemoirError, type ErrorCode } from '../errors.ts'
import { askMemory } from './ask-tool.ts'
import { getJob } from './job-tools.ts'
import { addMemories, forgetMemory, listMemories, updateMemory } from './memory-tools.ts'
import { jeanMemory } from './jean-tool.ts'
import { deepMemoryQuery, recallMemory, searchMemory } from './recall-tools.ts'
import type { Tool, ToolCaller, ToolResult } from './tool.ts'

/** The tools that models call, whatever carries the call. */

export const TOOLS: readonly Tool[] = [
  recallMemory,
  searchMemory,
  listMemories,
  askMemory,
  deepMemoryQuery,
  jeanMemory,
  addMemories,
  updateMemory,
  forgetMemory,
  getJob,
]
export const TOOL_NAMES = TOOLS.map(({ name }) => name)

/** Those a key may call. */
export function toolsFor({ role }: Pick<Principal, 'role'>): readonly Tool[] {
  return TOOLS.filter((tool) => hasRole(role, tool.role))
}

/**
 * Calls a tool within the reach of a key. What the caller got wrong is a result that a model can read; everything else is thrown.
 * @throws MemoirError `store_unavailable` and whatever else no other call would put right
 */
export async function callTool(
  caller: ToolCaller,
  name: string,
  given: unknown,
): Promise<ToolResult> {
  try {
    const tool = TOOLS.find((one) => one.name === name)
    if (tool === undefined) throw unknownTool(caller.principal)
    if (!hasRole(caller.principal.role, tool.role)) {
      throw new MemoirError('forbidden', `${name} needs a key of role ${tool.role}.`)
    }
    if (!tool.annotations.readOnlyHint) await caller.countWrite?.()
    return await tool.call(caller, given)
  } catch (error) {
    if (!(error instanceof MemoirError) || !CALLERS_FAULT.has(error.code)) throw error
    return refused(error)
  }
}

const CALLERS_FAULT: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'not_found',
  'conflict',
  'forbidden',
  'payload_too_large',
  'rate_limited',
])

/** A failure as a result: for what a model, or the person it tells, can put right. */
export function refused({ code, message, details }: MemoirError): ToolResult {
  return {
    content: [{ type: 'text', text: message }],
    structuredContent: {
      error: { code, message, ...(details === undefined ? {} : { details }) },
    },
    isError: true,
  }
}

function unknownTool(principal: Principal): MemoirError {
  const names = toolsFor(principal).map(({ name }) => name)
  const message = `name: there is no such tool; there are ${names.join(', ')}`
  return new MemoirError('not_found', message, { details: { field: 'name' } })
}
