// The API catalogue of the portal, and subscribing an app step by step: what is told, what is sent, and to whom it is not there.
import t from 'tap'
import { temporarilyUnavailable } from '../../src/http/problem.ts'
import { referenceOf } from '../../src/portal/apis/routes.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { replacePlanLimits } from '../../src/store/tables/plan-limits.ts'
import { machine } from '../support/management.ts'
import { atPortalAs, type PersonAtPortal, portalServer, post } from '../support/portal.ts'
import { API, type TestServer } from '../support/server.ts'

t.setTimeout(120_000)

const HOSTILE = JSON.stringify({
  openapi: '3.1.0',
  info: {
    title: '<script>alert(1)</script>',
    version: '"><img src=x>',
    description: '[x](javascript:alert(1)) <b>bold</b> \u202etxt',
  },
  servers: [{ url: 'javascript:alert(1)' }],
  tags: [{ name: '</h3><script src=//evil.example/x.js></script>' }],
  paths: {
    '/orders/{id}': {
      get: {
        tags: ['</h3><script src=//evil.example/x.js></script>'],
        summary: '<iframe src="https://evil.example"></iframe>',
        security: [{ app: ['orders:read'] }],
        parameters: [
          { name: 'id" onclick="x', in: 'path', required: true, schema: { type: 'string', default: '<svg onload=x>' } },
        ],
        responses: {
          200: {
            description: '![x](https://evil.example/x.png)',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
          },
        },
      },
    },
  },
  components: { schemas: { Order: { type: 'object', properties: { sku: { type: 'string' } } } } },
})

const server = await portalServer(t)
let people = 0

/** Two developers whom nobody knows yet, the first with an application. */
async function opened() {
  people += 1
  const { ask } = await machine(server)
  await ask('PUT', '/apis/orders-api/document', { body: { document: HOSTILE }, headers: { 'if-match': '*' } })
  const ada = await atPortalAs(server, 'developer', { email: `ada-${people}@example.com` })
  const bob = await atPortalAs(server, 'developer', { email: `bob-${people}@example.com` })
  return { server, ask, ada, bob, app: await appOf(server, ask, ada) }
}

type Ask = Awaited<ReturnType<typeof machine>>['ask']

/** An application of somebody. */
async function appOf(
  { db }: Pick<TestServer, 'db'>,
  ask: Ask,
  { personId }: PersonAtPortal,
  name = 'Ada’s <app>',
  redirect_uris = [`com.example.ada${people}:/callback`],
) {
  const body = { name, kind: 'native', redirect_uris }
  const { id: applicationId, client_id: clientId } = (await ask('POST', '/applications', { body })).json()
  await db.transaction().execute((trx) => putMember(trx, { applicationId, personId, role: 'owner' }))
  return { applicationId: String(applicationId), clientId: String(clientId) }
}

async function shown({ browser }: PersonAtPortal, url: string, status = 200): Promise<string> {
  const { statusCode, body } = await browser.request('GET', url)
  if (statusCode !== status) throw new Error(`${url}: ${statusCode} ${body.slice(0, 4000)}`)
  return body
}

t.test('the catalogue names each API with its plans and limits in numbers; a hidden one is not there', async (t) => {
  const { server, ask, ada } = await opened()
  const secret = {
    id: 'secret',
    name: 'Secret API',
    resource: 'https://api.example.com/secret',
    scopes: [],
    plans: ['gold'],
  }
  await ask('POST', '/apis', { body: { ...secret, offer: 'hidden' } })
  const old = { ...secret, id: 'old', name: 'Old API', resource: 'https://api.example.com/old', offer: 'deprecated' }
  await ask('POST', '/apis', { body: old })
  const gateway = await server.db.selectFrom('applications').select('id').executeTakeFirstOrThrow()
  await replacePlanLimits(server.db, { applicationId: gateway.id, node: 'one' }, [
    { policy: 'orders', plan: 'basic', counted: 'user', period: 'minute', calls: 6000, audience: API.resource },
  ])
  const list = await shown(ada, '/portal/apis')
  t.match(list, /Orders/)
  t.match(list, /basic: 6,000 calls a minute for each person in each app/)
  t.match(list, /Deprecated/)
  t.notMatch(list, /Secret/)
  await shown(ada, '/portal/apis/secret', 404)
  await shown(ada, '/portal/apis/management', 404)
  t.match(await shown(ada, '/portal/apis/old'), /takes no new subscriptions/)
  t.notMatch(await shown(ada, '/portal/apis/old'), /Subscribe an app/)
  const open = { ...secret, id: 'open', name: 'Open API', resource: 'https://api.example.com/open' }
  await ask('POST', '/apis', {
    body: {
      ...open,
      plans: ['gold', 'guest'],
      guest_plan: 'guest',
      plan_descriptions: { gold: 'For <b>many</b> calls' },
    },
  })
  for (const path of ['/portal/apis/open', '/portal/apis/open/subscribe'])
    t.match(
      await shown(ada, path),
      /gold[\s\S]*For &lt;b&gt;many&lt;\/b&gt; calls[\s\S]*guest[\s\S]*The plan of guests/,
      path,
    )
})

