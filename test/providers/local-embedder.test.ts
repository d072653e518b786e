import { describe, expect, test } from 'vitest'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { cosine, unit, weightedMean } from '../../src/domain/vectors.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createEmbedder } from '../../src/providers/create-embedder.ts'
import type { EmbedOptions } from '../../src/providers/embedder.ts'
import { hasModel, MODEL } from '../support/local-model.ts'
import { TINY_DIMENSIONS, tinyRow, tokenOf, writeTinyModel } from '../support/tiny-model.ts'
import { failureOf } from '../support/vendor.ts'

const LIVE: EmbedOptions = { priority: 'live' }

function embedderOf(model: string, env: Readonly<Record<string, string>> = {}) {
  return createEmbedder(loadConfig({ EMBEDDING_MODEL: model, ...env }), createMetrics())
}

/** What mean pooling makes of these words, with the tokens that begin and end a text. */
function meanOf(words: readonly string[]): Float32Array {
  const rows = ['[CLS]', ...words, '[SEP]'].map((word) => Float32Array.from(tinyRow(tokenOf(word))))
  return weightedMean(
    rows,
    rows.map(() => 1),
  )
}

/** To be compared with, but for rounding. */
const near = (vector: Float32Array) =>
  Float32Array.from(vector, (value) => Math.round(value * 1e5) / 1e5)
const rounded = (vector: Float32Array | undefined) => near(vector ?? new Float32Array(0))

describe('a folder with a model', () => {
  test('is an embedder: the mean of the tokens, of the length that the file says', async () => {
    const embedder = embedderOf(`local:${writeTinyModel()}`)
    expect(embedder.identity).toMatchObject({ provider: 'local', dimensions: TINY_DIMENSIONS })
    expect(embedder.identity.model).toMatch(/^local:tiny-[0-9a-f]{12}$/)
    const [one, other, none] = await embedder.embed(['cat dog', 'bird', ''], LIVE)
    expect(rounded(one)).toEqual(near(meanOf(['cat', 'dog'])))
    expect(rounded(other)).toEqual(near(meanOf(['bird'])))
    expect(rounded(none)).toEqual(near(meanOf([])))
  })

  test('is given what it declares and no more, and may be called and laid out in other ways', async () => {
    const all = ['input_ids', 'attention_mask', 'token_type_ids']
    const wide = embedderOf(
      `local:${writeTinyModel({ inputs: all, modelFile: 'onnx/model.onnx' })}`,
    )
    const odd = embedderOf(`local:${writeTinyModel({ modelFile: 'my-model.onnx' })}`)
    for (const embedder of [wide, odd]) {
      const [vector] = await embedder.embed(['fish'], LIVE)
      expect(rounded(vector)).toEqual(near(meanOf(['fish'])))
    }
  })

  test('says itself that its first token stands for the text', async () => {
    const files = { '1_Pooling/config.json': { pooling_mode_cls_token: true } }
    const [vector] = await embedderOf(`local:${writeTinyModel({ files })}`).embed(['cat'], LIVE)
    expect(rounded(vector)).toEqual(near(unit(Float32Array.from(tinyRow(tokenOf('[CLS]'))))))
  })

  test('is read as far as it says, and always with the token that ends a text', async () => {
    const files = { 'sentence_bert_config.json': { max_seq_length: 4 } }
    const embedder = embedderOf(`local:${writeTinyModel({ files })}`)
    const [short, long] = await embedder.embed(['cat dog', `cat dog ${'bird '.repeat(9000)}`], LIVE)
    expect(rounded(short)).toEqual(near(meanOf(['cat', 'dog'])))
    expect(rounded(long)).toEqual(near(meanOf(['cat', 'dog'])))
  })

  test('gets the words before a question and before a passage that it was trained with', async () => {
    const prompts = { query: 'query ', document: 'passage ' }
    const files = { 'config_sentence_transformers.json': { prompts } }
    const embedder = embedderOf(`local:${writeTinyModel({ files })}`)
    const [question] = await embedder.embed(['cat'], { ...LIVE, input: 'query' })
    const [passage] = await embedder.embed(['cat'], LIVE)
    expect(rounded(question)).toEqual(near(meanOf(['query', 'cat'])))
    expect(rounded(passage)).toEqual(near(meanOf(['passage', 'cat'])))
  })

  test('of the E5 family has them without saying so', async () => {
    const embedder = embedderOf(`local:${writeTinyModel({ name: 'multilingual-e5-small' })}`)
    const [question] = await embedder.embed(['cat'], { ...LIVE, input: 'query' })
    // The colon is no word of this vocabulary.
    expect(rounded(question)).toEqual(near(meanOf(['query', '[UNK]', 'cat'])))
  })

  test('that leaves its length open says it in config.json', async () => {
    const files = { 'config.json': { hidden_size: TINY_DIMENSIONS } }
    const embedder = embedderOf(`local:${writeTinyModel({ openLength: true, files })}`)
    expect(embedder.identity.dimensions).toBe(TINY_DIMENSIONS)
  })

  test('makes vectors of another length only where EMBEDDING_FIT says so', async () => {
    const model = `local:${writeTinyModel()}`
    const refused = embedderOf(model, { EMBEDDING_DIM: '16' })
    expect(refused.identity.dimensions).toBe(16)
    expect(await failureOf(refused.embed(['cat'], LIVE))).toMatchObject({
      code: 'dimension_mismatch',
      details: { expected: 16, answered: TINY_DIMENSIONS },
    })
    const padded = embedderOf(model, { EMBEDDING_DIM: '16', EMBEDDING_FIT: 'pad' })
    const [vector] = await padded.embed(['cat'], LIVE)
    expect(vector).toHaveLength(16)
    expect(rounded(vector?.slice(0, TINY_DIMENSIONS))).toEqual(near(meanOf(['cat'])))
  })

  test('is another space than the same name with other weights', () => {
    const one = writeTinyModel()
    const other = writeTinyModel({ inputs: ['input_ids', 'attention_mask'] })
    expect(embedderOf(`local:${one}`).identity.model).not.toBe(
      embedderOf(`local:${other}`).identity.model,
    )
  })
})

