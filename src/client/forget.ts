import type { Operations, Tombstone } from './api-types.ts'
import type { Transport, WriteOptions } from './transport.ts'
import { keyed } from './work.ts'

/** One memory by its `id`, or what matches of a user. */
export type ForgetRequest = Operations['forget']['body']

export const createForget =
  (transport: Transport) =>
  async (body: ForgetRequest, options: WriteOptions = {}) =>
    await transport.ask<Tombstone>({ ...keyed(options), path: '/v1/forget', body })
