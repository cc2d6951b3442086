// Fastify and Express answer alike, by real servers: who calls is read first, and routes get whom they ask for.
import { once } from 'node:events'
import { createServer, get, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import t from 'tap'
import { demandIdentity, fakeIdentity, gatewayIdentity, type IdentitySource } from '../../src/backend/index.ts'
import { demand, identity, identityErrors } from '../../src/express.ts'
import { identityPlugin } from '../../src/fastify.ts'

interface Teardown {
  teardown(ended: () => unknown): void
}
const NAMES = { 'x-consumer-username': 'demo-app', 'x-credential-identifier': 'demo-app' }
const ALICE = { 'x-authenticated-userid': 'usr_alice', 'x-authenticated-kind': 'account', ...NAMES }
const GUEST = { ...ALICE, 'x-authenticated-kind': 'guest' }
const READER = { ...ALICE, 'x-authenticated-scope': 'orders:read' }
const NOBODY = { 'x-authenticated-kind': 'anonymous', 'x-anonymous-consumer': 'true' }

async function fastifyServer(t: Teardown, source: IdentitySource): Promise<string> {
  const app = fastify()
  await app.register(identityPlugin, { source })
  app.get('/health', { config: { identity: 'none' } }, async () => ({ ok: true }))
  app.get('/health/who', { config: { identity: 'none' } }, async ({ identity }) => identity)
  app.get('/who', async ({ identity }) => identity)
  app.post('/orders', { config: { identity: { scopes: ['orders:read'] } } }, async ({ identity }) => identity)
  app.get('/mine', async (request) => {
    const { userId } = demandIdentity(request.identity, { kinds: ['account', 'guest'] })
    return { userId }
  })
  t.teardown(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

async function expressServer(t: Teardown, source: IdentitySource): Promise<string> {
  const app = express()
  app.get('/health', (_, response) => void response.json({ ok: true }))
  app.get('/health/who', demand(), (request, response) => void response.json(request.identity))
  app.use(identity({ source }))
  app.get('/who', (request, response) => void response.json(request.identity))
  app.post('/orders', demand({ scopes: ['orders:read'] }), express.json(), (request, response) => {
    response.json(request.identity)
  })
  app.get('/mine', async (request, response) => {
    const { userId } = demandIdentity(request.identity, { kinds: ['account', 'guest'] })
    response.json({ userId })
  })
  app.use(identityErrors)
  app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).json({})
  })
  return listen(t, app)
}

async function listen(t: Teardown, handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

async function call(url: string, headers: HeadersInit, init: RequestInit = {}) {
  const response = await fetch(url, { headers, ...init })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as Record<string, unknown>,
  }
}

/** With two lines of one header, which fetch would join. */
async function statusOf(origin: string, rawHeaders: readonly string[]): Promise<number | undefined> {
  const { host } = new URL(origin)
  const sent = get(`${origin}/who`, { headers: ['host', host, ...rawHeaders] })
  const [response] = await once(sent, 'response')
  response.resume()
  return response.statusCode
}

for (const [name, start] of [
  ['Fastify', fastifyServer],
  ['Express', expressServer],
] as const) {
  t.test(name, async (t) => {
    const origin = await start(t, gatewayIdentity())

    t.match(await call(`${origin}/who`, ALICE), { status: 200, body: { kind: 'account', userId: 'usr_alice' } })
    t.strictSame((await call(`${origin}/who`, NOBODY)).body, { kind: 'anonymous' })
    t.match(await call(`${origin}/mine`, GUEST), { status: 200, body: { userId: 'usr_alice' } })
    t.equal((await call(`${origin}/health`, {})).status, 200, 'a health check comes without the gateway')
    t.equal((await call(`${origin}/health/who`, ALICE)).status, 500, 'and a route that forgot to ask gets nobody')

    t.match(await call(`${origin}/who`, {}), { status: 401, challenge: 'Bearer', body: { code: 'no_identity' } })
    t.equal((await call(`${origin}/nowhere`, {})).status, 401, 'nobody learns which paths there are')
    t.equal(await statusOf(origin, [...Object.entries(ALICE), ['x-authenticated-userid', 'usr_bob']].flat()), 401)
    t.match(await call(`${origin}/mine`, NOBODY), {
      status: 401,
      challenge: 'Bearer',
      body: { code: 'login_required' },
    })

    const post = { method: 'POST', body: '{' }
    const json = { 'content-type': 'application/json' }
    t.match(await call(`${origin}/orders`, { ...ALICE, ...json }, post), {
      status: 403,
      challenge: /^Bearer error="insufficient_scope", .*, scope="orders:read"$/,
      body: { code: 'insufficient_scope' },
    })
    t.match(await call(`${origin}/orders`, { ...GUEST, ...json }, post), {
      status: 403,
      challenge: null,
      body: { code: 'kind_not_accepted' },
    })
    t.match(await call(`${origin}/orders`, READER, { method: 'POST' }), {
      status: 200,
      body: { scopes: ['orders:read'] },
    })
  })

  t.test(`${name}: a made-up caller, and no other beside it`, async (t) => {
    process.env.NODE_ENV = 'test'
    const { kind, ...app } = {
      kind: 'account',
      clientId: 'demo-app',
      applicationId: undefined,
      issuer: undefined,
    } as const
    const origin = await start(t, fakeIdentity({ kind, userId: 'usr_dev', isAttested: false, scopes: [], ...app }))
    t.match(await call(`${origin}/who`, {}), { status: 200, body: { userId: 'usr_dev' } })
    t.match(await call(`${origin}/who`, ALICE), { status: 401, body: { code: 'contradictory_headers' } })
    // A tunnel to a developer's machine: whoever comes by it comes from elsewhere.
    for (const [header, value] of [
      ['x-forwarded-for', '203.0.113.5'],
      ['via', '1.1 tunnel'],
      ['forwarded', 'for=a'],
    ] as const)
      t.match(await call(`${origin}/who`, { [header]: value }), { status: 401, body: { code: 'not_loopback' } })
  })
}

t.test('a made-up caller is impossible where NODE_ENV does not say development or test', async (t) => {
  const before = process.env.NODE_ENV
  t.teardown(() => {
    process.env.NODE_ENV = before
  })
  for (const environment of ['production', 'Production', '', 'staging', 'dev', 'prod-test', undefined]) {
    if (environment === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = environment
    t.throws(() => fakeIdentity({ kind: 'anonymous' }), /for development/, String(environment))
  }
  process.env.NODE_ENV = 'development'
  const source = fakeIdentity({ kind: 'anonymous' })
  const from = (remoteAddress: string) => source({ headers: {}, socket: { remoteAddress } } as never)
  t.strictSame(from('::ffff:127.0.0.1'), { kind: 'anonymous' })
  for (const address of ['10.0.0.1', '192.168.1.2', '::ffff:10.0.0.1', '127.0.0.1.evil', ''])
    t.throws(() => from(address), { code: 'not_loopback' }, address)
})
