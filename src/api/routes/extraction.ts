import { createRoute } from '@hono/zod-openapi'
import type { z } from '@hono/zod-openapi'
import type { ExtractionSettings } from '../../domain/extraction-settings.ts'
import { MemoirError } from '../../errors.ts'
import { userNameIn, withUser } from '../../sessions/user-speaker.ts'
import { extractionIn, WHOLE_NAMESPACE } from '../../steering/settings.ts'
import { appendAudit } from '../../stores/audit.ts'
import {
  countOutdated,
  findExtractionSettings,
  saveExtractionSettings,
  type ExtractionPlace,
} from '../../stores/extraction-settings.ts'
import { lockSettings } from '../../stores/settings.ts'
import type { ApiServices } from '../context.ts'
import type { Principal } from '../environment.ts'
import {
  collectionQuery,
  extractionBody,
  extractionSchema,
  trialBody,
  trialSchema,
} from '../extraction-bodies.ts'
import { needs } from '../guard.ts'
import { refuseIdempotencyKey } from '../idempotency.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** What is to be remembered of conversations, for a namespace and for each of its collections that differs. */

const path = '/v1/settings/extraction'

const getExtraction = createRoute({
  method: 'get',
  path,
  operationId: 'getExtractionSettings',
  tags: ['settings'],
  summary: 'Show what is to be remembered of conversations',
  description: 'A collection without settings of its own is shown those of its namespace.',
  ...needs('admin'),
  request: { query: collectionQuery },
  responses: { 200: json(extractionSchema, 'The settings'), ...refuses() },
})

const putExtraction = createRoute({
  method: 'put',
  path,
  operationId: 'putExtractionSettings',
  tags: ['settings'],
  summary: 'Say what is to be remembered of conversations',
  description:
    'Replaces all of it: a field that is absent goes to its default. It holds for what is ingested from now on; a backfill with `force` applies it to conversations that were ingested before.',
  ...needs('admin'),
  request: { query: collectionQuery, body: body(extractionBody) },
  responses: {
    200: json(extractionSchema, 'The settings as they are now'),
    ...refuses('conflict', 'payload_too_large', 'unsupported_media_type'),
  },
})

const deleteExtraction = createRoute({
  method: 'delete',
  path,
  operationId: 'resetExtractionSettings',
  tags: ['settings'],
  summary: 'Forget what was said of what is to be remembered',
  description: 'A collection goes by the settings of its namespace again, a namespace by none.',
  ...needs('admin'),
  request: { query: collectionQuery },
  responses: { 200: json(extractionSchema, 'The settings that hold now'), ...refuses() },
})

const testExtraction = createRoute({
  method: 'post',
  path: `${path}/test`,
  operationId: 'testExtractionSettings',
  tags: ['settings'],
  summary: 'Show what would be remembered of a transcript; nothing is kept',
  description:
    'By the stored settings, or by those of the request to try them first. What is known of users is not looked at: a fact may be known already.',
  ...needs('admin', 'work'),
  request: { query: collectionQuery, body: body(trialBody) },
  responses: {
    200: json(trialSchema, 'The facts, and what was found and would be left out'),
    ...refuses(
      'vendor_busy',
      'vendor_unavailable',
      'vendor_refused',
      'vendor_unauthorized',
      'vendor_bad_answer',
      'configuration_invalid',
      'payload_too_large',
      'unsupported_media_type',
    ),
  },
})

const placeOf = (
  { namespaceId }: Principal,
  { collection = WHOLE_NAMESPACE }: z.output<typeof collectionQuery>,
): ExtractionPlace => ({ namespaceId, collection })

async function settingsIn({ db }: Pick<ApiServices, 'db'>, place: ExtractionPlace) {
  const { namespaceId } = place
  const row = await findExtractionSettings(db, place)
  const { settings, version } = await extractionIn(db, place)
  const own = await extractionIn(db, { namespaceId, collection: WHOLE_NAMESPACE })
  return {
    ...settings,
    version,
    collection: row === null || row.collection === WHOLE_NAMESPACE ? null : row.collection,
    outdated: await countOutdated(db, { namespaceId, version: own.version }),
    updated_at: row?.updatedAt.toISOString() ?? null,
  }
}

/** @throws MemoirError `conflict` when the settings are not of the expected version any more */
async function change(
  { db }: Pick<ApiServices, 'db'>,
  { namespaceId, actor }: Principal,
  {
    place,
    settings,
    expected,
  }: { place: ExtractionPlace; settings: ExtractionSettings | null; expected?: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockSettings(tx)
    const { version: before } = await extractionIn(tx, place)
    if (expected !== undefined && expected !== before) {
      throw new MemoirError('conflict', `version: the settings are at version ${before}`, {
        details: { field: 'version', version: before },
      })
    }
    await saveExtractionSettings(tx, place, settings)
    const { version } = await extractionIn(tx, place)
    const details = { collection: place.collection, version, reset: settings === null }
    const action = 'settings.extraction'
    await appendAudit(tx, { namespaceId, actor, action, subject: null, details })
  })
}

export const extractionRoutes = createRouter()
  .openapi(getExtraction, async (c) => {
    const { services, principal } = c.var
    return c.json(await settingsIn(services, placeOf(principal, c.req.valid('query'))), 200)
  })
  .openapi(putExtraction, async (c) => {
    refuseIdempotencyKey(c.req.header('idempotency-key'))
    const { services, principal } = c.var
    const place = placeOf(principal, c.req.valid('query'))
    const {
      version: expected,
      collection: _collection,
      outdated: _outdated,
      updated_at: _updatedAt,
      ...settings
    } = c.req.valid('json')
    await change(services, principal, {
      place,
      settings,
      ...(expected === undefined ? {} : { expected }),
    })
    return c.json(await settingsIn(services, place), 200)
  })
  .openapi(deleteExtraction, async (c) => {
    const { services, principal } = c.var
    const place = placeOf(principal, c.req.valid('query'))
    await change(services, principal, { place, settings: null })
    return c.json(await settingsIn(services, place), 200)
  })
  .openapi(testExtraction, async (c) => {
    const { services, principal } = c.var
    const { transcript: turns, metadata, settings } = c.req.valid('json')
    const stored = await extractionIn(services.db, placeOf(principal, c.req.valid('query')))
    const trial = await services.tryExtraction({
      turns: withUser(turns, userNameIn(metadata)),
      extraction: settings === undefined ? stored : { version: stored.version, settings },
    })
    return c.json(
      {
        facts: trial.facts.map(({ occurredAt, evidence, ...fact }) => ({
          ...fact,
          occurred_at: occurredAt.toISOString(),
          evidence: evidence.map(({ position, quote }) => ({ position, quote: quote || null })),
        })),
        dropped: trial.dropped.map((one) => ({
          content: one.content,
          reason: one.reason,
          never: one.reason === 'never' ? one.never : null,
          kinds: one.reason === 'sensitive' ? one.kinds : [],
        })),
        model: trial.model,
        version: settings === undefined ? stored.version : null,
      },
      200,
    )
  })
