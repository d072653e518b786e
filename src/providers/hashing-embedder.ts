import { unit } from '../domain/vectors.ts'
import { detectLanguage } from '../text/language.ts'
import { lexemeCounts, lexemesOf } from '../text/tokens.ts'
import { wordsOf } from '../text/words.ts'
import { BUILTIN_MODEL } from './builtin-model.ts'
import type { Embedder, SpaceIdentity } from './embedder.ts'

/**
 * The built-in embedder: no model, no network, the same vector on every machine. Words, pairs of neighbouring words and letter
 * groups are hashed into signed dimensions (feature hashing: Weinberger et al., 2009). It adds to BM25 what words alone lack:
 * typos and inflections share letter groups.
 */

/**
 * How much each kind of feature weighs; chosen on two conversations of a public retrieval set. Groups of
 * three find more than those of three to five together: of a word with a typo more of them are left.
 */
const WORD_WEIGHT = 1
const PAIR_WEIGHT = 0.2
const GROUP_WEIGHT = 0.9
const GROUP_CHARS = 3

/** Letters that are words or syllables: a group is one of them, and pairs of them come as words. */
const SYLLABIC = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Script=Hangul}]/u

/** Groups of words seen before; bounds the memory of a long-lived process. */
const REMEMBERED_WORDS = 50_000
/** Longer words are rare, and V8 would keep the whole text alive that such a slice comes from. */
const REMEMBERED_CHARS = 12
/** What a text is taken for that is too short to tell. */
const LIKELIEST_LANGUAGE = 'en'
/** Long lists give way to timers and sockets this often. */
const YIELD_EVERY_MS = 8

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a (Fowler, Noll, Vo) over UTF-16 units, finished with MurmurHash3's mixer (Appleby), which spreads short inputs. */
function hashOf(text: string, from: number, to: number, seed: number): number {
  let hash = FNV_OFFSET ^ seed
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const WORD_SEED = 1
const GROUP_SEED = 2
const PAIR_SEED = 3

const groupsByWord = new Map<string, Uint32Array>()

/** Hashes of the letter groups of a word, its ends marked, so that beginnings and endings count as such. */
function groupsOf(word: string): Uint32Array {
  const known = groupsByWord.get(word)
  if (known) return known
  const made = Uint32Array.from(SYLLABIC.test(word) ? signsOf(word) : letterGroupsOf(`<${word}>`))
  if (word.length > REMEMBERED_CHARS) return made
  if (groupsByWord.size >= REMEMBERED_WORDS) groupsByWord.clear()
  groupsByWord.set(word, made)
  return made
}

function* letterGroupsOf(marked: string): Generator<number> {
  for (let end = GROUP_CHARS; end <= marked.length; end += 1) {
    yield hashOf(marked, end - GROUP_CHARS, end, GROUP_SEED)
  }
}

function* signsOf(word: string): Generator<number> {
  for (const sign of word) yield hashOf(sign, 0, sign.length, GROUP_SEED)
}

/** Distinct words grow by the logarithm of their count, so that a repeated one does not drown the others. */
const sublinear = (count: number) => 1 + Math.log(count)

/**
 * The vector of a text: `dimensions` numbers, unit length, the same on every machine. A text without a word gets a fixed vector of
 * its own, because the cosine of a zero vector is not a number.
 */
export function hashingVector(text: string, dimensions: number): Float32Array {
  const vec = new Float32Array(dimensions)
  const add = (hash: number, weight: number) => {
    // The top bit is the sign and the rest the place, so that collisions cancel out on average.
    const place = (hash & 0x7fffffff) % dimensions
    vec[place] = (vec[place] ?? 0) + (hash >>> 31 === 0 ? weight : -weight)
  }
  const telling = lexemesOf(text, detectLanguage(text, LIKELIEST_LANGUAGE))
  const words = telling.length > 0 ? telling : wordsOf(text)
  for (const [word, count] of lexemeCounts(words)) {
    add(hashOf(word, 0, word.length, WORD_SEED), WORD_WEIGHT * sublinear(count))
    const groups = groupsOf(word)
    // All groups together weigh as much as one feature would, however long the word.
    const weight = (GROUP_WEIGHT * sublinear(count)) / Math.sqrt(Math.max(1, groups.length))
    for (const group of groups) add(group, weight)
  }
  for (let at = 1; at < words.length; at += 1) {
    const pair = `${words[at - 1]} ${words[at]}`
    add(hashOf(pair, 0, pair.length, PAIR_SEED), PAIR_WEIGHT)
  }
  // No word, or in a space of few dimensions features that cancel out to the last.
  if (vec.every((value) => value === 0)) vec[0] = 1
  return unit(vec)
}

/**
 * The embedder of an installation without a model. Runs on the calling thread and gives way to other work every few milliseconds;
 * an aborted signal ends it there with the signal's reason.
 */
export function createHashingEmbedder({
  dimensions,
  precision,
}: Pick<SpaceIdentity, 'dimensions' | 'precision'>): Embedder {
  return {
    identity: { provider: 'builtin', model: BUILTIN_MODEL, dimensions, precision },
    async embed(texts, { signal }) {
      signal?.throwIfAborted()
      const vectors: Float32Array[] = []
      let since = performance.now()
      for (const text of texts) {
        if (performance.now() - since > YIELD_EVERY_MS) {
          await new Promise((resolve) => {
            setImmediate(resolve)
          })
          signal?.throwIfAborted()
          since = performance.now()
        }
        vectors.push(hashingVector(text, dimensions))
      }
      return vectors
    },
  }
}
