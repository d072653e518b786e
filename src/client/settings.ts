import type { AiSettings, AiSettingsTest, Operations } from './api-types.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export type AiSettingsChange = Operations['putAiSettings']['body']

/** Which models the installation uses; for administrators. */
export function createSettings(transport: Transport) {
  const path = '/v1/settings/ai'
  return {
    get: async ({ signal }: RequestOptions = {}) =>
      await transport.ask<AiSettings>({ method: 'GET', path, ...on(signal) }),
    change: async (body: AiSettingsChange, { signal }: RequestOptions = {}) =>
      await transport.ask<AiSettings>({ method: 'PUT', path, body, ...on(signal) }),
    /** Asks the models once, as they would be after a change; nothing is kept. */
    test: async (body: AiSettingsChange = {}, { signal }: RequestOptions = {}) =>
      await transport.ask<AiSettingsTest>({
        method: 'POST',
        path: `${path}/test`,
        body,
        repeatable: true,
        ...on(signal),
      }),
  }
}
