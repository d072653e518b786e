/** What models of this machine are called: `EMBEDDING_MODEL=local:PATH`, and their vectors too. */
export const LOCAL = 'local:'

/**
 * The embedding model that `memoir up` brings along: all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0), its weights as eight-bit
 * integers. It knows English; 384 numbers a vector. The Maven artifact's files are those of the public repository, byte for byte, so one
 * pair of hashes serves both.
 */
export const DEFAULT_MODEL = {
  /** Under which its vectors are stored. */
  name: `${LOCAL}all-MiniLM-L6-v2-q`,
  /** In the cache folder. */
  folder: 'all-MiniLM-L6-v2-q',
  fingerprint: 'd47052e0d9ee',
  /** What the original reads (`max_seq_length`); the tokeniser's own file says 128. */
  maxTokens: 256,
} as const
