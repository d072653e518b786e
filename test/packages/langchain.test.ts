import { fakeModel } from '@langchain/core/testing'
import { AIMessage } from '@langchain/core/messages'
import { MessagesAnnotation, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { idOf } from '../../packages/langchain/src/item.ts'
import { MemoirRetriever, MemoirStore, memoirTools } from '../../packages/langchain/src/index.ts'
import { Memoir } from '../../src/client/index.ts'
import { startApi } from '../../src/server.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

/** @memoir/langchain with the real LangChain and LangGraph, a scripted model and a Memoir that runs. */

const KEY = 'an-admin-key-for-tests'

test('ids of items are those of the Python client', () => {
  // uuid.uuid5(ITEM_IDS, json.dumps(['maya', 'café 🎉', 'a"b']))
  expect(idOf(['maya', 'café 🎉'], 'a"b')).toBe('ab77cf61-150c-5c3b-b6c2-10df38134cfb')
})

describe.skipIf(!hasPostgres || !hasTemporal)('with a Memoir that runs', () => {
  let running: TestMemoir
  let api: Awaited<ReturnType<typeof startApi>>
  let memoir: Memoir

  beforeAll(async () => {
    running = await createTestMemoir({ MEMOIR_ADMIN_KEY: KEY })
    api = await startApi(running.services, { host: '127.0.0.1', port: 0 })
    memoir = new Memoir({ baseUrl: api.url, apiKey: KEY })
  })
  afterAll(async () => {
    await api.close()
    await running[Symbol.asyncDispose]()
  })

  test('items are put, got, changed and deleted; the same key in another namespace is another item', async () => {
    const store = new MemoirStore({ memoir })
    await store.put(['ann', 'tastes'], 'drink', { text: 'Ann likes tea.', rank: 2 })
    await store.put(['ann', 'tastes', 'old'], 'drink', { text: 'Ann liked milk.', rank: 1 })
    await store.put(['bob', 'tastes'], 'drink', { text: 'Bob likes beer.' })

    expect(await store.get(['ann', 'tastes'], 'drink')).toMatchObject({
      namespace: ['ann', 'tastes'],
      key: 'drink',
      value: { text: 'Ann likes tea.', rank: 2 },
      createdAt: expect.any(Date),
    })
    await store.put(['ann', 'tastes'], 'drink', { text: 'Ann likes coffee.', rank: 3 })
    expect((await store.get(['ann', 'tastes'], 'drink'))?.value).toEqual({
      text: 'Ann likes coffee.',
      rank: 3,
    })
    await store.delete(['ann', 'tastes'], 'drink')
    expect(await store.get(['ann', 'tastes'], 'drink')).toBeNull()
    expect((await store.get(['ann', 'tastes', 'old'], 'drink'))?.value['text']).toBe(
      'Ann liked milk.',
    )
    expect(await store.get(['ann', 'nothing'], 'drink')).toBeNull()
    await expect(store.put([], 'x', { a: 1 })).rejects.toThrow()
    await expect(store.search([], { query: 'x' })).rejects.toThrow('its first label is the user')
  })

  test('searches find by words within a namespace and by filters; namespaces are listed', async () => {
    const store = new MemoirStore({ memoir })
    const put = async (label: string, key: string, value: Record<string, unknown>) =>
      await store.put(['eve', label], key, value)
    await put('pets', 'a', { text: 'Eve has a cat named Tom.', legs: 4, wild: false })
    await put('pets', 'b', { text: 'Eve has a parrot.', legs: 2, tags: ['bird'] })
    await put('trips', 'c', { text: 'Eve saw a wild cat in Spain.', legs: 4, wild: true })
    await store.put(['eve', 'pets'], 'hidden', { text: 'The cat is secret.' }, false)
    const keys = async (prefix: string[], options: Parameters<typeof store.search>[1]) =>
      (await store.search(prefix, options)).map(({ key }) => key)

    const found = await store.search(['eve', 'pets'], { query: 'cat' })
    expect(found[0]).toMatchObject({ key: 'a', score: expect.any(Number) })
    expect(found.map(({ key }) => key)).not.toContain('c')
    expect(found.map(({ key }) => key)).not.toContain('hidden')
    expect((await keys(['eve'], { query: 'cat', filter: { wild: true } })).toSorted()).toEqual([
      'c',
    ])
    expect((await keys(['eve'], { filter: { legs: { $gte: 3 } } })).toSorted()).toEqual(['a', 'c'])
    expect(await keys(['eve'], { filter: { tags: ['bird'] } })).toEqual(['b'])
    expect(await keys(['eve'], { limit: 2 })).toHaveLength(2)
    expect(await keys(['eve'], { limit: 2, offset: 3 })).toHaveLength(1)
    expect(await store.listNamespaces({ prefix: ['eve'] })).toEqual([
      ['eve', 'pets'],
      ['eve', 'trips'],
    ])
    expect(await store.listNamespaces({ suffix: ['trips'] })).toEqual([['eve', 'trips']])
    expect(await store.listNamespaces({ prefix: ['eve'], maxDepth: 1 })).toEqual([['eve']])
    await expect(store.search(['eve'], { filter: { legs: { $near: 3 } } })).rejects.toThrow('$near')
  })

  test('a retriever returns documents, best first, of its user alone', async () => {
    await memoir.add({ user_id: 'gus', content: 'Gus plays the cello.', metadata: { page: 3 } })
    await memoir.add({ user_id: 'hal', content: 'Hal plays the harp.' })
    const retriever = new MemoirRetriever({ memoir, user_id: 'gus', k: 3 })
    expect(await retriever.invoke('Who plays an instrument?')).toEqual([
      expect.objectContaining({
        pageContent: 'Gus plays the cello.',
        metadata: expect.objectContaining({
          user_id: 'gus',
          score: expect.any(Number),
          metadata: { page: 3 },
        }),
      }),
    ])
  })

  test('an agent recalls for the user of its run, whatever the model says; a wrong call is told to it', async () => {
    await memoir.add({ user_id: 'ida', content: 'Ida is allergic to penicillin.' })
    await memoir.add({ user_id: 'jon', content: 'Jon is allergic to nuts.' })
    const model = fakeModel()
      .respondWithTools([
        { name: 'recall_memory', args: { query: 'allergic', limit: 0 }, id: 'call-1' },
      ])
      .respondWithTools([{ name: 'recall_memory', args: { query: 'allergic' }, id: 'call-2' }])
      .respond(new AIMessage('Penicillin.'))
    const tools = memoirTools({ memoir, only: ['recall_memory'] })
    const bound = model.bindTools(tools)
    const agent = new StateGraph(MessagesAnnotation)
      .addNode('model', async (state) => ({ messages: [await bound.invoke(state.messages)] }))
      .addNode('tools', new ToolNode(tools))
      .addEdge('__start__', 'model')
      .addConditionalEdges('model', toolsCondition)
      .addEdge('tools', 'model')
      .compile()
    const { messages } = await agent.invoke(
      { messages: [{ role: 'user', content: 'What must Ida not take?' }] },
      { configurable: { user_id: 'ida' } },
    )
    const told = messages.filter((message) => message.type === 'tool').map(({ text }) => text)
    expect(told[0]).toContain('did not match expected schema')
    expect(told[1]).toContain('penicillin')
    expect(told[1]).not.toContain('nuts')
    expect(messages.at(-1)?.text).toBe('Penicillin.')
  })
})
