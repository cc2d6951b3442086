// A client that nobody let in: no browser and no notice is sent to its addresses, and no person reads its words (RFC 9700 §4.11.2).
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { createInitialAccessToken } from '../../src/tokens/initial-access-token.ts'
import { Browser } from '../support/browser.ts'
import { expectErrorPage } from '../support/expect.ts'
import { logoutReceiver } from '../support/logout-receiver.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const NAME = 'Your Bank'
const CALLBACK = 'https://thief.example/callback'
const BYE = 'https://thief.example/bye'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** Nothing of what the client wrote into its registration is on the page, in its policy, or where it leads. */
function saysNothingOfIt(t: Test, response: LightMyRequestResponse): void {
  t.equal(response.headers.location, undefined)
  for (const text of [response.body, String(response.headers['content-security-policy'])])
    for (const words of [NAME, 'thief']) t.notMatch(text, words)
}

/** A client as it comes out of POST /register. */
async function registeredByItself(server: TestServer): Promise<string> {
  const bearer = await createInitialAccessToken(server.db, { note: 'test', uses: 1 })
  const response = await server.app.inject({
    method: 'POST',
    url: '/register',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    payload: {
      client_name: NAME,
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: [BYE],
      token_endpoint_auth_method: 'none',
    },
  })
  return response.json().client_id
}

function withdraw({ db }: TestServer, applicationId: string) {
  return db
    .updateTable('subscriptions')
    .set({ status: 'pending' })
    .where('application_id', '=', applicationId)
    .execute()
}

t.test('/authorize: a page, whatever is wrong or right with the request beside that', async (t) => {
  const server = await testServer(t)
  const pending = await server.register({ clientId: 'pending', name: NAME, kind: 'browser', redirectUris: [CALLBACK] })
  await withdraw(server, pending)
  const { challenge } = pkcePair()
  for (const client_id of [await registeredByItself(server), 'pending']) {
    const sound = (changes: Readonly<Record<string, string | undefined>> = {}) =>
      authorizeUrl(challenge, { client_id, redirect_uri: CALLBACK, ...changes })
    const rows: [string, string][] = [
      ['a sound request', sound()],
      ['no redirect_uri', sound({ redirect_uri: undefined })],
      ['another redirect_uri', sound({ redirect_uri: 'https://else.example/' })],
      ['prompt=none', sound({ prompt: 'none' })],
      ['an unknown scope', sound({ scope: 'admin' })],
      ['no PKCE', sound({ code_challenge: undefined })],
      ['another response_type', sound({ response_type: 'token' })],
      ['state twice', `${sound()}&state=b`],
      ['a long state', sound({ state: 'x'.repeat(5000) })],
      ['another resource', sound({ resource: 'https://api.example.com/none' })],
      ['an id_token_hint', sound({ id_token_hint: 'x' })],
      ['a request object', sound({ request: 'x' })],
    ]
    for (const [name, url] of rows)
      for (const address of [url, `/apis/orders-api${url}`]) {
        const [path = '', payload = ''] = address.split('?')
        const posted = await server.app.inject({ method: 'POST', url: path, headers: FORM, payload })
        for (const response of [await server.app.inject(address), posted])
          await t.test(`${name}: ${address.slice(0, 20)}`, async (t) => {
            expectErrorPage(t, response, 400, /no approved subscription/)
            saysNothingOfIt(t, response)
            t.strictSame(response.cookies, [], 'no visit has begun')
          })
      }
  }
  t.strictSame(await server.db.selectFrom('authorization_requests').select('id').execute(), [])
})

t.test('approval that is withdrawn: what was under way ends in a page at each of its addresses', async (t) => {
  const server = await testServer(t)
  const site = await Website.open(server, { clientId: 'thief', name: NAME, redirectUris: [CALLBACK] })
  const begin = async () => {
    const browser = new Browser(server.app)
    const page = await site.send(browser)
    t.match(page.body, NAME)
    const [, id = ''] = /\/interaction\/([\w-]{22})\/login/.exec(page.body) ?? []
    return { browser, page, id }
  }
  const opened = await Promise.all([begin(), begin(), begin(), begin(), begin()])
  await withdraw(server, site.applicationId)
  const ends = await Promise.all([
    opened[0]?.browser.open(`/interaction/${opened[0].id}/login`),
    opened[1] && logIn(opened[1].browser, opened[1].page),
    opened[2]?.browser.submit(opened[2].page, '/deny'),
    opened[3]?.browser.open(`/authorize/resume/${opened[3].id}`),
    opened[4] && site.send(opened[4].browser),
  ])
  for (const end of ends) {
    if (!end) throw new Error('no answer')
    t.ok(end.statusCode >= 400)
    saysNothingOfIt(t, end)
  }
})

