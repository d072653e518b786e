import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

/** The child process: PGlite on a port. Arguments: folder, port. */
const [, , folder, port] = process.argv
if (folder === undefined || port === undefined) throw new Error('usage: pglite-server FOLDER PORT')

const db = await PGlite.create(folder, { extensions: { vector } })
const server = new PGLiteSocketServer({ db, port: Number(port), host: '127.0.0.1' })
await server.start()

async function stop(): Promise<void> {
  await server.stop()
  await db.close()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
