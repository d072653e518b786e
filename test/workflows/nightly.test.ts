import { expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { SINCE } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'

const absent = !hasPostgres || !hasTemporal

test.skipIf(absent)(
  'every page of a night reads from the same time, through a continue-as-new',
  async () => {
    const asked: unknown[] = []
    await using memoir = await createJobFixture({
      pages: 3,
      onPage: (_page, _hooks, request) => {
        asked.push([request.after, request.since, request.changedOnly])
      },
    })
    await memoir.work()
    const row = await memoir.insert('nightly')
    await memoir.start(row, { job: { pagesPerRun: 1 } })

    await memoir.untilState(row.id, 'succeeded')

    expect(memoir.ingest.begun).toEqual([row.id])
    expect(asked).toEqual([
      [null, SINCE, true],
      ['1', SINCE, true],
      ['2', SINCE, true],
    ])
  },
)

test.skipIf(absent)('a night that is cancelled and retried goes on where it stood', async () => {
  let cancel = async () => await Promise.resolve()
  await using memoir = await createJobFixture({
    pages: 3,
    onPage: async (page) => {
      if (page === 2) await cancel()
    },
  })
  await memoir.work()
  const { namespaceId } = memoir
  const { job } = await memoir.jobs.acceptNightly({ namespaceId })
  cancel = async () => {
    cancel = async () => await Promise.resolve()
    await memoir.jobs.control(memoir.key(job.id), 'cancel')
  }
  await memoir.untilState(job.id, 'cancelled')

  await memoir.jobs.retry(memoir.key(job.id))
  await memoir.untilState(job.id, 'succeeded')

  expect(memoir.ingest.begun).toEqual([job.id, job.id])
  expect(memoir.ingest.finished).toEqual([job.id])
  expect(memoir.ingest.asked[0]).toBeNull()
  expect(memoir.ingest.asked.filter((after) => after === null)).toHaveLength(1)
})
