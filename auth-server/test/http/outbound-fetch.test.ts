// Documents that are fetched from addresses of others: only public ones, only JSON, bounded in size and time, no redirects.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { fetchJson } from '../../src/http/outbound/fetch.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** A server on loopback that answers as it is told. */
async function answering(t: Test, answer: (response: ServerResponse) => void) {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { uri: `http://127.0.0.1:${port}/document`, asked: () => asked }
}

const LIMITS = { timeoutMillis: 5000, maxBytes: 1000, allowLoopback: true }

t.test('a JSON object comes back, with how long it may be kept', async (t) => {
  const { uri } = await answering(t, (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'cache-control': 'max-age=60' })
    response.write('{"keys":')
    response.end('[]}')
  })
  t.strictSame(await fetchJson(uri, LIMITS), { json: { keys: [] }, cacheControl: 'max-age=60' })
})

const UNUSABLE: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a redirect': (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'a status that is no 200': (response) => response.writeHead(201, JSON_TYPE).end('{}'),
  'an error': (response) => response.writeHead(500).end('{}'),
  'a length beyond the limit': (response) => response.writeHead(200, { 'content-length': 1001 }).flushHeaders(),
  'a body beyond the limit, without an end': (response) => {
    response.writeHead(200, JSON_TYPE)
    response.on('drain', () => response.write(' '.repeat(500)))
    response.write(' '.repeat(1001))
  },
  'a compressed body': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
  'no JSON': (response) => response.writeHead(200, JSON_TYPE).end('<html>'),
  'a list': (response) => response.writeHead(200, JSON_TYPE).end('[]'),
  'a name said twice': (response) => response.writeHead(200, JSON_TYPE).end('{"issuer":"a","issuer":"b"}'),
  'a reserved name': (response) => response.writeHead(200, JSON_TYPE).end('{"__proto__":{}}'),
}
for (const [what, answer] of Object.entries(UNUSABLE))
  t.test(`${what} is no document`, async (t) => {
    const { uri, asked } = await answering(t, answer)
    await t.rejects(fetchJson(uri, LIMITS), { name: 'UnusableAnswer' })
    t.equal(asked(), 1, 'and nothing else was asked')
  })

t.test('the time limit holds until the last byte', async (t) => {
  const { uri } = await answering(t, (response) => response.writeHead(200, JSON_TYPE).write('{'))
  await t.rejects(fetchJson(uri, { ...LIMITS, timeoutMillis: 100 }), { name: /Error$/ })
})

t.test('a server on the internet asks nobody inside, whatever the spelling', async (t) => {
  const { uri, asked } = await answering(t, (response) => response.end('{}'))
  const { port } = new URL(uri)
  const inside = [
    uri,
    `https://localhost:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://[::1]:${port}/`,
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:10.0.0.1]/',
    'http://login.example.com/',
    'file:///etc/passwd',
  ]
  for (const address of inside)
    await t.rejects(fetchJson(address, { ...LIMITS, allowLoopback: false }), { name: 'ForbiddenAddress' }, address)
  t.equal(asked(), 0)
})
