// Pushed authorization requests (RFC 9126): what can be pushed, what the reference is good for, once, and what not.

import { createServer } from 'node:http'
import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt } from 'jose'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { type Fields, ProvingPhone, postForm } from '../support/dpop.ts'
import { answerOf, logIn, pkcePair, REDIRECT_URI, redeem } from '../support/phone.ts'
import { API, APP, ISSUER, testServer } from '../support/server.ts'
import { CLAIMED_URI, signedInBrowser } from '../support/session.ts'

const URN = /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/
const WEB = { client_id: 'shop-server', client_secret: 's'.repeat(43), redirect_uri: 'https://shop.example.com/cb' }

/** A sound request; undefined leaves a parameter out. */
function requestOf(changes: Readonly<Record<string, string | undefined>> = {}) {
  const { verifier, challenge } = pkcePair()
  const all = {
    response_type: 'code',
    client_id: APP.clientId,
    redirect_uri: REDIRECT_URI,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'pushed-state',
    ...changes,
  }
  const form = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return { verifier, form }
}

function authorizeWith(requestUri: string, more: Fields = {}, path = '/authorize') {
  return `${path}?${new URLSearchParams({ client_id: APP.clientId, request_uri: requestUri, ...more })}`
}

/** What a person sees, and an app never hears of. */
function pageOf({ statusCode, headers, body }: LightMyRequestResponse) {
  return {
    status: statusCode,
    html: /^text\/html/.test(String(headers['content-type'])),
    location: headers.location,
    why: /<p>(.*?)<\/p>/.exec(body)?.[1],
  }
}
const SPENT = {
  status: 400,
  html: true,
  location: undefined,
  why: 'This sign-in link has been used or has expired; go back to the app and start again.',
}

const DONE = { html: true, location: undefined, why: /Shop.* has its answer, and this page is not needed any more/ }

async function setUp(t: Parameters<typeof testServer>[0]) {
  const server = await testServer(t)
  await server.register({
    clientId: WEB.client_id,
    kind: 'web',
    authMethod: 'client_secret_post',
    clientSecret: WEB.client_secret,
    redirectUris: [WEB.redirect_uri],
  })
  const push = async (changes: Parameters<typeof requestOf>[0] = {}, path = '/par') => {
    const { verifier, form } = requestOf(changes)
    const response = await postForm(server.app, path, form)
    return { response, verifier, requestUri: String(response.json().request_uri) }
  }
  return { ...server, push }
}

t.test('§2.2, §4: what was pushed is what counts; beside the reference everything is ignored', async (t) => {
  const { app, push } = await setUp(t)
  const { response, verifier, requestUri } = await push({ scope: 'orders:read' })
  t.equal(response.statusCode, 201)
  t.match(response.headers, { 'cache-control': 'no-store', 'content-type': /^application\/json/ })
  t.same(Object.keys(response.json()).sort(), ['expires_in', 'request_uri'])
  t.match(requestUri, URN)
  t.equal(response.json().expires_in, 90)

  const browser = new Browser(app)
  const conflicting = {
    redirect_uri: 'https://evil.example/',
    scope: 'orders:write',
    state: 'other-state',
    response_type: 'token',
    request: 'a.b.c',
    code_challenge: 'x',
    resource: 'https://evil.example',
  }
  const done = await logIn(browser, await browser.open(authorizeWith(requestUri, conflicting)))
  const answer = answerOf(done)
  t.match(answer, { status: 303, to: REDIRECT_URI, state: 'pushed-state', iss: ISSUER })
  const tokens = await redeem(app, answer.code ?? '', verifier)
  t.match(tokens.json(), { token_type: 'Bearer', scope: 'orders:read' })
})

