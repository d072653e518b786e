import { defaultPayloadConverter } from '@temporalio/common'
import {
  array,
  assert,
  asyncProperty,
  dictionary,
  record,
  stringMatching,
  uint8Array,
} from 'fast-check'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createPayloadCodec, dataConverterOf, derivePayloadKey } from '../../src/temporal/codec.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { readHistories } from '../support/history-audit.ts'
import { createJobFixture } from '../support/job-fixture.ts'
import { MemoirError } from '../../src/errors.ts'

const KEY = 'a key of a test, long enough'
const codec = createPayloadCodec(await derivePayloadKey(KEY))

test('whatever is encoded comes back as it was', async () => {
  await assert(
    asyncProperty(
      array(
        record({
          metadata: dictionary(stringMatching(/^[a-z]{1,8}$/), uint8Array()),
          data: uint8Array({ maxLength: 2_000 }),
        }),
        { maxLength: 4 },
      ),
      async (payloads) => {
        const back = await codec.decode(await codec.encode(payloads))
        expect(back.map(plain)).toEqual(payloads.map(plain))
      },
    ),
    { numRuns: 50 },
  )
})

test('one byte changed anywhere is refused', async () => {
  const [sealed] = await codec.encode([defaultPayloadConverter.toPayload({ jobId: 'x' }) ?? {}])
  const data = sealed?.data ?? new Uint8Array()
  for (let at = 0; at < data.length; at += 1) {
    const altered = data.map((byte, index) => (index === at ? byte ^ 1 : byte))
    await expect(codec.decode([{ ...sealed, data: altered }])).rejects.toMatchObject({
      code: 'configuration_invalid',
    })
  }
})

test('what another key encrypted is refused by its key id', async () => {
  const other = createPayloadCodec(await derivePayloadKey('another key, as long'))
  const sealed = await other.encode([{ data: Buffer.from('x') }])

  await expect(codec.decode(sealed)).rejects.toThrow('another encryption key')
})

test('what was written before there was a key stays readable', async () => {
  const payload = defaultPayloadConverter.toPayload('before') ?? {}
  expect(await codec.decode([payload])).toEqual([payload])
})

test('the same payload never looks the same twice', async () => {
  const payload = { data: Buffer.from('same') }
  const [one, two] = await codec.encode([payload, payload])
  expect(Buffer.compare(one?.data ?? Buffer.of(), two?.data ?? Buffer.of())).not.toBe(0)
})

test('without a key that was set by hand nothing is encrypted', async () => {
  expect(await dataConverterOf(loadConfig({}))).toBeUndefined()
  const generated = { ...loadConfig({ MEMOIR_ENCRYPTION_KEY: KEY }), given: new Set<string>() }
  expect(await dataConverterOf(generated)).toBeUndefined()
})

test.skipIf(!hasPostgres || !hasTemporal)(
  'with a key nothing of a run can be read in Temporal, and everything with it',
  async () => {
    let broken = true
    await using memoir = await createJobFixture({
      pages: 2,
      env: { MEMOIR_ENCRYPTION_KEY: KEY, SOURCE_NAME: 'lisbon-source' },
      onPage(page) {
        if (page === 2 && broken) throw new MemoirError('source_invalid', 'no such column')
      },
    })
    await memoir.work()
    const { id, workflow_id } = await memoir.accept()
    expect((await memoir.untilState(id, 'failed')).error).toMatchObject({ code: 'source_invalid' })
    broken = false
    await memoir.jobs.retry(memoir.key(id))
    await memoir.untilState(id, 'succeeded')

    const query = `WorkflowId = '${workflow_id}'`
    const { dataConverter: _, ...blind } = memoir.temporal
    const sealed = await readHistories({ ...blind, dataConverter: undefined }, query)
    const opened = await readHistories(memoir.temporal, query)

    expect(sealed).toHaveLength(2)
    const text = sealed.map((each) => each.text).join()
    for (const word of ['lisbon', id, 'source tables', 'pageSize']) expect(text).not.toContain(word)
    const readable = opened.map((each) => each.text).join()
    for (const word of ['lisbon', id, 'source tables', 'pageSize']) expect(readable).toContain(word)
  },
)

function plain({ metadata, data }: { metadata?: unknown; data?: Uint8Array | null }) {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '',
  ])
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data ?? []).toString('hex') }
}
