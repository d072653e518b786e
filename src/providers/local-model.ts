import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import { DEFAULT_MODEL, LOCAL } from './default-model.ts'
import { readOnnxOutputs, type OnnxOutput } from './onnx-output.ts'

/** An embedding model in a folder of this machine: what its files say of it. */

export interface LocalModel {
  readonly file: string
  readonly tokenizer: string
  readonly tokenizerConfig: string | null
  /** The name of its vectors: another model, even one of the same name, never has the same. */
  readonly name: string
  /** Of the vectors that it makes. */
  readonly dimensions: number
  /** Tokens of a text that are read; the rest is left out. */
  readonly maxTokens: number
  readonly pooling: Pooling
  /** The output that is read, and whether it is a vector of the text already: else those of its tokens are pooled. */
  readonly output: { readonly name: string; readonly pooled: boolean }
  /** What the model wants to read before a question, and before what questions are compared with. */
  readonly prefixes: { readonly query: string; readonly passage: string }
}

export type Pooling = 'mean' | 'cls'

/**
 * Longer texts take more than their share of time (attention grows with the square), and a question may have to wait for one: 512
 * tokens take some 60 ms with a small model. Models that read more are cut here.
 */
const MOST_TOKENS = 512
/** Names under which a sentence transformer hands out finished vectors. */
const POOLED = new Set(['sentence_embedding', 'text_embeds'])

/** @returns the folder that a model's name stands for; undefined when it is not one of this machine */
export function localFolderOf(model: string | undefined): string | undefined {
  return model?.startsWith(LOCAL) === true ? resolve(model.slice(LOCAL.length)) : undefined
}

const known = new Map<string, { readonly at: number; readonly model: LocalModel }>()

/**
 * Reads what the files of a folder say. Looked at once: the files are those of a published model and do not change.
 * @throws MemoirError `configuration_invalid` that says what is missing
 */
export function readLocalModel(folder: string): LocalModel {
  const file = modelFileOf(folder)
  const at = statSync(file).mtimeMs
  const before = known.get(file)
  if (before?.at === at) return before.model
  const model = describe(folder, file)
  known.set(file, { at, model })
  return model
}

/** What keeps a folder from being used; empty when nothing does. */
export function localModelProblems(folder: string): string[] {
  try {
    readLocalModel(folder)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : 'cannot be read']
  }
}

function describe(folder: string, file: string): LocalModel {
  const tokenizer = join(folder, 'tokenizer.json')
  if (!existsSync(tokenizer)) throw unusable(folder, 'has no tokenizer.json')
  const read = <T>(path: string, schema: z.ZodType<T>) => readConfig(join(folder, path), schema)
  const fingerprint = fingerprintOf(file)
  const standard = fingerprint === DEFAULT_MODEL.fingerprint ? DEFAULT_MODEL : undefined
  const output = outputOf(folder, file)
  const config = read('config.json', modelConfig)
  const dimensions = output.length ?? config?.hidden_size
  if (dimensions === undefined) {
    throw unusable(folder, 'does not say how long its vectors are, and has no config.json')
  }
  const tokenizerConfig = join(folder, 'tokenizer_config.json')
  const reads =
    standard?.maxTokens ??
    read('sentence_bert_config.json', sentenceConfig)?.max_seq_length ??
    read('tokenizer_config.json', tokenizerLimit)?.model_max_length ??
    config?.max_position_embeddings ??
    MOST_TOKENS
  return {
    file,
    tokenizer,
    tokenizerConfig: existsSync(tokenizerConfig) ? tokenizerConfig : null,
    name: standard?.name ?? `${LOCAL}${basename(folder)}-${fingerprint}`,
    dimensions,
    maxTokens: Math.min(reads, MOST_TOKENS),
    pooling: read('1_Pooling/config.json', poolingConfig)?.pooling_mode_cls_token ? 'cls' : 'mean',
    output: { name: output.name, pooled: output.rank === 2 },
    prefixes: prefixesOf(folder, read('config_sentence_transformers.json', promptsConfig)),
  }
}

const modelConfig = z.object({
  hidden_size: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
})
const sentenceConfig = z.object({ max_seq_length: z.int().positive().optional() })
/** Tokenisers without a limit give one of thirty digits. */
const tokenizerLimit = z.object({ model_max_length: z.number().positive().optional() })
const poolingConfig = z.object({ pooling_mode_cls_token: z.boolean().optional() })
const promptsConfig = z.object({
  prompts: z
    .object({
      query: z.string().optional(),
      passage: z.string().optional(),
      document: z.string().optional(),
    })
    .optional(),
})

/** As the folder says it; models of the E5 family rarely do, and are worth little without. */
function prefixesOf(
  folder: string,
  config: z.infer<typeof promptsConfig> | undefined,
): LocalModel['prefixes'] {
  const { query, passage, document } = config?.prompts ?? {}
  if (query !== undefined || passage !== undefined || document !== undefined) {
    return { query: query ?? '', passage: passage ?? document ?? '' }
  }
  return /\be5\b/i.test(basename(folder))
    ? { query: 'query: ', passage: 'passage: ' }
    : { query: '', passage: '' }
}

const ONNX = /\.onnx$/
/** The names that exporters use, the smaller file first. */
const USUAL_NAMES = [
  'model.onnx',
  'onnx/model_quantized.onnx',
  'onnx/model_int8.onnx',
  'onnx/model.onnx',
]

function modelFileOf(folder: string): string {
  if (!existsSync(folder)) throw unusable(folder, 'is not there')
  const usual = USUAL_NAMES.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (usual !== undefined) return usual
  for (const place of [folder, join(folder, 'onnx')]) {
    const files = existsSync(place) ? readdirSync(place).filter((name) => ONNX.test(name)) : []
    const [only, ...others] = files
    if (only !== undefined && others.length === 0) return join(place, only)
    if (others.length > 0) throw unusable(folder, 'has several ONNX files and none is model.onnx')
  }
  throw unusable(folder, 'has no ONNX model')
}

function outputOf(folder: string, file: string): OnnxOutput {
  let outputs: OnnxOutput[]
  try {
    outputs = readOnnxOutputs(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw unusable(folder, `has a file that is no ONNX model: ${why}`)
  }
  const output =
    outputs.find(({ name, rank }) => POOLED.has(name) && rank === 2) ??
    outputs.find(({ rank }) => rank === 3) ??
    outputs.find(({ rank }) => rank === 2)
  if (output === undefined) throw unusable(folder, 'has a model that makes no vectors')
  return output
}

function readConfig<T>(path: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(path)) return undefined
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

const SAMPLES = 32
const SAMPLE_BYTES = 4096

/** What tells one model file from another: its size and samples of its weights. To read a large one in full would take seconds. */
export function fingerprintOf(file: string): string {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const hash = createHash('sha256').update(String(size))
    const bytes = new Uint8Array(SAMPLE_BYTES)
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const at = Math.floor((Math.max(0, size - SAMPLE_BYTES) * sample) / (SAMPLES - 1))
      hash.update(bytes.subarray(0, readSync(handle, bytes, 0, SAMPLE_BYTES, at)))
    }
    return hash.digest('hex').slice(0, 12)
  } finally {
    closeSync(handle)
  }
}

const unusable = (folder: string, why: string) =>
  new MemoirError('configuration_invalid', `${folder} ${why}`, {
    details: { next: 'Name a folder with an ONNX model and its tokenizer.json.' },
  })