describe('a folder that cannot be used', () => {
  const problemsOf = (model: string, env: Readonly<Record<string, string>> = {}) => {
    try {
      loadConfig({ EMBEDDING_MODEL: model, ...env })
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }

  test('is named with what it lacks, beside all other problems', () => {
    const problems = problemsOf('local:/nowhere', { PORT: 'x' })
    expect(problems).toContain('PORT')
    expect(problemsOf('local:/nowhere')).toContain('EMBEDDING_MODEL: /nowhere is not there')

    const folder = writeTinyModel({ openLength: true })
    expect(problemsOf(`local:${folder}`)).toContain('how long its vectors are')
    writeFileSync(join(folder, 'model.onnx'), 'no model at all, but long enough to be read')
    expect(problemsOf(`local:${folder}`)).toContain('no ONNX model')
  })

  test('needs no key, and goes with no address', () => {
    const model = `local:${writeTinyModel()}`
    expect(problemsOf(model)).toBe('')
    expect(problemsOf(model, { EMBEDDING_BASE_URL: 'https://v.example/v1' })).toContain(
      'EMBEDDING_BASE_URL: not together',
    )
  })

  test('fails the call and not the process when the runtime does not take the file', async () => {
    const folder = writeTinyModel()
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": {"type": "Nothing"}}')
    const error = await failureOf(embedderOf(`local:${folder}`).embed(['cat'], LIVE))
    expect(error).toMatchObject({ code: 'configuration_invalid' })
  })
})

describe('the thread', () => {
  test('answers live questions before the bulk that came first, and drops what nobody waits for', async () => {
    const embedder = embedderOf(`local:${writeTinyModel()}`)
    await embedder.warm?.()
    const order: string[] = []
    const bulk = embedder
      .embed(
        Array.from({ length: 500 }, () => 'cat dog bird'),
        { priority: 'bulk' },
      )
      .then(() => order.push('bulk'))
    const live = embedder.embed(['fish'], LIVE).then(() => order.push('live'))
    await Promise.all([bulk, live])
    expect(order).toEqual(['live', 'bulk'])

    const stop = new AbortController()
    const given = embedder.embed(
      Array.from({ length: 50_000 }, () => 'cat'),
      {
        priority: 'bulk',
        signal: stop.signal,
      },
    )
    stop.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    const began = performance.now()
    await embedder.embed(['dog'], { priority: 'bulk' })
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe.skipIf(!hasModel)('the model that memoir up brings along', () => {
  test('tells what answers a question from what does not', async () => {
    const embedder = embedderOf(MODEL)
    expect(embedder.identity).toEqual({
      provider: 'local',
      model: 'local:all-MiniLM-L6-v2-q',
      dimensions: 384,
      precision: 'fp16',
    })
    const [question, answer, other] = await embedder.embed(
      ['What is Maya allergic to?', 'Penicillin gives her a rash.', 'The train leaves at nine.'],
      LIVE,
    )
    if (!question || !answer || !other) throw new Error('a vector is missing')
    expect(cosine(question, answer)).toBeGreaterThan(cosine(question, other) + 0.1)
  })

  test('makes the same vector of a text whatever is beside it', async () => {
    const embedder = embedderOf(MODEL)
    const [alone] = await embedder.embed(['I moved to Lisbon in May.'], LIVE)
    const [beside] = await embedder.embed(
      ['I moved to Lisbon in May.', 'A long text. '.repeat(200)],
      { priority: 'bulk' },
    )
    expect(beside).toEqual(alone)
  })
})
