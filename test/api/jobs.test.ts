import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import type { StepFailure } from '../../src/domain/job.ts'
import { SENTENCE, type ErrorCode } from '../../src/errors.ts'
import { encodeCursor } from '../../src/stores/cursor.ts'
import { noteStepFailure } from '../../src/stores/jobs/jobs.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, requestOf, type ApiFixture } from './api-fixture.ts'

test.skipIf(!hasPostgres)('jobs are listed newest first, filtered and page by page', async () => {
  await using memoir = await createApiFixture()
  const ids = [await memoir.job(), await memoir.job({ state: 'failed' }), await memoir.job()]

  const one = await memoir.send('/v1/jobs?limit=2')
  const two = await memoir.send(`/v1/jobs?limit=2&cursor=${one.json.next_cursor}`)
  const failed = await memoir.send('/v1/jobs?state=failed&kind=backfill')

  const listed = [...one.json.items, ...two.json.items].map((job) => job.id)
  expect(listed).toEqual(ids.toReversed())
  expect(two.json.next_cursor).toBeNull()
  expect(failed.json.items.map((job: { id: string }) => job.id)).toEqual([ids[1]])
})

test.skipIf(!hasPostgres)('a cursor that nobody gave out is refused', async () => {
  await using memoir = await createApiFixture()
  const madeUp = [
    'abc',
    encodeCursor(['x']),
    encodeCursor(['not a time', randomUUID()]),
    encodeCursor(['2026-01-01', 'no-uuid']),
    encodeCursor(['2026-13-45', randomUUID()]),
  ]
  for (const cursor of madeUp) {
    const answer = await memoir.send(`/v1/jobs?cursor=${cursor}`)
    expect([cursor, [answer.status, answer.json.error.details?.field]]).toEqual([
      cursor,
      [400, 'cursor'],
    ])
  }
  for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=', 'state=done', 'page=2']) {
    expect([query, (await memoir.send(`/v1/jobs?${query}`)).status]).toEqual([query, 400])
  }
})

test.skipIf(!hasPostgres)(
  'what went wrong in each step is told, how often and last with what, whatever became of the job',
  async () => {
    await using memoir = await createApiFixture()
    const id = await memoir.job({ state: 'running' })
    const fail = async (step: string, code: ErrorCode) => {
      await noteStepFailure(memoir.db, id, {
        step,
        code,
        message: SENTENCE[code],
        detail: 'quoted',
      })
    }
    await fail('embed', 'vendor_busy')
    await fail('embed', 'vendor_unavailable')
    await fail('write', 'persistence_failed')
    await memoir.db.query(`update memoir.job set state = 'succeeded', error = null where id = $1`, [
      id,
    ])
    await fail('write', 'internal')

    const reader = await memoir.key({ role: 'reader' })
    const { json, text } = await memoir.send(`/v1/jobs/${id}/failures`, { key: reader })
    const told = ({ step, code, failures }: StepFailure) => [step, code, failures]
    expect(json.items.map(told)).toEqual([
      ['write', 'persistence_failed', 1],
      ['embed', 'vendor_unavailable', 2],
    ])
    expect(text).toContain(SENTENCE.vendor_unavailable)
    expect(text).not.toContain('quoted')
    expect((await memoir.send(`/v1/jobs/${randomUUID()}/failures`)).status).toBe(404)
  },
)

test.skipIf(!hasPostgres)(
  'a job is shown; only administrators are shown the way into Temporal',
  async () => {
    await using memoir = await createApiFixture({
      services: { temporalUi: 'http://127.0.0.1:8233/' },
    })
    const id = await memoir.job({ user: 'ann' })
    const reader = await memoir.key({ role: 'service' })

    const shown = await memoir.send(`/v1/jobs/${id}`)
    const plain = await memoir.send(`/v1/jobs/${id}`, { key: reader })

    expect(shown.json.temporal_url).toBe(
      `http://127.0.0.1:8233/namespaces/default/workflows/w-${id}`,
    )
    expect(plain.json).toEqual({ ...shown.json, temporal_url: undefined })
    expect(plain.json).toMatchObject({ id, kind: 'backfill', user_id: 'ann', error: null })
    expect((await memoir.send('/v1/jobs', { key: reader })).text).not.toContain('temporal_url')
    expect((await memoir.send(`/v1/jobs/${randomUUID()}`)).status).toBe(404)
    expect((await memoir.send('/v1/jobs/17')).json.error.details.field).toBe('id')
  },
)

test.skipIf(!hasPostgres)('a job is steered, and says when that cannot be', async () => {
  await using memoir = await createApiFixture()
  const { job } = (await memoir.send('/v1/backfills', { body: {} })).json
  const steer = async (action: string) =>
    await memoir.send(`/v1/jobs/${job}/${action}`, { method: 'POST' })

  const paused = await steer('pause')
  const resumed = await steer('resume')
  const cancelled = await steer('cancel')
  const late = await steer('pause')
  const retried = await steer('retry')

  expect([paused.status, resumed.status]).toEqual([202, 202])
  expect(cancelled.json).toMatchObject({ id: job, state: 'cancelled' })
  expect(late.status).toBe(409)
  expect(late.json.error).toMatchObject({ code: 'conflict', details: { state: 'cancelled' } })
  expect(retried.json).toMatchObject({ state: 'queued', attempts: 2 })
})