t.test('a request that was pushed while there was approval opens nothing afterwards', async (t) => {
  const server = await testServer(t)
  const site = await Website.open(server, { clientId: 'thief', name: NAME, redirectUris: [CALLBACK] })
  const { clientId, clientSecret = '' } = site.definition
  const push = () =>
    server.app.inject({
      method: 'POST',
      url: '/par',
      headers: { ...FORM, authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      payload: new URLSearchParams(site.parameters()).toString(),
    })
  const { request_uri } = (await push()).json()
  await withdraw(server, site.applicationId)
  const url = `/authorize?${new URLSearchParams({ client_id: clientId, request_uri })}`
  const response = await server.app.inject(url)
  expectErrorPage(t, response, 400, /no approved subscription/)
  saysNothingOfIt(t, response)
  t.match((await push()).json(), { error: 'unauthorized_client' })
})

t.test('/logout: the person is asked and signed out, the client is neither named nor gone to', async (t) => {
  const server = await testServer(t)
  const honest = await Website.open(server)
  const stranger = await registeredByItself(server)
  const once = await Website.open(server, {
    clientId: 'thief',
    name: NAME,
    redirectUris: [CALLBACK],
    postLogoutRedirectUris: [BYE],
  })
  const { id_token } = await once.signIn()
  await withdraw(server, once.applicationId)
  for (const [client_id, post_logout_redirect_uri, hint] of [
    [stranger, BYE, {}],
    [stranger, 'https://else.example/', {}],
    ['thief', BYE, {}],
    ['thief', BYE, { id_token_hint: id_token }],
  ] as const) {
    const query = new URLSearchParams({ client_id, post_logout_redirect_uri, state: 's', ...hint })
    for (const path of ['/logout', '/interaction/logout']) {
      const browser = new Browser(server.app)
      const without = await browser.open(`${path}?${query}`)
      t.equal(without.statusCode, 200)
      saysNothingOfIt(t, without)
      await honest.signIn({}, browser)
      const signedIn = await browser.open(`${path}?${query}`)
      t.equal(signedIn.statusCode, 200)
      saysNothingOfIt(t, signedIn)
      if (!signedIn.body.includes('Sign out?')) continue
      const done = await browser.submit(signedIn, '/interaction/logout', { client_id, post_logout_redirect_uri })
      t.match(done, { statusCode: 200, body: /You are signed out/ })
      saysNothingOfIt(t, done)
    }
  }
})

t.test('a link to our pages, made by anybody, brings no words of its own onto them', async (t) => {
  const { app } = await testServer(t)
  const words = 'Account-locked.Call-0800-123456'
  for (const query of [`${words}=1&${words}=2`, `${words}=${'x'.repeat(4097)}`, `client_id=${words}`, `%ZZ=${words}`])
    for (const path of [
      '/authorize',
      '/logout',
      '/interaction/logout',
      '/interaction/x/login',
      '/interaction/x/deny',
    ]) {
      const answers = [
        await app.inject(`${path}?${query}`),
        await app.inject({ method: 'POST', url: path, headers: FORM, payload: query }),
      ]
      for (const { body } of answers) t.notMatch(body, /0800/, `${path} ${query.slice(0, 40)}`)
    }
})

t.test('back-channel logout: a client that lost its approval hears of no sign-out any more', async (t) => {
  const server = await testServer(t)
  const [kept, lost] = await Promise.all([logoutReceiver(t, 200), logoutReceiver(t, 200)])
  const browser = new Browser(server.app)
  const site = await Website.open(server, { backchannelLogoutUri: kept.uri })
  const once = await Website.open(server, { clientId: 'thief', backchannelLogoutUri: lost.uri })
  await once.signIn({}, browser)
  const { id_token } = await site.signIn({}, browser)
  await withdraw(server, once.applicationId)
  await browser.open(`/logout?id_token_hint=${id_token}`)
  await sendDueEntries(server.deps, server.app.log)
  t.same([kept.heard.length, lost.heard.length], [1, 0])
  t.strictSame(await server.db.selectFrom('outbox').selectAll().execute(), [], 'and none is kept for later')
})

t.test('CORS: its pages read no answer', async (t) => {
  const server = await testServer(t)
  await registeredByItself(server)
  const { headers } = await server.app.inject({
    method: 'OPTIONS',
    url: '/token',
    headers: { origin: new URL(CALLBACK).origin, 'access-control-request-method': 'POST' },
  })
  t.equal(headers['access-control-allow-origin'], undefined)
})
