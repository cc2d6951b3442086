// The portal's pages of applications: a new one by questions, one of them, its addresses, fields, secrets and end.
import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { sql } from 'kysely'
import sharp from 'sharp'
import t from 'tap'
import { ASSERTION_TYPE } from '../../src/oauth/client/assertion.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { newPerson } from '../support/administrator.ts'
import { formsOf } from '../support/browser.ts'
import { basic, clientCredentials } from '../support/clients.ts'
import { openMailbox } from '../support/mailbox.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { API, ISSUER } from '../support/server.ts'

t.setTimeout(120_000)
const mailbox = await openMailbox(t)
const server = await portalServer(t, mailbox.environment)
const dev = await atPortalAs(server, 'developer')
const other = await atPortalAs(server, 'developer', { email: 'other@example.com' })
const NEW = '/portal/new-application'
const LIST = '/portal/applications'

function get(url: string) {
  return dev.browser.request('GET', url)
}
function noteOf(body: string): string {
  return body.replace(/&#39;/g, "'").replace(/&amp;/g, '&')
}

/** Registers one by its pages. Returns its page's address. */
async function registered(name: string, redirect = `com.example.x${name.toLowerCase()}:/callback`): Promise<string> {
  const page = await get(`${NEW}?${new URLSearchParams({ name, kind: 'native', redirect })}`)
  const [form] = formsOf(page.body).filter(({ action }) => action === NEW)
  const done = await post(dev, NEW, form?.hidden)
  return (done.headers.location ?? '').replace(/\/subscribe\?.*/, '')
}

t.test('without an application there is one sentence and the next step', async (t) => {
  const page = await get(LIST)
  t.equal(page.statusCode, 200)
  t.match(page.body, 'You have no application yet.')
  t.match(page.body, `href="${NEW}"`)
  t.match((await get('/portal')).body, `href="${LIST}"`, 'and the navigation names it')
})

t.test('new application: one question a page, all in the address, nothing stored before the last', async (t) => {
  t.match((await get(NEW)).body, 'What is it called?')
  const named = await post(dev, NEW, { name: 'Shop & Co', key: 'k' })
  t.match(named, { statusCode: 303, headers: { location: `${NEW}?name=Shop+%26+Co` } })
  const kindPage = await get(named.headers.location ?? '')
  t.match(kindPage.body, 'What kind of application is it?')
  for (const kind of ['App on a phone', 'Page that runs', 'Website with a server', 'Program without people'])
    t.match(kindPage.body, kind)
  const kind = await post(dev, NEW, { name: 'Shop & Co', kind: 'native', key: 'k' })
  t.match((await get(kind.headers.location ?? '')).body, 'Where does the answer of a sign-in go?')
  const answers = { name: 'Shop & Co', kind: 'native', redirect: 'com.example.co:/callback' }
  const review = await get((await post(dev, NEW, { ...answers, key: 'k' })).headers.location ?? '')
  t.match(review.body, 'com.example.co:/callback')
  const [, back = ''] = /class="back" href="([^"]*)"/.exec(review.body) ?? []
  const backAt = (await get(back.replaceAll('&amp;', '&'))).body
  t.match(backAt, 'Where does the answer of a sign-in go?', 'back is one step back, with the other answers')
  t.match(backAt, /name="kind"[^>]* value="native"|value="native"[^>]* name="kind"/)
  t.match(review.body, 'Shop &amp; Co')
  t.match((await get(LIST)).body, 'You have no application yet.')
  const [form] = formsOf(review.body).filter(({ action }) => action === NEW)
  const twice = await Promise.all([post(dev, NEW, form?.hidden), post(dev, NEW, form?.hidden)])
  t.equal(twice[0].headers.location, twice[1].headers.location, 'pressed twice: one application')
  const page = await get(twice[0].headers.location ?? '')
  t.match(page.body, 'The application is there.')
  t.match(page.body, /<code translate="no">client_[\w-]+<\/code>/)
  t.match(page.body, 'An API for Shop &amp; Co', 'it leads on to an API')
  t.match(page.body, '>Orders<')
  t.equal((await get(LIST)).body.match(/<code>client_/g)?.length, 1)
})

