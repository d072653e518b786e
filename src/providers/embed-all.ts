import { setTimeout as sleep } from 'node:timers/promises'
import { weightedMean } from '../domain/vectors.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { chunkText, estimateTokens } from '../text/chunks.ts'
import { keyOf, type EndpointState } from './endpoint-state.ts'

/** Embeds any number of texts through an endpoint that is slow, takes only so many at once, or has no answer for some of them. */

/** A vector, or why there is none and will be none. */
export type Outcome = Float32Array | MemoirError

/**
 * What a request came to, as far as another request may do better: `refused` for its content, `too_long`, `away` (status 5xx, a broken
 * connection), `late`, `bad` (nothing that can be used).
 */
export type Fault = 'refused' | 'too_long' | 'away' | 'late' | 'bad'

export type Sent =
  /** In order of the texts; an error where the answer holds no vector. */
  { readonly vectors: readonly Outcome[] } | { readonly fault: Fault; readonly error: MemoirError }

/** One request. Whatever other texts would meet as well is thrown: a busy vendor, a key that is not accepted. */
export type Ask = (texts: readonly string[], signal: AbortSignal) => Promise<Sent>

export interface EmbedAllOptions {
  readonly ask: Ask
  readonly state: EndpointState
  readonly maxTokens: number
  readonly signal: AbortSignal | undefined
}

/** Requests of one call in flight: hides the round trips of a page, and leaves a local server's few slots to others too. */
const IN_FLIGHT = 4
/** A text that every model embeds. Where it fails too it is the endpoint that fails, not what was asked. */
const PROBE = 'lake'
/** How often a text may fail alone, while the probe does not, until it is given up. */
const FAILURES = { refused: 1, too_long: 1, bad: 3, away: 4, late: 2 } satisfies Record<
  Fault,
  number
>
const FIRST_PAUSE_MS = 100
/** A piece this short fits every model: what refuses it does not refuse its length. */
const SHORTEST_PIECE_CHARS = 64
/** A text this long is late for its length. */
const LONG_CHARS = 1_000

/**
 * @returns one outcome a text, in order
 * @throws MemoirError where the endpoint fails for every text; what was embedded until then is kept for the next call
 */
export async function embedAll(
  texts: readonly string[],
  options: EmbedAllOptions,
): Promise<Outcome[]> {
  const { state } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const run = createRun(texts, { ...options, signal })
  const workers = Array.from({ length: state.isSlow() ? 1 : IN_FLIGHT }, async () => {
    try {
      for (let group = run.next(); group !== undefined; group = run.next()) await run.settle(group)
    } catch (error) {
      // At once, before another request takes the free place: the others' answers would go nowhere.
      stop.abort(error)
      throw error
    }
  })
  try {
    await Promise.all(workers)
    state.release(texts)
    return run.outcomes()
  } catch (error) {
    state.carry(run.done())
    throw stop.signal.aborted ? stop.signal.reason : error
  }
}

function createRun(
  texts: readonly string[],
  { ask, state, maxTokens, signal }: EmbedAllOptions & { readonly signal: AbortSignal },
) {
  const found = new Map<number, Outcome>()
  const rest: number[] = []
  for (const [index, text] of texts.entries()) {
    const carried = state.carried(text)
    if (carried) found.set(index, carried)
    else rest.push(index)
  }
  const textAt = (index: number) => texts[index] ?? ''
  const send = async (some: readonly string[]) => await ask(some, signal)
  const settle = createSettling({ send, state, signal, found, textAt })
  return {
    next: createNext(rest, { textAt, state, maxTokens }),
    settle,
    outcomes: () => texts.map((_, index) => found.get(index) ?? missing()),
    /** What was embedded, whatever else failed. */
    done: () =>
      [...found].flatMap(([index, outcome]) =>
        outcome instanceof Float32Array ? [[textAt(index), outcome] as const] : [],
      ),
  }
}

interface Cutting extends Pick<EmbedAllOptions, 'state' | 'maxTokens'> {
  readonly textAt: (index: number) => string
}

/** One group after the other, of as many texts as the endpoint is known to take by then. */
function createNext(rest: readonly number[], { textAt, state, maxTokens }: Cutting) {
  let at = 0
  return (): number[] | undefined => {
    const group: number[] = []
    let tokens = 0
    for (let index = rest[at]; index !== undefined; index = rest[at]) {
      tokens += estimateTokens(textAt(index))
      const full = group.length >= state.limit() || tokens > maxTokens
      if (group.length > 0 && full) break
      group.push(index)
      at += 1
    }
    return group.length === 0 ? undefined : group
  }
}

