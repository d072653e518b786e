import { z } from 'zod'
import { present } from '../api/fields.ts'
import { readUserOf, recallWithin } from '../api/reach.ts'
import type { Hit } from '../domain/recall.ts'
import { openGate, passing } from '../forget/gate.ts'
import { findUserId } from '../stores/memory-users.ts'
import { quote, quotedMemory } from './quote.ts'
import {
  QUERY_NAMES,
  READ_ONLY,
  answered,
  defineTool,
  queryOf,
  whose,
  type ToolCaller,
} from './tool.ts'

/** What the answer is drawn from; more confuses a model rather than helping it. */
const EVIDENCE = 12

export const askMemory = defineTool({
  name: 'ask_memory',
  title: 'Ask',
  description:
    'Answers a question about a user out of what is remembered and nothing else, with the memories it rests on, or says that it is not known. Use it when you want an answer rather than the memories; use recall_memory when you want to read them yourself.',
  role: 'reader',
  annotations: READ_ONLY,
  aliases: QUERY_NAMES,
  input: z.strictObject({
    query: queryOf('One question, complete by itself'),
    user_id: whose,
  }),
  output: z.object({
    known: z.boolean().describe('False when the memories do not say'),
    answer: z.string().describe('Empty when it is not known'),
    citations: z.array(quotedMemory).describe('The memories that the answer rests on'),
    model: z
      .string()
      .describe(
        'Who answered; `rules` is built in, and stands in for a model that does not answer',
      ),
  }),
  async answer({ services, principal }, { query: asked, user_id }) {
    const ask = present({ query: asked, k: EVIDENCE, userId: user_id })
    const { hits } = await recallWithin(services, principal, ask)
    const grounds = await groundsOf(services, principal, hits)
    const { value, model } = await services.answer({
      question: asked,
      memories: grounds.map(quotedOf),
      userId: readUserOf(principal, user_id) ?? '',
      now: new Date().toISOString(),
    })
    const citations = hits.filter(({ id }) => value.citations.includes(id))
    // An answer that rests on nothing is a guess.
    if (!value.known || citations.length === 0) return unknown(model)
    const text = `${value.answer}\n\n${quote(citations, '')}`
    return answered(text, { known: true, answer: value.answer, citations, model })
  },
})

/** What may be told of the hits: recall shows what was said, an answer is derived from it. */
async function groundsOf(
  { db, config }: ToolCaller['services'],
  { namespaceId }: ToolCaller['principal'],
  hits: readonly Hit[],
): Promise<Hit[]> {
  const name = hits[0]?.user_id
  const userId = name === undefined ? null : await findUserId(db, { namespaceId, externalId: name })
  if (userId === null) return [...hits]
  const of = { namespaceId, userId, secret: config.MEMOIR_ENCRYPTION_KEY }
  return passing(await openGate(db, of), hits)
}

const quotedOf = ({ id, role, content, occurred_at: occurredAt, scores: { relevance } }: Hit) => ({
  id,
  role,
  content,
  occurredAt,
  relevance,
})

const unknown = (model: string) =>
  answered('Not known: the memories do not say.', {
    known: false,
    answer: '',
    citations: [],
    model,
  })