t.test('applications are searched, in the list and where one is chosen for an API', async (t) => {
  await registered('Findable')
  for (const path of [LIST, '/portal/apis/orders-api/subscribe/basic']) {
    const found = (await get(`${path}?q=findab`)).body
    t.match(found, '>Findable</a>', path)
    t.notMatch(found, 'Shop &amp; Co', path)
    t.match(found, `<form class="search" method="get" action="${path}">`, path)
    t.match((await get(`${path}?q=zzz`)).body, 'Nothing fits', path)
    t.match((await get(path)).body, 'Shop &amp; Co', path)
  }
})

t.test('one application leads to all of its parts, each of which is there', async (t) => {
  const path = await registered('Whole')
  const { body } = await get(path)
  const id = path.slice(LIST.length + 1)
  t.match(body, 'This app is subscribed to no API yet.')
  t.match(body, 'The system browser', 'its checklist')
  const ways = [`${path}/subscribe`, `/portal/usage/${id}`, `/portal/usage/${id}/refusals`]
  for (const href of [...ways, `/portal/help?app=${id}`, `/portal/try?app=${id}`]) {
    t.match(body, `href="${href}"`)
    t.equal((await get(href)).statusCode, 200, href)
  }
  const main = body.slice(body.indexOf('<main>'), body.indexOf('</main>'))
  const links = [...main.matchAll(/href="(\/portal[^"]*)"/g)].map(([, href = '']) => href.replace(/&amp;/g, '&'))
  for (const href of new Set(links)) {
    const [address = '', place] = href.split('#')
    const page = await get(address)
    t.equal(page.statusCode, 200, href)
    if (place !== undefined) t.match(page.body, `id="${place}"`, 'it leads to the place that says what to do')
  }
  t.equal(links.filter((href) => href.includes('#')).length, 7, 'one for each item of the checklist')
})

t.test('a redirect URI is checked in words, with what to write instead; what was typed stays', async (t) => {
  const said = async (redirect: string, kind = 'native') => {
    const page = await post(dev, NEW, { name: 'App', kind, redirect, key: 'k' })
    t.equal(page.statusCode, 400, redirect)
    t.match(noteOf(page.body), redirect, 'the field keeps it')
    const [, notice = ''] = /role="alert">(.*?)<\/div>/s.exec(noteOf(page.body)) ?? []
    for (const words of ['lain http', 'reversed domain name', 'anything else', 'no fragment', 'use https'])
      t.ok(notice.split(words).length <= 2, `${redirect}: “${words}” once`)
    return noteOf(page.body)
  }
  t.match(await said('http://localhost/callback'), /loopback IP.*localhost is another host/s)
  t.match(await said('myapp://callback'), /reversed domain name/)
  t.match(await said('http://shop.example.com/cb'), /anything else is https/)
  t.match(await said('https://shop.example.com/*'), /Wildcards/)
  t.match(await said('https://shop.example.com/cb#x', 'web'), /has no fragment/)
  t.match(await said('http://shop.example.com/cb', 'web'), /Plain http is for native apps/)
  t.match(
    await said('com.example.app:/callback', 'browser'),
    /Private-use schemes are for native apps.*https:\/\/app\.example\.com/s,
  )
  t.match((await get(`${NEW}?${new URLSearchParams({ name: 'x\u202e' })}`)).body, /cannot be seen|visible/)
})

