// RFC 6749 §3.2, §4.1.3, §5: what /token answers, and to whom.
import type { InjectOptions } from 'fastify'
import { decodeJwt } from 'jose'
import t from 'tap'
import { randomSecret } from '../../../src/crypto/random.ts'
import { expectJsonError } from '../../support/expect.ts'
import { obtainTokens, pkcePair, postToken, redeem, refresh } from '../../support/phone.ts'
import { API, APP, testServer } from '../../support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from '../../support/session.ts'

const { app, db, register, personId } = await testServer(t)
const browser = await signedInBrowser(app)
await register({ clientId: 'other-app', name: 'Other', redirectUris: ['com.example.other:/callback'] })

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
function send(payload: string, options: InjectOptions = {}) {
  return app.inject({ method: 'POST', url: '/token', payload, ...options, headers: { ...FORM, ...options.headers } })
}
function basic(text: string) {
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}

t.test('§5.1: a code and its verifier give tokens, and nothing may keep the answer', async (t) => {
  const { code, verifier } = await nextCode(browser)
  const response = await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })
  t.equal(response.statusCode, 200)
  t.match(response.headers['content-type'], /^application\/json/)
  t.equal(response.headers['cache-control'], 'no-store')
  t.equal(response.headers.pragma, 'no-cache')
  t.match(response.json(), {
    access_token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
    refresh_token: /^grant_[\w-]{22}\.1\.[\w-]{65}$/,
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'orders:read orders:write',
  })
})

t.test('the code carries what was asked: scope and nothing more, the one audience, one grant', async (t) => {
  const { code, verifier } = await nextCode(browser, { scope: 'orders:read', resource: API.resource })
  const tokens = (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI, resource: API.resource })).json()
  t.equal(tokens.scope, 'orders:read')
  const claims = decodeJwt(tokens.access_token)
  t.match(claims, { scope: 'orders:read', aud: API.resource, sub: personId, client_id: APP.clientId })
  t.equal(claims.grant_id, tokens.refresh_token.split('.')[0])
})

t.test(
  'OAuth 2.1: redirect_uri is not needed at /token; when it is sent it has to be the one of the request',
  async (t) => {
    const without = await nextCode(browser)
    t.equal((await redeem(app, without.code, without.verifier, { redirect_uri: '' })).statusCode, 200)
  },
)

t.test('§4.1.3: a code is good for its own client, redirect URI and resource only', async (t) => {
  const rows: [string, Record<string, string>, string][] = [
    ['another client', { client_id: 'other-app' }, 'invalid_grant'],
    ['another registered redirect URI', { redirect_uri: 'com.example.shop:/callback' }, 'invalid_grant'],
    ['a redirect URI that only looks alike', { redirect_uri: `${CLAIMED_URI}/` }, 'invalid_grant'],
    ['another resource', { resource: 'https://api.example.com/other' }, 'invalid_target'],
    ['an unknown code', { code: randomSecret() }, 'invalid_grant'],
    ['no code', { code: '' }, 'invalid_request'],
    ['a code with something behind it', { code: 'x'.repeat(2000) }, 'invalid_grant'],
  ]
  for (const [name, changes, error] of rows)
    await t.test(name, async (t) => {
      const { code, verifier } = await nextCode(browser)
      const response = await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI, ...changes })
      expectJsonError(t, response, 400, error)
      const own = await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })
      t.equal(own.statusCode, 200, 'a wrong guess burns nothing')
    })
})

