// Which API a token is for: resource indicators (RFC 8707) and the endpoints that each API has of its own.

import { decodeJwt } from 'jose'
import t from 'tap'
import { defineApi } from '../../../src/catalogue/apis.ts'
import { subscribe } from '../../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { Browser } from '../../support/browser.ts'
import {
  answerOf,
  authorizeUrl,
  logIn,
  obtainCode,
  pkcePair,
  REDIRECT_URI,
  redeem,
  refresh,
} from '../../support/phone.ts'
import { API, ISSUER, testServer } from '../../support/server.ts'

const OTHER = {
  id: 'mail-api',
  name: 'Mail',
  resource: 'https://api.example.com/mail',
  scopes: { 'mail:read': 'Read your mail' },
  plans: ['basic'],
}

async function withTwoApis(t: Parameters<typeof testServer>[0]) {
  const server = await testServer(t)
  await defineApi(server.db, OTHER, OPERATOR)
  await subscribe(
    server.db,
    {
      applicationId: server.applicationId,
      apiId: OTHER.id,
      plan: 'basic',
      scopes: ['mail:read'],
      trusted: true,
    },
    OPERATOR,
  )
  return server
}

function perApi(api: string, url: string) {
  return url.replace('/authorize', `/apis/${api}/authorize`)
}

t.test('the resource of a request decides the token', async (t) => {
  const { app } = await withTwoApis(t)
  const browser = new Browser(app)
  const ask = async (changes: Record<string, string | undefined>, api?: string) => {
    const url = authorizeUrl(pkcePair().challenge, changes)
    return answerOf(await browser.request('GET', api ? perApi(api, url) : url))
  }
  const several = `${authorizeUrl(pkcePair().challenge)}&resource=${encodeURIComponent(API.resource)}&resource=${encodeURIComponent(OTHER.resource)}`

  const rows: [string, Promise<ReturnType<typeof answerOf>>, string | undefined][] = [
    ['§2: no resource and several subscriptions', ask({}), 'invalid_target'],
    ['§2: an unknown resource', ask({ resource: 'https://api.example.com/none' }), 'invalid_target'],
    ['§2: a resource that is no URI', ask({ resource: 'mail' }), 'invalid_target'],
    ['§2: two resources at once', browser.request('GET', several).then(answerOf), 'invalid_target'],
    ['§2: a subscribed resource', ask({ resource: OTHER.resource }), undefined],
    ['the endpoint of an API implies its resource', ask({}, OTHER.id), undefined],
    ['the same resource beside it is fine', ask({ resource: OTHER.resource }, OTHER.id), undefined],
    ['another resource beside it is not', ask({ resource: API.resource }, OTHER.id), 'invalid_target'],
    ['scopes of another API are unknown there', ask({ scope: 'orders:read' }, OTHER.id), 'invalid_scope'],
  ]
  for (const [name, answer, error] of rows) {
    const { to, error: got, iss, state } = await answer
    if (error) t.match({ to, got, iss, state }, { to: REDIRECT_URI, got: error, iss: ISSUER, state: 'a-state' }, name)
    else t.match({ to, got }, { to: /^\/interaction\//, got: undefined }, name)
  }
})

t.test('the endpoints of an API exist as soon as the API does, and those of none do not', async (t) => {
  const { app, db } = await testServer(t)
  const url = perApi('mail-api', authorizeUrl(pkcePair().challenge))
  t.equal((await app.inject(url)).statusCode, 400)
  t.match((await app.inject(url)).body, /there is no API of this name/i)
  await defineApi(db, OTHER, OPERATOR)
  t.match(
    answerOf(await app.inject(url)),
    { to: REDIRECT_URI, error: 'invalid_target' },
    'it exists; this app is not subscribed',
  )
  for (const name of ['%00', '%20', 'Mail-api', '..', 'x'.repeat(100)])
    for (const method of ['GET', 'POST'] as const) {
      const { statusCode } = await app.inject({
        method,
        url: `/apis/${name}/${method === 'GET' ? 'authorize' : 'token'}`,
      })
      t.equal(statusCode, 400, `${method} ${name}`)
    }
})

t.test('codes and refresh tokens of one API are refused at the endpoints of another', async (t) => {
  const { app } = await withTwoApis(t)
  const at = (api: string, form: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: `/apis/${api}/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ client_id: 'shop-app', ...form }).toString(),
    })
  const { code, verifier } = await obtainCode(app, { resource: OTHER.resource })
  const grant = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT_URI }
  t.match(await at(API.id, grant).then((r) => ({ ...r.json(), status: r.statusCode })), {
    status: 400,
    error: 'invalid_target',
  })
  t.match(await at('none', grant).then((r) => r.json()), { error: 'invalid_target' })

  const tokens = await at(OTHER.id, grant)
  t.equal(tokens.statusCode, 200, 'the wrong endpoint has not burnt the code')
  t.equal(decodeJwt(tokens.json().access_token).aud, OTHER.resource)
  const again = { grant_type: 'refresh_token', refresh_token: tokens.json().refresh_token }
  t.match((await at(API.id, again)).json(), { error: 'invalid_target' })
  const refreshed = await at(OTHER.id, again)
  t.equal(refreshed.statusCode, 200)
  t.equal(decodeJwt(refreshed.json().access_token).aud, OTHER.resource)
})

t.test('§2.2: a token request may name the resource of its grant and no other', async (t) => {
  const { app } = await withTwoApis(t)
  const first = await obtainCode(app, { resource: OTHER.resource })
  t.match((await redeem(app, first.code, first.verifier, { resource: API.resource })).json(), {
    error: 'invalid_target',
  })
  const wrong = await redeem(app, first.code, 'x'.repeat(43), { resource: API.resource })
  t.match(wrong.json(), { error: 'invalid_grant' }, 'told only to who could redeem the code')
  const tokens = await redeem(app, first.code, first.verifier, { resource: OTHER.resource })
  t.equal(tokens.statusCode, 200)
  t.match((await refresh(app, tokens.json().refresh_token, { resource: API.resource })).json(), {
    error: 'invalid_target',
  })
  t.equal((await refresh(app, tokens.json().refresh_token, { resource: OTHER.resource })).statusCode, 200)
})

t.test('the whole flow at the endpoints of one API', async (t) => {
  const { app } = await withTwoApis(t)
  const browser = new Browser(app)
  const { challenge } = pkcePair()
  const done = await logIn(browser, await browser.open(perApi(OTHER.id, authorizeUrl(challenge))))
  t.match(answerOf(done), { to: REDIRECT_URI, iss: ISSUER, code: /./ })
})
