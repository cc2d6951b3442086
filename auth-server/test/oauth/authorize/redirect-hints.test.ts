// The page of a redirect URI that is not registered: a hint for everybody, what is registered for those who develop alone.
import t from 'tap'
import { putMember } from '../../../src/store/tables/application-members.ts'
import { insertRole } from '../../../src/store/tables/person-roles.ts'
import { expectErrorPage } from '../../support/expect.ts'
import { authorizeUrl, pkcePair } from '../../support/phone.ts'
import { APP, testServer } from '../../support/server.ts'
import { signedInBrowser } from '../../support/session.ts'

const server = await testServer(t)
const { app, db, personId, applicationId } = server
const { challenge } = pkcePair()
const RECEIVED = 'http://localhost:4711/callback/'
const WRONG = authorizeUrl(challenge, { redirect_uri: RECEIVED })

t.test('everybody is told what their redirect URI shows by itself, and nobody what is registered', async (t) => {
  const page = await app.inject(WRONG)
  expectErrorPage(t, page, 400, /Look here: localhost is another host than .* http:\/\/127\.0\.0\.1 /)
  for (const uri of [...APP.redirectUris, RECEIVED]) t.notMatch(page.body, `<code>${uri}</code>`)
  const near = await app.inject(authorizeUrl(challenge, { redirect_uri: 'com.example.shop:/callbac' }))
  const far = await app.inject(authorizeUrl(challenge, { redirect_uri: 'org.example.nobody:/elsewhere' }))
  t.equal(near.body, far.body, 'and a good guess is answered like a bad one')
})

t.test('an app that pushes its request is told the same, and no more', async (t) => {
  const form = new URLSearchParams({ client_id: 'shop-app', redirect_uri: RECEIVED, response_type: 'code' })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/par', headers, payload: String(form) })
  t.equal(statusCode, 400)
  t.match(body, /Look here: localhost/)
  t.notMatch(body, 'com.example.shop')
})

t.test('somebody who is signed in and develops nothing is a stranger', async (t) => {
  const browser = await signedInBrowser(app)
  t.notMatch((await browser.open(WRONG)).body, '<code>')
})

t.test(
  'a developer of the app who is signed in sees what was received, what is registered and the difference; no other does',
  async (t) => {
    const browser = await signedInBrowser(app)
    await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'developer', apiId: null }))
    t.notMatch((await browser.open(WRONG)).body, '<code>', 'of another app')
    await db.transaction().execute((trx) => putMember(trx, { applicationId, personId, role: 'collaborator' }))
    const { body } = await browser.open(WRONG)
    for (const uri of [...APP.redirectUris, RECEIVED]) t.match(body, `<code>${uri}</code>`)
    t.match(
      body,
      /Compared with[\s\S]*<code>http:\/\/127\.0\.0\.1\/callback<\/code>[\s\S]*<code>localhost is another host/,
    )

    const hostile = await browser.open(authorizeUrl(challenge, { redirect_uri: 'x:/<script>"' }))
    t.match(hostile.body, '<code>x:/&lt;script&gt;&quot;</code>')
  },
)

t.test('in development everybody is a developer', async (t) => {
  const local = await testServer(t, { DEVELOPMENT: 'true' })
  t.match((await local.app.inject(WRONG)).body, `<code>${RECEIVED}</code>`)
})

t.test(
  'an app that waits for approval says so to everybody, and to its own developers what it waits for',
  async (t) => {
    const own = await testServer(t)
    await own.db
      .updateTable('subscriptions')
      .set({ status: 'pending', requested_at: new Date(0) })
      .execute()
    const url = authorizeUrl(challenge)
    expectErrorPage(t, await own.app.inject(url), 400, /This app waits for approval/)
    t.notMatch((await own.app.inject(url)).body, '1970')
    t.match((await own.app.inject({ url, headers: { 'accept-language': 'de' } })).body, 'wartet auf ihre Freigabe')
  },
)

t.test('and the developers read which API, on which plan, and since when', async (t) => {
  const browser = await signedInBrowser(app)
  t.teardown(() => db.updateTable('subscriptions').set({ status: 'approved' }).execute())
  await db
    .updateTable('subscriptions')
    .set({ status: 'pending', requested_at: new Date(0) })
    .execute()
  const { body } = await browser.open(authorizeUrl(challenge))
  t.match(body, /This app waits for approval[\s\S]*<code>orders-api, [a-z]+, 1970-01-01T00:00:00.000Z<\/code>/)
  await db.deleteFrom('subscriptions').execute()
  t.match((await browser.open(authorizeUrl(challenge))).body, 'Waits for no decision')
})
