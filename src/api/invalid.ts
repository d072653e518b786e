import type { Hook } from '@hono/zod-openapi'
import { MemoirError } from '../errors.ts'
import type { AppEnv } from './environment.ts'

/** Says which field is wrong and how; the value itself is not repeated. */
export const refuseInvalid: Hook<unknown, AppEnv, string, unknown> = (result) => {
  if (result.success) return
  const problems = result.error.issues.map(({ path, message, code, ...issue }) => {
    const unknown = code === 'unrecognized_keys' && 'keys' in issue && Array.isArray(issue.keys)
    const field = [...path, ...(unknown ? [String(issue.keys[0])] : [])].map(String).join('.')
    return { field: field === '' ? 'body' : field, problem: unknown ? 'unknown field' : message }
  })
  const [first] = problems
  throw new MemoirError(
    'invalid_request',
    `${first?.field ?? 'body'}: ${first?.problem ?? 'not valid'}`,
    {
      details: { field: first?.field ?? 'body', problems },
    },
  )
}
