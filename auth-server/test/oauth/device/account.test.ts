// From guest to account: begun by a request that the device signs, ended at its app by code and PKCE, under the same `sub`.

import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import t from 'tap'
import { defineApi } from '../../../src/catalogue/apis.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { suspend } from '../../../src/store/queries/administration.ts'
import { signUpGuest } from '../../../src/store/queries/sign-up.ts'
import { Browser } from '../../support/browser.ts'
import { Device, GUEST_API, GUEST_APP } from '../../support/device.ts'
import { feedReader } from '../../support/feed.ts'
import { guestServer, openUpgrade, proveAddress } from '../../support/guest-visit.ts'
import { NEW_PASSWORD } from '../../support/mail-visit.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../../support/phone.ts'
import { catalogueOf, openUpstream } from '../../support/upstream.ts'

t.setTimeout(120_000)

t.test(
  'a guest signs up and keeps the same sub; every earlier token dies, and the key is a guest’s no more',
  async (t) => {
    const server = await guestServer(t)
    const { app, db, device, sub, mailbox } = server
    const { follow } = await feedReader(server)
    await follow()
    const guest = decodeJwt((await device.tokens()).json().access_token)
    const visit = await openUpgrade(server, device)
    t.match(visit.page.body, /Pixel of Ada/, 'the page names the device')
    t.match(visit.page.body, /Notes/, 'and the app')
    const choose = await proveAddress(server, visit, 'grace@example.com')
    const done = await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD, name: 'Grace' })
    const answer = answerOf(done)
    t.match(answer, { to: GUEST_APP.redirectUris[0], state: 'a-state', code: String })
    t.match(await follow(), [{ type: 'grant', grant_id: guest.grant_id }])
    t.match((await device.tokens()).json(), { error: 'invalid_grant' })
    t.match((await device.register()).json(), { error: 'invalid_proof' })

    const tokens = (await device.redeem(answer.code ?? '', visit.verifier)).json()
    t.match(decodeJwt(tokens.access_token), { sub, subject_kind: 'account', plan: 'basic', cnf: { jkt: device.jkt } })
    t.ok(tokens.refresh_token)
    t.match(await db.selectFrom('people').selectAll().where('id', '=', sub).executeTakeFirst(), {
      kind: 'member',
      name: 'Grace',
      status: 'active',
    })
    t.match(await db.selectFrom('audit_events').select(['type', 'outcome']).where('type', '=', 'device').execute(), [
      { outcome: 'registered' },
      { outcome: 'became-account' },
    ])
    t.ok(mailbox && (await server.signsIn('grace@example.com', NEW_PASSWORD)))
    t.ok(app)
  },
)

t.test('a guest is never asked what an API asks its people; whoever makes an account is asked then', async (t) => {
  const server = await guestServer(t)
  const { db, device, sub } = server
  const options = [{ value: 'chess', label: { en: 'Chess' } }]
  const club = { name: 'club', type: 'choice' as const, label: { en: 'Club' }, options, in_access_token: true }
  await defineApi(db, { ...GUEST_API, registration: { fields: [club] } }, OPERATOR)
  const guest = decodeJwt((await device.tokens()).json().access_token)
  t.match(guest, { sub, subject_kind: 'guest' })
  t.notOk('club' in guest)

  const visit = await openUpgrade(server, device)
  const choose = await proveAddress(server, visit, 'grace@example.com')
  const asked = await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD, name: 'Grace' })
  t.match(asked.body, '<h1>A few things for')
  const { code = '' } = answerOf(await visit.browser.submit(asked, '/registration', { 'answer.club': 'chess' }))
  const tokens = (await device.redeem(code, visit.verifier)).json()
  t.match(decodeJwt(tokens.access_token), { sub, subject_kind: 'account', club: 'chess' })
})