t.test('§2.1, §2.3: a request is authenticated and validated as it is pushed; errors are JSON', async (t) => {
  const { app } = await setUp(t)
  const secret = { client_id: WEB.client_id, redirect_uri: WEB.redirect_uri }
  const rows: readonly (readonly [string, Readonly<Record<string, string | undefined>>, number, string])[] = [
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['no client', { client_id: undefined }, 401, 'invalid_client'],
    ['a confidential client without its secret', secret, 401, 'invalid_client'],
    ['a wrong secret', { ...secret, client_secret: 'wrong' }, 401, 'invalid_client'],
    ['a public client with a secret', { client_secret: 'x' }, 401, 'invalid_client'],
    ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 400, 'invalid_request'],
    ['a foreign request_uri', { request_uri: 'https://evil.example/r' }, 400, 'invalid_request'],
    ['a request object', { request: 'a.b.c' }, 400, 'request_not_supported'],
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }, 400, 'invalid_request'],
    ['no redirect URI where several are registered', { redirect_uri: undefined }, 400, 'invalid_request'],
    ['no response_type', { response_type: undefined }, 400, 'invalid_request'],
    ['an implicit grant', { response_type: 'token' }, 400, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 400, 'invalid_request'],
    ['PKCE plain', { code_challenge_method: 'plain' }, 400, 'invalid_request'],
    ['an unknown scope', { scope: 'everything' }, 400, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://evil.example' }, 400, 'invalid_target'],
    ['a dpop_jkt that is no thumbprint', { dpop_jkt: 'x' }, 400, 'invalid_request'],
  ]
  for (const [what, changes, status, error] of rows) {
    const response = await postForm(app, '/par', requestOf(changes).form)
    t.match(response.json(), { error, error_description: /./ }, what)
    t.equal(response.statusCode, status, what)
    t.match(response.headers, { 'cache-control': 'no-store', location: undefined }, what)
  }
})

t.test('§2: the endpoint takes one sound form by POST', async (t) => {
  const { app, register } = await setUp(t)
  const basicClient = { clientId: 'shop-basic', clientSecret: WEB.client_secret, redirectUris: [WEB.redirect_uri] }
  await register({ ...basicClient, kind: 'web', authMethod: 'client_secret_basic' })
  const { form } = requestOf()
  const { client_id: _left, ...anonymous } = form
  const basic = `Basic ${Buffer.from(`shop-basic:${WEB.client_secret}`).toString('base64')}`
  const send = (options: Readonly<{ url?: string; type?: string; payload: string }>) =>
    app.inject({
      method: 'POST',
      url: options.url ?? '/par',
      headers: { 'content-type': options.type ?? 'application/x-www-form-urlencoded' },
      payload: options.payload,
    })
  const encoded = new URLSearchParams(form).toString()
  t.equal((await app.inject('/par')).statusCode, 405)
  t.equal((await send({ type: 'application/json', payload: JSON.stringify(form) })).statusCode, 415)
  t.equal((await send({ payload: `${encoded}&state=again` })).json().error, 'invalid_request')
  t.equal((await send({ url: `/par?${encoded}`, payload: encoded })).json().error, 'invalid_request')
  t.equal((await send({ payload: `${encoded}&x=${'x'.repeat(70_000)}` })).statusCode, 413)
  const padding = Array.from({ length: 5 }, (_, index) => `&x${index}=${'x'.repeat(4000)}`).join('')
  t.match((await send({ payload: encoded + padding })).json().error_description, /too long/)
  const withoutId = await postForm(
    app,
    '/par',
    { ...anonymous, redirect_uri: WEB.redirect_uri },
    { authorization: basic },
  )
  t.match(
    [withoutId.statusCode, withoutId.json()],
    [400, { error: 'invalid_request' }],
    'client_id is part of the request',
  )
})

t.test(
  '§4, §7.3: a reference that is used, ended, unknown or another client’s is a page, never a redirect',
  async (t) => {
    const { app, db, push, register } = await setUp(t)
    await register({ clientId: 'other-app', redirectUris: [] })
    const open = (url: string) => app.inject(url)

    const { requestUri } = await push()
    t.same(pageOf(await open(authorizeWith(requestUri, { client_id: 'other-app' }))), SPENT, 'another client')
    t.match(pageOf(await open(authorizeWith(requestUri, { client_id: 'nobody' }))), {
      status: 400,
      html: true,
      location: undefined,
    })
    t.match(pageOf(await open(`/authorize?request_uri=${requestUri}`)), {
      status: 400,
      html: true,
      location: undefined,
    })
    t.match(pageOf(await open(`${authorizeWith(requestUri)}&request_uri=${requestUri}`)), {
      status: 400,
      location: undefined,
    })
    t.same(pageOf(await open(authorizeWith(`${requestUri}x`))), SPENT, 'a changed one')
    t.same(
      pageOf(await open(authorizeWith('urn:ietf:params:oauth:request_uri:unknown', { redirect_uri: REDIRECT_URI }))),
      SPENT,
    )
    const browser = new Browser(app)
    const page = await browser.open(authorizeWith(requestUri))
    t.equal(page.statusCode, 200, 'none of which has used it up')
    t.match(answerOf(await logIn(browser, page)), { status: 303, code: /./ })
    t.same(pageOf(await open(authorizeWith(requestUri))), SPENT, 'used')
    t.same(pageOf(await postForm(app, '/authorize', { client_id: APP.clientId, request_uri: requestUri })), SPENT)

    const { requestUri: late } = await push()
    t.equal((await open(authorizeWith(late))).statusCode, 303)
    await turnClock(t, db, 91)
    t.same(pageOf(await open(authorizeWith(late))), SPENT, 'expired, opened or not')
  },
)

