// Applications and APIs that an administrator has suspended: refused everywhere, told to gateways, and back as they were.
import t from 'tap'
import { defineApi, defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { restoreApi, restoreApplication, suspendApi, suspendApplication } from '../../src/catalogue/suspension.ts'
import { registerGateway } from '../../src/commands/gateway-client.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { listGatewayClients } from '../../src/store/tables/subscriptions.ts'
import { administrator } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { clientCredentials, postForm, secretClient } from '../support/clients.ts'
import { untilBlocked } from '../support/database.ts'
import { expectErrorPage, expectJsonError } from '../support/expect.ts'
import { feedReader } from '../support/feed.ts'
import { authorizeUrl, logIn, obtainCode, pkcePair, redeem, refresh } from '../support/phone.ts'
import { API, APP, ISSUER, type TestServer, testServer } from '../support/server.ts'

const OTHER_API = { ...API, id: 'other-api', name: 'Other', resource: 'https://api.example.com/other' }

async function loggedIn({ app }: TestServer) {
  const { code, verifier } = await obtainCode(app, { scope: 'openid orders:read', resource: API.resource })
  const tokens: Readonly<Record<'access_token' | 'refresh_token', string>> = (await redeem(app, code, verifier)).json()
  return tokens
}

t.test(
  'a suspended application signs nobody in and gets no token; what it has is refused; restored, its logins go on',
  async (t) => {
    const server = await testServer(t)
    const { app, db, applicationId } = server
    const { follow } = await feedReader(server)
    const by = await administrator(server)
    await defineApi(db, { ...API, scopes: { ...API.scopes, 'token:introspect': 'Ask about tokens' } }, OPERATOR)
    const api = await secretClient(server, { clientId: 'backend' }, { scopes: ['token:introspect'] })
    const { access_token, refresh_token } = await loggedIn(server)
    const introspect = async () =>
      (await postForm(app, '/introspect', { token: access_token }, api.headers)).json().active
    const userinfo = async () =>
      (await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${access_token}` } })).statusCode
    const waiting = await obtainCode(app)
    const visit = new Browser(app)
    const page = await visit.open(authorizeUrl(pkcePair().challenge))
    t.strictSame([await introspect(), await userinfo()], [true, 200])
    await follow()

    t.equal(await suspendApplication(db, by, applicationId), 'done')
    t.match(await follow(), [{ type: 'client', client_id: APP.clientId, aud: API.resource }])
    t.strictSame([await introspect(), await userinfo()], [false, 401])
    for (const response of [await refresh(app, refresh_token), await redeem(app, waiting.code, waiting.verifier)])
      expectJsonError(t, response, 400, 'unauthorized_client', /suspended/)
    expectErrorPage(
      t,
      await new Browser(app).open(authorizeUrl(pkcePair().challenge)),
      400,
      /Nobody can sign in to this app at the moment\.(?:.|\n)*this application has been suspended/i,
    )
    t.equal((await logIn(visit, page)).headers.location, undefined, 'a visit under way ends')
    const pushed = { response_type: 'code', client_id: APP.clientId, redirect_uri: 'com.example.shop:/callback' }
    const pkce = { code_challenge: pkcePair().challenge, code_challenge_method: 'S256' }
    expectJsonError(t, await postForm(app, '/par', { ...pushed, ...pkce }), 400, 'unauthorized_client', /suspended/)
    t.equal(await suspendApplication(db, by, applicationId), 'unchanged')

    t.equal(await restoreApplication(db, by, applicationId), 'done')
    t.equal(await restoreApplication(db, by, applicationId), 'unchanged')
    t.strictSame(await follow(), [])
    t.equal((await refresh(app, refresh_token)).statusCode, 200, 'nobody has to sign in again')
    const events = await db
      .selectFrom('audit_events')
      .where('type', '=', 'application')
      .orderBy('seq')
      .select(['outcome', 'application_id', 'request_id'])
      .execute()
    t.strictSame(
      events,
      ['suspended', 'restored'].map((outcome) => ({
        outcome,
        application_id: applicationId,
        request_id: 'request of root@example.com',
      })),
    )
  },
)

t.test('a machine of a suspended application gets no token either', async (t) => {
  const server = await testServer(t)
  const machine = await secretClient(server, { clientId: 'machine' })
  await suspendApplication(server.db, await administrator(server), machine.applicationId)
  expectJsonError(t, await clientCredentials(server.app, machine.headers), 400, 'unauthorized_client', /suspended/)
})

t.test(
  'a suspended API: no app has a token for it, its other APIs are as they were; subscribing does not help',
  async (t) => {
    const server = await testServer(t)
    const { app, db, applicationId } = server
    await defineApi(db, OTHER_API, OPERATOR)
    const { follow } = await feedReader(server)
    const by = await administrator(server)
    const scopes = Object.keys(API.scopes)
    await subscribe(db, { applicationId, apiId: OTHER_API.id, plan: 'basic', scopes, trusted: true }, OPERATOR)
    const { refresh_token } = await loggedIn(server)
    await follow()
    t.equal(await suspendApi(db, by, API.id), 'done')
    t.match(await follow(), [{ type: 'client', client_id: APP.clientId, aud: API.resource }])
    t.equal((await refresh(app, refresh_token)).statusCode, 400)
    const asked = authorizeUrl(pkcePair().challenge, { resource: API.resource })
    t.match((await new Browser(app).open(asked)).headers.location, /error=invalid_target.*suspended/)
    await server.register()
    t.equal((await refresh(app, refresh_token)).statusCode, 400, 'still, after the operator has put the app in anew')
    const { code, verifier } = await obtainCode(app, { resource: OTHER_API.resource })
    t.equal((await redeem(app, code, verifier)).statusCode, 200)
    const both = await suspendApplication(db, by, applicationId)
    t.strictSame([both, await restoreApi(db, by, API.id)], ['done', 'done'])
    t.equal((await refresh(app, refresh_token)).statusCode, 400, 'the application is suspended still')
    await restoreApplication(db, by, applicationId)
    t.equal((await refresh(app, refresh_token)).statusCode, 200)
    t.match(
      await db
        .selectFrom('audit_events')
        .where('type', '=', 'api')
        .where('outcome', '<>', 'created')
        .orderBy('seq')
        .select(['outcome', 'api_id'])
        .execute(),
      [
        { outcome: 'suspended', api_id: API.id },
        { outcome: 'restored', api_id: API.id },
      ],
    )
    t.equal(await suspendApi(db, by, 'no-such-api'), 'unchanged')
  },
)

t.test(
  'an application whose one API is suspended: page and tokens say so, and no login is taken for lost',
  async (t) => {
    const server = await testServer(t)
    const { app, db } = server
    const by = await administrator(server)
    const machine = await secretClient(server, { clientId: 'machine' })
    const { refresh_token } = await loggedIn(server)
    const waiting = await obtainCode(app)
    await suspendApi(db, by, API.id)
    const says = /the API that this application is subscribed to has been suspended/i
    const page = await new Browser(app).open(authorizeUrl(pkcePair().challenge))
    expectErrorPage(t, page, 400, says)
    t.match(page.body, 'Nobody can sign in to this app at the moment.')
    const answers = [
      await refresh(app, refresh_token),
      await redeem(app, waiting.code, waiting.verifier),
      await clientCredentials(app, machine.headers),
    ]
    for (const response of answers) expectJsonError(t, response, 400, 'unauthorized_client', says)
    await restoreApi(db, by, API.id)
    t.equal((await refresh(app, refresh_token)).statusCode, 200)
  },
)

t.test('a subscription that nobody has approved is not approved by a suspension and its end', async (t) => {
  const server = await testServer(t)
  const { db, applicationId } = server
  const by = await administrator(server)
  await db.updateTable('subscriptions').set({ status: 'pending' }).execute()
  await suspendApplication(db, by, applicationId)
  await restoreApplication(db, by, applicationId)
  t.match(await db.selectFrom('subscriptions').select('status').execute(), [{ status: 'pending' }])
})

t.test('whoever subscribes while a suspension commits waits for it, and is held as well', async (t) => {
  const server = await testServer(t)
  const { db, applicationId } = server
  await defineApi(db, OTHER_API, OPERATOR)
  const scopes = Object.keys(API.scopes)
  const subscription = { applicationId, apiId: OTHER_API.id, plan: 'basic', scopes, trusted: true }
  const late = await db.transaction().execute(async (trx) => {
    await trx.updateTable('applications').set({ suspended_at: new Date() }).where('id', '=', applicationId).execute()
    const late = subscribe(db, subscription, OPERATOR)
    await untilBlocked(db)
    return { late }
  })
  await late.late
  const rows = await db
    .selectFrom('subscriptions')
    .where('application_id', '=', applicationId)
    .select('status')
    .execute()
  t.strictSame(rows, [{ status: 'suspended' }, { status: 'suspended' }])
})

t.test(
  'suspending and restoring apps and APIs in every order at once: no deadlock, and the states agree',
  async (t) => {
    const server = await testServer(t)
    const { db, applicationId } = server
    const by = await administrator(server)
    for (let round = 0; round < 10; round++)
      await Promise.all([
        suspendApplication(db, by, applicationId),
        suspendApi(db, by, API.id),
        server.register(),
        restoreApplication(db, by, applicationId),
        restoreApi(db, by, API.id),
      ])
    await restoreApplication(db, by, applicationId)
    await restoreApi(db, by, API.id)
    t.match(await db.selectFrom('subscriptions').select('status').execute(), [{ status: 'approved' }])
  },
)

t.test('the feed of revocations and the gateways that read it cannot be put out of use', async (t) => {
  const server = await testServer(t)
  const { db, config } = server
  const by = await administrator(server)
  await defineBuiltInApi(db, revocationsApi(config.issuer))
  await db
    .transaction()
    .execute((trx) => registerGateway(trx, ISSUER, { clientId: 'edge', clientSecret: randomSecret() }))
  const { id } = await db
    .selectFrom('applications')
    .where('client_id', '=', 'edge')
    .select('id')
    .executeTakeFirstOrThrow()
  for (const who of [by, OPERATOR]) {
    t.equal(await suspendApi(db, who, 'revocations'), 'needed by gateways')
    t.equal(await suspendApplication(db, who, id), 'needed by gateways')
  }
  t.match(await listGatewayClients(db), ['edge'])
  t.strictSame(await db.selectFrom('audit_events').where('outcome', '=', 'suspended').select('seq').execute(), [])
  await db.updateTable('subscriptions').set({ status: 'pending' }).where('application_id', '=', id).execute()
  t.equal(await suspendApplication(db, by, id), 'done', 'who has only asked to read it is an application as any')
})
