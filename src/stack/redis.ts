import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pingRedis } from '../stores/redis.ts'
import { startChild, type ChildGround } from './child.ts'
import { writeAtomically } from './json-file.ts'

/** A Redis of this machine, run by `up` on loopback with its data in the data folder. */
export interface StartedRedis {
  readonly url: string
  readonly detail: string
  stop(): Promise<void>
}

const PASSWORD_BYTES = 24
/** Working memory of many users is small; what is used least gives way. */
const MEMORY = '256mb'

/** @throws MemoirError `configuration_invalid` with the place of its log when it does not start */
export async function startRedis(program: string, ground: ChildGround): Promise<StartedRedis> {
  const { folder } = ground
  const data = folder.folder('redis')
  const port = await folder.port('redis')
  // Whoever may write into a Redis may make it write files: other users of this machine have to be kept out. Arguments can be
  // read by all of them, a file of ours cannot.
  const password = randomBytes(PASSWORD_BYTES).toString('base64url')
  const settings = join(data, 'redis.conf')
  writeAtomically(settings, settingsOf({ data, port, password }))
  const url = `redis://:${password}@127.0.0.1:${port}`
  const child = await startChild(
    {
      name: 'redis',
      program,
      args: [settings],
      stopSignal: 'SIGTERM',
      ready: async () => await pingRedis(url),
    },
    ground,
  )
  return { url, detail: `127.0.0.1:${port}, ${program}`, stop: child.stop }
}

interface Settings {
  readonly data: string
  readonly port: number
  readonly password: string
}

/** A log of changes, written to the disk every second: a kill takes a second of working memory at most. */
function settingsOf({ data, port, password }: Settings): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(data)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    `maxmemory ${MEMORY}`,
    'maxmemory-policy allkeys-lfu',
    '',
  ].join('\n')
}