interface Settling extends Single {
  readonly found: Map<number, Outcome>
  readonly textAt: (index: number) => string
}

/** Finds an outcome for each text of a group. */
function createSettling({ send, state, signal, found, textAt }: Settling) {
  const single = createSingle({ send, state, signal })

  async function settle(group: readonly number[]): Promise<void> {
    const [only] = group
    if (only === undefined) return
    if (group.length === 1) {
      found.set(only, await single.embed(textAt(only)))
      return
    }
    const sent = await send(group.map(textAt))
    if ('vectors' in sent) await keep(group, sent.vectors)
    else await divide(group, sent)
  }

  async function keep(group: readonly number[], vectors: readonly Outcome[]): Promise<void> {
    for (const [place, index] of group.entries()) {
      const outcome = vectors[place]
      if (outcome instanceof Float32Array) found.set(index, outcome)
    }
    for (const [place, index] of group.entries()) {
      const outcome = vectors[place]
      if (outcome instanceof MemoirError) {
        found.set(index, await single.embed(textAt(index), outcome))
      }
    }
  }

  /** Halves what failed, down to the one text. Where the halves pass, it was the size, which is remembered. */
  async function divide(group: readonly number[], failed: Failed): Promise<void> {
    const half = Math.ceil(group.length / 2)
    if (failed.fault === 'late') state.tooLate(half)
    if (failed.fault === 'away') {
      await pause(FIRST_PAUSE_MS, signal)
      const again = await send(group.map(textAt))
      if ('vectors' in again) {
        await keep(group, again.vectors)
        return
      }
      await single.requireAnswer()
    }
    // One after the other: when every text is refused, it is known after as many requests as there are halvings.
    await settle(group.slice(0, half))
    await settle(group.slice(half))
    const passed = group.every((index) => found.get(index) instanceof Float32Array)
    if (passed && failed.fault !== 'bad') state.tooMany(half)
  }

  return settle
}

type Failed = Extract<Sent, { fault: Fault }>

interface Single {
  readonly send: (texts: readonly string[]) => Promise<Sent>
  readonly state: EndpointState
  readonly signal: AbortSignal
}

/** One text by itself: its vector, or why it is given up. */
function createSingle({ send, state, signal }: Single) {
  /** @throws MemoirError what the endpoint fails with for any text */
  async function requireAnswer(): Promise<void> {
    const sent = await send([PROBE])
    if ('error' in sent) throw sent.error
    const [outcome] = sent.vectors
    if (!(outcome instanceof Float32Array)) throw outcome ?? missing()
  }

  /** @param before what a request for several texts answered for this one */
  async function embed(text: string, before?: MemoirError): Promise<Outcome> {
    const key = keyOf(text)
    let failures = Math.max(state.failuresOf(key), before ? 1 : 0)
    // It may be the text that brings the endpoint down: each time it was asked for, the endpoint has to be there.
    if (failures > 0) await requireAnswer()
    for (;;) {
      const sent = await send([text])
      const [outcome = missing()] = 'vectors' in sent ? sent.vectors : [sent.error]
      if (outcome instanceof Float32Array) {
        state.forgive(key)
        return outcome
      }
      const fault = 'fault' in sent ? sent.fault : 'bad'
      if (fault === 'too_long' && text.length > SHORTEST_PIECE_CHARS) return await inPieces(text)
      failures += 1
      state.failed(key, failures)
      await requireAnswer()
      if (fault === 'late' && text.length > LONG_CHARS) return await inPieces(text)
      if (failures >= FAILURES[fault]) return givenUp(fault, outcome)
      await pause(FIRST_PAUSE_MS * 2 ** failures, signal)
    }
  }

  /** The mean of its pieces, weighted by length. */
  async function inPieces(text: string): Promise<Outcome> {
    const pieces = chunkText(text, Math.ceil(text.length / 2))
    const vectors: Float32Array[] = []
    for (const piece of pieces) {
      const outcome = await embed(piece)
      if (!(outcome instanceof Float32Array)) return outcome
      vectors.push(outcome)
    }
    return weightedMean(
      vectors,
      pieces.map(({ length }) => length),
    )
  }
  return { embed, requireAnswer }
}

/** Another try brings the same: the endpoint answers, and not for this text. */
function givenUp(fault: Fault, error: MemoirError): MemoirError {
  if (fault !== 'away' && fault !== 'late') return error
  const { vendorText = 'no answer in time' } = error
  return new MemoirError('vendor_refused', SENTENCE.vendor_refused, { vendorText })
}

const missing = () =>
  new MemoirError('vendor_bad_answer', 'the embedding answer holds no vector for a text', {
    vendorText: 'an answer without a vector for the text',
  })

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}