t.test('a machine gets a secret, which is shown in this answer alone; two live until one is ended', async (t) => {
  const [form] = formsOf((await get(`${NEW}?name=Robot&kind=machine`)).body).filter(({ action }) => action === NEW)
  const made = await post(dev, NEW, form?.hidden)
  t.equal(made.statusCode, 200)
  const [, clientId = ''] = /<code translate="no">(client_[\w-]+)<\/code>/.exec(made.body) ?? []
  const [, first = ''] = /<li><code>([\w-]{43})<\/code>/.exec(made.body) ?? []
  const path = `${LIST}/${clientId}`
  t.notMatch((await get(path)).body, first)
  t.match((await get(path)).body, 'One secret')
  const [asks] = formsOf((await get(`${path}/secrets`)).body).filter(({ action }) => action === `${path}/secrets`)
  const [second, again] = await Promise.all([
    post(dev, `${path}/secrets`, asks?.hidden),
    post(dev, `${path}/secrets`, asks?.hidden),
  ])
  t.equal(again.body, second.body, 'pressed twice: one secret, which is seen')
  const [, next = ''] = /<li><code>([\w-]{43})<\/code>/.exec(second.body) ?? []
  t.not(next, first)
  const grant = async (secret: string) => (await clientCredentials(server.app, basic(clientId, secret))).json().error
  t.strictSame(
    [await grant(first), await grant(next)],
    ['unauthorized_client', 'unauthorized_client'],
    'both are right',
  )
  const both = await get(`${path}/secrets`)
  t.notMatch(both.body, next)
  t.match(both.body, 'last used')
  const ends = [...both.body.matchAll(/href="([^"]*\/end)"/g)].map(([, href = '']) => href)
  t.equal(ends.length, 2)
  t.match((await get(ends[1] ?? '')).body, 'cannot get tokens any more')
  t.equal((await post(dev, ends[1] ?? '')).statusCode, 303)
  t.strictSame([await grant(first), await grant(next)], ['invalid_client', 'unauthorized_client'])
  const last = await post(dev, ends[0] ?? '')
  t.match(last, { statusCode: 409 })
  t.match(last.body, 'only secret')
})

t.test('keys in the place of a secret: each mistake in a sentence, and the secrets end at once', async (t) => {
  const [form] = formsOf((await get(`${NEW}?name=Signs&kind=machine`)).body).filter(({ action }) => action === NEW)
  const made = await post(dev, NEW, form?.hidden)
  const [, clientId = ''] = /<code translate="no">(client_[\w-]+)<\/code>/.exec(made.body) ?? []
  const [, secret = ''] = /<li><code>([\w-]{43})<\/code>/.exec(made.body) ?? []
  for (const sent of [{ keep: 'forever' }, { keep: '-1' }, { keep: '1e3' }])
    t.equal((await post(dev, `${LIST}/${clientId}/secrets`, sent)).statusCode, 400, JSON.stringify(sent))
  await post(dev, `${LIST}/${clientId}/secrets`, { keep: '' })
  const url = `${LIST}/${clientId}/keys`
  t.match((await get(`${LIST}/${clientId}`)).body, `href="${url}"`)
  const etag = async () => formsOf((await get(url)).body).find(({ action }) => action === url)?.hidden.etag ?? ''
  const jwk = (type: 'ec' | 'rsa', half: 'publicKey' | 'privateKey', bits = 2048) => {
    const pair =
      type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: bits })
    return pair[half].export({ format: 'jwk' })
  }
  const key = jwk('ec', 'publicKey')
  const wrong: readonly (readonly [sent: string, said: RegExp])[] = [
    ['-----BEGIN PUBLIC KEY-----', /not JSON.*PEM/s],
    ['', /no key in it that this server can use/],
    ['[]', /object whose member keys/],
    ['{"keys":[7]}', /Each member of keys is a JWK/],
    [JSON.stringify({ keys: [jwk('ec', 'privateKey')] }), /private key in it.*make a new one/s],
    ['-----BEGIN PRIVATE KEY-----\nMIIsecret', /private key in it.*make a new one/s],
    [JSON.stringify({ keys: [jwk('rsa', 'publicKey', 1024), jwk('ec', 'privateKey')] }), /private key in it/],
    [JSON.stringify(jwk('ec', 'privateKey')).slice(0, -1), /private key in it/],
    [JSON.stringify({ keys: [jwk('rsa', 'publicKey', 1024)] }), /RSA key has 2048 to 4096 bits/],
    [JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }), /shared key/],
    [JSON.stringify({ keys: [{ ...key, use: 'enc' }] }), /no key in it that this server can use/],
    [
      JSON.stringify({
        keys: [
          { ...key, kid: 'a' },
          { ...jwk('ec', 'publicKey'), kid: 'a' },
        ],
      }),
      /no two the same/,
    ],
    [JSON.stringify({ keys: [{ ...key, kid: 'ü' }] }), /printable ASCII/],
    [JSON.stringify({ keys: [{ ...key, x: key.y }] }), /cannot be read/],
    [JSON.stringify({ keys: [{ ...key, x5c: ['A'.repeat(25_000)] }] }), /too long: 24,000/],
  ]
  for (const [jwks, said] of wrong) {
    const page = await post(dev, url, { jwks, etag: await etag() })
    t.match(page, { statusCode: 400, body: said }, jwks.slice(0, 60))
    t.match(page.body, '<a href="#jwks">')
    t.notMatch(page.body, /&quot;(d|k)&quot;:/, 'nothing secret is shown again')
  }
  t.match((await get(`${LIST}/${clientId}`)).body, '2 secrets', 'nothing has changed')
  const old = await etag()
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = JSON.stringify({ ...pair.publicKey.export({ format: 'jwk' }), kid: 'first' })
  t.equal((await post(dev, url, { jwks, etag: old })).statusCode, 303, 'a single key is a set of one')
  t.equal((await post(dev, url, { jwks, etag: old })).statusCode, 412)
  t.match((await get(url)).body, /<strong>first<\/strong>/)
  t.match((await get(`${LIST}/${clientId}`)).body, /by a key.*One key/s)
  t.match((await clientCredentials(server.app, basic(clientId, secret))).json(), { error: 'invalid_client' })
  t.equal((await get(`${LIST}/${clientId}/secrets`)).statusCode, 404)
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud: ISSUER, jti: 'once', iat: now, exp: now + 60 }
  const assertion = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'first' }).sign(pair.privateKey)
  const proven = { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertion }
  t.match(
    (await clientCredentials(server.app, {}, proven)).json(),
    { error: 'unauthorized_client' },
    'it is who it says',
  )
  const [back] = formsOf((await get(url)).body).filter(({ hidden }) => hidden.secret === 'yes')
  const shown = await post(dev, url, back?.hidden)
  const [, again = ''] = /<li><code>([\w-]{43})<\/code>/.exec(shown.body) ?? []
  t.match((await post(dev, url, back?.hidden)).body, again, 'pressed twice, it is the same one')
  t.match((await clientCredentials(server.app, basic(clientId, again))).json(), { error: 'unauthorized_client' })
  t.match((await clientCredentials(server.app, {}, proven)).json(), { error: 'invalid_client' }, 'its keys are gone')
  t.match(await post(dev, url, { secret: 'yes' }), { statusCode: 409, body: /does not prove itself by keys/ })
  t.match((await get(`${LIST}/${clientId}`)).body, /1 secret|One secret/)
  const app = await registered('Keyless')
  t.equal((await post(dev, `${app}/keys`, { secret: 'yes' })).statusCode, 404)
  t.equal((await get(`${app}/keys`)).statusCode, 404)
  t.equal((await post(dev, `${app}/keys`, { jwks })).statusCode, 404)
})

