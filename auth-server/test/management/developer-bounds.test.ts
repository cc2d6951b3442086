// What a developer does alone, and what needs an owner or an administrator: where sign-ins go, how long they last, what was suspended.
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t)
const owner = await inRole(server, 'owner@example.com', { role: 'developer' })
const second = await inRole(server, 'second@example.com', { role: 'developer' })
const helper = await inRole(server, 'helper@example.com', { role: 'developer' })
const root = await inRole(server, 'root@example.com', { role: 'administrator' })

function member(body: unknown, name: string): string {
  return String(Object(body)[name])
}

/** One with a subscription, two owners and somebody who helps. */
async function application(name: string, { trusted }: Readonly<{ trusted: boolean }>) {
  const redirect = `com.example.${name}:/callback`
  const { body } = await owner.ask('applications.create', {
    body: { name, kind: 'native', redirect_uris: [redirect] },
  })
  const applicationId = member(body, 'id')
  await server.db.transaction().execute(async (trx) => {
    await putMember(trx, { applicationId, personId: second.id, role: 'owner' })
    await putMember(trx, { applicationId, personId: helper.id, role: 'collaborator' })
  })
  const params = { client_id: member(body, 'client_id') }
  const wish = { ...params, api_id: API.id, plan: 'basic', scopes: [] }
  const { body: asked } = await owner.ask('subscriptions.create', { body: wish })
  const subscription = { subscription_id: member(asked, 'id') }
  await root.ask('approvals.approve', { params: subscription, body: { trusted } })
  const update = (who: typeof owner, change: object) =>
    who.ask('applications.update', { params, body: change, ifMatch: '*' })
  const isTrusted = async () => Object((await root.ask('subscriptions.get', { params: subscription })).body).trusted
  return { applicationId, params, redirect, wish, subscription, update, isTrusted }
}

/** Whom mails of changed sign-ins wait for, with what they say; once. */
async function mailed(): Promise<readonly unknown[]> {
  const rows = await server.db.deleteFrom('outbox').returning('payload').execute()
  return rows
    .map(({ payload }) => Object(payload))
    .filter(({ mail }) => mail?.name === 'sign-in-changed')
    .map(({ mail, to }) => [to.address, mail.facts])
    .sort()
}

t.test('redirect URIs: the other owners hear of each change, whoever makes it', async (t) => {
  const { update, redirect } = await application('told', { trusted: false })
  const [added, removed] = ['https://told.example.com/cb', 'http://127.0.0.1/cb']
  await mailed()
  t.equal((await update(helper, { redirect_uris: [redirect, added] })).status, 200)
  const facts = {
    app: 'told (com.example.told, told.example.com)',
    added: ['told.example.com'],
    removed: [],
    tookTrust: false,
  }
  t.strictSame(await mailed(), [
    ['owner@example.com', facts],
    ['second@example.com', facts],
  ])
  t.equal((await update(owner, { redirect_uris: [redirect, removed] })).status, 200)
  t.match(await mailed(), [['second@example.com', { added: ['127.0.0.1'], removed: ['told.example.com'] }]])
  t.equal((await update(owner, { redirect_uris: [redirect, removed], name: 'told' })).status, 200)
  t.strictSame(await mailed(), [], 'nothing changed')
})

t.test(
  'of a trusted application an owner changes where sign-ins go, and it is trusted no more until an administrator says so',
  async (t) => {
    const changes = {
      redirects: { redirect_uris: ['https://evil.example.com/cb'] },
      signouts: { post_logout_redirect_uris: ['https://evil.example.com/bye'] },
      backchannel: { backchannel_logout_uri: 'https://evil.example.com/logout' },
      grants: { grant_types: ['authorization_code'] },
    }
    for (const [name, change] of Object.entries(changes)) {
      const { update, redirect, isTrusted, subscription } = await application(name, { trusted: true })
      await mailed()
      t.match(await update(helper, change), { status: 403, body: { detail: /owner/ } }, name)
      t.equal(await isTrusted(), true)
      t.equal((await update(helper, { brand_color: '#123456' })).status, 200, 'all else is for whoever helps')
      t.equal((await update(root, change)).status, 200)
      t.equal(await isTrusted(), true, 'an administrator may')
      const asBefore = await update(root, {
        redirect_uris: [redirect],
        post_logout_redirect_uris: [],
        backchannel_logout_uri: null,
        grant_types: ['authorization_code', 'refresh_token'],
      })
      t.equal(asBefore.status, 200)
      await mailed()
      t.equal((await update(owner, change)).status, 200)
      t.equal(await isTrusted(), false)
      t.match(await mailed(), [
        ['root@example.com', { tookTrust: true }],
        ['second@example.com', { tookTrust: true }],
      ])
      const trusted = await root.ask('approvals.change', {
        params: subscription,
        body: { trusted: true },
        ifMatch: '*',
      })
      t.match(trusted, { status: 200, body: { trusted: true } })
    }
  },
)

