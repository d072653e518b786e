import { unit } from '../domain/vectors.ts'
import { detectLanguage } from '../text/language.ts'
import { lexemesOf } from '../text/tokens.ts'
import { wordsOf } from '../text/words.ts'
import type { Embedder, SpaceIdentity } from './embedder.ts'

/**
 * The built-in embedder: no model, no network, the same vector on every machine. Words, pairs of neighbouring words and letter
 * groups are hashed into signed dimensions (feature hashing: Weinberger et al., 2009). It adds to BM25 what words alone lack:
 * typos and inflections share letter groups.
 */

/** How much each kind of feature weighs; chosen on two conversations of a public retrieval set, see docs/benchmarks.md. */
const WORD_WEIGHT = 1
const PAIR_WEIGHT = 0.2
const GROUP_WEIGHT = 0.5
const GROUP_CHARS = [3, 4, 5] as const

/** Features of words seen before; bounds the memory of a long-lived process. */
const REMEMBERED_WORDS = 50_000
/** A language shows in its first lines. */
const LANGUAGE_SAMPLE_CHARS = 1_000
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
  const marked = `<${word}>`
  const hashes: number[] = []
  for (const chars of GROUP_CHARS) {
    for (let at = 0; at + chars <= marked.length; at += 1) {
      hashes.push(hashOf(marked, at, at + chars, GROUP_SEED))
    }
  }
  const made = Uint32Array.from(hashes)
  if (groupsByWord.size >= REMEMBERED_WORDS) groupsByWord.clear()
  groupsByWord.set(word, made)
  return made
}

/** The vector of a text: `dimensions` numbers, unit length. A text without a word gets a fixed vector of its own. */
export function hashingVector(text: string, dimensions: number): Float32Array {
  const vec = new Float32Array(dimensions)
  const add = (hash: number, weight: number) => {
    // The top bit is the sign and the rest the place, so that collisions cancel out on average.
    const place = (hash & 0x7fffffff) % dimensions
    vec[place] = (vec[place] ?? 0) + (hash >>> 31 === 0 ? weight : -weight)
  }
  const telling = lexemesOf(text, detectLanguage(text.slice(0, LANGUAGE_SAMPLE_CHARS), 'en'))
  const words = telling.length > 0 ? telling : wordsOf(text)
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const [word, count] of counts) {
    const often = 1 + Math.log(count)
    add(hashOf(word, 0, word.length, WORD_SEED), WORD_WEIGHT * often)
    const groups = groupsOf(word)
    const share = (GROUP_WEIGHT * often) / Math.sqrt(Math.max(1, groups.length))
    for (const group of groups) add(group, share)
  }
  for (let at = 1; at < words.length; at += 1) {
    const pair = `${words[at - 1]} ${words[at]}`
    add(hashOf(pair, 0, pair.length, PAIR_SEED), PAIR_WEIGHT)
  }
  if (words.length === 0) vec[0] = 1
  return unit(vec)
}

export function createHashingEmbedder({
  dimensions,
  precision,
}: Pick<SpaceIdentity, 'dimensions' | 'precision'>): Embedder {
  return {
    identity: { provider: 'builtin', model: 'hashing-1', dimensions, precision },
    async embed(texts, { signal }) {
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