test.skipIf(!hasPostgres)("a service's key steers jobs about users, not those of all", async () => {
  await using memoir = await createApiFixture()
  const key = await memoir.key({ role: 'service' })
  const about = await memoir.job({ user: 'ann', state: 'failed' })
  const ofAll = await memoir.job({ state: 'failed' })

  const own = await memoir.send(`/v1/jobs/${about}/retry`, { method: 'POST', key })
  const all = await memoir.send(`/v1/jobs/${ofAll}/retry`, { method: 'POST', key })

  expect(own.status).toBe(202)
  expect(all.status).toBe(403)
  expect((await memoir.send(`/v1/jobs/${ofAll}`)).json.state).toBe('failed')
})

interface Event {
  readonly id: string
  readonly event: string
  readonly state: string
}

/** Reads events one by one from a stream. */
async function* eventsOf(response: Response): AsyncGenerator<Event> {
  let pending = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    pending += chunk
    const parts = pending.split('\n\n')
    pending = parts.pop() ?? ''
    for (const part of parts) {
      const fields = Object.fromEntries(
        part
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      if (fields['data']) {
        const { state } = JSON.parse(fields['data'])
        yield { id: fields['id'] ?? '', event: fields['event'] ?? '', state }
      }
    }
  }
}

async function setState(memoir: ApiFixture, id: string, state: string): Promise<void> {
  await memoir.db.query('update memoir.job set state = $2 where id = $1', [id, state])
}

test.skipIf(!hasPostgres)('a stream says each change once and ends with the job', async () => {
  await using memoir = await createApiFixture()
  const id = await memoir.job({ state: 'running' })
  const response = await memoir.app.request(`/v1/jobs/${id}/events`, requestOf())
  expect(response.headers.get('content-type')).toBe('text/event-stream')

  const seen: Event[] = []
  for await (const event of eventsOf(response)) {
    seen.push(event)
    if (event.state === 'running') await setState(memoir, id, 'paused')
    if (event.state === 'paused') await setState(memoir, id, 'succeeded')
  }

  expect(seen.map(({ state }) => state)).toEqual(['running', 'paused', 'succeeded'])
  expect(new Set(seen.map((event) => event.id)).size).toBe(3)
  expect(seen[0]?.event).toBe('job')
})

test.skipIf(!hasPostgres)('who comes back with the last id is not told that again', async () => {
  await using memoir = await createApiFixture()
  const id = await memoir.job({ state: 'running' })
  const path = `/v1/jobs/${id}/events`
  const first = await eventsOf(await memoir.app.request(path, requestOf())).next()
  const lastId: string = first.value.id

  const back = eventsOf(
    await memoir.app.request(path, requestOf({ headers: { 'last-event-id': lastId } })),
  )
  await setState(memoir, id, 'failed')

  expect((await back.next()).value.state).toBe('failed')
  expect((await back.next()).done).toBe(true)
})

test.skipIf(!hasPostgres)('a server that closes ends its streams and waits', async () => {
  const closing = new AbortController()
  await using memoir = await createApiFixture({ app: { closing: closing.signal } })
  const id = await memoir.job({ state: 'running' })
  const events = eventsOf(await memoir.app.request(`/v1/jobs/${id}/events`, requestOf()))
  await events.next()
  const waiting = memoir.send('/v1/backfills', { body: {}, headers: { prefer: 'wait=60' } })
  await expect
    .poll(
      async () =>
        (await memoir.db.query(`select 1 from memoir.job where state = 'queued'`)).rowCount,
    )
    .toBe(1)

  closing.abort()

  expect((await events.next()).done).toBe(true)
  expect((await waiting).status).toBe(202)
})

test.skipIf(!hasPostgres)('a quiet stream is kept alive, until its key is revoked', async () => {
  await using memoir = await createApiFixture()
  const id = await memoir.job({ state: 'running' })
  const key = await memoir.key({ role: 'reader' })
  // Only what beats: looking at the job goes on in its own time.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const response = await memoir.app.request(`/v1/jobs/${id}/events`, requestOf({ key }))
    const chunks = textOf(response)
    expect((await chunks.next()).value).toContain('event: job')
    vi.advanceTimersByTime(15_000)
    expect((await chunks.next()).value).toBe(': keep-alive\n\n')

    await memoir.db.query('update memoir.api_key set revoked_at = now()')
    await memoir.db.query(`update memoir.job set progress = '{"created":7}'`)

    // It is told nothing any more, and that without waiting for a beat.
    expect((await chunks.next()).done).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

async function* textOf(response: Response): AsyncGenerator<string> {
  for await (const chunk of response.body ?? []) yield new TextDecoder().decode(chunk)
}

test.skipIf(!hasPostgres)(
  'what a vendor said is for administrators, on the job and with its steps',
  async () => {
    await using memoir = await createApiFixture()
    const id = await memoir.job({ state: 'running' })
    const said = 'parameter.enable_thinking must be set to false for non-streaming calls'
    await noteStepFailure(memoir.db, id, {
      step: 'extractFacts',
      code: 'vendor_refused',
      message: SENTENCE.vendor_refused,
      detail: said,
    })
    const reader = await memoir.key({ role: 'service' })
    for (const path of [`/v1/jobs/${id}`, `/v1/jobs/${id}/failures`, '/v1/jobs']) {
      const own = await memoir.send(path)
      const others = await memoir.send(path, { key: reader })
      expect([path, own.status, others.status]).toEqual([path, 200, 200])
      expect(JSON.stringify(own.json)).toContain(said)
      expect(JSON.stringify(others.json)).not.toContain('enable_thinking')
      expect(JSON.stringify(others.json)).toContain('vendor_refused')
    }
  },
)