t.test('lifetimes, PKCE and devices: a developer stays in bounds, and keeps what an administrator set', async (t) => {
  const { update } = await application('bounds', { trusted: false })
  const beyond = [
    { refresh_absolute_seconds: 366 * 86_400 },
    { refresh_idle_seconds: 31 * 86_400 },
    { grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'] },
  ]
  for (const change of beyond) {
    t.match(await update(owner, change), { status: 403, body: { detail: /administrator/ } }, JSON.stringify(change))
    const created = await owner.ask('applications.create', { body: { name: 'New', kind: 'native', ...change } })
    t.equal(created.status, 403)
    t.match(await update(root, change), { status: 200 })
    t.match(await update(owner, { brand_color: '#123456', ...change }), { status: 200 }, 'it is there already')
  }
  const web = { name: 'Web', kind: 'web', token_endpoint_auth_method: 'client_secret_basic' }
  t.equal((await owner.ask('applications.create', { body: { ...web, pkce_required: false } })).status, 403)
  const { body } = await owner.ask('applications.create', { body: web })
  const params = { client_id: member(body, 'client_id') }
  const setPkce = (who: typeof owner, pkce: boolean) =>
    who.ask('applications.update', { params, body: { pkce_required: pkce }, ifMatch: '*' })
  t.equal((await setPkce(owner, false)).status, 403)
  t.equal((await setPkce(root, false)).status, 200)
  t.equal((await setPkce(owner, true)).status, 200)
  t.equal((await setPkce(owner, false)).status, 403, 'and does not come back')
})

t.test('what was suspended is not got rid of by its developers, to begin anew', async (t) => {
  const { params, wish, subscription } = await application('suspended', { trusted: false })
  const remove = { params: subscription, ifMatch: '*' }
  await root.ask('subscriptions.suspend', { params: subscription })
  t.match(await owner.ask('subscriptions.delete', remove), { status: 409, body: { detail: /suspended/ } })
  t.equal((await owner.ask('subscriptions.create', { body: wish })).status, 409)
  t.match(await owner.ask('applications.delete', { params, ifMatch: '*' }), {
    status: 409,
    body: { detail: /suspended/ },
  })
  await root.ask('subscriptions.restore', { params: subscription })
  await root.ask('applications.suspend', { params })
  t.match(await owner.ask('applications.delete', { params, ifMatch: '*' }), {
    status: 409,
    body: { detail: /suspended/ },
  })
  t.match(await owner.ask('subscriptions.delete', remove), { status: 409 })
  await root.ask('applications.restore', { params })
  t.equal((await owner.ask('subscriptions.delete', remove)).status, 204)
  t.equal((await owner.ask('applications.delete', { params, ifMatch: '*' })).status, 204)
  const other = await application('removed', { trusted: false })
  await root.ask('subscriptions.suspend', { params: other.subscription })
  t.equal((await root.ask('subscriptions.delete', { params: other.subscription, ifMatch: '*' })).status, 204)
})

t.test('a public application stays one: nobody locks out what is installed by giving it keys', async (t) => {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const keys = [{ kty: 'EC', crv: 'P-256', kid: 'first', x, y }]
  for (const kind of ['native', 'browser', 'web'] as const) {
    const { body } = await owner.ask('applications.create', { body: { name: 'Public', kind } })
    const params = { client_id: member(body, 'client_id') }
    const change = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } }
    const refused = await owner.ask('applications.update', { params, body: change, ifMatch: '*' })
    t.match(refused, { status: 409, body: { detail: /register another one/ } }, kind)
  }
})
