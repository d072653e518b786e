/**
 * The name of the built-in embedder's vectors; another number when the same text would get another vector. Apart from the embedder,
 * whose word lists whoever only asks for a price need not load.
 */
export const BUILTIN_MODEL = 'hashing-1'
