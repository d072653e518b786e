import { generateText, isStepCount, streamText, wrapLanguageModel } from 'ai'
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test'
import { expect, test } from 'vitest'
import { memoirMiddleware, memoirTools } from '../../packages/ai-sdk/src/index.ts'
import { Memoir } from '../../src/client/index.ts'
import { startApi } from '../../src/server.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'

/** @memoir/ai-sdk with the real AI SDK, a scripted model and a Memoir that runs. */

const KEY = 'an-admin-key-for-tests'

async function start() {
  const memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: KEY })
  const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
  return {
    memoir: new Memoir({ baseUrl: api.url, apiKey: KEY }),
    async [Symbol.asyncDispose]() {
      await api.close()
      await memoir[Symbol.asyncDispose]()
    },
  }
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}
const finish = (unified: 'stop' | 'tool-calls' | 'error') => ({ unified, raw: undefined })

const says = (text: string) => ({
  content: [{ type: 'text' as const, text }],
  finishReason: finish('stop'),
  usage,
  warnings: [],
})

const streams = (text: string, reason: 'stop' | 'error' = 'stop') => ({
  stream: convertArrayToReadableStream([
    { type: 'text-start' as const, id: 't' },
    ...(text.match(/\S+\s*/g) ?? []).map((delta) => ({
      type: 'text-delta' as const,
      id: 't',
      delta,
    })),
    { type: 'text-end' as const, id: 't' },
    { type: 'finish' as const, finishReason: finish(reason), usage },
  ]),
})

const promptOf = (model: MockLanguageModelV4, call = 0) =>
  JSON.stringify((model.doGenerateCalls[call] ?? model.doStreamCalls[call])?.prompt)

async function remembered(memoir: Memoir, user_id: string): Promise<string[]> {
  const jobs = await Array.fromAsync(memoir.jobs.all())
  for (const { id } of jobs) await memoir.jobs.wait(id)
  const memories = await Array.fromAsync(memoir.memories.all({ user_id }))
  return memories.map(({ content }) => content)
}

test.skipIf(!hasPostgres || !hasTemporal)(
  'the prompt gets what is remembered of the user of the call, and turns of a session are remembered',
  async () => {
    await using world = await start()
    const { memoir } = world
    await memoir.add({ user_id: 'maya', content: 'I am allergic to penicillin.' })
    await memoir.add({ user_id: 'tomas', content: 'I am allergic to nuts.' })
    const scripted = new MockLanguageModelV4({
      doGenerate: [says('Do not take penicillin.'), says('Lisbon is lovely.')],
    })
    const model = wrapLanguageModel({ model: scripted, middleware: memoirMiddleware({ memoir }) })
    const providerOptions = { memoir: { user_id: 'maya', session_id: 'chat-1' } }

    await generateText({
      model,
      instructions: 'Be brief.',
      prompt: 'What am I allergic to?',
      providerOptions,
    })
    await generateText({ model, prompt: 'I moved to Lisbon in May 2025.', providerOptions })

    const [instructions, context, question] = scripted.doGenerateCalls[0]?.prompt ?? []
    expect(instructions).toMatchObject({ role: 'system', content: 'Be brief.' })
    expect(context).toMatchObject({ role: 'system' })
    expect(JSON.stringify(context)).toContain('penicillin')
    expect(JSON.stringify(context)).not.toContain('nuts')
    expect(question).toMatchObject({ role: 'user' })
    const kept = (await remembered(memoir, 'maya')).join('\n')
    expect(kept).toContain('Lisbon')
    expect((await memoir.sessions.get('chat-1', { user_id: 'maya' })).posts.length).toBe(2)
    expect(await remembered(memoir, 'tomas')).toEqual(['I am allergic to nuts.'])
  },
)

test.skipIf(!hasPostgres || !hasTemporal)(
  'a streamed answer is remembered when it has ended, and not when it broke off',
  async () => {
    await using world = await start()
    const { memoir } = world
    const scripted = new MockLanguageModelV4({
      doStream: [streams('Noted, Porto it is.'), streams('half an ans', 'error')],
    })
    const middleware = memoirMiddleware({ memoir, user_id: 'ana', session_id: 'chat-2' })
    const model = wrapLanguageModel({ model: scripted, middleware })

    const text = await streamText({ model, prompt: 'I moved to Porto in June 2025.' }).text
    await streamText({ model, prompt: 'I also bought a red bicycle.' }).consumeStream()

    expect(text).toBe('Noted, Porto it is.')
    const kept = (await remembered(memoir, 'ana')).join('\n')
    expect(kept).toContain('Porto')
    expect(kept).not.toContain('bicycle')
  },
)

test.skipIf(!hasPostgres || !hasTemporal)(
  'a model calls the tools for the user that the application names; a wrong call is told to it',
  async () => {
    await using world = await start()
    const { memoir } = world
    await memoir.add({ user_id: 'maya', content: 'I am allergic to penicillin.' })
    const calls = (input: object) => ({
      content: [
        {
          type: 'tool-call' as const,
          toolCallId: 'call-1',
          toolName: 'recall_memory',
          input: JSON.stringify(input),
        },
      ],
      finishReason: finish('tool-calls'),
      usage,
      warnings: [],
    })
    const scripted = new MockLanguageModelV4({
      doGenerate: [
        calls({ limit: 3 }),
        calls({ query: 'allergies', user_id: 'tomas' }),
        says('Penicillin.'),
      ],
    })
    const middleware = memoirMiddleware({ memoir, user_id: 'maya', session_id: 'chat-3' })
    const { text } = await generateText({
      model: wrapLanguageModel({ model: scripted, middleware }),
      tools: memoirTools({ memoir, user_id: 'maya', only: ['recall_memory'] }),
      stopWhen: isStepCount(3),
      prompt: 'What must I not take?',
    })
    expect(text).toBe('Penicillin.')
    const [tool] = scripted.doGenerateCalls[0]?.tools ?? []
    expect(JSON.stringify(tool)).not.toContain('user_id')
    expect(promptOf(scripted, 1)).toContain('query: is required')
    expect(promptOf(scripted, 2)).toContain('penicillin')
    // One turn of three steps is one post.
    expect((await memoir.sessions.get('chat-3', { user_id: 'maya' })).posts.length).toBe(1)
  },
)

test('without Memoir the model answers, and what failed is reported; an aborted call is aborted', async () => {
  const memoir = new Memoir({ baseUrl: 'http://127.0.0.1:1', retries: 0 })
  const errors: unknown[] = []
  const scripted = new MockLanguageModelV4({ doGenerate: says('Hello.') })
  const middleware = memoirMiddleware({
    memoir,
    user_id: 'maya',
    onError: (error) => errors.push(error),
  })
  const model = wrapLanguageModel({ model: scripted, middleware })

  expect((await generateText({ model, prompt: 'Hi' })).text).toBe('Hello.')
  expect(errors).toEqual([
    expect.objectContaining({ name: 'MemoirConnectionError' }),
    expect.objectContaining({ name: 'MemoirConnectionError' }),
  ])

  const abortSignal = AbortSignal.abort(new Error('enough'))
  await expect(generateText({ model, prompt: 'Hi', abortSignal })).rejects.toThrow('enough')
  expect(errors).toHaveLength(2)
})
