// The two secrets that an application may have while it changes from one to the other.
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { basic, clientCredentials, secretClient } from '../support/clients.ts'
import { turnClock } from '../support/database.ts'
import { machine } from '../support/management.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t)
const { app, db } = server
const { ask, clientId: asker } = await machine(server)

async function withSecrets(clientId: string) {
  const { clientSecret } = await secretClient(server, { clientId })
  const path = `/applications/${clientId}/secrets`
  return {
    clientSecret,
    path,
    list: async () => (await ask('GET', path)).json().items,
    add: (body: object = {}) => ask('POST', path, { body }),
    end: (id: string) => ask('DELETE', `${path}/${id}`),
    grant: async (secret: string) => (await clientCredentials(app, basic(clientId, secret))).statusCode,
  }
}

t.test('a second secret works beside the first until either is ended, and is shown once', async (t) => {
  const { clientSecret, path, list, add, end, grant } = await withSecrets('two')
  const [only] = await list()
  t.match(only, { id: /^[\w-]{8}$/, created_at: /^\d{4}-/, last_used_at: null, ends_at: null })
  const added = await add()
  t.equal(added.statusCode, 201, added.body)
  const { client_secret: second, ...shown } = added.json()
  t.match(second, /^[\w-]{43}$/)
  t.strictSame(await list(), [shown, only], 'the newer first; of neither there is more than its id')
  t.strictSame([await grant(clientSecret), await grant(second)], [200, 200])
  const third = await add()
  t.equal(third.statusCode, 409)
  t.match(third.json().detail, /end the one/)
  t.equal((await end(only.id)).statusCode, 204)
  t.strictSame([await grant(clientSecret), await grant(second)], [401, 200])
  const last = await end(shown.id)
  t.equal(last.statusCode, 409)
  t.match(last.json().detail, /only secret/)
  t.equal((await end(only.id)).statusCode, 404, 'what has ended is not there')
  const everything = [path, '/applications/two', '/audit?type=application'].map(
    async (at) => (await ask('GET', at)).body,
  )
  t.notMatch((await Promise.all(everything)).join(), second)
})

t.test('a stated end holds, and the newer one is not ended before it: the older one would be endless', async (t) => {
  const { clientSecret, list, add, end, grant } = await withSecrets('stated')
  const second = (await add({ keep_previous_seconds: 3600 })).json()
  const [, older] = await list()
  t.match(Date.parse(older.ends_at) - Date.now() > 3_500_000, true)
  await turnClock(t, db, 3500)
  t.strictSame([await grant(clientSecret), await grant(second.client_secret)], [200, 200])
  await turnClock(t, db, 3700)
  t.strictSame([await grant(clientSecret), await grant(second.client_secret)], [401, 200])
  await turnClock(t, db, 0)
  t.match((await end(second.id)).json(), { status: 409, detail: /has an end, which it keeps/ })
  t.match(await list(), [{ id: second.id }, { id: older.id, ends_at: older.ends_at }])
  t.equal((await end(older.id)).statusCode, 204, 'the older one ends before it has to')
  t.strictSame([await grant(clientSecret), await grant(second.client_secret)], [401, 200])
  const endless = (await add()).json()
  t.equal((await end(endless.id)).statusCode, 204, 'where the older one was without an end, it stays so')
  t.strictSame([await grant(second.client_secret), await grant(endless.client_secret)], [200, 401])
})

t.test('a use is noted once an hour for each secret, and for none that was wrong', async (t) => {
  const { clientSecret, list, add, grant } = await withSecrets('used')
  const second = (await add()).json()
  await grant(clientSecret)
  await grant('x'.repeat(43))
  const uses = async () => (await list()).map((each: { last_used_at: string | null }) => each.last_used_at)
  const [newer, older] = await uses()
  t.equal(newer, null)
  t.match(older, /^\d{4}-/)
  await turnClock(t, db, 1800)
  await grant(clientSecret)
  await turnClock(t, db, 0)
  t.strictSame(await uses(), [null, older], 'half an hour later nothing is written')
  await turnClock(t, db, 3700)
  await Promise.all([grant(second.client_secret), grant(second.client_secret)])
  await grant(clientSecret)
  await turnClock(t, db, 0)
  const later = await uses()
  t.ok(later[0])
  t.ok(Date.parse(later[1]) > Date.parse(older))
})

