import { Client } from 'pg'

const CONNECT_WITHIN_MS = 2_000

/**
 * Makes the database that `up` keeps on its own server, unless it is there.
 * @param url a superuser's, of the server's `postgres` database
 * @throws until the server answers
 */
export async function ensureOwnDatabase(url: string): Promise<void> {
  await onClient(url, async (client) => {
    const { rowCount } = await client.query(
      `select from pg_catalog.pg_database where datname = 'memoir'`,
    )
    if (rowCount === 0) await client.query('create database memoir')
  })
}

/** @throws until a server answers statements there */
export async function askOnce(url: string): Promise<void> {
  await onClient(url, async (client) => {
    await client.query('select 1')
  })
}

async function onClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: CONNECT_WITHIN_MS * 5,
  })
  // A server that is still starting may cut the connection after it was made.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
