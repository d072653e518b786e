import type { ApiClient, RecallQuery } from '../client.ts'
import type { RecallAnswer } from '../answers.ts'
import { createProgress } from '../progress.ts'
import type { Interruption, Io } from '../io.ts'
import type { EvalChat, EvalQuestion } from './chats.ts'
import { rankingOf } from './score.ts'

/** Enough for fifty distinct messages. */
const HITS = 60
/** A model that was late once has the vector ready the next time. */
const TRIES = 3

export interface Asked {
  readonly chat: EvalChat
  readonly question: EvalQuestion
  readonly answer: RecallAnswer
  readonly ids: readonly string[]
  readonly ms: number
}

export interface Asking {
  readonly client: Pick<ApiClient, 'recall'>
  readonly chats: readonly EvalChat[]
  readonly plain: (chat: EvalChat, id: string) => string
  readonly io: Io
  readonly interrupted: Interruption
  readonly label: string
  readonly more?: Partial<RecallQuery>
}

/** Every question, one after the other. @returns what was answered until Ctrl-C, if that came */
export async function askAll({
  client,
  chats,
  plain,
  io,
  interrupted,
  label,
  more = {},
}: Asking): Promise<Asked[]> {
  const progress = createProgress(io, label)
  const all = chats.flatMap((chat) => chat.questions.map((question) => ({ chat, question })))
  const asked: Asked[] = []
  try {
    for (const { chat, question } of all) {
      if (interrupted.signal.aborted) return asked
      const query = { user_id: chat.user, k: HITS, ...more }
      // What comes first is what somebody looks at, and so what is in focus; how much of it is found is not counted.
      if (question.after !== undefined) await ask(client, { ...query, q: question.after })
      const { answer, ms } = await ask(client, { ...query, q: question.text })
      const ids = rankingOf(answer.hits).map((id) => plain(chat, id))
      asked.push({ chat, question, answer, ids, ms })
      progress.update({ processed: asked.length, total: all.length, note: '' })
    }
    return asked
  } finally {
    progress.stop()
  }
}

async function ask(
  client: Asking['client'],
  query: RecallQuery,
): Promise<{ answer: RecallAnswer; ms: number }> {
  for (let tries = 1; ; tries += 1) {
    const began = performance.now()
    const answer = await client.recall(query)
    const ms = performance.now() - began
    if (!answer.degraded.includes('embedding_timeout') || tries === TRIES) return { answer, ms }
  }
}
