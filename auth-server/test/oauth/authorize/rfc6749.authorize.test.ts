// RFC 6749 §4.1.1, §4.1.2.1: what /authorize answers to a request that is not sound; by GET and by POST alike.
import { createServer } from 'node:http'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { expectErrorPage, expectRefusal } from '../../support/expect.ts'
import { answerOf, authorizeUrl, pkcePair, REDIRECT_URI } from '../../support/phone.ts'
import { testServer } from '../../support/server.ts'

const { app, db, register } = await testServer(t)
const { challenge } = pkcePair()
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

async function post(url: string): Promise<LightMyRequestResponse> {
  const payload = url.slice(url.indexOf('?') + 1)
  const response = await app.inject({ method: 'POST', url: '/authorize', headers: FORM, payload })
  // A browser without our cookies may be asked to come again by GET, with the same parameters.
  const { location } = response.headers
  return location?.startsWith('/authorize?') ? app.inject(location) : response
}

/** The same request in the two ways that OpenID Connect Core §3.1.2.1 asks for. */
function bothWays(url: string): [string, () => Promise<LightMyRequestResponse>][] {
  return [
    ['GET', () => app.inject(url)],
    ['POST', () => post(url)],
  ]
}

function sound(changes: Readonly<Record<string, string | undefined>> = {}) {
  return authorizeUrl(challenge, changes)
}

t.test('before client and redirect URI are known, a person sees a page and nobody is redirected', async (t) => {
  const rows: [string, string, RegExp][] = [
    ['client_id missing', sound({ client_id: undefined }), /client_id is missing/],
    ['client_id empty is client_id missing', sound({ client_id: '' }), /client_id is missing/],
    ['client_id unknown', sound({ client_id: 'nobody' }), /[Nn]o application has this client_id/],
    ['client_id in another case', sound({ client_id: 'Shop-App' }), /[Nn]o application has this client_id/],
    ['client_id with a space', sound({ client_id: 'shop-app ' }), /[Nn]o application has this client_id/],
    ['client_id as SQL', sound({ client_id: "' or 1=1 --" }), /[Nn]o application has this client_id/],
    ['client_id twice', `${sound()}&client_id=shop-app`, /client_id was sent more than once/],
    ['redirect_uri missing with several registered', sound({ redirect_uri: undefined }), /redirect_uri is missing/],
    ['redirect_uri empty with several registered', sound({ redirect_uri: '' }), /redirect_uri is missing/],
    ['redirect_uri twice', `${sound()}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}`, /redirect_uri was sent more/],
    ['redirect_uri not registered', sound({ redirect_uri: 'https://evil.example/cb' }), /not registered/],
    ['a NUL anywhere', `${sound()}&login_hint=a%00b`, /NUL/],
    ['broken percent-encoding', `${sound()}&login_hint=%zz`, /percent-encoded/],
    ['percent-encoding that is not UTF-8', `${sound()}&login_hint=%ff%fe`, /percent-encoded/],
    ['an overlong UTF-8 slash', `${sound()}&login_hint=%c0%af`, /percent-encoded/],
    ['a lone surrogate', `${sound()}&login_hint=%ed%a0%80`, /percent-encoded/],
    ['a client_id of 4 KB', sound({ client_id: 'x'.repeat(4097) }), /[Cc]lient_id is too long: 4096 bytes/],
    ['a redirect_uri of 4 KB', sound({ redirect_uri: 'x'.repeat(4097) }), /[Rr]edirect_uri is too long: 4096 bytes/],
    ['a state that fits into no answer', sound({ state: 'x'.repeat(8001) }), /[Ss]tate is too long to be sent back/],
    ["… and more so when it isn't ASCII", sound({ state: '界'.repeat(1400) }), /[Ss]tate is too long to be sent back/],
    ['a name of 129 characters', `${sound()}&${'x'.repeat(129)}=1`, /name is too long/],
    ['101 parameters', `${sound()}${'&a=1'.repeat(101)}`, /[Tt]oo many parameters/],
    ['a parameter called __proto__', `${sound()}&__proto__=x`, /__proto__/],
    ['nothing at all', '/authorize', /client_id is missing/],
  ]
  for (const [name, url, says] of rows)
    for (const [method, send] of bothWays(url))
      await t.test(`${name} (${method})`, async (t) => expectErrorPage(t, await send(), 400, says))
})

t.test(
  'CIMD: a client_id that is an address is no client here, however it is written: refused, and nothing is fetched',
  async (t) => {
    const fetched: string[] = []
    const host = createServer((request, response) => {
      fetched.push(request.url ?? '')
      response.end(JSON.stringify({ client_id: 'x', redirect_uris: [REDIRECT_URI] }))
    })
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
    t.teardown(() => host.close())
    const bound = host.address()
    const at = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
    for (const id of [
      `http://${at}/client.json`,
      `https://${at}/client.json`,
      `http://user:pass@${at}/client.json`,
      `http://${at}/a/../client.json`,
      `http://${at}/client.json#fragment`,
      'https://app.example.com/client.json',
    ])
      for (const [method, send] of bothWays(sound({ client_id: id })))
        await t.test(`${id.replace(at, 'host')} (${method})`, async (t) =>
          expectErrorPage(t, await send(), 400, /[Nn]o application has this client_id/),
        )
    t.strictSame(fetched, [])
  },
)

