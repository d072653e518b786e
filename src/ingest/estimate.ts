import type { Config } from '../config.ts'
import type { BackfillEstimate, Extraction, LanguageEstimate } from '../domain/job.ts'
import { pricedEmbedding, pricesOf } from '../providers/configured-prices.ts'
import type { Embedder } from '../providers/embedder.ts'
import { steeringRules } from '../providers/prompts/steering.ts'
import type { Steering } from '../steering/steering.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import { costOf, languageCostOf } from '../providers/prices.ts'
import type { ConversationSource } from './conversation.ts'

/** Byte-pair vocabularies average four bytes of text a token. */
const BYTES_A_TOKEN = 4
/** A message is embedded alone, and again in its conversation; a long one by its passages as well. */
const TIMES_EMBEDDED = 2

/** Who said it, and what rounding up adds, twice. */
const TOKENS_AROUND_A_MESSAGE = 6

/** Made with `extract: rules`, and by models that are asked: a fact a turn and a summary a conversation, embedded too. */
const TOKENS_A_FACT = 25
const TOKENS_A_SUMMARY = 300

/** A message is read for its facts and again for the summary, each time as a line that says who and when. */
const TIMES_READ = 2
const TOKENS_AROUND_A_LINE = 30
/** As passages and parts are cut: two that follow each other are longer than one may be. */
const PASSAGE_BYTES = 4_000
const PASSAGE_MESSAGES = 20
const PART_BYTES = 6_000
/** What stands in each request beside the messages: rules, the schema, the turns before. */
const TOKENS_AROUND_A_PASSAGE = 1_700
const TOKENS_AROUND_A_PART = 600
/** A fact with the eight that it is held against, and its share of the request's rules. */
const TOKENS_TO_RESOLVE = 400
/** A fact as it is answered: evidence, names and relations besides; and what it is to the others. */
const TOKENS_OF_AN_ANSWER = 150

interface Dependencies {
  readonly sourceOf: (namespaceId: string) => Promise<ConversationSource>
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  /** What a namespace wants remembered, which each request says; left out, nothing in particular. */
  readonly steeringOf?: (namespaceId: string) => Promise<Steering | undefined>
}

type Size = Awaited<ReturnType<ConversationSource['measure']>>

/** What taking in the whole source would cost at most: what is unchanged is only known by reading it, and costs nothing. */
export function createEstimate(
  config: Config,
  { sourceOf, embedder, languageModel, steeringOf }: Dependencies,
) {
  return async function estimate(
    namespaceId: string,
    wanted?: Extraction,
  ): Promise<BackfillEstimate> {
    const size = await (await sourceOf(namespaceId)).measure()
    await Promise.all([embedder.ready?.(), languageModel.ready?.()])
    const { model } = embedder.identity
    const rules = tokensOfRules(await steeringOf?.(namespaceId))
    const language = languageEstimate(config, { ...size, rules }, usedModel(languageModel, wanted))
    const tokens = embeddedTokens(size, { facts: language !== null })
    const embedding = costOf(tokens, pricedEmbedding(config, model))
    const asked = language === null ? 0 : language.cost
    const cost = embedding === null || asked === null ? null : embedding + asked
    return { conversations: size.conversations, tokens, cost, model, language }
  }
}

function embeddedTokens(
  { conversations, messages, bytes, longBytes }: Size,
  { facts }: { readonly facts: boolean },
): number {
  const derived = facts ? messages * TOKENS_A_FACT + conversations * TOKENS_A_SUMMARY : 0
  const said = Math.ceil((bytes * TIMES_EMBEDDED + longBytes) / BYTES_A_TOKEN)
  return said + messages * TOKENS_AROUND_A_MESSAGE + derived
}

/** Their names stand in the schema of the answer as well. */
const TIMES_SAID = 2

const tokensOfRules = (steering: Steering | undefined): number =>
  steering === undefined
    ? 0
    : Math.ceil((Buffer.byteLength(steeringRules(steering.settings)) * TIMES_SAID) / BYTES_A_TOKEN)

/** As a run decides it. @returns null where no facts are made */
function usedModel({ identity }: LanguageModel, wanted: Extraction | undefined): string | null {
  const builtin = identity.provider === 'builtin'
  const extract = wanted ?? (builtin ? 'none' : 'model')
  if (extract === 'rules') return 'rules'
  return extract === 'none' || builtin ? null : identity.model
}

function languageEstimate(
  config: Config,
  { conversations, messages, bytes, rules }: Size & { readonly rules: number },
  model: string | null,
): LanguageEstimate | null {
  if (model === null) return null
  if (model === 'rules') return { model, input_tokens: 0, output_tokens: 0, cost: 0 }
  const passages = conversations + Math.ceil(bytes / PASSAGE_BYTES + messages / PASSAGE_MESSAGES)
  const parts = conversations + Math.ceil(bytes / PART_BYTES)
  const input =
    Math.ceil((bytes * TIMES_READ) / BYTES_A_TOKEN) +
    messages * (TIMES_READ * TOKENS_AROUND_A_LINE + TOKENS_TO_RESOLVE) +
    passages * (TOKENS_AROUND_A_PASSAGE + rules) +
    parts * (TOKENS_AROUND_A_PART + rules)
  const output = messages * TOKENS_OF_AN_ANSWER + parts * TOKENS_A_SUMMARY
  const { language: price } = pricesOf(config, { language: model })
  const cost = languageCostOf({ input, output }, { model, price: price ?? undefined })
  return { model, input_tokens: input, output_tokens: output, cost }
}