t.test('API description or OpenAPI document with script, javascript: links: a page of text alone', async (t) => {
  const { ada } = await opened()
  const page = await shown(ada, '/portal/apis/orders-api')
  t.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &quot;&gt;&lt;img src=x&gt; \(OpenAPI 3\.1\.0\)/)
  t.match(page, /<code>GET \/orders\/\{id\}<\/code>/)
  t.match(page, /&lt;iframe/)
  t.match(page, /Needs orders:read/)
  t.match(page, /<a href="#schema-0"><code>Order<\/code><\/a>/)
  t.match(page, /id="schema-0"/)
  t.match(page, /\[x\]\(javascript:alert\(1\)\) &lt;b&gt;bold&lt;\/b&gt; txt/, 'Markdown and HTML stay text')
  for (const wrong of [
    /<script(?! type="module" src="\/assets)/,
    /<iframe/,
    /<img[^>]+evil/,
    /<svg/,
    / onclick="/,
    /href="javascript:/,
    /src="(https?:)?\/\//,
    /\u202e/,
  ])
    t.notMatch(page, wrong)
})

t.test(
  'subscribing goes plan, app, review, sent; the client ID is there at once, and waits for approval',
  async (t) => {
    const { server, ask, ada, bob, app } = await opened()
    const base = '/portal/apis/orders-api/subscribe'
    t.match(await shown(ada, base), new RegExp(`aria-current="step">Plan[^]*href="${base}/basic"`))
    const apps = await shown(ada, `${base}/basic`)
    t.match(apps, `href="${base}/basic/${app.clientId}"`)
    t.match(apps, /Ada’s &lt;app&gt;/)
    t.match(await shown(bob, `${base}/basic`), /You have no app yet/)
    t.match(await shown(ada, `/portal/applications/${app.clientId}/subscribe`), `href="${base}?app=${app.clientId}"`)
    t.match(await shown(ada, `${base}?app=${app.clientId}`), `href="${base}/basic/${app.clientId}"`)

    const url = `${base}/basic/${app.clientId}`
    const review = await shown(ada, url)
    t.match(review, /whoever approves for this API decides/)
    t.match(review, /name="scope:orders:read" value="1" checked/)
    for (const nowhere of [`${base}/gold`, `${base}/basic/nothing`, `${base}/gold/${app.clientId}`])
      await shown(ada, nowhere, 404)
    for (const other of [url, `/portal/applications/${app.clientId}/subscribe`, `${base}?app=${app.clientId}`])
      await shown(bob, other, 404)
    t.equal((await post(bob, url, { 'scope:orders:read': '1' })).statusCode, 404)

    const sent = await post(ada, url, { 'scope:orders:read': '1', 'scope:made:up': '1', trusted: 'true' })
    t.equal(sent.statusCode, 303)
    const at = String(sent.headers.location)
    t.match(at, /^\/portal\/subscriptions\/sub_/)
    t.match(
      server.log.join(''),
      `npm run approval -- approve ${at.split('/').at(-1)}`,
      'whoever runs the server reads it',
    )
    const one = await shown(ada, at)
    t.match(one, /aria-current="step">Sent/)
    t.match(one, new RegExp(`href="/portal/applications/${app.clientId}"`), 'the way on to the app')
    t.match(one, new RegExp(`<code>${app.clientId}</code> <span class="badge">Waits for approval`))
    t.match(one, /<code>orders:read<\/code>/, 'as they were ticked, and none that was made up')
    await shown(bob, at, 404)
    t.match(
      await shown(ada, `${base}/basic`),
      new RegExp(`href="${at}"[^]*Waits for approval`),
      'an app has one of an API',
    )
    const twice = await post(ada, url)
    t.equal(twice.statusCode, 409)
    t.match(twice.body, /role="alert".*has a subscription to this API/s)

    const { id } = (await ask('GET', '/subscriptions', { query: { client_id: app.clientId } })).json().items[0]
    t.equal((await (await machine(server)).ask('POST', `/approvals/${id}/approve`, { body: {} })).statusCode, 200)
    t.match(await shown(ada, at), /This subscription works/)
  },
)

