// Nobody gets at a page of the portal but who has its role, strongly enough, by a form of their own page.
import t, { type Test } from 'tap'
import { mountPages } from '../../src/http/page-routes.ts'
import { HttpProblem } from '../../src/http/problem.ts'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { RECENT_SECONDS } from '../../src/identity/full-login.ts'
import { TRIAL_CALLBACK_PATH } from '../../src/interaction/paths.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { guarded } from '../../src/portal/guard.ts'
import { portalRoutes } from '../../src/portal/index.ts'
import { PATHS } from '../../src/portal/paths.ts'
import type { PortalNeed, PortalRoute } from '../../src/portal/route.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { everything } from '../support/everything.ts'
import { atPortalAs, followHere, PORTAL_COOKIE, portalServer, post, signInAtPortal } from '../support/portal.ts'
import { addressesOf } from '../support/routes.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { ISSUER } from '../support/server.ts'

t.setTimeout(120_000)

const NEEDS = ['developer', 'approver', 'administrator', 'anybody'] as const satisfies readonly PortalNeed[]

/** The portal, with a page and a form for each role that tell what they did. */
async function opened(t: Test, environment = {}) {
  const server = await portalServer(t, environment)
  const { app, deps } = server
  const done: string[] = []
  for (const needs of NEEDS)
    for (const recent of [undefined, true] as const) {
      const url = `/portal/test-${needs}${recent ? '-recent' : ''}`
      const route: PortalRoute = {
        needs,
        ...(recent && { recent }),
        GET: (_request, reply) => reply.send('the page'),
        async POST(request, reply, me) {
          done.push(`${needs} by ${me.session.accountName}`)
          if (me.form.get('name') === 'gone') throw new HttpProblem('not_found', 'there is none', { status: 404 })
          if (me.form.get('name') === 'odd') throw new HttpProblem('conflict', 'it does not fit', { status: 409 })
          return me.backTo(reply, request.url, 'becameDeveloper')
        },
      }
      mountPages(app, { [url]: guarded({ deps, exists: () => true }, route) })
    }
  return { ...server, done }
}

t.test('every page below /portal is behind the guard, but for where a sign-in comes back to', async (t) => {
  const { app, deps } = await portalServer(t)
  const below = (await addressesOf(app))
    .map(({ pattern }) => pattern)
    .filter((pattern) => /^\/portal(\/|$)/.test(pattern))
  t.strictSame(below.sort(), [...Object.keys(portalRoutes(deps)), '/portal/callback', TRIAL_CALLBACK_PATH].sort())
})

t.test('what changes where the answers of sign-ins go needs a recent sign-in', async (t) => {
  const { deps } = await portalServer(t)
  const routes = portalRoutes(deps)
  const changing = [
    PATHS.applicationAddresses,
    PATHS.applicationField,
    PATHS.applicationSecrets,
    PATHS.applicationKeys,
    PATHS.applicationPhones,
    PATHS.applicationDelete,
  ] as const
  for (const path of changing) t.equal(routes[path]?.recent, true, path)
})

t.test('without a session: a page begins a sign-in, a form leads to its page; nothing is done', async (t) => {
  const { app, db, done } = await opened(t)
  const before = await everything(db, [])
  for (const needs of NEEDS) {
    const [page, form] = [
      await new Browser(app).request('GET', `/portal/test-${needs}`),
      await new Browser(app).request('POST', `/portal/test-${needs}`, { form: { csrf: 'x' } }),
    ]
    t.match(page, { statusCode: 303, headers: { location: /^\/authorize\?.*client_id=portal/ } }, needs)
    t.match(form, { statusCode: 303, headers: { location: `/portal/test-${needs}` } }, needs)
    t.strictSame(form.cookies, [])
  }
  t.strictSame(done, [])
  t.equal(await everything(db, []), before)
})

t.test('a developer gets at what developers do; at nothing else, and learns nothing of it', async (t) => {
  const server = await opened(t)
  const ada = await atPortalAs(server, 'developer')
  t.equal((await ada.browser.request('GET', '/portal/test-developer')).body, 'the page')
  t.equal((await post(ada, '/portal/test-developer')).statusCode, 303)
  const nowhere = await ada.browser.request('GET', '/portal/nothing-here')
  t.equal(nowhere.statusCode, 404)
  for (const needs of ['approver', 'administrator']) {
    const page = await ada.browser.request('GET', `/portal/test-${needs}`)
    t.equal(page.statusCode, 404, needs)
    t.equal((await post(ada, `/portal/test-${needs}`)).statusCode, 404, needs)
  }
  t.strictSame(server.done, ['developer by developer@example.com'])
})

