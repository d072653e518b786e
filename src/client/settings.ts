import type {
  AiSettings,
  AiSettingsTest,
  ExtractionSettings,
  ExtractionTrial,
  Operations,
} from './api-types.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export type AiSettingsChange = Operations['putAiSettings']['body']
export type ExtractionSettingsBody = Operations['putExtractionSettings']['body']
export type ExtractionTrialBody = Operations['testExtractionSettings']['body']

/** Whose settings: a collection's; left out, the namespace's. */
export interface ExtractionOptions extends RequestOptions {
  readonly collection?: string
}

/** Which models the installation uses, and what is to be remembered; for administrators. */
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
    extraction: createExtraction(transport),
  }
}

/** What is to be remembered of conversations. */
function createExtraction(transport: Transport) {
  const path = '/v1/settings/extraction'
  const of = ({ collection, signal }: ExtractionOptions) => ({
    ...(collection === undefined ? {} : { query: { collection } }),
    ...on(signal),
  })
  return {
    get: async (options: ExtractionOptions = {}) =>
      await transport.ask<ExtractionSettings>({ method: 'GET', path, ...of(options) }),
    /** Replaces all of it; with the `version` that was read, only while nobody else changed it. */
    put: async (body: ExtractionSettingsBody, options: ExtractionOptions = {}) =>
      await transport.ask<ExtractionSettings>({ method: 'PUT', path, body, ...of(options) }),
    /** Goes back to the settings of the namespace, or to none. */
    reset: async (options: ExtractionOptions = {}) =>
      await transport.ask<ExtractionSettings>({ method: 'DELETE', path, ...of(options) }),
    /** What would be remembered of a transcript; nothing is kept. */
    test: async (body: ExtractionTrialBody, options: ExtractionOptions = {}) =>
      await transport.ask<ExtractionTrial>({
        method: 'POST',
        path: `${path}/test`,
        body,
        repeatable: true,
        ...of(options),
      }),
  }
}
