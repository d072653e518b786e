/** The walk's rules for schedules: an administrator's, and nobody else's. */

const rule = (rest: string, method: string, body?: unknown) => ({
  role: 'admin' as const,
  ask: () => ({ path: `/v1/schedules${rest}`, method, ...(body === undefined ? {} : { body }) }),
  outside: { foreign: 403, user: 403, scoped: 403 },
})

export const SCHEDULE_RULES = {
  'get /v1/schedules': rule('', 'GET'),
  'patch /v1/schedules/{id}': rule('/nightly', 'PATCH', { paused: true }),
  'delete /v1/schedules/{id}': rule('/nightly', 'DELETE'),
  'post /v1/schedules/{id}/trigger': rule('/nightly/trigger', 'POST'),
  'post /v1/schedules/{id}/backfill': rule('/nightly/backfill', 'POST', {
    from: '2026-01-01',
    to: '2026-01-02',
  }),
}