t.test('afterwards the app hears what is wrong, with its state and the issuer', async (t) => {
  const many = Array.from({ length: 65 }, (_, index) => `s${index}`).join(' ')
  const rows: [string, string, string][] = [
    ['response_type missing', sound({ response_type: undefined }), 'invalid_request'],
    ['response_type empty', sound({ response_type: '' }), 'invalid_request'],
    ['response_type token', sound({ response_type: 'token' }), 'unsupported_response_type'],
    ['response_type id_token', sound({ response_type: 'id_token' }), 'unsupported_response_type'],
    ['response_type code token', sound({ response_type: 'code token' }), 'unsupported_response_type'],
    ['response_type code id_token', sound({ response_type: 'code id_token' }), 'unsupported_response_type'],
    ['response_type none', sound({ response_type: 'none' }), 'unsupported_response_type'],
    ['response_type CODE', sound({ response_type: 'CODE' }), 'unsupported_response_type'],
    ['response_type twice', `${sound()}&response_type=code`, 'invalid_request'],
    ['response_mode fragment', sound({ response_mode: 'fragment' }), 'invalid_request'],
    ['response_mode form_post', sound({ response_mode: 'form_post' }), 'invalid_request'],
    ['a scope of 4 KB', sound({ scope: 'x '.repeat(2049) }), 'invalid_request'],
    ['an unknown parameter of 4 KB', sound({ foo: 'x'.repeat(4097) }), 'invalid_request'],
    ['scope unknown, and nothing else', sound({ scope: 'admin everything' }), 'invalid_scope'],
    ['scope in another case', sound({ scope: 'Orders:read' }), 'invalid_scope'],
    ['scope with a quotation mark', sound({ scope: 'orders:read "' }), 'invalid_scope'],
    ['scope with a backslash', sound({ scope: 'orders:read\\' }), 'invalid_scope'],
    ['scope with a tab', sound({ scope: 'orders:read\torders:write' }), 'invalid_scope'],
    ['scope with a line break', sound({ scope: 'orders:read\r\norders:write' }), 'invalid_scope'],
    ['scope with a letter outside ASCII', sound({ scope: 'orders:réad' }), 'invalid_scope'],
    ['65 scopes', sound({ scope: many }), 'invalid_scope'],
    ['scope twice', `${sound({ scope: 'orders:read' })}&scope=orders:write`, 'invalid_request'],
    ['an unknown parameter twice', `${sound()}&foo=1&foo=2`, 'invalid_request'],
    ['prompt unknown', sound({ prompt: 'create' }), 'invalid_request'],
    ['prompt none with another', sound({ prompt: 'none login' }), 'invalid_request'],
    ['prompt twice', `${sound({ prompt: 'login' })}&prompt=none`, 'invalid_request'],
    ['max_age negative', sound({ max_age: '-1' }), 'invalid_request'],
    ['max_age not a number', sound({ max_age: '1e3' }), 'invalid_request'],
    ['a request object', sound({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'request_not_supported'],
    [
      'a request_uri that points into the network (never fetched)',
      sound({ request_uri: 'http://169.254.169.254/latest/meta-data' }),
      'request_uri_not_supported',
    ],
    ['prompt=none without a session', sound({ prompt: 'none' }), 'login_required'],
  ]
  for (const [name, url, error] of rows)
    for (const [method, send] of bothWays(url))
      await t.test(`${name} (${method})`, async (t) =>
        expectRefusal(t, await send(), { to: REDIRECT_URI, error, state: 'a-state' }),
      )
})

t.test('state comes back as it was, whatever is in it', async (t) => {
  const states = [
    `"'><script>alert(1)</script>`,
    'a\r\nLocation: https://evil.example',
    'grüße 🚲',
    'a&b=c#d',
    '%2e%2e',
    ' ',
  ]
  for (const state of states)
    await t.test(JSON.stringify(state), async (t) => {
      const response = await app.inject(sound({ state, scope: 'unknown' }))
      expectRefusal(t, response, { to: REDIRECT_URI, error: 'invalid_scope', state })
      t.match(response.headers.location, /^[\x21-\x7e]+$/)
    })
  await t.test('up to 4096 bytes it is kept; a longer one goes back with the reason', async (t) => {
    const longest = `${'界'.repeat(1365)}x`
    for (const state of ['x'.repeat(4096), longest]) {
      t.match((await app.inject(sound({ state }))).headers, { location: /^\/interaction\// })
      for (const scope of [undefined, 'unknown']) {
        const response = await app.inject(sound({ state, prompt: 'none', scope }))
        expectRefusal(t, response, { to: REDIRECT_URI, error: scope ? 'invalid_scope' : 'login_required', state })
      }
    }
    for (const state of ['x'.repeat(4097), 'x'.repeat(7500), `${'é'.repeat(100)}${'x'.repeat(4000)}`]) {
      const response = await app.inject(sound({ state }))
      t.match(answerOf(response).error_description, 'state is too long: 4096 bytes is the limit')
      expectRefusal(t, response, { to: REDIRECT_URI, error: 'invalid_request', state })
    }
  })
  await t.test('no state, none comes back', async (t) =>
    expectRefusal(t, await app.inject(sound({ state: undefined, scope: 'unknown' })), {
      to: REDIRECT_URI,
      error: 'invalid_scope',
    }),
  )
  await t.test('an empty state is no state', async (t) =>
    expectRefusal(t, await app.inject(sound({ state: '', scope: 'unknown' })), {
      to: REDIRECT_URI,
      error: 'invalid_scope',
    }),
  )
  await t.test('an ambiguous state is not guessed at', async (t) =>
    expectRefusal(t, await app.inject(`${sound()}&state=other`), { to: REDIRECT_URI, error: 'invalid_request' }),
  )
})

t.test('a parameter split between query and form counts as sent twice', async (t) => {
  const url = sound()
  const both = await app.inject({ method: 'POST', url, headers: FORM, payload: 'scope=orders:read&response_type=code' })
  expectRefusal(t, both, { to: REDIRECT_URI, error: 'invalid_request', state: 'a-state' })
  const client = await app.inject({ method: 'POST', url, headers: FORM, payload: 'client_id=shop-app' })
  expectErrorPage(t, client, 400, /client_id was sent more than once/)
})

t.test('RFC 6749 §3.1: what is unknown is ignored, what is empty counts as omitted, resource may repeat', async (t) => {
  const resource = encodeURIComponent('https://api.example.com/orders')
  const rows: [string, string][] = [
    ['an unknown parameter', sound({ foo: 'bar', constructor: 'x' })],
    [
      'empty scope, prompt, max_age, request, resource',
      sound({ scope: '', prompt: '', max_age: '', request: '', resource: '' }),
    ],
    ['a scope of spaces', sound({ scope: '   ' })],
    ['an unknown scope beside those on offer', sound({ scope: 'orders:read admin orders:write' })],
    ['repeated scope values are a set', sound({ scope: 'orders:read orders:read  orders:write' })],
    ['response_mode query', sound({ response_mode: 'query' })],
    ['the same resource twice', `${sound()}&resource=${resource}&resource=${resource}`],
    ['form-encoded spaces', sound({ scope: 'orders:read orders:write' }).replaceAll('%20', '+')],
    ['separators without a parameter', `${sound()}&&&`],
  ]
  for (const [name, url] of rows)
    for (const [method, send] of bothWays(url))
      await t.test(`${name} (${method})`, async (t) => {
        const response = await send()
        t.equal(response.statusCode, 303)
        t.match(response.headers.location, /^\/interaction\/[\w-]{22}\/login$/)
      })
  const stored = await db.selectFrom('authorization_requests').select('request').execute()
  for (const { request } of stored)
    t.strictSame('scopes' in request && [...request.scopes].sort(), ['orders:read', 'orders:write'])
})

t.test('redirect_uri may be left out when exactly one is registered, unless that is a loopback address', async (t) => {
  await register({ clientId: 'one-uri', redirectUris: ['com.example.one:/cb'] })
  await register({ clientId: 'one-loopback', redirectUris: ['http://127.0.0.1/cb'] })
  await register({ clientId: 'none', redirectUris: [] })
  const ask = (client_id: string) => app.inject(sound({ client_id, redirect_uri: undefined, prompt: 'none' }))
  expectRefusal(t, await ask('one-uri'), { to: 'com.example.one:/cb', error: 'login_required', state: 'a-state' })
  expectErrorPage(t, await ask('one-loopback'), 400, /redirect_uri is missing/)
  expectErrorPage(t, await ask('none'), 400, /redirect_uri is missing/)
})

t.test('a redirect URI with a query keeps it', async (t) => {
  await register({ clientId: 'with-query', redirectUris: ['https://shop.example.com/cb?via=app'] })
  const { headers } = await app.inject(
    sound({ client_id: 'with-query', redirect_uri: 'https://shop.example.com/cb?via=app', prompt: 'none' }),
  )
  const location = new URL(headers.location ?? '')
  t.equal(location.origin + location.pathname, 'https://shop.example.com/cb')
  t.strictSame([...location.searchParams.keys()], ['via', 'error', 'error_description', 'state', 'iss'])
})
