/** The walk's rules for what steers a whole namespace: an administrator's, and nobody else's. */

const rule = (path: string, method: string, body?: unknown) => ({
  role: 'admin' as const,
  ask: () => ({ path, method, ...(body === undefined ? {} : { body }) }),
  outside: { foreign: 403, user: 403, scoped: 403 },
})

export const ADMIN_RULES = {
  'post /v1/backfills': rule('/v1/backfills', 'POST', {}),
  'get /v1/settings/budget': rule('/v1/settings/budget', 'GET'),
  'put /v1/settings/budget': rule('/v1/settings/budget', 'PUT', { per_day: 5 }),
  'get /v1/schedules': rule('/v1/schedules', 'GET'),
  'patch /v1/schedules/{id}': rule('/v1/schedules/nightly', 'PATCH', { paused: true }),
  'delete /v1/schedules/{id}': rule('/v1/schedules/nightly', 'DELETE'),
  'post /v1/schedules/{id}/trigger': rule('/v1/schedules/nightly/trigger', 'POST'),
  'post /v1/schedules/{id}/backfill': rule('/v1/schedules/nightly/backfill', 'POST', {
    from: '2026-01-01',
    to: '2026-01-02',
  }),
}
