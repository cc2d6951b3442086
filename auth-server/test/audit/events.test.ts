// What the audit log tells: who did what through which app, from where; and never a secret, an address or a refresh too many.

import { sql } from 'kysely'
import t from 'tap'
import { registerApplication } from '../../src/catalogue/applications.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { sealPassword, setPassword } from '../../src/identity/password.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { erasePerson } from '../../src/store/person.ts'
import { createInitialAccessToken } from '../../src/tokens/initial-access-token.ts'
import { revokeInstallation } from '../../src/tokens/installations.ts'
import { replaceLeakedKeys, rotateKeysNow } from '../../src/tokens/signing-keys.ts'
import { Browser } from '../support/browser.ts'
import { postForm } from '../support/clients.ts'
import { turnClock } from '../support/database.ts'
import { authorizeUrl, logIn, obtainCode, obtainTokens, pkcePair, redeem, refresh } from '../support/phone.ts'
import { APP, ISSUER, type TestServer, testServer, USER } from '../support/server.ts'

const DAY = 24 * 3600

/** Reads what was added since it was last asked. */
async function follow({ db, personId }: TestServer) {
  const person = await db.selectFrom('people').where('id', '=', personId).select('pseudonym').executeTakeFirstOrThrow()
  let last = '0'
  const news = async () => {
    const events = await db
      .selectFrom('audit_events as event')
      .leftJoin('audit_details as detail', 'detail.event_seq', 'event.seq')
      .where('event.seq', '>', last)
      .orderBy('event.seq')
      .select(['event.seq', 'type', 'outcome', 'person', 'application_id', 'request_id', 'address', 'user_agent'])
      .execute()
    last = events.at(-1)?.seq ?? last
    return events.map((event) => ({ ...event, person: event.person === person.pseudonym ? 'ada' : event.person }))
  }
  await news()
  return news
}
function told(events: readonly { type: string; outcome: string; person: string | null }[]) {
  return events.map(({ type, outcome, person }) => [type, outcome, person])
}

t.test('sign-in, consent, sign-out: with person, application, request, address and browser', async (t) => {
  const server = await testServer(t)
  const { app, db, log, applicationId } = server
  const news = await follow(server)
  await db.updateTable('subscriptions').set({ trusted: false }).execute()
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  await logIn(browser, page, { ...USER, password: 'wrong' })
  await logIn(browser, page, { email: 'nobody@example.com', password: 'wrong' })
  t.strictSame(told(await news()), [
    ['sign-in', 'wrong-credentials', 'ada'],
    ['sign-in', 'wrong-credentials', null],
  ])
  const asked = await logIn(browser, page)
  const [signIn, ...more] = await news()
  t.match(signIn, {
    type: 'sign-in',
    outcome: 'succeeded',
    person: 'ada',
    application_id: applicationId,
    request_id: /^[\w-]{16}$/,
    address: '127.0.0.1',
  })
  t.ok(
    log.some((line) => JSON.parse(line).reqId === signIn?.request_id),
    'as the log names it',
  )
  t.strictSame(more, [])
  await browser.submit(asked, '/consent')
  t.strictSame(told(await news()), [['consent', 'given', 'ada']])
  const again = await browser.open(authorizeUrl(pkcePair().challenge))
  await browser.submit(again, '/deny')
  t.strictSame(told(await news()), [['consent', 'denied', 'ada']])
  await browser.submit(await browser.open('/logout'), '/interaction/logout')
  t.strictSame(told(await news()), [['sign-out', 'succeeded', 'ada']])
  await new Browser(app).open('/logout')
  t.strictSame(await news(), [], 'who is not signed in does not sign out')
})

t.test('a form that arrives many times at once is one sign-in', async (t) => {
  const server = await testServer(t)
  const news = await follow(server)
  const browser = new Browser(server.app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  await Promise.all(Array.from({ length: 5 }, () => logIn(browser, page)))
  t.strictSame(told(await news()), [['sign-in', 'succeeded', 'ada']])
})

t.test('a consent form that arrives many times at once is one consent', async (t) => {
  const server = await testServer(t)
  await server.db.updateTable('subscriptions').set({ trusted: false }).execute()
  const news = await follow(server)
  const browser = new Browser(server.app)
  const page = await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))
  await news()
  await Promise.all(Array.from({ length: 5 }, () => browser.submit(page, '/consent')))
  t.strictSame(told(await news()), [['consent', 'given', 'ada']])
})

t.test(
  'a code that comes again and ends its login, once; one that came a moment after its twin is nothing',
  async (t) => {
    const server = await testServer(t)
    const { app, db, applicationId } = server
    const { code, verifier } = await obtainCode(app)
    await redeem(app, code, verifier)
    const news = await follow(server)
    await redeem(app, code, verifier)
    t.strictSame(await news(), [])
    await turnClock(t, db, 11)
    await redeem(app, code, 'x'.repeat(43))
    t.strictSame(await news(), [], 'without its verifier it ends nothing')
    await redeem(app, code, verifier)
    await redeem(app, code, verifier)
    t.match(await news(), {
      length: 1,
      0: { type: 'code', outcome: 'reused', person: 'ada', application_id: applicationId, address: '127.0.0.1' },
    })
  },
)

t.test('another password', async (t) => {
  const server = await testServer(t)
  const { db, personId, config } = server
  const news = await follow(server)
  await setPassword(db, { personId, sealed: await sealPassword(config.passwordPepper, 'another passphrase') })
  t.strictSame(told(await news()), [['password', 'replaced', 'ada']])
})

