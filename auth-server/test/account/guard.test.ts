// Nobody gets at an account but its person, fully signed in, by a form of their own page: for every route that there is.
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { publicPages } from '../../src/account/index.ts'
import { RECENT_SECONDS } from '../../src/identity/full-login.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { type AccountAddress, accountAddresses, accountToken, addEve, atAccount, EVE } from '../support/account.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { everything } from '../support/everything.ts'
import { atAccountByPasskey } from '../support/passkeys.ts'
import { addressesOf } from '../support/routes.ts'
import { testServer, USER } from '../support/server.ts'
import { setupLink } from '../support/setup-link.ts'

t.setTimeout(120_000)

// A visit that begins is not what these tests are about.
const VISITS = ['authorization_requests']

async function opened(t: Test) {
  const server = await testServer(t, { VISITS_PER_MINUTE: '1000' })
  const addresses = await accountAddresses(server)
  await addEve(server)
  const state = () => everything(server.db, VISITS)
  return { ...server, addresses, state }
}

function send(browser: Browser, { method, url }: AccountAddress, csrf?: string, headers = {}) {
  const form = { name: 'Changed', ...(csrf !== undefined && { csrf }) }
  return browser.request(method, url, method === 'POST' ? { form, headers } : { headers })
}

/** A page begins a visit; a form leads to its page, which does. */
function leadsToSignIn(t: Test, response: LightMyRequestResponse, { method, pattern, pages }: AccountAddress) {
  const what = `${method} ${pattern}`
  const { statusCode, headers, cookies } = response
  t.match({ statusCode, headers }, { statusCode: 303, headers: { 'cache-control': 'no-store' } }, what)
  if (method === 'GET') return t.match(headers.location, /^\/authorize\/resume\/[\w-]{22}$/, what)
  t.ok(pages.includes(headers.location ?? ''), `${what}: its page is ${headers.location}`)
  t.strictSame(cookies, [], what)
}

t.test('the table has every address below /account, and each says which methods it has not', async (t) => {
  const { app, deps, addresses } = await opened(t)
  const forAnybody = Object.keys(publicPages(deps))
  const known = (await addressesOf(app)).filter(
    ({ pattern }) => /^\/account(?:\/|$)/.test(pattern) && !forAnybody.includes(pattern),
  )
  t.strictSame(known.map(({ pattern }) => pattern).sort(), [...new Set(addresses.map(({ pattern }) => pattern))].sort())
  for (const { pattern, methods } of known)
    t.strictSame(
      [...methods].sort(),
      addresses
        .filter((one) => one.pattern === pattern)
        .map(({ method }) => method)
        .sort(),
    )
})

t.test('ids made of an address, an identity or what is set aside are keyed: no list of them fits a log', async (t) => {
  const urls = async () =>
    (await opened(t)).addresses
      .filter(({ pattern }) => /:(?:address|identity|thing)/.test(pattern))
      .map(({ url }) => url)
  const [here, elsewhere] = [await urls(), await urls()]
  t.ok(here.length > 5, 'they were found')
  t.strictSame(
    here.filter((url) => elsewhere.includes(url)),
    [],
  )
})

t.test('without a session: to sign in, and back to the page; nothing has changed', async (t) => {
  const { app, db, addresses, state } = await opened(t)
  const before = await state()
  for (const address of addresses) {
    leadsToSignIn(t, await send(new Browser(app), address), address)
    if (address.method === 'POST') continue
    const { request } = await db
      .selectFrom('authorization_requests')
      .orderBy('expires_at', 'desc')
      .select('request')
      .executeTakeFirstOrThrow()
    t.match(request, { returnTo: address.url }, address.pattern)
  }
  t.equal(await state(), before)
})

t.test('with a session that has ended: the same', async (t) => {
  const server = await opened(t)
  const { db, addresses, state, personId } = server
  const browser = await atAccount(server)
  const csrf = accountToken(server, browser)
  await db.updateTable('people').set({ status: 'suspended' }).where('id', '=', personId).execute()
  const before = await state()
  for (const address of addresses) leadsToSignIn(t, await send(browser, address, csrf), address)
  t.equal(await state(), before)
})

t.test('a password alone opens nothing of somebody with a second factor', async (t) => {
  const server = await opened(t)
  const { db, addresses, state, personId } = server
  const browser = await atAccount(server)
  const csrf = accountToken(server, browser)
  const factor = { id: 'authenticator_x', person_id: personId, kind: 'totp', key: Buffer.from('sealed') } as const
  await db.insertInto('authenticators').values(factor).execute()
  t.equal((await browser.request('GET', '/account')).statusCode, 200, 'one that is not confirmed counts for nothing')
  await db.updateTable('authenticators').set({ confirmed_at: new Date() }).execute()
  const before = await state()
  for (const address of addresses) leadsToSignIn(t, await send(browser, address, csrf), address)
  t.equal(await state(), before)
})