t.test(
  'one field a page: what was typed wrongly stays, what is emptied is taken away, who was slower is told',
  async (t) => {
    const path = await registered('Fields')
    const change = `${path}/change/policy_uri`
    const etag = async () =>
      formsOf((await get(change)).body).find(({ action }) => action === change)?.hidden.etag ?? ''
    const wrong = await post(dev, change, { policy_uri: 'http://shop.example.com/', etag: await etag() })
    t.equal(wrong.statusCode, 400)
    t.match(wrong.body, 'value="http://shop.example.com/"')
    t.match(wrong.body, 'https addresses')
    const old = await etag()
    const saved = await post(dev, change, { policy_uri: 'https://shop.example.com/privacy', etag: old })
    t.match((await get(saved.headers.location ?? '')).body, /Saved\..*https:\/\/shop\.example\.com\/privacy/s)
    const slower = await post(dev, change, { policy_uri: 'https://shop.example.com/other', etag: old })
    t.equal(slower.statusCode, 412)
    t.match(slower.body, 'value="https://shop.example.com/other"')
    await post(dev, change, { policy_uri: '', etag: await etag() })
    t.match((await get(path)).body, /Privacy policy<\/dt>\s*<dd>Not added yet/)
    t.equal((await get(`${path}/change/managed_by`)).statusCode, 404)
  },
)