t.test('§7.3: a reload, a second tab and a preview in another browser are fine until one of them ends', async (t) => {
  const { app, push } = await setUp(t)
  const { requestUri, verifier } = await push()
  const [browser, preview] = [new Browser(app), new Browser(app)]
  await preview.open(authorizeWith(requestUri))
  await browser.open(authorizeWith(requestUri))
  await postForm(app, '/authorize', { client_id: APP.clientId, request_uri: requestUri })
  const first = await browser.open(authorizeWith(requestUri))
  const second = await browser.open(authorizeWith(requestUri))
  const previewed = await preview.open(authorizeWith(requestUri))
  for (const page of [first, second, previewed]) t.match(page.body, /<title>Sign in</)
  const { code = '' } = answerOf(await logIn(browser, first))
  t.equal((await redeem(app, code, verifier)).statusCode, 200)

  const ended = { status: 409, html: true, location: undefined, why: /has its answer/ }
  t.match(pageOf(await logIn(browser, second)), ended, 'the other tab is told, and gets no second code')
  t.match(pageOf(await logIn(preview, previewed)), ended)
  t.match(pageOf(await preview.submit(previewed, '/deny')), ended, 'nor an error for the app')
  t.same(pageOf(await browser.open(authorizeWith(requestUri))), SPENT)
})

t.test('§7.3: an error for the app uses the reference up as a code does', async (t) => {
  const { app, push } = await setUp(t)
  const { requestUri } = await push()
  const [browser, other] = [new Browser(app), new Browser(app)]
  const pages = [await browser.open(authorizeWith(requestUri)), await other.open(authorizeWith(requestUri))] as const
  t.match(answerOf(await browser.submit(pages[0], '/deny')), { to: REDIRECT_URI, error: 'access_denied' })
  t.match(pageOf(await logIn(other, pages[1])), { status: 409, location: undefined })

  const { requestUri: silent } = await push({ prompt: 'none' })
  t.match(answerOf(await app.inject(authorizeWith(silent))), { error: 'login_required', state: 'pushed-state' })
  t.same(pageOf(await app.inject(authorizeWith(silent))), SPENT)
})

t.test(
  '§7.3: a reference opened at once in many tabs answers the app once, and each other tab says that it is done',
  async (t) => {
    const { app, db, push } = await setUp(t)
    const browser = await signedInBrowser(app)
    const claimed = { redirect_uri: CLAIMED_URI }
    for (const [asked, answer] of [
      [claimed, { code: /./ }],
      [{ ...claimed, prompt: 'none', max_age: '0' }, { error: 'login_required' }],
    ] as const) {
      await db.deleteFrom('authorization_codes').execute()
      const { requestUri } = await push(asked)
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => browser.request('GET', authorizeWith(requestUri))),
      )
      const told = answers.filter(({ statusCode }) => statusCode === 303).map(answerOf)
      t.equal(told.length, 1)
      t.match(told, [{ to: CLAIMED_URI, ...answer }])
      const others = answers.filter(({ statusCode }) => statusCode !== 303).map(pageOf)
      for (const page of others) if (page.status !== SPENT.status) t.match(page, { ...DONE, status: 200 })
      for (const page of others) if (page.status === SPENT.status) t.same(page, SPENT, 'it came after the end')
    }
  },
)