t.test('an upgrade begins only with a request that the device pushes and signs', async (t) => {
  const server = await guestServer(t)
  const { app, db, device, sub, register } = server
  await register({ ...GUEST_APP, clientId: 'other-app', redirectUris: ['com.example.other:/callback'] })
  const { challenge } = pkcePair()
  const stranger = await Device.create(app)
  const used = await device.assertion()
  t.equal((await device.push(challenge, { device_assertion: used })).statusCode, 201)
  const rows: readonly (readonly [what: string, error: string, answer: ReturnType<Device['push']>])[] = [
    ['no proof', 'invalid_dpop_proof', device.push(challenge, {}, { dpop: '' })],
    ['a proof by another key', 'invalid_grant', device.push(challenge, {}, { dpop: await stranger.dpop('/par') })],
    ['a key that nobody registered', 'invalid_grant', stranger.push(challenge)],
    ['an assertion once more', 'invalid_grant', device.push(challenge, { device_assertion: used })],
    ['no PKCE', 'invalid_request', device.push('', { code_challenge_method: '' })],
    [
      "another app's device",
      'invalid_grant',
      device.push(challenge, { client_id: 'other-app', redirect_uri: 'com.example.other:/callback' }),
    ],
    [
      'an app without guests',
      'unauthorized_client',
      device.push(challenge, { client_id: 'shop-app', redirect_uri: 'com.example.shop:/callback' }),
    ],
    [
      'a registration in its place',
      'invalid_grant',
      device.push(challenge, { device_assertion: await device.proof() }),
    ],
  ]
  for (const [what, error, answer] of rows) t.match((await answer).json(), { error }, what)
  const asserted = {
    client_id: GUEST_APP.clientId,
    redirect_uri: GUEST_APP.redirectUris[0],
    device_assertion: await device.assertion(),
  }
  const link = await app.inject(authorizeUrl(challenge, asserted))
  t.match(answerOf(link), { error: 'invalid_request', error_description: /pushed/ }, 'in a link')
  // Whatever else names the guest counts for nothing: without an assertion it is a login like any other.
  const named = await stranger.push(challenge, {
    device_assertion: '',
    sub,
    guest: sub,
    device_id: device.jkt,
    person_id: sub,
  })
  const query = new URLSearchParams({
    client_id: GUEST_APP.clientId,
    request_uri: named.json().request_uri,
    device_jkt: device.jkt,
  })
  const login = await new Browser(app).open(`/authorize?${query}`)
  t.match(login.body, /name="password"/)
  t.match(await db.selectFrom('pushed_requests').select('device_jkt').where('device_jkt', 'is not', null).execute(), [
    { device_jkt: device.jkt },
  ])
})

t.test(
  "an attacker sends the victim an upgrade link of the attacker's guest: it is named, and it ends at the attacker's app by nobody",
  async (t) => {
    const server = await guestServer(t)
    const { app, db, sub: victim, personId } = server
    const attacker = await Device.create(app)
    const { sub } = (await attacker.register({ device_name: 'Phone of Mallory' })).json()
    const visit = await openUpgrade(server, attacker)
    t.match(visit.page.body, /Phone of Mallory/)
    t.match(visit.page.body, /Go on only if this is your own device/)
    const signIn = await visit.browser.submit(visit.page, '/guest/sign-in', {})
    const answer = answerOf(await logIn(visit.browser, signIn))
    t.equal(answer.to, GUEST_APP.redirectUris[0])
    const other = await Device.create(app)
    const refused = { error: 'invalid_grant' }
    t.match((await other.redeem(answer.code ?? '', visit.verifier)).json(), refused, 'not by another key')
    t.match((await attacker.redeem(answer.code ?? '', pkcePair().verifier)).json(), refused, 'not without the verifier')
    t.match(
      (await attacker.redeem(answer.code ?? '', visit.verifier, { dpop: '' })).json(),
      refused,
      'not without a proof',
    )
    const people = await db
      .selectFrom('people')
      .select(['id', 'kind'])
      .where('id', 'in', [sub, victim, personId])
      .execute()
    t.same(
      people.toSorted((a, b) => a.id.localeCompare(b.id)),
      [
        { id: sub, kind: 'guest' },
        { id: victim, kind: 'guest' },
        { id: personId, kind: 'member' },
      ].toSorted((a, b) => a.id.localeCompare(b.id)),
    )
  },
)

t.test('upgrade twice at once: one wins, and the app hears that the other came too late', async (t) => {
  const server = await guestServer(t)
  const { db, device, sub } = server
  const visits = [await openUpgrade(server, device), await openUpgrade(server, device)]
  const pages: LightMyRequestResponse[] = []
  for (const [index, visit] of visits.entries())
    pages.push(await proveAddress(server, visit, `grace${index}@example.com`))
  const answers = await Promise.all(
    pages.map((page, index) => visits[index]?.browser.submit(page, '/new-password', { password: NEW_PASSWORD })),
  )
  const told = answers.map((answer) => answer && answerOf(answer))
  t.equal(told.filter((one) => one?.code !== undefined).length, 1)
  t.match(
    told.find((one) => one?.code === undefined),
    {
      to: GUEST_APP.redirectUris[0],
      error: 'access_denied',
      error_description: /become an account meanwhile/,
    },
  )
  t.equal((await db.selectFrom('email_addresses').selectAll().where('person_id', '=', sub).execute()).length, 1)
  t.equal((await db.selectFrom('people').selectAll().execute()).length, 2, 'no second sub')
})