t.test('redirect URIs come and go one at a time', async (t) => {
  const path = await registered('Addresses')
  const url = `${path}/addresses/redirect_uris`
  const etag = async () => formsOf((await get(url)).body).find(({ action }) => action === url)?.hidden.etag ?? ''
  const address = 'https://app.example.com/callback'
  t.match(
    (await post(dev, url, { address: 'http://localhost/', etag: await etag() })).body,
    /localhost is another host/,
  )
  t.equal((await post(dev, url, { address, etag: await etag() })).statusCode, 303)
  t.match((await get(url)).body, address)
  await post(dev, url, { remove: 'com.example.xaddresses:/callback', etag: await etag() })
  t.notMatch((await get(path)).body, 'com.example.xaddresses')

  const { id } = await server.db
    .selectFrom('applications')
    .where('client_id', '=', path.slice(LIST.length + 1))
    .select('id')
    .executeTakeFirstOrThrow()
  const subscription = { id: 'sub_last', application_id: id, api_id: API.id, plan: 'basic', scopes: [] }
  await server.db
    .insertInto('subscriptions')
    .values({ ...subscription, status: 'approved' })
    .execute()
  const last = await post(dev, url, { remove: address, etag: await etag() })
  t.match(last, { statusCode: 409, body: /the last redirect URI of an application that signs people in at an API/ })
  t.match((await get(url)).body, address)
})

t.test('deletion names what goes with it, asks for a recent sign-in, and is done once', async (t) => {
  const path = await registered('Doomed')
  const page = await get(`${path}/delete`)
  t.match(page.body, 'Delete Doomed?')
  t.match(page.body, 'fewer than five people')
  t.notMatch(page.body, 'subscription', 'it has none')
  const [form] = formsOf(page.body).filter(({ action }) => action === `${path}/delete`)
  await server.db
    .updateTable('sessions')
    .set({ auth_time: new Date(Date.now() - 3_600_000) })
    .where('person_id', '=', dev.personId)
    .execute()
  t.equal((await post(dev, `${path}/delete`, form?.hidden)).headers.location, `${path}/delete`, 'led to sign in')
  t.match((await get(`${path}/delete`)).headers.location, /^\/authorize\?/)
  await server.db.updateTable('sessions').set({ auth_time: new Date() }).where('person_id', '=', dev.personId).execute()
  const done = await post(dev, `${path}/delete`, form?.hidden)
  t.match((await get(done.headers.location ?? '')).body, 'The application is gone.')
  t.equal((await get(path)).statusCode, 404)
})

t.test('what a deletion names: each subscription, people in fives, secrets, keys, phones, the team', async (t) => {
  const { db, register } = server
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const id = await register({
    clientId: 'wide',
    name: 'Wide',
    kind: 'web',
    redirectUris: ['https://wide.example.com/cb'],
    authMethod: 'client_secret_basic',
    clientSecret: 'x'.repeat(32),
    jwks: { keys: [jwk] },
  })
  await db.updateTable('applications').set({ managed_by: 'portal' }).where('id', '=', id).execute()
  await db.transaction().execute((trx) => putMember(trx, { applicationId: id, personId: dev.personId, role: 'owner' }))
  await db
    .transaction()
    .execute((trx) => putMember(trx, { applicationId: id, personId: other.personId, role: 'collaborator' }))
  t.equal((await post(dev, `${LIST}/wide/people`, { email: 'third@example.com', as: 'owner' })).statusCode, 303)
  for (const plan of Array.from({ length: 101 }, (_, number) => `api-${number}`)) {
    const resource = `https://api.example.com/${plan}`
    await db
      .insertInto('apis')
      .values({ id: plan, name: `Called ${plan}.`, resource })
      .execute()
    await db.insertInto('api_plans').values({ api_id: plan, plan: 'basic' }).execute()
    const subscription = { id: `sub_${plan}`, application_id: id, api_id: plan, plan: 'basic', scopes: [] }
    await db
      .insertInto('subscriptions')
      .values({ ...subscription, status: 'approved' })
      .execute()
  }
  for (let person = 0; person < 7; person += 1) {
    const personId = await newPerson(server, `user-${person}@example.com`)
    const later = new Date(Date.now() + 3_600_000)
    const { auth_epoch } = await db
      .selectFrom('people')
      .where('id', '=', personId)
      .select('auth_epoch')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('refresh_families')
      .values({
        id: `grant_${String(person).padStart(22, '0')}`,
        person_id: personId,
        auth_epoch,
        application_id: id,
        api_id: 'api-0',
        session_id: 'none',
        scopes: [],
        acr: 'urn:mobile-api-gateway:acr:password',
        auth_time: new Date(),
        generation: 0,
        current_hash: `hash-${person}`,
        idle_expires_at: later,
        expires_at: later,
      })
      .execute()
  }
  await db
    .insertInto('app_identities')
    .values({
      application_id: id,
      apple_team: 'ABCDE12345',
      apple_bundle: 'com.example.wide',
      android_digests: [],
      passkeys: false,
    })
    .execute()
  const { body } = await get(`${LIST}/wide/delete`)
  t.match(body, 'Its 102 subscriptions go with it')
  t.match(body, 'Called api-100. (basic)')
  t.match(body, '5 people or more')
  t.match(body, 'Its secret counts no more.')
  t.match(body, 'Its key counts no more.')
  t.match(body, 'ABCDE12345.com.example.wide')
  t.match(body, 'gone for all 2 people')
  t.match(body, 'One invitation to it is over.')
  const [form] = formsOf(body).filter(({ action }) => action === `${LIST}/wide/delete`)
  t.equal((await post(dev, `${LIST}/wide/delete`, form?.hidden)).statusCode, 303)
})

