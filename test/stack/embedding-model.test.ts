import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { provideModel } from '../../src/stack/embedding-model.ts'
import {
  fromMaven,
  fromRepository,
  type ModelWay,
  type PinnedModel,
} from '../../src/stack/model-ways.ts'
import type { Machine } from '../../src/stack/programs.ts'
import { machine } from './stack-process.ts'

const CONTENT = { 'model.onnx': 'the weights of a model', 'tokenizer.json': '{"a": "tokeniser"}' }

const MODEL: PinnedModel = {
  title: 'a-model',
  folder: 'a-model-q',
  repository: 'somebody/a-model',
  revision: 'c0ffee',
  artifact: 'org.example:a-model:1.2',
  files: Object.entries(CONTENT).map(([name, content]) => ({
    name,
    inRepository: `onnx/${name}`,
    inArtifact: `jar-${name}`,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  })),
}

function createMachine(environment: Readonly<Record<string, string>> = {}): Machine {
  const root = mkdtempSync(join(tmpdir(), 'memoir-models-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return {
    ...machine,
    path: [join(root, 'bin')],
    models: join(root, 'cache', 'models'),
    environment: { ...machine.environment, ...environment },
  }
}

/** A hub that has these files, as they may arrive. */
async function startHub(content: Readonly<Record<string, string>> = CONTENT) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const name = Object.keys(content).find((each) => request.url?.endsWith(`/${each}`))
    if (name === undefined) response.writeHead(404).end()
    else response.end(content[name])
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}`, port, asked }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return address.port
}

/** A proxy that leads everybody to this port, whatever was asked. */
async function startProxy(to: number) {
  const asked: string[] = []
  const server = createServer()
  server.on('connect', (request, socket: Duplex) => {
    asked.push(request.url ?? '')
    const upstream = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
  })
  return { url: `http://127.0.0.1:${await listen(server)}`, asked }
}

async function provide(on: Machine, ways?: readonly ModelWay[]) {
  const said: string[] = []
  const provided = await provideModel({
    model: MODEL,
    machine: on,
    say: (line) => void said.push(line),
    signal: new AbortController().signal,
    ...(ways ? { ways } : {}),
  })
  return { provided, said }
}

const inCache = ({ models }: Machine) => readdirSync(models)

test('the files of the pinned revision are fetched once, and found from then on', async () => {
  const hub = await startHub()
  const on = createMachine({ HF_ENDPOINT: hub.url })
  const folder = join(on.models, 'a-model-q')
  const first = await provide(on)
  expect(first.provided).toEqual({ folder, how: 'embedded' })
  expect(first.said).toEqual([expect.stringContaining('a-model is downloaded once, 0 MB')])
  expect(hub.asked).toEqual(
    Object.keys(CONTENT).map((name) => `/somebody/a-model/resolve/c0ffee/onnx/${name}`),
  )
  expect(inCache(on)).toEqual(['a-model-q'])
  expect(readFileSync(join(folder, 'model.onnx'), 'utf8')).toBe(CONTENT['model.onnx'])

  const again = await provide(on, [])
  expect(again).toEqual({ provided: { folder, how: 'found' }, said: [] })
})

test('what is cut off, or is another file, is not used, and leaves nothing behind', async () => {
  for (const [content, why] of [
    ['the weights', 'model.onnx is cut off after 11 of 22 bytes'],
    ['the weights of another', 'model.onnx is another file than the one that is pinned'],
    ['the weights of a model and more', 'model.onnx is another file than the one that is pinned'],
  ] as const) {
    const hub = await startHub({ ...CONTENT, 'model.onnx': content })
    const on = createMachine({ HF_ENDPOINT: hub.url })
    const { provided } = await provide(on, [fromRepository])
    expect(provided).toEqual({ why })
    expect(inCache(on)).toEqual([])
  }
})

test('a hub that is away or says no is told with its reason', async () => {
  const hub = await startHub({})
  const refused = await provide(createMachine({ HF_ENDPOINT: hub.url }), [fromRepository])
  expect(refused.provided).toEqual({ why: expect.stringMatching(/^127.0.0.1:\d+ answers 404$/) })
  const away = await provide(createMachine({ HF_ENDPOINT: 'http://127.0.0.1:2' }))
  expect(away.provided).toEqual({
    why: expect.stringMatching(/ECONNREFUSED 127.0.0.1:2; there is no mvn$/),
  })
})