t.test('an app’s user is no developer: told how to become one, and a form posted by hand does nothing', async (t) => {
  const server = await opened(t)
  await atPortalAs(server, 'developer', { email: 'somebody-else@example.com' })
  const user = await atPortalAs(server, 'nobody')
  const first = await user.browser.request('GET', '/portal')
  t.equal(first.statusCode, 200)
  t.match(first.body, /not a developer here yet/)
  const before = await everything(server.db, ['attempts'])
  for (const { statusCode, body } of [
    await user.browser.request('GET', '/portal/test-developer'),
    await post(user, '/portal/test-developer'),
  ]) {
    t.equal(statusCode, 403)
    t.match(body, /not a developer here yet/)
    t.notMatch(body, /somebody-else/)
  }
  t.strictSame(server.done, [])
  t.equal(await everything(server.db, ['attempts']), before)
})

t.test('two factors and a session that ends with the browser: asked for by a new authorization request', async (t) => {
  const server = await opened(t)
  const { db } = server
  const root = await atPortalAs(server, 'administrator')
  const url = '/portal/test-administrator'
  const session = () => db.updateTable('sessions').where('person_id', '=', root.personId)
  t.equal((await root.browser.request('GET', url)).body, 'the page')

  await session()
    .set({ acr: 'urn:mobile-api-gateway:acr:password', amr: ['pwd'] })
    .execute()
  t.match(await post(root, url), { statusCode: 303, headers: { location: url } }, 'a form leads to its page')
  const asked = await root.browser.request('GET', url)
  const { searchParams } = new URL(asked.headers.location ?? '', ISSUER)
  t.strictSame(JSON.parse(searchParams.get('claims') ?? ''), {
    id_token: { acr: { essential: true, values: [MFA_ACR] } },
  })
  const none = await followHere(root.browser, asked)
  t.equal(none.statusCode, 403)
  t.match(none.body, /This takes a second factor/)
  t.match(none.body, 'href="/account/security"')

  const phone = await addAuthenticatorApp(server, root.personId)
  const factor = await root.browser.open(url)
  const shown = await followHere(
    root.browser,
    await root.browser.submit(factor, '/second-factor', { code: await phone.code() }),
  )
  t.equal(shown.body, 'the page', 'with the second factor it goes on')

  await session().set({ ends_with_browser: false }).execute()
  const fresh = await root.browser.request('GET', url)
  t.equal(new URL(fresh.headers.location ?? '', ISSUER).searchParams.get('prompt'), 'login')
  t.strictSame(server.done, [])
})

t.test('what needs a recent sign-in asks for one, and all else goes on', async (t) => {
  const server = await opened(t)
  const ada = await atPortalAs(server, 'developer')
  t.equal((await ada.browser.request('GET', '/portal/test-developer-recent')).body, 'the page')
  await turnClock(t, server.db, RECENT_SECONDS + 1)
  t.equal((await ada.browser.request('GET', '/portal/test-developer')).body, 'the page')
  t.match(await post(ada, '/portal/test-developer-recent'), {
    statusCode: 303,
    headers: { location: '/portal/test-developer-recent' },
  })
  const { location = '' } = (await ada.browser.request('GET', '/portal/test-developer-recent')).headers
  t.equal(new URL(location, ISSUER).searchParams.get('max_age'), String(RECENT_SECONDS))
  const asked = await followHere(ada.browser, await ada.browser.request('GET', location))
  t.match(asked.body, 'You are signed in still', 'nobody is left to guess why')
  t.match(asked.body, `value="${ada.email}"`)
  const stranger = new Browser(server.app)
  const first = await followHere(stranger, await stranger.request('GET', '/portal/test-developer-recent'))
  t.match(first.body, '<h1>Sign in</h1>')
  t.notMatch(first.body, 'signed in still')
  t.strictSame(server.done, [])
})

t.test('a form counts from its own page alone', async (t) => {
  const server = await opened(t)
  const ada = await atPortalAs(server, 'developer')
  const eve = await atPortalAs(server, 'developer', { email: 'eve@example.com' })
  const send = (form: Record<string, string>, headers = {}) =>
    ada.browser.request('POST', '/portal/test-developer', { form, headers })
  for (const { statusCode } of [
    await send({}),
    await send({ csrf: eve.csrf }),
    await send({ csrf: ada.csrf }, { origin: 'https://evil.example' }),
    await send({ csrf: ada.csrf }, { 'sec-fetch-site': 'cross-site' }),
  ])
    t.equal(statusCode, 403)
  t.strictSame(server.done, [])
})

