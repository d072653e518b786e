import { createServer, type Server, type Socket } from 'node:net'

/** A client that is leaving takes milliseconds; one that stays is another process, which has no business here. */
const WAIT_AT_MOST_MS = 2_000

/**
 * A server that lets one client through at a time to what `connect` reaches; the next waits until the one before has left.
 * PGlite's own limit refuses whoever comes before it has noticed that the last one hung up.
 */
export function createTurnstile(connect: () => Socket): Server {
  const waiting: Socket[] = []
  let busy = false
  const next = () => {
    const client = busy ? undefined : waiting.shift()
    if (client === undefined) return
    busy = true
    join(client, connect()).once('close', () => {
      busy = false
      next()
    })
  }
  return createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on('error', () => client.destroy())
    waiting.push(client)
    const leave = () => {
      const place = waiting.indexOf(client)
      if (place !== -1) waiting.splice(place, 1)
      return place !== -1
    }
    const patience = setTimeout(() => {
      if (leave()) client.end(tooManyConnections())
    }, WAIT_AT_MOST_MS)
    client.once('close', () => {
      clearTimeout(patience)
      leave()
    })
    next()
  })
}

/** Joins both ways until either side ends. */
function join(client: Socket, inner: Socket): Socket {
  inner.on('error', () => inner.destroy())
  inner.once('close', () => client.destroySoon())
  client.once('close', () => inner.destroySoon())
  client.pipe(inner)
  inner.pipe(client)
  return inner
}

/** Postgres' own words for it (an ErrorResponse with code 53300), so that clients understand. */
function tooManyConnections(): Buffer {
  const fields = Buffer.from(
    'SFATAL\0VFATAL\0C53300\0MPGlite serves one connection only, and that is taken\0\0',
  )
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