t.test('§7.3: of 50 visits that end at once, by a code or by an error, exactly one answers the app', async (t) => {
  const { app, db, push } = await setUp(t)
  const browser = await signedInBrowser(app)
  const { id: session } = await db.selectFrom('sessions').select('id').executeTakeFirstOrThrow()
  const mixes: readonly (readonly [string, (index: number) => boolean])[] = [
    ['codes', () => false],
    ['errors', () => true],
    ['both', (index) => index % 2 === 0],
  ]
  for (const [name, isDenied] of mixes) {
    await db.deleteFrom('authorization_codes').execute()
    const { requestUri } = await push()
    const ids: string[] = []
    const visits = new Map<string, string>()
    for (let visit = 0; visit < 50; visit++) {
      const { headers, cookies } = await browser.request('GET', authorizeWith(requestUri))
      for (const { name, value } of cookies) if (value !== '') visits.set(name, value)
      ids.push(/interaction\/([\w-]+)\/continue$/.exec(headers.location ?? '')?.[1] ?? '')
    }
    // One step before the end, all of them.
    for (const [index, id] of ids.entries())
      await db
        .updateTable('authorization_requests')
        .set({ steps: isDenied(index) ? { deny: { at: '' } } : { continue: { session, at: '' } } })
        .where('id', '=', id)
        .execute()
    // As if none of its visits had been given up.
    for (const [name, value] of visits) browser.cookies.set(name, value)
    const answers = await Promise.all(ids.map((id) => browser.request('GET', `/authorize/resume/${id}`)))
    const told = answers.filter(({ statusCode }) => statusCode === 303).map(answerOf)
    t.match(told, [{ to: REDIRECT_URI, state: 'pushed-state', iss: ISSUER }], name)
    t.equal(told.length, 1, name)
    for (const loser of answers.filter(({ statusCode }) => statusCode !== 303))
      t.match(pageOf(loser), { status: 200, html: true, location: undefined, why: /has its answer/ })
    const codes = await db.selectFrom('authorization_codes').select('code_hash').execute()
    t.equal(codes.length, told.filter(({ code }) => code).length, 'no code was minted for a loser')
  }
})

t.test(
  'a visit may end long after its reference expired, and then ends the others too, whatever was cleaned up',
  async (t) => {
    const { app, db, push } = await setUp(t)
    const { requestUri, verifier } = await push()
    const [browser, other] = [new Browser(app), new Browser(app)]
    const pages = [await browser.open(authorizeWith(requestUri)), await other.open(authorizeWith(requestUri))] as const
    const { requestUri: unopened } = await push()
    await turnClock(t, db, 1800)
    t.same(await removeObsoleteRows(db), { pushed_requests: 1 }, 'the one that nobody opened')
    t.same(pageOf(await app.inject(authorizeWith(unopened))), SPENT)
    const { code = '' } = answerOf(await logIn(browser, pages[0]))
    t.equal((await redeem(app, code, verifier)).statusCode, 200)
    t.same(await removeObsoleteRows(db), { pushed_requests: 1 })
    t.match(pageOf(await logIn(other, pages[1])), { status: 409, location: undefined })
    t.equal((await db.selectFrom('authorization_codes').select('code_hash').execute()).length, 1)
  },
)

t.test('§7.2: a request_uri from elsewhere is refused, and never fetched', async (t) => {
  const { app } = await setUp(t)
  let fetched = 0
  const bait = createServer((_request, response) => {
    fetched++
    response.end('{}')
  })
  await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', resolve))
  t.teardown(() => bait.close())
  const address = bait.address()
  const port = typeof address === 'object' && address ? address.port : 0
  for (const uri of [
    `http://127.0.0.1:${port}/r`,
    'http://169.254.169.254/latest',
    'https://evil.example',
    'urn:x',
    'file:///etc/passwd',
  ]) {
    const more = { redirect_uri: REDIRECT_URI, response_type: 'code', state: 's' }
    const answer = answerOf(await app.inject(authorizeWith(uri, more)))
    t.match(answer, { status: 303, to: REDIRECT_URI, error: 'request_uri_not_supported', state: 's', iss: ISSUER }, uri)
    t.match(pageOf(await app.inject(authorizeWith(uri))), { status: 400, html: true, location: undefined }, uri)
  }
  t.equal(fetched, 0)
})

t.test('§6: a client registered with require_pushed_authorization_requests has to push', async (t) => {
  const { app, push, register } = await setUp(t)
  await register({ requirePushedRequests: true })
  const direct = answerOf(await app.inject(`/authorize?${new URLSearchParams(requestOf().form)}`))
  t.match(direct, { status: 303, to: REDIRECT_URI, error: 'invalid_request', state: 'pushed-state', iss: ISSUER })
  const { requestUri } = await push()
  const pushed = await app.inject(authorizeWith(requestUri))
  t.equal(pushed.statusCode, 303)
  t.match(pushed.headers.location, /^\/interaction\/[\w-]+\/login$/)
})