t.test('a code does not outlive its minute, nor does a wrong guess make it live longer', async (t) => {
  const { code, verifier } = await nextCode(browser)
  await redeem(app, code, pkcePair().verifier, { redirect_uri: CLAIMED_URI })
  const { rows } = await db
    .selectFrom('authorization_codes')
    .select('expires_at')
    .orderBy('expires_at', 'desc')
    .limit(1)
    .execute()
    .then((rows) => ({ rows }))
  const left = (rows[0]?.expires_at.getTime() ?? 0) - Date.now()
  t.ok(left > 50_000 && left <= 60_000, `${left} ms`)
  await db
    .updateTable('authorization_codes')
    .set({ expires_at: new Date(Date.now() - 1) })
    .execute()
  expectJsonError(t, await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
})

t.test('the code and refresh token are stored hashed only', async (t) => {
  const { code, verifier } = await nextCode(browser)
  const tokens = (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).json()
  const everything = JSON.stringify([
    await db.selectFrom('authorization_codes').selectAll().execute(),
    await db.selectFrom('refresh_families').selectAll().execute(),
    await db.selectFrom('sessions').selectAll().execute(),
    await db.selectFrom('authorization_requests').selectAll().execute(),
  ])
  for (const secret of [code, verifier, tokens.refresh_token, tokens.access_token, ...browser.cookies.values()])
    t.notOk(everything.includes(secret))
})

t.test('§2.3, §5.2: who is calling', async (t) => {
  const grant = 'grant_type=authorization_code&code=x&code_verifier=y'
  const rows: [string, string, Record<string, string>, number, string, boolean][] = [
    ['no client_id', grant, {}, 401, 'invalid_client', false],
    ['an empty client_id', `${grant}&client_id=`, {}, 401, 'invalid_client', false],
    ['an unknown client', `${grant}&client_id=nobody`, {}, 401, 'invalid_client', false],
    ['an unknown client by Basic', grant, basic('nobody:secret'), 401, 'invalid_client', true],
    ['a public client with a secret', `${grant}&client_id=shop-app&client_secret=s`, {}, 401, 'invalid_client', false],
    ['a public client with a secret by Basic', grant, basic('shop-app:secret'), 401, 'invalid_client', true],
    ['Basic that is not base64', grant, { authorization: 'Basic !!!' }, 401, 'invalid_client', true],
    ['Basic without a colon', grant, basic('shop-app'), 401, 'invalid_client', true],
    ['Basic with nothing', grant, { authorization: 'Basic' }, 401, 'invalid_client', true],
    ['a Bearer token', `${grant}&client_id=shop-app`, { authorization: 'Bearer x' }, 401, 'invalid_client', true],
    ['a user for a client', `${grant}&client_id=${personId}`, {}, 401, 'invalid_client', false],
    ['Basic and a secret in the body', `${grant}&client_secret=s`, basic('shop-app:s'), 400, 'invalid_request', false],
    ['client_id twice', `${grant}&client_id=shop-app&client_id=shop-app`, {}, 400, 'invalid_request', false],
  ]
  for (const [name, payload, headers, status, error, challenged] of rows)
    await t.test(name, async (t) => {
      const response = await send(payload, { headers })
      expectJsonError(t, response, status, error)
      t.match(response.headers['www-authenticate'], challenged ? /^Basic realm="[^"]+"/ : undefined)
    })
})

t.test('§4.5, §5.2: the grants on offer, and no others', async (t) => {
  const rows: [string, string, string][] = [
    ['none', '', 'invalid_request'],
    ['empty', 'grant_type=', 'invalid_request'],
    ['password (RFC 9700 §2.4)', 'grant_type=password&username=a&password=b', 'unsupported_grant_type'],
    ['implicit', 'grant_type=implicit', 'unsupported_grant_type'],
    ['unknown', 'grant_type=urn:example:mine', 'unsupported_grant_type'],
    ['a name every object has', 'grant_type=constructor', 'unsupported_grant_type'],
    ['in another case', 'grant_type=Authorization_Code', 'unsupported_grant_type'],
    ['twice', 'grant_type=refresh_token&grant_type=authorization_code', 'invalid_request'],
  ]
  for (const [name, payload, error] of rows)
    await t.test(name, async (t) => expectJsonError(t, await send(`client_id=shop-app&${payload}`), 400, error))
})

t.test('§3.2: how the request is sent', async (t) => {
  const body = 'grant_type=authorization_code&client_id=shop-app&code=x&code_verifier=y'
  const rows: [string, InjectOptions, number][] = [
    ['GET', { method: 'GET', url: `/token?${body}` }, 405],
    ['PUT', { method: 'PUT', payload: body, headers: FORM }, 405],
    ['DELETE', { method: 'DELETE' }, 405],
    ['parameters in the query', { url: `/token?${body}` }, 400],
    ['parameters in query and body', { url: '/token?scope=a', payload: body, headers: FORM }, 400],
    ['no body', {}, 400],
    ['JSON', { payload: '{}', headers: { 'content-type': 'application/json' } }, 415],
    ['multipart', { payload: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 415],
    ['text', { payload: body, headers: { 'content-type': 'text/plain' } }, 415],
    [
      'a form in UTF-16',
      { payload: body, headers: { 'content-type': `${FORM['content-type']}; charset=utf-16` } },
      415,
    ],
    [
      'a form in Latin-1',
      { payload: body, headers: { 'content-type': `${FORM['content-type']};charset="iso-8859-1"` } },
      415,
    ],
    ['a media type that is none', { payload: body, headers: { 'content-type': 'form' } }, 415],
    ['more than 64 KB', { payload: 'a='.padEnd(64 * 1024 + 1, 'x'), headers: FORM }, 413],
    ['a value of 5000 characters', { payload: `${body}&x=${'y'.repeat(5000)}`, headers: FORM }, 400],
    ['30 000 parameters', { payload: 'a&'.repeat(30_000), headers: FORM }, 400],
    ['NUL', { payload: `${body}%00`, headers: FORM }, 400],
    ['broken percent-encoding', { payload: `${body}%z`, headers: FORM }, 400],
    ['a parameter called __proto__', { payload: `${body}&__proto__=x`, headers: FORM }, 400],
    ['a parameter twice', { payload: `${body}&code=x`, headers: FORM }, 400],
  ]
  for (const [name, options, status] of rows)
    await t.test(name, async (t) => {
      const response = await app.inject({ method: 'POST', url: '/token', ...options })
      expectJsonError(t, response, status, 'invalid_request')
      if (status === 405) t.equal(response.headers.allow, 'POST')
    })
  for (const charset of ['; charset=utf-8', ';charset=UTF-8', '; charset="utf-8"', ''])
    await t.test(`a form with "${charset}" is read`, async (t) => {
      const response = await send(body, { headers: { 'content-type': `${FORM['content-type']}${charset}` } })
      expectJsonError(t, response, 400, 'invalid_grant')
    })
})

t.test('one kind of token does not pass for another', async (t) => {
  const tokens = await obtainTokens(app)
  const { code } = await nextCode(browser)
  for (const token of [tokens.access_token, code, 'x', `${tokens.refresh_token}x`, tokens.refresh_token.toUpperCase()])
    expectJsonError(t, await refresh(app, token), 400, 'invalid_grant')
  for (const token of [tokens.access_token, tokens.refresh_token])
    expectJsonError(t, await redeem(app, token, pkcePair().verifier), 400, 'invalid_grant')
  t.equal((await refresh(app, tokens.refresh_token)).statusCode, 200)
})

t.test('§6: a refresh may narrow the scope, never widen it, and narrows one answer only', async (t) => {
  const { code, verifier } = await nextCode(browser, { scope: 'orders:read' })
  let token = (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).json().refresh_token
  for (const scope of ['orders:read orders:write', 'admin', 'orders:read "'])
    expectJsonError(t, await refresh(app, token, { scope }), 400, 'invalid_scope')
  expectJsonError(t, await refresh(app, token, { resource: 'https://api.example.com/x' }), 400, 'invalid_target')
  expectJsonError(t, await refresh(app, ''), 400, 'invalid_request')
  t.equal((await refresh(app, token, { resource: API.resource })).statusCode, 200, 'asking too much spends nothing')

  const all = await obtainTokens(app)
  const narrowed = (await refresh(app, all.refresh_token, { scope: 'orders:read' })).json()
  t.equal(narrowed.scope, 'orders:read')
  t.equal(decodeJwt(narrowed.access_token).scope, 'orders:read')
  token = narrowed.refresh_token
  t.equal((await refresh(app, token)).json().scope, 'orders:read orders:write', 'the family keeps its scope')
})

t.test('a person who was suspended, or a subscription that was withdrawn, gets no more tokens', async (t) => {
  const first = await obtainTokens(app)
  const { code, verifier } = await nextCode(browser)
  const both = async () => {
    expectJsonError(t, await refresh(app, first.refresh_token), 400, 'invalid_grant')
    expectJsonError(t, await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
  }
  await db.updateTable('subscriptions').set({ status: 'pending' }).execute()
  await both()
  await db.updateTable('subscriptions').set({ status: 'approved' }).execute()
  t.equal((await refresh(app, first.refresh_token)).statusCode, 200)
  await db.updateTable('people').set({ status: 'suspended' }).execute()
  await both()
  // The suspension ended the epoch of everything there was; lifting it lets the person sign in again, and nothing else.
  await db.updateTable('people').set({ status: 'active' }).execute()
  await both()
})

t.test('a scope that the subscription lost is in no new token', async (t) => {
  const tokens = await obtainTokens(app)
  await db
    .updateTable('subscriptions')
    .set({ scopes: ['orders:read'] })
    .execute()
  const next = (await refresh(app, tokens.refresh_token)).json()
  t.equal(next.scope, 'orders:read')
  t.equal(decodeJwt(next.access_token).scope, 'orders:read')
  await db
    .updateTable('subscriptions')
    .set({ scopes: ['orders:read', 'orders:write'] })
    .execute()
  t.equal((await refresh(app, next.refresh_token)).json().scope, 'orders:read orders:write')
})

t.test('the error of a malformed request names no secret', async (t) => {
  const response = await postToken(app, {
    grant_type: 'refresh_token',
    client_id: 'shop-app',
    refresh_token: 'top-secret',
  })
  t.notMatch(response.body, /top-secret/)
})