t.test('an application that the operator makes or changes; the same again is nothing', async (t) => {
  const server = await testServer(t)
  const { db } = server
  const news = await follow(server)
  const application = {
    clientId: 'made-app',
    name: 'Made',
    kind: 'native',
    redirectUris: ['org.example.made:/cb'],
  } as const
  const applicationId = await registerApplication(db, application, ISSUER, OPERATOR)
  t.match(await news(), {
    length: 1,
    0: { type: 'client-registration', outcome: 'created', application_id: applicationId, person: null },
  })
  await registerApplication(db, application, ISSUER, OPERATOR)
  t.strictSame(await news(), [])
  await registerApplication(db, { ...application, name: 'Renamed' }, ISSUER, OPERATOR)
  t.strictSame(told(await news()), [['client-registration', 'changed', null]])
})

t.test('a refresh writes nothing; a replaced answer and a token that was spent do', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  const first: string = (await obtainTokens(app)).refresh_token
  const news = await follow(server)
  await refresh(app, first)
  await refresh(app, first)
  t.strictSame(await news(), [], 'rotated, and repeated for a caller that asked twice')
  await turnClock(t, db, 3600)
  const recovered = (await refresh(app, first)).json().refresh_token
  t.strictSame(told(await news()), [['refresh', 'recovered', 'ada']])
  const next = (await refresh(app, recovered)).json().refresh_token
  await refresh(app, next)
  t.strictSame(await news(), [])
  t.equal((await refresh(app, first)).statusCode, 400)
  await refresh(app, first)
  t.strictSame(told(await news()), [['refresh', 'reused', 'ada']], 'once: the family has ended')
})

t.test('revocation by the app and the person; nothing where nothing ended', async (t) => {
  const server = await testServer(t)
  const { app, db, personId, applicationId } = server
  const news = await follow(server)
  const login = async () => {
    const { refresh_token } = await obtainTokens(app)
    await news()
    return { token: refresh_token, id: refresh_token.split('.')[0] ?? '' }
  }
  const byApp = await login()
  for (let times = 0; times < 2; times++)
    await postForm(app, '/revoke', { client_id: APP.clientId, token: byApp.token })
  t.strictSame(told(await news()), [['revocation', 'by-app', 'ada']])
  const byPerson = await login()
  t.equal(await revokeInstallation(db, { personId, id: byPerson.id }), true)
  t.equal(await revokeInstallation(db, { personId, id: byPerson.id }), false)
  t.match(await news(), { 0: { type: 'revocation', outcome: 'by-person', application_id: applicationId }, length: 1 })
})

t.test('registration of a client, and rotation of keys, without a person', async (t) => {
  const server = await testServer(t)
  const { app, db, config } = server
  const news = await follow(server)
  const register = async (bearer: string, body: object) =>
    app.inject({ method: 'POST', url: '/register', headers: { authorization: `Bearer ${bearer}` }, payload: body })
  const token = await createInitialAccessToken(db, { note: 'test', uses: 1 })
  await register('made-up', { redirect_uris: ['https://client.example.org/callback'] })
  await register(token, { redirect_uris: ['http://not-https.example.org/'] })
  t.strictSame(await news(), [], 'what was refused')
  t.equal((await register(token, { redirect_uris: ['https://client.example.org/callback'] })).statusCode, 201)
  t.strictSame(told(await news()), [['client-registration', 'succeeded', null]])
  await rotateKeysNow(db, config.keyEncryptionKeys, ['ES256'])
  await replaceLeakedKeys(db, config.keyEncryptionKeys, ['ES256'])
  t.match(await news(), [
    { type: 'key-rotation', outcome: 'asked-for', person: null, address: null, request_id: null },
    { type: 'key-rotation', outcome: 'leaked' },
  ])
})

t.test('an event is part of what it tells of: when it cannot be written, nothing has happened', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  const { refresh_token } = await obtainTokens(app)
  await sql`alter table audit_events add constraint closed check (type = 'never') not valid`.execute(db)
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  const before = await db.selectFrom('sessions').select('id').execute()
  t.equal((await logIn(browser, page)).statusCode, 500)
  t.strictSame(await db.selectFrom('sessions').select('id').execute(), before)
  t.equal((await postForm(app, '/revoke', { client_id: APP.clientId, token: refresh_token })).statusCode, 500)
  t.equal((await refresh(app, refresh_token)).statusCode, 200, 'still stands')
})

t.test('no secret, no e-mail address, no id of a person; details go after 90 days or with the person', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  const { refresh_token, access_token } = await obtainTokens(app)
  await postForm(app, '/revoke', { client_id: APP.clientId, token: refresh_token })
  const events = await db.selectFrom('audit_events').selectAll().execute()
  const details = await db.selectFrom('audit_details').selectAll().execute()
  t.ok(events.length >= 2 && details.length >= 2)
  const text = JSON.stringify({ events, details })
  for (const secret of [USER.email, USER.password, personId, refresh_token, access_token])
    t.notOk(text.includes(secret))
  await turnClock(t, db, 89 * DAY)
  await removeObsoleteRows(db)
  t.strictSame(await db.selectFrom('audit_details').selectAll().execute(), details)
  await erasePerson(db, personId)
  t.strictSame(await db.selectFrom('audit_details').selectAll().execute(), [])
  t.strictSame(await db.selectFrom('audit_events').selectAll().execute(), events, 'which lead to nobody now')
})
