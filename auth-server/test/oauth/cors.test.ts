// Which pages may read which answers of this server (the origins of registered browser apps, without credentials).
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { addressesOf } from '../support/routes.ts'
import { testServer } from '../support/server.ts'

const PAGE = 'https://app.example.net'
const BROWSER_APP = { clientId: 'page', kind: 'browser', redirectUris: [`${PAGE}/callback`] } as const

const CALLS = [
  ['POST', '/token'],
  ['POST', '/apis/orders-api/token'],
  ['POST', '/par'],
  ['POST', '/apis/orders-api/par'],
  ['POST', '/revoke'],
  ['GET', '/userinfo'],
] as const
const PUBLIC = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks'] as const

function preflight(app: FastifyInstance, url: string, origin: string, method = 'POST') {
  return app.inject({
    method: 'OPTIONS',
    url,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,dpop',
    },
  })
}

function corsHeaders(headers: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  )
}

t.test('a registered page may read the answers it needs, errors included, and its preflights pass', async (t) => {
  const { app, register } = await testServer(t)
  await register(BROWSER_APP)
  for (const [method, url] of CALLS) {
    const asked = await preflight(app, url, PAGE, method)
    t.equal(asked.statusCode, 204, url)
    t.equal(asked.body, '')
    t.strictSame(corsHeaders(asked.headers), {
      vary: 'Origin',
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP, *',
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate, Retry-After',
      'access-control-max-age': '600',
    })
    const answer = await app.inject({ method, url, headers: { origin: PAGE } })
    t.ok(answer.statusCode >= 400, url)
    t.strictSame(corsHeaders(answer.headers), {
      vary: 'Origin',
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate, Retry-After',
    })
  }
})

t.test('no other origin gets a word', async (t) => {
  const { app, register } = await testServer(t)
  await register(BROWSER_APP)
  await register({ clientId: 'site', kind: 'web', redirectUris: ['https://site.example.org/callback'] })
  const strangers = [
    'null',
    'https://evil.example',
    'https://site.example.org',
    'https://shop.example.com',
    `${PAGE}.evil.example`,
    `${PAGE}:8443`,
    `${PAGE}/`,
    PAGE.replace('https', 'http'),
    PAGE.toUpperCase(),
    'com.example.shop:',
    'http://127.0.0.1',
    '*',
    '',
  ]
  for (const [method, url] of CALLS) {
    for (const origin of strangers) {
      const asked = await preflight(app, url, origin, method)
      t.equal(asked.statusCode, 204)
      t.strictSame(corsHeaders(asked.headers), { vary: 'Origin' }, `${url} ${origin}`)
      const answer = await app.inject({ method, url, headers: { origin } })
      t.strictSame(corsHeaders(answer.headers), { vary: 'Origin' }, `${url} ${origin}`)
    }
    const noOrigin = await app.inject({ method, url })
    t.strictSame(corsHeaders(noOrigin.headers), { vary: 'Origin' })
  }
})

t.test('public documents are for everyone', async (t) => {
  const { app } = await testServer(t)
  for (const url of PUBLIC) {
    const answer = await app.inject({ url, headers: { origin: 'https://anybody.example' } })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['access-control-allow-origin'], '*')
    const asked = await preflight(app, url, 'https://anybody.example', 'GET')
    t.match([asked.statusCode, asked.headers['access-control-allow-origin']], [204, '*'])
  }
})

t.test('authorize, the pages, introspection and registration are for no page of another origin', async (t) => {
  const { app, register } = await testServer(t)
  await register(BROWSER_APP)
  const open: readonly string[] = [...CALLS.map(([, url]) => url), ...PUBLIC]
  const closed = (await addressesOf(app)).filter(({ url }) => !open.includes(url))
  t.ok(closed.length >= 14)
  for (const url of [...closed.map(({ url }) => url), '/nowhere']) {
    for (const answer of [
      await preflight(app, url, PAGE),
      await app.inject({ method: 'GET', url, headers: { origin: PAGE } }),
      await app.inject({ method: 'POST', url, headers: { origin: PAGE } }),
    ]) {
      t.not(answer.statusCode, 204, url)
      t.strictSame(corsHeaders(answer.headers), {}, url)
    }
  }
})

t.test('an app that registers while the server runs is heard a second later', async (t) => {
  const { app, register } = await testServer(t)
  t.strictSame(corsHeaders((await preflight(app, '/token', PAGE)).headers), { vary: 'Origin' })
  await register(BROWSER_APP)
  const deadline = Date.now() + 5000
  let allowed: unknown
  while (allowed !== PAGE && Date.now() < deadline) {
    allowed = (await preflight(app, '/token', PAGE)).headers['access-control-allow-origin']
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.equal(allowed, PAGE)
})

t.test('a request without an origin costs no look-up', async (t) => {
  const { app, db } = await testServer(t)
  await db.destroy()
  t.equal((await app.inject({ method: 'POST', url: '/revoke', headers: { origin: PAGE } })).statusCode, 500)
  t.equal((await app.inject({ method: 'POST', url: '/revoke' })).statusCode, 400)
  t.equal((await app.inject({ method: 'OPTIONS', url: '/token' })).statusCode, 204)
})
