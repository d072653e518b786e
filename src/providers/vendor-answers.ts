import { fieldsOf, numberOf, textOf } from './loose.ts'
import type { NoteWorkaround } from './workarounds.ts'

/** Answers of vendors as their client takes them: JSON that says so, and failures with the status of a failure. */

/** Statuses that change nothing are left as they are. */
const NO_BODY = new Set([204, 205, 304])

/** @returns the same answer as JSON, put together out of events, or as the failure that it tells of; anything else as it came */
export async function readable(response: Response, note: NoteWorkaround): Promise<Response> {
  if (!response.ok || NO_BODY.has(response.status)) return response
  const { headers } = response
  const text = (await response.text()).replace(/^\uFEFF/, '')
  if (headers.has('content-encoding') && headers.get('content-encoding') !== 'identity') {
    note('compressed')
  }
  const said = parsed(text)
  const events = said === undefined ? eventsIn(text) : undefined
  const value = events === undefined ? said : joined(events)
  if (value === undefined) return again(text, response)
  const failure = failureIn(value)
  if (failure !== undefined) {
    note('error_in_success')
    return again(JSON.stringify(failure.body), { headers, status: failure.status })
  }
  if (events !== undefined) note('event_stream')
  else if (!/json/i.test(headers.get('content-type') ?? 'json')) note('media_type')
  return again(events === undefined ? text : JSON.stringify(value), response)
}

function again(text: string, { headers, status }: { headers: Headers; status: number }): Response {
  const kept = new Headers(headers)
  kept.set('content-type', parsed(text) === undefined ? 'text/plain' : 'application/json')
  for (const name of ['content-length', 'content-encoding']) kept.delete(name)
  return new Response(text, { status, headers: kept })
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** What server-sent events carry; undefined when the text is none. */
function eventsIn(text: string): unknown[] | undefined {
  if (!/^\s*(?:data|event|id|retry)?:/.test(text)) return undefined
  const data = text.split(/\r\n\r\n|\n\n|\r\r/).map((event) =>
    event
      .split(/\r\n|\n|\r/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length).trim())
      .join('\n'),
  )
  // Some leave out the blank line between events.
  return data.flatMap((one) => {
    const whole = parsed(one)
    const values = whole === undefined ? one.split('\n').map(parsed) : [whole]
    return values.filter((value) => typeof value === 'object' && value !== null)
  })
}

/** Chunks of a chat completion as the completion; of anything else the last event. */
function joined(events: readonly unknown[]): unknown {
  const last = events.findLast((event) => failureIn(event) !== undefined) ?? events.at(-1)
  const chunks = events.flatMap((event) => firstOf(fieldsOf(event)['choices']))
  if (chunks.length === 0 || failureIn(last) !== undefined) return last
  const deltas = chunks.map((chunk) => fieldsOf(chunk['delta'] ?? chunk['message']))
  const text = (name: string) => deltas.map((delta) => textOfAny(delta[name])).join('')
  const called = deltas
    .flatMap((delta) => firstOf(delta['tool_calls']))
    .map((call) => textOfAny(fieldsOf(call['function'])['arguments']))
    .join('')
  const finish = chunks.map((chunk) => textOf(chunk['finish_reason'])).findLast(Boolean)
  const usage = events.map((event) => fieldsOf(event)['usage']).findLast(Boolean)
  return {
    choices: [
      {
        index: 0,
        finish_reason: finish ?? null,
        message: {
          role: 'assistant',
          content: text('content'),
          reasoning_content: text('reasoning_content') || text('reasoning'),
          refusal: text('refusal') || null,
          tool_calls: called === '' ? [] : [{ function: { arguments: called } }],
        },
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  }
}

/** The first of a list, as fields; none of anything else. */
function firstOf(list: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) && list.length > 0 ? [fieldsOf(list[0])] : []
}

/** Space counts between chunks. */
const textOfAny = (value: unknown) => (typeof value === 'string' ? value : '')

/** Where the things stand that were asked for. */
const PLACES = ['choices', 'data', 'embeddings', 'embedding', 'message', 'content', 'results']

interface Failure {
  readonly status: number
  readonly body: unknown
}

/** The failure that an answer with a status of success tells of. */
function failureIn(value: unknown): Failure | undefined {
  const answer = fieldsOf(value)
  const ofChoice = firstOf(answer['choices'])[0]?.['error']
  const error = answer['error'] ?? ofChoice
  const isAnswer = PLACES.some((name) => holds(answer[name]))
  const told = error !== undefined && error !== null && error !== false
  if (told && (!isAnswer || ofChoice === error)) {
    const fields = typeof error === 'string' ? { message: error } : fieldsOf(error)
    return { status: statusOf({ ...answer, ...fields }), body: { error: fields } }
  }
  const says = textOf(answer['message']) ?? textOf(answer['detail'])
  const isError = answer['object'] === 'error' || answer['type'] === 'error'
  const status = statusIn(answer)
  if (says === undefined || (!isError && status === undefined)) return undefined
  return { status: status ?? statusOf(answer), body: { error: { ...answer, message: says } } }
}

const holds = (value: unknown) =>
  Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null

/** By the words where there is no number. */
const WORDS: readonly (readonly [RegExp, number])[] = [
  [/rate.?limit|too many requests|throttl|quota/i, 429],
  [/overload|unavailable|capacity|busy|loading|timed? ?out|upstream/i, 503],
  [/api.?key|unauthori[sz]ed|authenticat|permission/i, 401],
  [/invalid|unsupported|not supported|must be|not allowed|unknown|bad request|too long/i, 400],
]
/** Nobody knows what it is: as an answer that cannot be used. */
export const UNKNOWN_FAILURE = 599

function statusOf(error: Readonly<Record<string, unknown>>): number {
  const words = [error['code'], error['type'], error['message'], error['detail']]
  const said = words.filter((word) => typeof word === 'string').join(' ')
  return statusIn(error) ?? WORDS.find(([pattern]) => pattern.test(said))?.[1] ?? UNKNOWN_FAILURE
}

function statusIn(error: Readonly<Record<string, unknown>>): number | undefined {
  return ['code', 'status', 'status_code', 'statusCode', 'http_status']
    .map((name) => numberOf(error[name]))
    .find((status) => status !== undefined && status >= 400 && status < 599)
}