t.test('§7.1: neither the reference nor a credential is kept', async (t) => {
  const { db, push } = await setUp(t)
  const { requestUri } = await push(WEB)
  const rows = JSON.stringify(await db.selectFrom('pushed_requests').selectAll().execute())
  t.match(rows, /pushed-state/)
  t.notMatch(rows, requestUri.slice(-43))
  t.notMatch(rows, WEB.client_secret)
})

t.test('§4: what has changed since the push counts', async (t) => {
  const { app, db, push } = await setUp(t)
  const [first, second] = [await push(), await push()]
  await db.updateTable('subscriptions').set({ status: 'pending' }).execute()
  t.match(pageOf(await app.inject(authorizeWith(first.requestUri))), { status: 400, html: true, location: undefined })
  await db.updateTable('applications').set({ redirect_uris: [] }).execute()
  t.match(pageOf(await app.inject(authorizeWith(second.requestUri))), { status: 400, html: true, location: undefined })
})

t.test('an API’s own endpoint fixes the resource, wherever the reference is opened', async (t) => {
  const { app, db, push, applicationId } = await setUp(t)
  const maps = { ...API, id: 'maps-api', resource: 'https://api.example.com/maps' }
  await defineApi(db, maps, OPERATOR)
  await subscribe(
    db,
    { applicationId, apiId: maps.id, plan: 'basic', scopes: Object.keys(maps.scopes), trusted: true },
    OPERATOR,
  )
  t.match((await push()).response.json(), { error: 'invalid_target' }, 'two APIs, none named')
  t.match((await push({ resource: API.resource }, '/apis/maps-api/par')).response.json(), { error: 'invalid_target' })
  t.match((await push({}, '/apis/no-api/par')).response.json(), { error: 'invalid_target' })

  const { requestUri, verifier } = await push({}, '/apis/maps-api/par')
  const elsewhere = answerOf(await app.inject(authorizeWith(requestUri, {}, '/apis/orders-api/authorize')))
  t.match(elsewhere, { status: 303, error: 'invalid_target', state: 'pushed-state' })
  const browser = new Browser(app)
  const { code = '' } = answerOf(await logIn(browser, await browser.open(authorizeWith(requestUri))))
  t.equal(decodeJwt((await redeem(app, code, verifier)).json().access_token).aud, maps.resource)
})

t.test('RFC 9449 §10.1: a proof with the push binds the code to its key', async (t) => {
  const { app } = await setUp(t)
  const [phone, thief] = await Promise.all([ProvingPhone.create(app), ProvingPhone.create(app)])
  const { form, verifier } = requestOf()

  const response = await phone.post('/par', form)
  t.equal(response.statusCode, 201)
  t.match(response.headers['dpop-nonce'], /^\d+\.[\w-]{43}$/)
  const browser = new Browser(app)
  const { code = '' } = answerOf(await logIn(browser, await browser.open(authorizeWith(response.json().request_uri))))
  t.equal((await thief.redeem(code, verifier)).json().error, 'invalid_grant')
  t.equal((await redeem(app, code, verifier)).json().error, 'invalid_grant')
  t.equal((await phone.redeem(code, verifier)).json().token_type, 'DPoP')

  const both = (jkt: string) => phone.post('/par', { ...requestOf().form, dpop_jkt: jkt })
  t.equal((await both(phone.jkt)).statusCode, 201, 'the same key named and proven')
  t.match((await both(thief.jkt)).json(), { error: 'invalid_dpop_proof' }, 'two keys')
  const once = { claims: { jti: 'once' } }
  const refused = await phone.post('/par', { ...form, scope: 'everything' }, once)
  t.match(refused.json(), { error: 'invalid_scope' })
  t.equal((await phone.post('/par', form, once)).statusCode, 201, 'a refused request has not spent its proof')
  t.match((await phone.post('/par', form, once)).json(), { error: 'invalid_dpop_proof' }, 'replayed')
  const old = await phone.post('/par', form, { claims: { nonce: '1.x' } })
  t.match([old.statusCode, old.json().error], [400, 'use_dpop_nonce'])
})

t.test('§5: discovery names the endpoint', async (t) => {
  const { app } = await setUp(t)
  t.match((await app.inject('/.well-known/openid-configuration')).json(), {
    pushed_authorization_request_endpoint: `${ISSUER}/par`,
    require_pushed_authorization_requests: false,
    request_uri_parameter_supported: false,
  })
})
