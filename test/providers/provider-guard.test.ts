import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { addressProblem } from '../../src/providers/address-rules.ts'
import {
  createProviderFetch,
  type GuardOptions,
  type Resolve,
} from '../../src/providers/provider-guard.ts'

async function serve(listener: RequestListener): Promise<{ port: number }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port }
}

/** Every name is at these addresses. */
const resolveTo =
  (...addresses: string[]): Resolve =>
  (_hostname, _options, done) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    done(null, found)
  }

async function failureOf(url: string, options: GuardOptions): Promise<unknown> {
  const failed: unknown = await createProviderFetch(options)(url, {
    method: 'POST',
    body: '{}',
  }).catch((error: unknown) => error)
  return failed
}

const refused = (words: string) =>
  expect.objectContaining({
    code: 'configuration_invalid',
    message: expect.stringContaining(words) as string,
  })

test.each([
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::169.254.169.254',
  '64:ff9b:1:a9fe:a9:fe00::',
  '2002:a9fe:a9fe::1',
  '::ffff:0:169.254.169.254',
  '::169.254.169.254',
  '2001:0:1:1::5601:5601',
  '168.63.129.16',
  '::ffff:168.63.129.16',
  '64:ff9b::168.63.129.16',
  '100.100.100.200',
  '2002:6464:64c8::',
  '192.0.0.192',
  'fd20:ce::254',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fd00:ec2::254',
])('%s is refused even where private addresses are allowed', (address) => {
  expect(addressProblem(address, { allowPrivate: true })).toContain('link-local')
})

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::8.8.8.8',
  '2002:7f00:1::',
  '2002:c0a8:101::1',
  '::ffff:0:127.0.0.1',
  '::ffff:0:c0a8:101',
  '::127.0.0.1',
  '::10.0.0.1',
  '2001:0:808:808::1',
  '192.0.2.1',
  '198.18.0.1',
  '203.0.113.7',
  '2001:db8::1',
  '4000::1',
  'fc00::1',
  'fdff::1',
])('%s is private: allowed only when configured so', (address) => {
  expect(addressProblem(address, { allowPrivate: false })).toContain(
    'MEMOIR_ALLOW_PRIVATE_PROVIDERS',
  )
  expect(addressProblem(address, { allowPrivate: true })).toBeUndefined()
})

test.each([
  '1.1.1.1',
  '172.32.0.1',
  '169.253.0.1',
  '192.167.1.1',
  '2606:4700::1111',
  '168.63.129.17',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
  '::ffff:8.8.8.8',
  '::ffff:0:8.8.8.8',
  '100.128.0.1',
])('%s is anybody’s', (address) => {
  expect(addressProblem(address, { allowPrivate: false })).toBeUndefined()
})

test('http needs private providers to be allowed', async () => {
  expect(await failureOf('http://api.example/v1', { allowPrivate: false })).toEqual(
    refused('https'),
  )
})

test('other protocols are refused', async () => {
  expect(await failureOf('file:///etc/hostname', { allowPrivate: true })).toEqual(refused('https'))
})

test.each([
  'http://169.254.169.254/',
  'http://0xa9fea9fe/',
  'http://[fe80::1]/',
  'http://2852039166/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
])('%s is refused however it is written', async (url) => {
  expect(await failureOf(url, { allowPrivate: true })).toEqual(refused('link-local'))
})

test('a name that leads to a link-local address is refused where it connects', async () => {
  const { port } = await serve((_request, response) => response.end('{}'))
  const options = { allowPrivate: true, resolve: resolveTo('127.0.0.1', '169.254.169.254') }
  expect(await failureOf(`http://metadata.example:${port}/`, options)).toEqual(
    refused('link-local'),
  )
})

test('a name that leads to a private address is refused unless those are allowed', async () => {
  const { port } = await serve((_request, response) => response.end('answered'))
  const resolve = resolveTo('127.0.0.1')
  const url = `://inside.example:${port}/`

  expect(await failureOf(`https${url}`, { allowPrivate: false, resolve })).toEqual(
    refused('private'),
  )
  const answer = await createProviderFetch({ allowPrivate: true, resolve })(`http${url}`)
  expect(await answer.text()).toBe('answered')
})

test.each([301, 302, 303, 307, 308])('a %i is not followed', async (status) => {
  const asked: string[] = []
  const { port } = await serve((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status, { location: '/elsewhere' }).end()
  })
  expect(await failureOf(`http://127.0.0.1:${port}/v1`, { allowPrivate: true })).toEqual(
    refused('redirects'),
  )
  expect(asked).toEqual(['/v1'])
})

test('method, headers and body go out, status, headers and body come back', async () => {
  const { port } = await serve((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      const { method, headers } = request
      response.writeHead(418, { 'x-kind': 'teapot' })
      response.end(JSON.stringify({ method, body, auth: headers.authorization }))
    })
  })
  const answer = await createProviderFetch({ allowPrivate: true })(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { authorization: 'Bearer of news' },
    body: 'schön',
  })
  expect(answer.status).toBe(418)
  expect(answer.headers.get('x-kind')).toBe('teapot')
  expect(await answer.json()).toEqual({ method: 'POST', body: 'schön', auth: 'Bearer of news' })
})

test('connections are used again', async () => {
  const ports = new Set<number | undefined>()
  const { port } = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    response.end('{}')
  })
  const fetch = createProviderFetch({ allowPrivate: true })
  for (let index = 0; index < 3; index += 1) await fetch(`http://127.0.0.1:${port}/`)
  expect(ports.size).toBe(1)
})

test('an answer that does not end is cut off', async () => {
  const megabyte = Buffer.alloc(1024 * 1024)
  const { port } = await serve((_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(megabyte));
    }
    response.on('drain', more)
    more()
  })
  expect(await failureOf(`http://127.0.0.1:${port}/`, { allowPrivate: true })).toMatchObject({
    code: 'vendor_bad_answer',
  })
})

test('a signal ends a request that is waiting for its answer', async () => {
  const stop = new AbortController()
  const { port } = await serve(() => stop.abort())
  const fetch = createProviderFetch({ allowPrivate: true })
  await expect(fetch(`http://127.0.0.1:${port}/`, { signal: stop.signal })).rejects.toMatchObject({
    name: 'AbortError',
  })
})

test.each([
  'https://[64:ff9b::7f00:1]/v1',
  'https://[2002:c0a8:101::]/v1',
  'https://100.64.0.1/v1',
  'https://198.18.0.1/v1',
  'https://localhost/v1',
  'https://models.localhost./v1',
  'https://168.63.129.16/v1',
  'http://1.1.1.1/v1',
])('the configuration refuses what the connection would: %s', async (url) => {
  const refusedByConfig = () =>
    loadConfig({ DATABASE_URL: 'postgres://localhost/x', OPENAI_BASE_URL: url })
  expect(refusedByConfig).toThrow(/OPENAI_BASE_URL: .*(MEMOIR_ALLOW_PRIVATE_PROVIDERS|metadata)/)
  const failed = await failureOf(url, { allowPrivate: false, resolve: resolveTo('127.0.0.1') })
  expect(failed).toMatchObject({ code: 'configuration_invalid' })
})