t.test('what a form did is told once it is signed, and a link of somebody else says nothing', async (t) => {
  const server = await portalServer(t)
  const ada = await atPortalAs(server, 'developer')
  const forged = await ada.browser.request('GET', '/portal?news=becameDeveloper&sign=x')
  t.notMatch(forged.body, /You are a developer now/)
})

t.test('what an operation refuses becomes a page of the portal', async (t) => {
  const server = await opened(t)
  const ada = await atPortalAs(server, 'developer')
  const gone = await post(ada, '/portal/test-developer', { name: 'gone' })
  t.match(gone, { statusCode: 404, body: /This is not here/ })
  const odd = await post(ada, '/portal/test-developer', { name: 'odd' })
  t.match(odd, { statusCode: 409, body: /It does not fit\./ })
  t.match(odd.body, ada.email, 'in its frame')
})

t.test('of two tokens in one browser nobody can say which is its own', async (t) => {
  const server = await portalServer(t)
  const [one, other] = [await signInAtPortal(server), await signInAtPortal(server)]
  const both = [one, other].map(({ browser }) => `${PORTAL_COOKIE}=${browser.cookies.get(PORTAL_COOKIE)}`).join('; ')
  const { statusCode } = await server.app.inject({ url: '/portal', headers: { cookie: both } })
  t.equal(statusCode, 303)
})

t.test(
  'an administrator who is no developer is told how to become one, and where everybody’s applications are',
  async (t) => {
    const server = await portalServer(t)
    const root = await atPortalAs(server, 'administrator')
    const page = await root.browser.request('GET', PATHS.applications)
    t.equal(page.statusCode, 403)
    t.match(page.body, `href="/portal/administration/people/${root.personId}/roles"`)
    t.match(page.body, 'href="/portal/administration/applications"')
    t.notMatch(page.body, 'ask whoever runs this server')
  },
)

t.test('who made many changes is told for how long, in the portal; looking and signing out go on', async (t) => {
  const server = await opened(t)
  const ada = await atPortalAs(server, 'developer')
  for (let n = 0; n < LIMITS.portalForms.allowed; n++) await post(ada, '/portal/test-developer')
  const refused = await post(ada, '/portal/test-developer')
  t.equal(refused.statusCode, 429)
  t.match(refused.body, /Much was changed in a short time.*It goes on in \d+ minutes/s)
  t.match(refused.body, 'action="/portal/sign-out"', 'with the frame of the portal')
  t.ok(Number(refused.headers['retry-after']) > 60)
  t.equal((await ada.browser.request('GET', '/portal/test-developer')).statusCode, 200)
  t.not((await post(ada, '/portal/sign-out')).statusCode, 429)
  t.equal((await ada.browser.request('GET', '/portal/test-developer')).statusCode, 303)
})

t.test('who opens very many pages is told for how long, in the portal; others and signing out go on', async (t) => {
  const server = await opened(t)
  const [ada, eve] = [
    await atPortalAs(server, 'developer'),
    await atPortalAs(server, 'developer', { email: 'eve@x.example' }),
  ]
  const open = (who: typeof ada) => who.browser.request('GET', '/portal/test-developer')
  // Signing in has led to one page already.
  for (let n = 2; n < LIMITS.portalPages.allowed; n++) server.deps.limits.portalPages.admit(ada.personId)
  t.equal((await open(ada)).body, 'the page')
  const refused = await open(ada)
  t.match(refused, { statusCode: 429, body: /Many pages in a short time.*Pages open again in a minute/s })
  t.match(refused.body, 'action="/portal/sign-out"', 'with the frame of the portal')
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.equal((await open(eve)).body, 'the page')
  t.equal((await post(ada, '/portal/sign-out')).statusCode, 303)
})

t.test(
  'an address that names what nothing can be called is not here; a value too long is told in the portal',
  async (t) => {
    const server = await portalServer(t)
    const ada = await atPortalAs(server, 'developer')
    for (const path of [
      '/portal/applications/a%2Fb',
      '/portal/applications/a%20',
      '/portal/apis/orders-api/subscribe?app=a@b',
      '/portal/help?app=a%2Fb',
      "/portal/usage/'--",
      '/portal/subscriptions/x',
    ]) {
      const page = await ada.browser.request('GET', path)
      t.equal(page.statusCode, 404, path)
      t.match(page.body, 'This is not here', path)
    }
    t.equal((await ada.browser.request('GET', '/portal?news=a&news=b')).statusCode, 200)
    const long = await post(ada, '/portal/new-application', { name: 'x'.repeat(5000) })
    t.equal(long.statusCode, 400)
    t.match(long.body, 'action="/portal/sign-out"')
    t.match(long.body, 'too long')
  },
)
