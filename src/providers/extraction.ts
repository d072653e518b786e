import type { Turn } from '../domain/transcript.ts'
import { chunkText } from '../text/chunks.ts'
import { ANSWER_ROOM, askAgain, type Chat } from './asking.ts'
import type { ExtractRequest, ModelOptions } from './language-model.ts'
import { extractPrompt, type Extracted, type RawFact } from './prompts/extract.ts'

/** Extraction of any number of turns: what is too much for one answer, or one request, is asked for in halves. */

/** A half lacks what the other half said: these turns of it are shown to the second. */
const SHOWN_BEFORE = 4
/** A piece this short fits every model: what refuses it does not refuse its length. */
const SHORTEST_PIECE_CHARS = 1_000

/** @returns the facts as the model says them, in order, not checked yet */
export async function extractAll(
  chat: Chat,
  request: ExtractRequest,
  call: ModelOptions,
): Promise<readonly RawFact[]> {
  return await extract(chat, { request, whole: true }, call)
}

interface Part {
  readonly request: ExtractRequest
  /** Nothing was cut yet: only the first answer that is cut is asked for in halves. */
  readonly whole: boolean
}

async function extract(
  chat: Chat,
  { request, whole }: Part,
  call: ModelOptions,
): Promise<readonly RawFact[]> {
  const prompt = extractPrompt(request)
  const read = (answer: Extracted) => answer.facts
  const question = { prompt, read, readPartly: read }
  const first = await chat({ ...question, room: ANSWER_ROOM }, call)
  if ('value' in first) return first.value
  const tooLong = 'tooLong' in first
  const smaller = tooLong
    ? smallerOf(request)
    : first.problem === 'cut' && whole
      ? halvesOf(request)
      : undefined
  if (smaller) {
    const facts: RawFact[] = []
    // One after the other: the second is not paid for when the first fails.
    for (const part of smaller) {
      facts.push(...(await extract(chat, { request: part, whole: tooLong && whole }, call)))
    }
    return facts
  }
  if (tooLong) throw first.tooLong
  return await askAgain(chat, { question, answered: first }, call)
}

/** What is only shown goes first, when it is the larger part. */
function smallerOf(request: ExtractRequest): ExtractRequest[] | undefined {
  return charsOf(request.before) > charsOf(request.turns)
    ? [{ ...request, before: [] }]
    : halvesOf(request)
}

function charsOf(turns: readonly Turn[]): number {
  return turns.reduce((sum, { content }) => sum + content.length, 0)
}

function halvesOf(request: ExtractRequest): ExtractRequest[] | undefined {
  const halves = halvesOfTurns(request.turns)
  if (!halves) return undefined
  const [left, right] = halves
  const shown = Math.max(SHOWN_BEFORE, request.before.length)
  return [
    { ...request, turns: left },
    { ...request, turns: right, before: [...request.before, ...left].slice(-shown) },
  ]
}

function halvesOfTurns(turns: readonly Turn[]): [Turn[], Turn[]] | undefined {
  const [only] = turns
  if (!only) return undefined
  if (turns.length > 1) {
    const half = Math.ceil(turns.length / 2)
    return [turns.slice(0, half), turns.slice(half)]
  }
  if (only.content.length <= SHORTEST_PIECE_CHARS) return undefined
  const [left = '', ...rest] = chunkText(only.content, Math.ceil(only.content.length / 2))
  return [[{ ...only, content: left }], [{ ...only, content: rest.join('') }]]
}