t.test(
  'a request is withdrawn and a subscription ended by whose it is, by a page that says what is lost',
  async (t) => {
    const { ask, ada, bob, app } = await opened()
    const sent = await post(ada, `/portal/apis/orders-api/subscribe/basic/${app.clientId}`)
    const at = `${sent.headers.location}/end`
    const page = await shown(ada, at)
    t.match(page, /Withdraw this request\?/)
    const version = /name="version" value="([^"]+)"/.exec(page)?.[1]?.replaceAll('&quot;', '"') ?? ''
    t.equal((await post(bob, at, { version })).statusCode, 404)
    const old = await post(ada, at, { version: '"AAAAAAAAAAAAAAAAAAAAAA"' })
    t.equal(old.statusCode, 412)
    t.match(old.body, /Somebody changed it while this page was open/)
    t.match(await post(ada, at, { version }), {
      statusCode: 303,
      headers: { location: /^\/portal\/apis\?news=subscriptionEnded/ },
    })
    t.strictSame((await ask('GET', '/subscriptions', { query: { client_id: app.clientId } })).json().items, [])
    await shown(ada, at, 404)
  },
)

t.test(
  'an app that signs people in has a redirect URI before it is subscribed; without, it is led to where one is added',
  async (t) => {
    const { server, ask, ada } = await opened()
    const app = await appOf(server, ask, ada, 'Without', [])
    const way = `href="/portal/applications/${app.clientId}/addresses/redirect_uris">Add a redirect URI`
    const url = `/portal/apis/orders-api/subscribe/basic/${app.clientId}`
    for (const page of [url, `/portal/applications/${app.clientId}/subscribe`])
      t.match(await shown(ada, page), way, page)
    t.notMatch(await shown(ada, url), 'Send the request')
    const sent = await post(ada, url)
    t.equal(sent.statusCode, 409)
    t.match(sent.body, way)
    const wish = { client_id: app.clientId, api_id: 'orders-api', plan: 'basic', scopes: [] }
    t.match((await ask('POST', '/subscriptions', { body: wish })).json(), {
      status: 409,
      detail: /add one to its redirect_uris first/,
    })
    const change = (body: unknown) =>
      ask('PATCH', `/applications/${app.clientId}`, { body, headers: { 'if-match': '*' } })
    t.equal((await change({ redirect_uris: ['com.example.late:/cb'] })).statusCode, 200)
    const { id } = (await ask('POST', '/subscriptions', { body: wish })).json()
    t.equal((await change({ redirect_uris: [] })).statusCode, 200)
    const approver = await machine(server)
    const refused = await approver.ask('POST', `/approvals/${id}/approve`, { body: {} })
    t.match(
      refused.json(),
      { status: 409, reason: 'no_redirect_uri', detail: /no redirect URI/ },
      'nor is it let in without',
    )
  },
)

t.test('a deprecated API cannot be subscribed to by an address typed by hand', async (t) => {
  const { ask, ada, app } = await opened()
  const {
    id: _,
    built_in,
    managed_by,
    suspended_at,
    document,
    ...definition
  } = (await ask('GET', '/apis/orders-api')).json()
  await ask('PUT', '/apis/orders-api', { body: { ...definition, offer: 'deprecated' }, headers: { 'if-match': '*' } })
  const refused = await post(ada, `/portal/apis/orders-api/subscribe/basic/${app.clientId}`)
  t.equal(refused.statusCode, 409)
  await ask('PUT', '/apis/orders-api', { body: definition, headers: { 'if-match': '*' } })
  t.match(refused.body, /Orders-api is deprecated: it takes no new subscriptions|orders-api is deprecated/)
})

t.test(
  'an API is shown without its document while others are being read; what is broken is no empty document',
  async (t) => {
    const failing = (error: Error) => ({ ask: () => Promise.reject(error) })
    t.equal(await referenceOf(failing(temporarilyUnavailable('too many', 1)), API.id), null)
    await t.rejects(referenceOf(failing(new Error('broken')), API.id), { message: 'broken' })
  },
)