t.test('deletion of an app of many logins is no slower for them: so many are looked at, and it says so', async (t) => {
  const path = await registered('Busy')
  const someone = await newPerson(server, 'busy@example.com')
  // Those that are over are found first.
  await sql`
    insert into refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, auth_time,
      generation, current_hash, idle_expires_at, expires_at, revoked_at)
    select 'grant_' || lpad(n::text, 22, 'b'), person.id, person.auth_epoch, application.id, ${API.id}, 'none', '{}',
      'urn:mobile-api-gateway:acr:password', now(), 0, 'busy-' || n, now() + interval '1 hour', now() + interval '1 hour',
      case when n <= 10000 then now() end
    from generate_series(1, 10001) n, people person, applications application
    where person.id = ${someone} and application.client_id = ${path.split('/').at(-1)}`.execute(server.db)
  t.match((await get(`${path}/delete`)).body, 'more logins than are counted')
})

t.test('another developer sees nothing of it, at any address', async (t) => {
  const path = await registered('Mine')
  const there = [
    '',
    '/change/name',
    '/addresses/redirect_uris',
    '/secrets',
    '/secrets/AAAAAAAA/end',
    '/delete',
    '/people',
    `/people/${dev.personId}/end`,
  ]
  for (const below of there) t.equal((await other.browser.request('GET', path + below)).statusCode, 404, below)
  for (const below of there.slice(1)) {
    const answer = await post(other, path + below, { etag: '*', name: 'Theirs', remove: 'com.example.xmine:/callback' })
    t.equal(answer.statusCode, 404, below)
  }
  t.match((await get(path)).body, 'com.example.xmine:/callback')
  t.match((await other.browser.request('GET', LIST)).body, 'You have no application yet.')
})

