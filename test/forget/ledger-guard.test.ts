import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { noteErased } from '../../src/forget/ledger.ts'
import { createServices } from '../../src/services.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip
const WITHIN = { timeout: 60_000, interval: 100 }
const KEY = 'a-key-of-the-installation'

async function open(url: string, env: Readonly<Record<string, string>>) {
  const config = loadConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    MEMOIR_ENCRYPTION_KEY: KEY,
    ...env,
  })
  const services = await createServices(config, pino({ level: 'silent' }))
  return {
    config,
    ledger: services.ledger,
    async [Symbol.asyncDispose]() {
      await services.ledger.stop()
      await services.close()
    },
  }
}

suite(
  'what is being forgotten while file and database are compared is not forgotten once more',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
    await using store = await createTestDatabase()
    const env = { ERASURE_LEDGER: join(folder, 'ledger.jsonl') }
    const { rows } = await store.db.query<{ id: string }>('select id from memoir.namespace')
    const [namespace] = rows
    await using memoir = await open(store.url, env)
    const { ledger, config } = memoir
    await store.db.transaction(async (tx) => {
      const hashes = [{ kind: 'user' as const, hash: Buffer.from('ab', 'hex') }]
      const note = { namespaceId: namespace?.id ?? '', userId: null, key: KEY, hashes }
      await noteErased(tx, config, note)
      ledger.start()
      await vi.waitUntil(async () => {
        const waiting = await store.db.query(
          `select from pg_locks where locktype = 'advisory' and not granted`,
        )
        return waiting.rows.length > 0
      }, WITHIN)
      expect(ledger.pending()).not.toBeNull()
    })
    await vi.waitFor(() => expect(ledger.pending()).toBeNull(), WITHIN)
    const repeated = await store.db.query(
      `select from memoir.audit_log where action = 'ledger.repeat'`,
    )
    expect(repeated.rows).toEqual([])
    await ledger.stop()
    rmSync(folder, { recursive: true })
  },
)

suite('what another host erased is added, in whatever order it was committed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
  const [own, others] = [join(folder, 'one.jsonl'), join(folder, 'two.jsonl')]
  await using store = await createTestDatabase()
  const { rows } = await store.db.query<{ id: string }>('select id from memoir.namespace')
  const namespaceId = rows[0]?.id ?? ''
  await using two = await open(store.url, { ERASURE_LEDGER: others })
  two.ledger.start()
  await vi.waitFor(() => expect(two.ledger.pending()).toBeNull(), WITHIN)
  const note = async (tx: Parameters<typeof noteErased>[0], hash: string) => {
    const hashes = [{ kind: 'user' as const, hash: Buffer.from(hash, 'hex') }]
    await noteErased(tx, { ERASURE_LEDGER: own }, { namespaceId, userId: null, key: KEY, hashes })
  }
  const hashesIn = () =>
    existsSync(others) ? readFileSync(others, 'utf8').match(/"hash":"\w+"/g) : []
  await store.db.transaction(async (slow) => {
    await note(slow, 'aa')
    await store.db.transaction(async (tx) => await note(tx, 'bb'))
    await vi.waitFor(() => expect(hashesIn()).toEqual(['"hash":"bb"']), WITHIN)
  })
  await vi.waitFor(() => expect(hashesIn()).toEqual(['"hash":"bb"', '"hash":"aa"']), WITHIN)
  rmSync(folder, { recursive: true })
})