t.test('50 sign-ups of one guest at once: one account comes of it', async (t) => {
  const { db, device, sub, applicationId } = await guestServer(t)
  const ids = Array.from({ length: 50 }, (_, index) => `challenge-${index}`)
  await sql`
    insert into mail_challenges (id, purpose, email_key, address, expires_at, proven_at, proven_hash)
    select id, 'sign-up', id || '@example.com', id || '@example.com', auth_now() + interval '1 hour', auth_now(), 'mine'
    from unnest(${ids}::text[]) id`.execute(db)
  const made = await Promise.all(
    ids.map((id) =>
      db.transaction().execute((trx) => {
        const proof = { id, purpose: 'sign-up', address: `${id}@example.com`, provenHash: 'mine' } as const
        const password = { hash: 'hash', pepperId: null }
        const guest = { name: id, language: 'en', password, deviceJkt: device.jkt, applicationId }
        return signUpGuest(trx, proof, guest)
      }),
    ),
  )
  t.strictSame(
    made.filter((one) => one !== undefined).map(({ personId }) => personId),
    [sub],
  )
  t.equal((await db.selectFrom('email_addresses').selectAll().where('person_id', '=', sub).execute()).length, 1)
})

t.test('upgrade racing token use: whatever the guest got, a gateway hears of its end', async (t) => {
  const server = await guestServer(t)
  const { device } = server
  const { follow } = await feedReader(server)
  await follow()
  const visit = await openUpgrade(server, device)
  const page = await proveAddress(server, visit, 'grace@example.com')
  const requests = await Promise.all(
    Array.from({ length: 20 }, async () => ({
      assertion: await device.assertion(),
      dpop: await device.dpop('/token'),
    })),
  )
  const [done, ...answers] = await Promise.all([
    visit.browser.submit(page, '/new-password', { password: NEW_PASSWORD }),
    ...requests.map(({ assertion, dpop }) => device.tokens({ assertion }, { dpop })),
  ])
  t.ok(answerOf(done).code)
  const ended = (await follow()).map(({ grant_id }) => grant_id)
  for (const answer of answers) {
    if (answer.statusCode !== 200) t.ok([400, 503].includes(answer.statusCode), answer.body)
    else t.ok(ended.includes(String(decodeJwt(answer.json().access_token).grant_id)))
  }
  t.match((await device.tokens()).json(), { error: 'invalid_grant' })
})

const BOB = { sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' }

t.test('a guest who makes the account by a provider keeps the same sub; who has one there is merged', async (t) => {
  const corp = await openUpstream(t)
  const catalogue = await catalogueOf(t, { corp: { ...corp.settings, email_domains: ['corp.example'] } })
  const server = await guestServer(t, catalogue)
  const { app, db, device, sub } = server
  corp.is(BOB)
  const signInByCorp = async (device: Device) => {
    const visit = await openUpgrade(server, device)
    const login = await visit.browser.submit(visit.page, '/guest/sign-in', {})
    const sent = await visit.browser.submit(login, '/provider/corp')
    const { pathname, search } = await corp.travel()(sent.headers.location ?? '')
    return { visit, callback: `${pathname}${search}` }
  }
  const redeemed = async (device: Device, { visit, callback }: Awaited<ReturnType<typeof signInByCorp>>) => {
    const { code = '' } = answerOf(await visit.browser.open(callback))
    return decodeJwt((await device.redeem(code, visit.verifier)).json().access_token)
  }
  const first = await redeemed(device, await signInByCorp(device))
  t.match(first, { sub, subject_kind: 'account' })
  t.notOk('merged_from' in first)
  t.match((await device.tokens()).json(), { error: 'invalid_grant' })
  t.match(await db.selectFrom('people').selectAll().where('id', '=', sub).executeTakeFirst(), {
    kind: 'member',
    name: 'Bob',
  })
  t.match(await db.selectFrom('audit_events').select('outcome').where('type', '=', 'device').execute(), [
    { outcome: 'registered' },
    { outcome: 'became-account' },
  ])
  const tablet = await Device.create(app)
  const { sub: other } = (await tablet.register()).json()
  t.match(await redeemed(tablet, await signInByCorp(tablet)), { sub, merged_from: other })

  const late = await Device.create(app)
  const { sub: gone } = (await late.register()).json()
  corp.is({ ...BOB, sub: 'eve', email: 'eve@corp.example' })
  const { visit, callback } = await signInByCorp(late)
  await db.transaction().execute((trx) => suspend(trx, gone))
  t.match(answerOf(await visit.browser.open(callback)), {
    error: 'access_denied',
    error_description: /guest has ended/,
  })
  t.equal((await db.selectFrom('identities').selectAll().execute()).length, 1, 'and no account is made of nobody')
})