t.test('its people: invited, made owner by mail, withdrawn, taken out; the last owner stays', async (t) => {
  const path = await registered('Shared')
  const people = `${path}/people`
  const clientId = path.slice(LIST.length + 1)
  const { id } = await server.db
    .selectFrom('applications')
    .where('client_id', '=', clientId)
    .select('id')
    .executeTakeFirstOrThrow()
  const invite = (email: string, as: string) => post(dev, people, { email, as })
  const wrong = await invite('no address', 'owner')
  t.equal(wrong.statusCode, 400)
  t.match(wrong.body, /value="no address".*value="owner" checked/s, 'what was typed stays')
  t.match((await invite('friend@example.com', 'handOver')).headers.location, `${people}?news=invited`)
  t.match((await invite('friend@example.com', 'collaborator')).statusCode, 409)
  const waiting = await get(people)
  t.match(waiting.body, /friend@example\.com.*takes it over/s)
  const [withdraw] = formsOf(waiting.body).filter(({ hidden }) => hidden.withdraw !== undefined)
  await post(dev, people, withdraw?.hidden)
  t.notMatch((await get(people)).body, 'friend@example.com')
  t.equal((await post(dev, people, withdraw?.hidden)).headers.location, people, 'pressed twice')

  await server.db
    .transaction()
    .execute((trx) => putMember(trx, { applicationId: id, personId: other.personId, role: 'collaborator' }))
  t.match((await get(path)).body, /other@example\.com<\/bdi> \(works on it\)/)
  const seen = await other.browser.request('GET', people)
  t.match(seen.body, 'up to its owners')
  t.notMatch(seen.body, 'Make owner')
  t.match((await get(path)).body, `${path}/delete`)
  t.notMatch((await other.browser.request('GET', path)).body, `${path}/delete`, 'nobody is offered what they cannot do')
  for (const answer of [await other.browser.request('GET', `${path}/delete`), await post(other, `${path}/delete`)])
    t.match(answer, { statusCode: 403, body: new RegExp(`Its owners delete it.*<bdi>${dev.email}</bdi>`, 's') })
  t.equal((await post(other, people, { email: 'x@example.com', as: 'owner' })).statusCode, 403)
  const owners = `${people}/${dev.personId}/end`
  for (const answer of [
    await other.browser.request('GET', owners),
    await post(other, owners),
    await post(other, people, { email: 'x@example.com', as: 'owner' }),
  ]) {
    t.match(answer, { statusCode: 403, body: /Its owners invite people and take them out: ask one of them/ })
    t.match(
      answer.body,
      new RegExp(`<bdi>${dev.email}</bdi>.*${people}/${other.personId}/end`, 's'),
      'who, and the way out',
    )
    t.notMatch(answer.body, `action="${owners}"`, 'no form that would be refused')
  }
  const [promote] = formsOf((await get(people)).body).filter(({ hidden }) => hidden.as === 'owner')
  t.match(promote?.hidden, { email: 'other@example.com' })
  t.equal((await post(dev, people, promote?.hidden)).statusCode, 303)
  t.match((await get(`${people}/${other.personId}/end`)).body, 'Secrets that they know still count')
  for (const last of [await get(owners), await post(dev, owners)]) {
    t.match(last, { statusCode: 409, body: /You are the only owner of this app.*invite another owner first/s })
    t.match(last.body, `href="${path}/delete"`)
    t.notMatch(last.body, `action="${owners}"`)
  }
  t.match((await post(other, `${people}/${other.personId}/end`)).headers.location, `${LIST}?news=applicationLeft`)
  t.equal((await other.browser.request('GET', people)).statusCode, 404)
})

t.test('what phones know it by is set, told wrongly in words, and taken away', async (t) => {
  const path = await registered('Phones')
  const url = `${path}/phones`
  const etag = async () => formsOf((await get(url)).body).find(({ action }) => action === url)?.hidden.etag ?? ''
  const apple = { team: 'ABCDE12345', bundle: 'com.example.phones', attestation: 'optional' }
  const half = await post(dev, url, { ...apple, bundle: '', etag: await etag() })
  t.equal(half.statusCode, 400)
  t.match(half.body, 'value="ABCDE12345"', 'what was typed stays')
  t.match(await get(path), { body: `href="${url}"` })
  const digest = 'ab'.repeat(32)
  const android = { package: 'com.example.phones', digests: `${digest}\r\n${'cd'.repeat(32)}` }
  t.equal((await post(dev, url, { ...apple, ...android, etag: await etag() })).statusCode, 303)
  const shown = (await get(url)).body
  t.match(shown, /AB:AB:[A-F0-9:]+\nCD:CD/)
  t.match(shown, 'value="com.example.phones"')
  t.match(shown, /value="optional" checked/)
  t.match(shown, 'Waits for an administrator')
  t.notMatch(shown, 'name="passkeys"', 'which no developer gives to an app')
  const old = await etag()
  t.equal((await post(dev, url, { ...apple, etag: old })).statusCode, 303)
  t.equal((await post(dev, url, { ...apple, etag: old })).statusCode, 412)
  t.notMatch((await get(url)).body, 'AB:AB')
  t.match(await post(dev, url, { etag: await etag() }), { statusCode: 400, body: /Nothing is written/ })
  t.match((await get(url)).body, 'value="ABCDE12345"', 'what was emptied by mistake is there still')
  t.match((await get(url)).body, 'Its links open in the browser again')
  t.equal((await post(dev, url, { etag: await etag(), remove: 'yes' })).statusCode, 303)
  t.notMatch((await get(url)).body, 'value="ABCDE12345"')
  t.match(await post(dev, url, { etag: await etag() }), { statusCode: 400, body: /Nothing is written/ }, 'as new')
})