test('a proxy of the environment is used', async () => {
  const hub = await startHub()
  const proxy = await startProxy(hub.port)
  const on = createMachine({ HF_ENDPOINT: 'http://hub.example', HTTP_PROXY: proxy.url })
  expect((await provide(on, [fromRepository])).provided).toMatchObject({ how: 'embedded' })
  expect(new Set(proxy.asked)).toEqual(new Set(['hub.example:80']))
  expect(hub.asked).toHaveLength(2)
})

test('two at once both have it', async () => {
  const hub = await startHub()
  const on = createMachine({ HF_ENDPOINT: hub.url })
  const both = await Promise.all([provide(on), provide(on)])
  const folder = join(on.models, 'a-model-q')
  expect(both.map(({ provided }) => provided)).toEqual([
    { folder, how: 'embedded' },
    { folder, how: 'embedded' },
  ])
  expect(inCache(on)).toEqual(['a-model-q'])
})

test('half of it in the cache is replaced', async () => {
  const hub = await startHub()
  const on = createMachine({ HF_ENDPOINT: hub.url })
  const folder = join(on.models, 'a-model-q')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), 'the wei')
  expect((await provide(on)).provided).toEqual({ folder, how: 'embedded' })
  expect(readFileSync(join(folder, 'model.onnx'), 'utf8')).toBe(CONTENT['model.onnx'])
})

test('a cache that cannot be written is named', async () => {
  const on = createMachine()
  mkdirSync(join(on.models, '..'), { recursive: true })
  writeFileSync(on.models, 'a file where the folder should be')
  expect((await provide(on)).provided).toEqual({
    why: expect.stringMatching(/models cannot be written \((EEXIST|ENOTDIR)\)$/),
  })
})

/** An `mvn` of ours that writes what it was asked into the log and then does `work`. */
function addMaven(on: Machine, work: string): string {
  const [bin = ''] = on.path
  const log = join(bin, 'log')
  mkdirSync(bin)
  writeFileSync(join(bin, 'mvn'), `#!/bin/sh\n(echo "$@"; env) > '${log}'\n${work}\n`)
  chmodSync(join(bin, 'mvn'), 0o755)
  return log
}

/** A zip with these files, stored as they are; a jar is one. */
function zipOf(content: Readonly<Record<string, string>>): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(content)) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)]
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(path.length, 22)
    const entry = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, path, data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, rest, path]))
    local.push(entry)
    offset += entry.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006')
  end.writeUInt16LE(central.length, 8)
  end.writeUInt16LE(central.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

test('where the hub is away, Maven brings the same files', async () => {
  const on = createMachine({ HF_ENDPOINT: 'http://127.0.0.1:2', MAVEN_OPTS: '-X', A_KEY: 'secret' })
  const jar = join(on.models, '..', 'a.jar')
  mkdirSync(join(on.models, '..'), { recursive: true })
  writeFileSync(
    jar,
    zipOf(Object.fromEntries(Object.entries(CONTENT).map(([name, text]) => [`jar-${name}`, text]))),
  )
  const log = addMaven(
    on,
    `for each in "$@"; do case $each in -DoutputDirectory=*) cp '${jar}' "\${each#*=}/a-model-1.2.jar";; esac; done`,
  )
  const folder = join(on.models, 'a-model-q')
  expect((await provide(on)).provided).toEqual({ folder, how: 'embedded' })
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(CONTENT))
  const asked = readFileSync(log, 'utf8')
  expect(asked).toContain('dependency:copy -Dartifact=org.example:a-model:1.2')
  expect(asked).toContain('MAVEN_OPTS=-X')
  expect(asked).not.toContain('secret')
})

test('what Maven says when it cannot is told, and so is a jar that is none', async () => {
  const failing = createMachine()
  addMaven(failing, 'echo noise; echo "[ERROR] offline" >&2; exit 1')
  expect((await provide(failing, [fromMaven])).provided).toEqual({ why: '[ERROR] offline' })
  const broken = createMachine()
  addMaven(broken, 'echo half > a-model-1.2.jar')
  expect((await provide(broken, [fromMaven])).provided).toEqual({
    why: expect.stringContaining('a-model-1.2.jar cannot be unpacked'),
  })
})
