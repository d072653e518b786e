import { z } from '@hono/zod-openapi'
import type { AiChange } from '../settings/change.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { present, text } from './fields.ts'
import { refuseIdempotencyKey } from './idempotency.ts'
import { json, refuses } from './responses.ts'
import { aiSettingsSchema, probeSchema } from './schemas.ts'

/** What both addresses of the settings have in common. */

const MAX_URL_CHARS = 2_000
const MAX_KEY_CHARS = 4_000
const MAX_DIMENSIONS = 4_000

const endpoint = {
  base_url: z
    .url({ protocol: /^https?$/ })
    .max(MAX_URL_CHARS)
    .nullish()
    .openapi({ description: 'Another one discards the stored key, unless a key comes along.' }),
  model: text(200).nullish(),
  api_key: text(MAX_KEY_CHARS)
    .nullish()
    .openapi({ description: '`set`, as it is shown, leaves it as it is.' }),
}
const embedding = { ...endpoint, dim: z.int().min(8).max(MAX_DIMENSIONS).nullish() }
const reembed = z
  .boolean()
  .optional()
  .openapi({ description: 'Take another embedding model although there are vectors of this one.' })

/** An absent field stays as it is, null goes back to what the environment says. */
export const strictChange = z.strictObject({
  llm: z.strictObject(endpoint).optional(),
  embedding: z.strictObject(embedding).optional(),
  reembed,
})
/** Unknown fields are ignored. */
export const looseChange = z.object({
  llm: z.object(endpoint).optional(),
  embedding: z.object(embedding).optional(),
  reembed,
})

/** What each of the three may answer. */
export const SETTINGS_ANSWERS = {
  get: { 200: json(aiSettingsSchema, 'The settings'), ...refuses('configuration_invalid') },
  put: {
    200: json(aiSettingsSchema, 'The settings in force'),
    ...refuses(
      'reembed_required',
      'configuration_invalid',
      'payload_too_large',
      'unsupported_media_type',
    ),
  },
  test: {
    200: json(
      probeSchema,
      'A code and a time for each, what was worked around, and what a vendor that fails said',
    ),
    ...refuses('configuration_invalid', 'payload_too_large', 'unsupported_media_type'),
  },
}

type Change = z.output<typeof looseChange>

function changeOf({ llm, embedding }: Change): AiChange {
  return {
    ...(llm ? { llm: present(llm) } : {}),
    ...(embedding ? { embedding: present(embedding) } : {}),
  }
}

export interface SettingsCall {
  readonly services: Pick<ApiServices, 'settings'>
  readonly principal: Principal
  readonly idempotencyKey: string | undefined
}

export async function putSettings(
  { services, principal, idempotencyKey }: SettingsCall,
  change: Change,
) {
  refuseIdempotencyKey(idempotencyKey)
  const { actor, namespaceId } = principal
  return await services.settings.put(changeOf(change), {
    actor,
    namespaceId,
    reembed: change.reembed ?? false,
  })
}

export async function testSettings({ services }: Pick<SettingsCall, 'services'>, change: Change) {
  return await services.settings.test(changeOf(change))
}
