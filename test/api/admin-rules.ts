/** The walk's rules for what steers a whole namespace: an administrator's, and nobody else's. */

const rule = (path: string, method: string, body?: unknown) => ({
  role: 'admin' as const,
  ask: () => ({ path, method, ...(body === undefined ? {} : { body }) }),
  outside: { foreign: 403, user: 403, scoped: 403 },
})

const ANY = '0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10'

export const ADMIN_RULES = {
  'post /v1/backfills': rule('/v1/backfills', 'POST', {}),
  'post /v1/narratives/backfill': rule('/v1/narratives/backfill', 'POST'),
  'get /v1/narratives/backfill/{job}/failures': rule(
    '/v1/narratives/backfill/019ab9c0-0000-7000-8000-000000000000/failures',
    'GET',
  ),
  'get /v1/settings/budget': rule('/v1/settings/budget', 'GET'),
  'put /v1/settings/budget': rule('/v1/settings/budget', 'PUT', { per_day: 5 }),
  'get /v1/sync': rule('/v1/sync', 'GET'),
  'post /v1/sync': rule('/v1/sync', 'POST', {}),
  'get /api/persistence/sync': rule('/api/persistence/sync', 'GET'),
  'post /api/persistence/sync': rule('/api/persistence/sync', 'POST', { operation: 'check' }),
  'post /v1/consolidations': rule('/v1/consolidations', 'POST', {}),
  'post /memory/consolidate': rule('/memory/consolidate', 'POST', {}),
  'get /v1/consolidations/{id}': rule(`/v1/consolidations/${ANY}`, 'GET'),
  'post /v1/consolidations/{id}/undo': rule(`/v1/consolidations/${ANY}/undo`, 'POST'),
  'get /v1/schedules': rule('/v1/schedules', 'GET'),
  'patch /v1/schedules/{id}': rule('/v1/schedules/nightly', 'PATCH', { paused: true }),
  'delete /v1/schedules/{id}': rule('/v1/schedules/nightly', 'DELETE'),
  'post /v1/schedules/{id}/trigger': rule('/v1/schedules/nightly/trigger', 'POST'),
  'post /v1/schedules/{id}/backfill': rule('/v1/schedules/nightly/backfill', 'POST', {
    from: '2026-01-01',
    to: '2026-01-02',
  }),
  'get /v1/settings/ai': rule('/v1/settings/ai', 'GET'),
  'put /v1/settings/ai': rule('/v1/settings/ai', 'PUT', { llm: { model: 'gpt-4.1' } }),
  'post /v1/settings/ai/test': rule('/v1/settings/ai/test', 'POST', {}),
  'get /v1/settings/extraction': rule('/v1/settings/extraction', 'GET'),
  'put /v1/settings/extraction': rule('/v1/settings/extraction', 'PUT', { never: ['health'] }),
  'delete /v1/settings/extraction': rule('/v1/settings/extraction', 'DELETE'),
  'post /v1/settings/extraction/test': rule('/v1/settings/extraction/test', 'POST', {
    transcript: 'User: I live in Oslo.',
  }),
  'post /v1/migrations/episodes': rule('/v1/migrations/episodes', 'POST', {}),
  'get /v1/reembed': rule('/v1/reembed', 'GET'),
  'post /v1/reembed': rule('/v1/reembed', 'POST', {}),
  'get /settings/ai': rule('/settings/ai', 'GET'),
  'put /settings/ai': rule('/settings/ai', 'PUT', { llm: { model: 'gpt-4.1' } }),
  'post /settings/ai/test': rule('/settings/ai/test', 'POST', {}),
}