t.test('two who add at once: one of them is told that there are two', async (t) => {
  const { add, list } = await withSecrets('raced')
  const statuses = (await Promise.all([add(), add(), add()])).map(({ statusCode }) => statusCode)
  t.strictSame(statuses.sort(), [201, 409, 409])
  t.equal((await list()).length, 2)
})

t.test('each change is in the audit log, with who did it and no secret', async (t) => {
  const { add, end, list } = await withSecrets('audited')
  const { id, client_secret: secret } = (await add()).json()
  await end((await list())[1].id)
  for (const outcome of ['secret-added', 'secret-ended']) {
    const events = (await ask('GET', '/audit', { query: { type: 'application', outcome } })).json().items
    const [event] = events.filter((each: { client_id: string }) => each.client_id === 'audited')
    t.match(event, { by: { kind: 'client', id: asker } })
    t.notMatch(JSON.stringify(event), secret)
    if (outcome === 'secret-added') t.match(JSON.stringify(event), id)
  }
})

t.test('an app without secrets has none to list, to add or to end', async (t) => {
  t.strictSame((await ask('GET', '/applications/shop-app/secrets')).json(), { items: [] })
  t.equal((await ask('POST', '/applications/shop-app/secrets', { body: {} })).statusCode, 409)
  t.equal((await ask('DELETE', '/applications/shop-app/secrets/AAAAAAAA')).statusCode, 409)
  t.equal((await ask('GET', '/applications/nobody/secrets')).statusCode, 404)
})

t.test('from keys back to a secret: for a server of its own alone, with the keys gone and trust taken', async (t) => {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }
  const make = async (who: typeof ask, kind: string) => {
    const redirect_uris = [`https://${kind}.example.com/callback`]
    const { client_id: id } = (
      await who('POST', '/applications', { body: { name: 'Keys', kind, redirect_uris, ...keys } })
    ).json()
    return { id, use: (body = {}) => ask('POST', `/applications/${id}/use-secret`, { body }) }
  }
  const native = await make(ask, 'native')
  t.match((await native.use()).json(), { status: 409, detail: /what ships inside an app or a page is no secret/ })
  const web = await make(ask, 'web')
  const used = (await web.use({ token_endpoint_auth_method: 'client_secret_post' })).json()
  t.match(used, { client_id: web.id, token_endpoint_auth_method: 'client_secret_post', client_secret: /^[\w-]{43}$/ })
  t.match((await ask('GET', `/applications/${web.id}`)).json(), {
    jwks: null,
    token_endpoint_auth_method: 'client_secret_post',
  })
  t.match((await web.use()).json(), { status: 409, detail: /does not prove itself by keys/ })

  const dev = await inRole(server, 'keys.dev@example.com', { role: 'developer' })
  const other = await inRole(server, 'other.keys@example.com', { role: 'developer' })
  const body = { name: 'Trusted', kind: 'web', redirect_uris: ['https://t.example.com/cb'], ...keys }
  const made = Object((await dev.ask('applications.create', { body })).body)
  const params = { client_id: made.client_id }
  await subscribe(db, { applicationId: made.id, apiId: API.id, plan: 'basic', scopes: [], trusted: true }, OPERATOR)
  await db
    .transaction()
    .execute((trx) => putMember(trx, { applicationId: made.id, personId: other.id, role: 'collaborator' }))
  t.equal((await other.ask('applications.use_secret', { params, body: {} })).status, 403, 'of a trusted one its owners')
  t.equal((await dev.ask('applications.use_secret', { params, body: {} })).status, 200)
  const { items } = Object((await dev.ask('subscriptions.list', { query: params })).body)
  t.match(items, [{ trusted: false }])
})