t.test('with a full login of some time ago: what needs a recent one asks for it, all else goes on', async (t) => {
  const server = await opened(t)
  const { db, addresses, state } = server
  const browser = await atAccountByPasskey(server)
  const csrf = accountToken(server, browser)
  await turnClock(t, db, RECENT_SECONDS + 1)
  for (const address of addresses.filter(({ needs }) => needs !== 'session')) {
    const before = await state()
    const { statusCode, headers } = await send(browser, address, csrf)
    const location = /^\/authorize\/resume\/[\w-]{22}$/
    t.match({ statusCode, headers }, { statusCode: 303, headers: { location } }, `${address.method} ${address.pattern}`)
    t.equal(await state(), before)
  }
  for (const address of addresses.filter(({ needs, method }) => needs === 'session' && method === 'GET'))
    t.equal((await send(browser, address)).statusCode, 200, address.pattern)
})

t.test('a request target with a host in it leads nowhere but here', async (t) => {
  const { app, db } = await opened(t)
  for (const target of ['http://evil.example/account/profile', 'https://evil.example:8443/account?news=x']) {
    const { headers } = await new Browser(app).request('GET', target)
    t.match(headers.location, /^\/authorize\/resume\/[\w-]{22}$/)
    const { request } = await db
      .selectFrom('authorization_requests')
      .select('request')
      .orderBy('expires_at', 'desc')
      .executeTakeFirstOrThrow()
    t.match(request, { returnTo: /^\/account/ })
  }
})

t.test('somebody who sends forms without end has to wait, and gets a page', async (t) => {
  const server = await opened(t)
  const browser = await atAccount(server)
  const csrf = accountToken(server, browser)
  const form = { csrf, name: 'Changed' }
  const statuses: number[] = []
  for (let n = 0; n <= LIMITS.accountForms.allowed; n++)
    statuses.push((await browser.request('POST', '/account/profile/name', { form })).statusCode)
  t.strictSame(statuses, [...Array.from({ length: LIMITS.accountForms.allowed }, () => 303), 429])
  const answer = await browser.request('POST', '/account/profile/name', { form })
  t.match(answer, { statusCode: 429, headers: { 'retry-after': /^\d+$/, 'content-type': /^text\/html/ } })
})

t.test('a GET shows, and changes nothing; no cache keeps it', async (t) => {
  const server = await opened(t)
  const browser = await atAccountByPasskey(server)
  await browser.request('GET', await setupLink(server.db))
  const before = await everything(server.db)
  for (const address of server.addresses.filter(({ method }) => method === 'GET')) {
    const response = await send(browser, address)
    t.match(response, { statusCode: 200, headers: { 'cache-control': 'no-store' } }, address.pattern)
    t.strictSame(response.cookies, [])
  }
  t.equal(await everything(server.db), before)
})

t.test('a form that is not of this session’s own page is refused, and nothing has changed', async (t) => {
  const server = await opened(t)
  const browser = await atAccount(server)
  const csrf = accountToken(server, browser)
  const again = await atAccount(server)
  const eve = await atAccount(server, EVE)
  const signOut = formsOf((await browser.request('GET', '/account')).body)[0]?.hidden.csrf ?? ''
  const rows: readonly (readonly [what: string, csrf: string | undefined, headers: Record<string, string>])[] = [
    ['no token', undefined, {}],
    ['an empty one', '', {}],
    ['a made-up one', 'x'.repeat(43), {}],
    ['one of the form that signs out', signOut, {}],
    ['one of another session of the same person', accountToken(server, again), {}],
    ['one of somebody else’s', accountToken(server, eve), {}],
    ['another origin', csrf, { origin: 'https://evil.example' }],
    ['another site', csrf, { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', csrf, { 'sec-fetch-site': 'same-site' }],
  ]
  const before = await everything(server.db)
  for (const address of server.addresses.filter(({ method }) => method === 'POST'))
    for (const [what, token, headers] of rows) {
      const response = await send(browser, address, token, headers)
      t.match(response, { statusCode: 403, body: /Nothing has changed/ }, `${address.pattern}: ${what}`)
    }
  t.equal(await everything(server.db), before)
})

t.test('of two session cookies, the planted one makes no form count', async (t) => {
  const server = await opened(t)
  const browser = await atAccount(server)
  const planted = 'p'.repeat(43)
  const [post] = server.addresses.filter(({ method }) => method === 'POST')
  if (!post) throw new Error('no form')
  const own = browser.cookies.get(SESSION_COOKIE)
  const both = { cookie: `${SESSION_COOKIE}=${planted}; ${SESSION_COOKIE}=${own}` }
  const page = await server.app.inject({ url: '/account', headers: both })
  t.equal(page.statusCode, 200)
  const csrf = accountToken(server, browser)
  t.equal((await send(browser, post, csrf, both)).statusCode, 303, 'its own counts')
})

t.test('with somebody else’s ids in the address: nothing is shown, nothing has changed', async (t) => {
  const server = await opened(t)
  const eve = await atAccount(server, EVE)
  const csrf = accountToken(server, eve)
  // Her forms are counted, as all are.
  const state = () => everything(server.db, ['attempts'])
  const before = await state()
  // A group of details is everybody's own.
  const named = server.addresses.filter(({ pattern }) => pattern.includes(':') && !pattern.includes(':group'))
  for (const address of named) {
    const response = await send(eve, address, csrf)
    const what = `${address.method} ${address.pattern}`
    if (address.method === 'GET') t.equal(response.statusCode, 404, what)
    else t.ok([303, 404].includes(response.statusCode) && !response.headers.location?.includes('news='), what)
    t.notMatch(response.body, USER.email, what)
  }
  t.equal(await state(), before)
})
