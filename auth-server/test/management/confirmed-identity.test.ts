// What a developer writes of their app on phones counts once an administrator has confirmed it, and as it was confirmed.
import t from 'tap'
import { assetLinks, siteAssociation } from '../../src/catalogue/app-links.ts'
import { confirmAppIdentity, setAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { expectedOrigins } from '../../src/identity/passkeys/relying-party.ts'
import { listApprovedIdentities } from '../../src/store/tables/app-identities.ts'
import { HTTPS_ISSUER, IDENTITY, PLAY_DIGEST, UPLOAD_DIGEST } from '../support/app-identity.ts'
import { machine } from '../support/management.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
const dev = await inRole(server, 'dev@example.com', { role: 'developer' })
const root = await inRole(server, 'root@example.com', { role: 'administrator' })
const ORIGIN = `android:apk-key-hash:${Buffer.from(PLAY_DIGEST.replaceAll(':', ''), 'hex').toString('base64url')}`

const RECORD = {
  android: { package: IDENTITY.androidPackage, certificate_digests: [PLAY_DIGEST] },
  apple: { team: IDENTITY.appleTeam, bundle: IDENTITY.appleBundle },
}

async function approvedApp(name: string): Promise<Readonly<{ client_id: string }>> {
  const redirect_uris = ['https://app.example.com/callback']
  const { body } = await dev.ask('applications.create', { body: { name, kind: 'native', redirect_uris } })
  const clientId = String(Object(body).client_id)
  const wish = { client_id: clientId, api_id: API.id, plan: 'basic', scopes: [] }
  const { body: asked } = await dev.ask('subscriptions.create', { body: wish })
  await root.ask('approvals.approve', { params: { subscription_id: Object(asked).id }, body: {} })
  return { client_id: clientId }
}

/** What phones and passkeys make of all records: how many apps on Android, on Apple, and whether ours may ask for passkeys. */
async function published() {
  const approved = await listApprovedIdentities(server.db)
  const origins = await expectedOrigins(server.db, server.config, ORIGIN)
  const apple: { applinks?: { details: readonly object[] } } = siteAssociation(approved)
  return [assetLinks(approved).length, apple.applinks?.details.length, origins.includes(ORIGIN)]
}

t.test(
  'a record of a developer: in no file before an administrator confirms it; any change takes that back',
  async (t) => {
    const params = await approvedApp('Phones')
    const set = (body: object, ifMatch = '*') => dev.ask('applications.set_identity', { params, body, ifMatch })
    const confirm = (who = root, ifMatch = '*') => who.ask('applications.confirm_identity', { params, ifMatch })
    t.equal((await confirm()).status, 404, 'there is none yet')
    t.match(await set(RECORD), { status: 200, body: { confirmed: false, passkeys: false } })
    t.strictSame(await published(), [0, 0, false])
    t.equal((await confirm(dev)).status, 403)
    const read = await root.ask('applications.get_identity', { params })
    const changed = { ...RECORD, android: { ...RECORD.android, certificate_digests: [UPLOAD_DIGEST] } }
    t.equal((await set(changed)).status, 200)
    t.equal((await confirm(root, read.etag)).status, 412, 'another one than the administrator has seen')
    t.match(await confirm(), { status: 200, body: { confirmed: true } })
    t.strictSame(await published(), [1, 1, false])
    t.match(await set({ ...changed, attestation: 'optional' }), { body: { confirmed: true } }, 'nothing of it changed')
    t.match(await set({ ...changed, attestation: 'off' }), {
      status: 403,
      body: { detail: /alone lowers attestation/ },
    })
    const allowed = { ...changed, passkeys: true, attestation: 'required' }
    t.match(await root.ask('applications.set_identity', { params, body: allowed, ifMatch: '*' }), {
      status: 200,
      body: { confirmed: true, passkeys: true },
    })
    t.match(
      await set({ ...changed, passkeys: false, attestation: 'required' }),
      { body: { confirmed: true, passkeys: true } },
      'a developer who saves the same app takes nothing away',
    )
    t.equal(
      (await root.ask('applications.set_identity', { params, body: { ...changed, attestation: 'off' }, ifMatch: '*' }))
        .status,
      200,
    )
    for (const other of [
      { ...changed, android: { ...RECORD.android, package: 'com.example.other' } },
      RECORD,
      { ...RECORD, apple: { ...RECORD.apple, team: 'FGHIJ67890' } },
      { ...RECORD, apple: { ...RECORD.apple, bundle: 'com.example.other' } },
      { ...RECORD, apple: null },
      { ...RECORD, android: null },
    ]) {
      t.match(await set(other), { status: 200, body: { confirmed: false } }, JSON.stringify(other))
      t.strictSame(await published(), [0, 0, false])
      t.equal((await confirm()).status, 200)
    }
    await dev.ask('applications.delete_identity', { params, ifMatch: '*' })
    t.match(await set(RECORD), { body: { confirmed: false } }, 'set anew is not confirmed anew')
    await dev.ask('applications.delete_identity', { params, ifMatch: '*' })
  },
)

t.test('a developer lets no app ask for passkeys; an administrator does, and what they set counts', async (t) => {
  const params = await approvedApp('Passkeys')
  const asked = { params, body: { ...RECORD, passkeys: true }, ifMatch: '*' }
  t.match(await dev.ask('applications.set_identity', asked), { status: 403, body: { detail: /administrator/ } })
  t.match(await root.ask('applications.set_identity', asked), { body: { confirmed: true, passkeys: true } })
  t.strictSame(await published(), [1, 1, true])
  const kept = await dev.ask('applications.set_identity', { ...asked, body: RECORD })
  t.match(kept, { body: { confirmed: true, passkeys: true } }, 'the same app')
  t.strictSame(await published(), [1, 1, true])
  const another = { ...RECORD, apple: { ...RECORD.apple, bundle: 'com.example.other' } }
  const changed = await dev.ask('applications.set_identity', { ...asked, body: another })
  t.match(changed, { body: { confirmed: false, passkeys: false } })
  t.strictSame(await published(), [0, 0, false])
  await dev.ask('applications.delete_identity', { params, ifMatch: '*' })
})

t.test(
  'a machine client confirms as an administrator does, but nothing of itself; the operator’s word counts',
  async (t) => {
    const { clientId, ask } = await machine(server)
    const headers = { 'if-match': '*' }
    const { client_id: other } = await approvedApp('By machine')
    const set = await ask('PUT', `/applications/${other}/identity`, { body: { ...RECORD, passkeys: true }, headers })
    t.match(set.json(), { confirmed: false, passkeys: true })
    t.equal((await ask('PUT', `/applications/${clientId}/confirmed-identity`, { headers })).statusCode, 403)
    t.match((await ask('PUT', `/applications/${other}/confirmed-identity`, { headers })).json(), { confirmed: true })
    const { body } = await dev.ask('applications.create', { body: { name: 'By command', kind: 'native' } })
    await setAppIdentity(server.db, HTTPS_ISSUER, Object(body).client_id, IDENTITY, OPERATOR)
    const told = await root.ask('applications.get_identity', { params: { client_id: Object(body).client_id } })
    t.match(told, { body: { confirmed: true } })
  },
)

t.test('records that nobody confirmed take no room from others', async (t) => {
  const { body } = await dev.ask('applications.create', { body: { name: 'Long', kind: 'native' } })
  const { client_id: clientId, id } = Object(body)
  // Many at once, as many applications would have them: what counts is how long they are together.
  const long = Array.from({ length: 3000 }, () => UPLOAD_DIGEST)
  await setAppIdentity(server.db, HTTPS_ISSUER, clientId, { ...IDENTITY, androidDigests: [UPLOAD_DIGEST] }, OPERATOR)
  const stored = server.db.updateTable('app_identities').where('application_id', '=', id)
  await stored.set({ android_digests: long, confirmed_at: null }).execute()
  const params = await approvedApp('Short')
  const set = { params, body: RECORD, ifMatch: '*' }
  t.match(await root.ask('applications.set_identity', set), { status: 200, body: { confirmed: true } })
  const confirming = server.db.transaction().execute((trx) => confirmAppIdentity(trx, id, OPERATOR))
  await t.rejects(confirming, { name: 'InvalidIdentity', message: /128 KiB/ })
  const { confirmed_at } = await server.db
    .selectFrom('app_identities')
    .where('application_id', '=', id)
    .select('confirmed_at')
    .executeTakeFirstOrThrow()
  t.equal(confirmed_at, null)
})
