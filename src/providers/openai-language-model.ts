import { ask, type Chat } from './asking.ts'
import { extractAll } from './extraction.ts'
import type {
  Answer,
  AnswerRequest,
  LanguageModel,
  ModelOptions,
  Narrative,
  NarrateRequest,
  Resolution,
  ResolveRequest,
  SummariseRequest,
} from './language-model.ts'
import { bounded, boundedText, checkedFacts } from './model-answers.ts'
import { createChat, type ChatOptions } from './openai-chat.ts'
import { ANSWER_VERSION, answerPrompt } from './prompts/answer.ts'
import { EXTRACT_VERSION } from './prompts/extract.ts'
import { memoryLabel } from './prompts/memories.ts'
import { NARRATE_VERSION, narratePrompt, type NarrativeAnswer } from './prompts/narrate.ts'
import { candidateLabel, RESOLVE_VERSION, resolvePrompt, type Resolved } from './prompts/resolve.ts'
import { SUMMARISE_VERSION, summarisePrompt } from './prompts/summarise.ts'
import { findSensitive } from '../text/sensitive.ts'

const MAX_ANSWER_CHARS = 4_000

/** Language through any OpenAI-compatible endpoint. Retries nothing but an answer that cannot be used, and that once. */
export function createOpenAiLanguageModel(options: ChatOptions): LanguageModel {
  const chat = createChat(options)
  return {
    // Not the address: the same model elsewhere says the same.
    identity: { provider: 'openai', model: options.model },
    async extractMemories(request, call) {
      const facts = await extractAll(chat, request, call)
      return { value: checkedFacts(facts, request), promptVersion: EXTRACT_VERSION }
    },
    resolve: async (request, call) => ({
      value: await resolve(chat, request, call),
      promptVersion: RESOLVE_VERSION,
    }),
    summarise: async (request, call) => ({
      value: await summarise(chat, request, call),
      promptVersion: SUMMARISE_VERSION,
    }),
    answer: async (request, call) => ({
      value: await answer(chat, request, call),
      promptVersion: ANSWER_VERSION,
    }),
    narrate: async (request, call) => ({
      value: await narrate(chat, request, call),
      promptVersion: NARRATE_VERSION,
    }),
  }
}

/** A fact without candidates is new, and nobody is asked. */
async function resolve(
  chat: Chat,
  { facts }: ResolveRequest,
  call: ModelOptions,
): Promise<readonly Resolution[]> {
  const open = facts.filter(({ candidates }) => candidates.length > 0)
  if (open.length === 0) return facts.map(() => NEW)
  const resolved = await ask(
    chat,
    {
      prompt: resolvePrompt({ facts: open }),
      read: (answer) => {
        const { read, complete } = readResolutions(answer, open)
        return complete ? read : undefined
      },
      readPartly: (answer) => readResolutions(answer, open).read,
    },
    call,
  )
  const byFact = new Map(open.map((fact, index) => [fact, resolved[index]]))
  return facts.map((fact) => byFact.get(fact) ?? NEW)
}

const NEW: Resolution = { relation: 'new', targets: [] }

/** A fact that the answer says nothing of, or two things, is new: two memories side by side do less harm than one lost. */
function readResolutions(
  { resolutions }: Resolved,
  facts: ResolveRequest['facts'],
): { read: Resolution[]; complete: boolean } {
  const byFact = Map.groupBy(resolutions, ({ fact }) => fact)
  const read = facts.map(({ candidates }, fact) => {
    const [resolution, ...others] = byFact.get(fact) ?? []
    if (!resolution || others.length > 0) return null
    const targets = candidates
      .filter((_, index) => resolution.targets.includes(candidateLabel(fact, index)))
      .map(({ id }) => id)
    const { relation } = resolution
    return relation === 'new' || targets.length === 0 ? NEW : { relation, targets }
  })
  return { read: read.map((one) => one ?? NEW), complete: !read.includes(null) }
}

async function summarise(
  chat: Chat,
  request: SummariseRequest,
  call: ModelOptions,
): Promise<string> {
  const read = ({ summary }: { summary: string }) =>
    boundedText(summary, request.maxChars) || undefined
  return await ask(chat, { prompt: summarisePrompt(request), read }, call)
}

const UNKNOWN: Answer = { known: false, answer: '', citations: [] }

async function answer(chat: Chat, request: AnswerRequest, call: ModelOptions): Promise<Answer> {
  const { memories } = request
  if (memories.length === 0) return UNKNOWN
  const read = (said: Answer): Answer | undefined => {
    if (!said.known) return UNKNOWN
    const text = boundedText(said.answer, MAX_ANSWER_CHARS)
    const citations = labelled(memories, said.citations)
    // What names no memory rests on none.
    return text === '' || citations.length === 0
      ? undefined
      : { known: true, answer: text, citations }
  }
  return await ask(chat, { prompt: answerPrompt(request), read }, call)
}

async function narrate(
  chat: Chat,
  request: NarrateRequest,
  call: ModelOptions,
): Promise<Narrative> {
  const read = (said: NarrativeAnswer): Narrative | undefined => {
    const lines = checkedLines(said, request)
    return lines.length === 0 ? undefined : { lines }
  }
  return await ask(chat, { prompt: narratePrompt(request), read, readPartly: read }, call)
}

/** A line that names no memory it was shown rests on none; one that holds a secret is not told, however it got there. */
function checkedLines({ lines }: NarrativeAnswer, { memories, maxChars }: NarrateRequest) {
  let left = maxChars
  return lines
    .map(({ section, text, memories: labels }) => ({
      section,
      // It is numbered when it is put together with the others.
      text: bounded(text.replaceAll(/\s*\[m?\d+\]/gu, ''), MAX_LINE_CHARS),
      sources: [...new Set(labelled(memories, labels))],
    }))
    .filter(({ text, sources }) => {
      const isSound = text !== '' && sources.length > 0 && findSensitive(text).length === 0
      if (isSound) left -= text.length
      return isSound && left >= 0
    })
}

const MAX_LINE_CHARS = 400

/** The ids that labels stand for; a label that was not shown stands for nothing. */
function labelled(memories: readonly { id: string }[], labels: readonly string[]): string[] {
  const named = new Set(labels.map((label) => bounded(label, MAX_ANSWER_CHARS)))
  return memories.filter((_, index) => named.has(memoryLabel(index))).map(({ id }) => id)
}
