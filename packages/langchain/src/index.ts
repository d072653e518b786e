/** Memoir for LangChain and LangGraph. */
export { MemoirRetriever, type MemoirRetrieverOptions } from './retriever.ts'
export { MemoirStore, type MemoirStoreOptions } from './store.ts'
export { memoirTools, type MemoirToolsOptions } from './tools.ts'