t.test('links are checked by a button: what was found stands there in words, for each file', async () => {
  const path = await registered('Checked')
  const url = `${path}/phones`
  t.notMatch((await get(url)).body, 'Check now', 'there is nothing to check yet')
  const android = { package: 'com.example.checked', digests: 'ab'.repeat(32) }
  await post(dev, url, { ...android, attestation: 'off', etag: '*' })
  const [form] = formsOf((await get(url)).body).filter(({ hidden }) => hidden.check === 'yes')
  const found = await post(dev, url, form?.hidden)
  t.equal(found.statusCode, 200)
  t.match(found.body, 'something is not as it should be yet')
  t.match(found.body, /Android: assetlinks\.json<\/dt>\s*<dd>It cannot be fetched/)
  t.notMatch(found.body, 'apple-app-site-association</dt>', 'which this app has nothing in')
  t.match(found.body, 'An administrator has not confirmed it yet')
  t.match((await get(path)).body, 'The last check found something wrong')
})

t.test('what a change of the record ends is said above the button that saves it', async () => {
  const path = await registered('Confirmed')
  const url = `${path}/phones`
  await post(dev, url, { team: 'ABCDE12345', bundle: 'com.example.c', attestation: 'off', etag: '*' })
  const LOSES =
    /An administrator has confirmed what is stored now\. If you save another .*<button type="submit" class="main">Save/s
  t.notMatch((await get(url)).body, LOSES)
  await server.db.updateTable('app_identities').set({ confirmed_at: new Date() }).execute()
  t.match((await get(url)).body, LOSES)
})

t.test('a logo is uploaded by a form with a file, shown encoded anew, and taken away', async (t) => {
  const path = await registered('Looks')
  const url = `${path}/logo`
  const upload = (file: Buffer, csrf = dev.csrf) => {
    const text = (name: string, value: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const head =
      '--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    const payload = Buffer.concat([Buffer.from(text('csrf', csrf) + head), file, Buffer.from('\r\n--x--\r\n')])
    const cookie = [...dev.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { 'content-type': 'multipart/form-data; boundary=x', cookie }
    return server.app.inject({ method: 'POST', url, headers, payload })
  }
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#1b56d6' } })
    .png()
    .toBuffer()
  t.equal((await upload(png, 'forged')).statusCode, 403)
  t.match(await upload(Buffer.from('<svg/>')), { statusCode: 400, body: /PNG, JPEG or WebP/ })
  t.match(await upload(Buffer.alloc(0)), { statusCode: 400, body: /choose an image/i })
  for (const size of [1_200_000, 10_000_000])
    t.match(await upload(Buffer.alloc(size)), {
      statusCode: 400,
      body: /This image is larger than 1 MB.*name="image"/s,
    })
  t.match(await upload(png), { statusCode: 303 })
  const shown = await get(url)
  const [, logo = ''] = /<img class="mark logo" src="(\/logos\/[^"]+)"/.exec(shown.body) ?? []
  t.match(shown.headers['content-security-policy'], "img-src 'self'")
  t.match(await get(logo), { statusCode: 200, headers: { 'content-type': 'image/webp' } })
  t.equal((await post(dev, url, { remove: 'yes' })).statusCode, 303)
  t.notMatch((await get(url)).body, '/logos/')
  const broken = { 'content-type': 'multipart/form-data', cookie: '' }
  t.equal((await server.app.inject({ method: 'POST', url, headers: broken, payload: 'x' })).statusCode, 400)
  const elsewhere = { 'content-type': 'multipart/form-data; boundary=x' }
  t.equal((await server.app.inject({ method: 'POST', url: NEW, headers: elsewhere, payload: '--x--' })).statusCode, 415)
})
