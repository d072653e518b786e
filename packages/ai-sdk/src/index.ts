/** Memoir for the Vercel AI SDK. */
export { memoirMiddleware, type MemoirMiddlewareOptions } from './middleware.ts'
export { memoirTools, type MemoirToolsOptions } from './tools.ts'
