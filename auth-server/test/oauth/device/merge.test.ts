// A guest and an account that is there already: at the redemption of the code they become one, or nothing has happened.
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { ofRequest } from '../../../src/audit/context.ts'
import { sha256 } from '../../../src/crypto/digest.ts'
import { createAccount } from '../../../src/identity/local-account.ts'
import { eraseUnseenGuests } from '../../../src/identity/unseen-guests.ts'
import { erasePerson, exportPerson } from '../../../src/store/person.ts'
import { suspend } from '../../../src/store/queries/administration.ts'
import { signUpGuest } from '../../../src/store/queries/sign-up.ts'
import { redeemCode } from '../../../src/tokens/authorization-code.ts'
import { Browser } from '../../support/browser.ts'
import { Device, GUEST_APP } from '../../support/device.ts'
import { feedReader } from '../../support/feed.ts'
import { guestServer, openUpgrade } from '../../support/guest-visit.ts'
import { tracesOf } from '../../support/people.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, refresh } from '../../support/phone.ts'
import { USER } from '../../support/server.ts'

t.setTimeout(180_000)

const OTHER = { email: 'grace@example.com', password: USER.password }

type Server = Awaited<ReturnType<typeof guestServer>>

const shared = await guestServer(t)

/** Another guest of one server, for what concerns nobody else there. */
async function another(): Promise<Server> {
  const device = await Device.create(shared.app)
  const { sub } = (await device.register({ device_name: 'Pixel of Ada' })).json()
  return { ...shared, device, sub }
}

/** The code of a visit in which somebody signs in to an account that they have. */
async function codeOf(server: Server, user: Readonly<typeof USER> = USER, device = server.device) {
  const visit = await openUpgrade(server, device)
  const signIn = await visit.browser.submit(visit.page, '/guest/sign-in', {})
  const answer = answerOf(await logIn(visit.browser, signIn, user))
  if (answer.code === undefined) throw new Error('no code came')
  return { ...visit, code: answer.code }
}

async function addOther({ db, config }: Server): Promise<string> {
  const personId = await createAccount(db, config.passwordPepper, OTHER)
  if (personId === undefined) throw new Error('the address is taken')
  return personId
}

/** So many codes like this one, each with the verifier that belongs to it. */
async function cloneCode({ db }: Server, { code, verifier }: Awaited<ReturnType<typeof codeOf>>, count: number) {
  const codes = Array.from({ length: count }, (_, index) => `${code}-${index}`)
  const columns = sql.raw(
    `application_id, api_id, person_id, auth_epoch, session_id, acr, amr, auth_time, redirect_uri, code_challenge, scopes,
     nonce, dpop_jkt, device_jkt, expires_at`,
  )
  await sql`
    insert into authorization_codes (code_hash, ${columns})
    select clone, ${columns} from authorization_codes, unnest(${codes.map(sha256)}::text[]) clone
    where code_hash = ${sha256(code)}`.execute(db)
  return codes.map((code) => ({ code, verifier }))
}

/** Redeems one as its app does, without the HTTP around it. */
function redeemAs({ db, config, device }: Server, { code, verifier }: Readonly<{ code: string; verifier: string }>) {
  return redeemCode(db, config.tokenSecrets, {
    codeHash: sha256(code),
    codeVerifier: verifier,
    clientId: GUEST_APP.clientId,
    redirectUri: null,
    resource: null,
    dpopJkt: device.jkt,
    context: ofRequest({ id: 'request', ip: '192.0.2.1', headers: {} }),
  })
}

function statusOf({ db }: Server, id: string) {
  return db.selectFrom('people').select(['kind', 'status', 'merged_into']).where('id', '=', id).executeTakeFirst()
}

async function expectNoMerge(t: Pick<Test, 'match'>, server: Server) {
  t.match(await statusOf(server, server.sub), { kind: 'guest', status: 'active', merged_into: null })
}

t.test('merge into an account that has its own data: its sub wins, and the guest’s ends for good', async (t) => {
  const server = await guestServer(t)
  const { app, db, device, sub, personId, applicationId } = server
  const { follow } = await feedReader(server)
  await follow()
  const guest = decodeJwt((await device.tokens()).json().access_token)
  const { code, verifier, page } = await codeOf(server)
  t.match(page.body, /Pixel of Ada/, 'the page names the device')
  t.match(page.body, /Notes/, 'and the app')
  t.match(page.body, /this device is part of that one from then on/, 'and the rule')
  t.equal((await device.tokens()).statusCode, 200, 'until the app has shown once more that the device is at hand')

  const tokens = (await device.redeem(code, verifier)).json()
  const claims = { sub: personId, subject_kind: 'account', plan: 'basic', merged_from: sub, cnf: { jkt: device.jkt } }
  t.match(decodeJwt(tokens.access_token), claims)
  t.match(await follow(), [{ type: 'grant', grant_id: guest.grant_id }])
  t.match(await statusOf(server, sub), { kind: 'guest', status: 'merged', merged_into: personId })
  await t.rejects(db.insertInto('people').values({ id: sub }).execute(), /duplicate key/)

  const ended = { error: 'invalid_grant', error_description: /has ended or has an account; sign in, or make a new key/ }
  t.match((await device.tokens()).json(), ended)
  t.match((await device.push(pkcePair().challenge)).json(), ended)
  t.match((await device.register()).json(), { error: 'invalid_proof', error_description: /make a new key pair/ })
  const afterwards = await Device.create(app)
  const fresh = (await afterwards.register()).json()
  t.ok(fresh.sub !== sub && fresh.sub !== personId, 'who signs out begins anew with another key, as somebody new')

  const events = await db
    .selectFrom('audit_events as event')
    .innerJoin('people as person', 'person.pseudonym', 'event.person')
    .where('event.type', '=', 'person')
    .select(['event.outcome', 'event.change', 'event.application_id', 'person.id'])
    .execute()
  const pseudonymOf = async (id: string) =>
    (await db.selectFrom('people').select('pseudonym').where('id', '=', id).executeTakeFirstOrThrow()).pseudonym
  t.strictSame(events, [
    {
      outcome: 'merged',
      change: { before: [await pseudonymOf(sub)], after: [await pseudonymOf(personId)] },
      application_id: applicationId,
      id: personId,
    },
  ])
})

t.test('for 30 days every token of the device says whose it was; those of other logins never do', async (t) => {
  const server = await guestServer(t)
  const { app, db, device, sub } = server
  const { code, verifier } = await codeOf(server)
  const { refresh_token } = (await device.redeem(code, verifier)).json()
  const next = async (token: string) => {
    const form = { grant_type: 'refresh_token', client_id: GUEST_APP.clientId, refresh_token: token }
    const ask = async (nonce?: string) =>
      app.inject({
        method: 'POST',
        url: '/token',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          dpop: await device.dpop('/token', nonce === undefined ? {} : { claims: { nonce } }),
        },
        payload: new URLSearchParams(form).toString(),
      })
    const answer = await ask()
    return (answer.statusCode === 200 ? answer : await ask(String(answer.headers['dpop-nonce']))).json()
  }
  const second = await next(refresh_token)
  t.equal(decodeJwt(second.access_token).merged_from, sub)
  await db.updateTable('device_keys').set({ account_since: sql<Date>`auth_now() - interval '31 days'` }).execute()
  t.notOk('merged_from' in decodeJwt((await next(second.refresh_token)).access_token))
  const browser = new Browser(app)
  const { verifier: plain, challenge } = pkcePair()
  const { code: other = '' } = answerOf(await logIn(browser, await browser.open(authorizeUrl(challenge))))
  const login = await app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'shop-app',
      code: other,
      code_verifier: plain,
    }).toString(),
  })
  t.notOk('merged_from' in decodeJwt(login.json().access_token))
  t.match((await refresh(app, login.json().refresh_token)).statusCode, 200)
})

t.test('who is signed in already says yes to it by name, also to an app that its link proves', async (t) => {
  const server = await another()
  const { app, db, device, sub, personId } = server
  const claimed = 'https://notes.example.com/callback'
  await db
    .updateTable('applications')
    .set({ redirect_uris: [...GUEST_APP.redirectUris, claimed] })
    .where('client_id', '=', GUEST_APP.clientId)
    .execute()
  const browser = new Browser(app)
  await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))
  const visit = await openUpgrade(server, device, browser, { redirect_uri: claimed })
  const page = await browser.submit(visit.page, '/guest/sign-in', {})
  t.match(page.body, /Continue as/)
  t.match(page.body, /What you did on <strong>Pixel of Ada<\/strong> without an account becomes part of this account/)
  const { code = '' } = answerOf(await browser.submit(page, '/continue', {}))
  const { access_token } = (await device.redeem(code, visit.verifier)).json()
  t.match(decodeJwt(access_token), { sub: personId, merged_from: sub })
})

t.test('whoever signs in before they have read what becomes of the guest, reads it then', async (t) => {
  const server = await another()
  const { device, sub, personId } = server
  const visit = await openUpgrade(server, device)
  const [, id] = /interaction\/([\w-]{22})\//.exec(visit.page.body) ?? []
  const login = await visit.browser.open(`/interaction/${id}/login`)
  const page = await logIn(visit.browser, login)
  t.match(page.body, /Pixel of Ada/)
  const { code = '' } = answerOf(await visit.browser.submit(page, '/guest/sign-in', {}))
  t.match(decodeJwt((await device.redeem(code, visit.verifier)).json().access_token), {
    sub: personId,
    merged_from: sub,
  })
})

t.test(
  'a client names a guest id in a body: ignored, only the key counts, with the code and its verifier',
  async (t) => {
    const server = await another()
    const { app, device, sub } = server
    const { code, verifier } = await codeOf(server)
    const stranger = await Device.create(app)
    await stranger.register()
    const refused = { error: 'invalid_grant' }
    t.match((await stranger.redeem(code, verifier)).json(), refused, 'another guest’s key')
    t.match((await device.redeem(code, verifier, { dpop: '' })).json(), refused, 'no proof')
    t.match((await device.redeem(code, pkcePair().verifier)).json(), refused, 'another verifier')
    // Nor by any id that somebody names: this login is one like any other.
    const browser = new Browser(app)
    const named = { sub, guest: sub, device_jkt: device.jkt, device_id: device.jkt, merged_from: sub }
    const pair = pkcePair()
    const { code: plain = '' } = answerOf(await logIn(browser, await browser.open(authorizeUrl(pair.challenge, named))))
    const answer = await app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'shop-app',
        code: plain,
        code_verifier: pair.verifier,
        ...named,
      }).toString(),
    })
    t.equal(answer.statusCode, 200, answer.body)
    await expectNoMerge(t, server)
  },
)

t.test('merge twice at once, 50 times one code: one login comes of it', async (t) => {
  const server = await guestServer(t)
  const { db, personId } = server
  const code = await codeOf(server)
  const answers = await Promise.all(Array.from({ length: 50 }, () => redeemAs(server, code)))
  t.equal(answers.filter(({ kind }) => kind === 'redeemed').length, 1)
  const families = await db.selectFrom('refresh_families').select('id').where('person_id', '=', personId).execute()
  t.equal(families.length, 1)
  t.match(await statusOf(server, server.sub), { status: 'merged', merged_into: personId })
})

t.test('50 codes for two accounts at once: the guest is part of one of them, once', async (t) => {
  const server = await guestServer(t)
  const { db, device, sub, personId } = server
  const otherId = await addOther(server)
  const codes = [
    ...(await cloneCode(server, await codeOf(server), 25)),
    ...(await cloneCode(server, await codeOf(server, OTHER), 25)),
  ]
  const mixed = codes.toSorted((a, b) => sha256(a.code).localeCompare(sha256(b.code)))
  const answers = await Promise.all(mixed.map((code) => redeemAs(server, code)))
  const merged = answers.flatMap((answer) =>
    answer.kind === 'redeemed' && answer.family.mergedFrom === sub ? [answer.family.personId] : [],
  )
  t.ok(merged.length >= 1)
  const [winner] = merged
  t.ok(winner === personId || winner === otherId)
  t.match(await statusOf(server, sub), { status: 'merged', merged_into: winner })
  t.equal((await db.selectFrom('audit_events').selectAll().where('type', '=', 'person').execute()).length, 1)
  for (const answer of answers)
    if (answer.kind === 'redeemed') t.equal(answer.family.personId, winner, 'no second sub for one person')
    else t.equal(answer.because, 'guest ended')
  t.match(await db.selectFrom('device_keys').select(['jkt', 'person_id', 'merged_from']).execute(), [
    { jkt: device.jkt, person_id: winner, merged_from: sub },
  ])
})

t.test('a code that comes after the guest has become part of another account is told so', async (t) => {
  const server = await another()
  const { device } = server
  await addOther(server)
  const first = await codeOf(server)
  const second = await codeOf(server, OTHER)
  t.equal((await device.redeem(first.code, first.verifier)).statusCode, 200)
  const answer = await device.redeem(second.code, second.verifier)
  t.equal(answer.statusCode, 400)
  t.match(answer.json(), {
    error: 'invalid_grant',
    error_description: /guest has ended, or belongs to an account by now; begin a sign-in without device_assertion/,
  })
})

t.test('merge racing token use: whatever the guest got, a gateway hears of its end', async (t) => {
  const server = await another()
  const { device } = server
  const { follow } = await feedReader(server)
  await follow()
  const { code, verifier } = await codeOf(server)
  const requests = await Promise.all(
    Array.from({ length: 50 }, async () => ({
      assertion: await device.assertion(),
      dpop: await device.dpop('/token'),
    })),
  )
  const [merged, ...answers] = await Promise.all([
    device.redeem(code, verifier),
    ...requests.map(({ assertion, dpop }) => device.tokens({ assertion }, { dpop })),
  ])
  t.ok([200, 503].includes(merged.statusCode), merged.body)
  if (merged.statusCode !== 200) t.equal((await device.redeem(code, verifier)).statusCode, 200)
  const ended = (await follow()).map(({ grant_id }) => grant_id)
  for (const answer of answers)
    if (answer.statusCode !== 200) t.ok([400, 503].includes(answer.statusCode), answer.body)
    else t.ok(ended.includes(String(decodeJwt(answer.json().access_token).grant_id)))
  t.match((await device.tokens()).json(), { error: 'invalid_grant' })
})

t.test('merge racing a sign-up of the same guest: the guest becomes one of both', async (t) => {
  const server = await guestServer(t)
  const { db, device, sub, personId, applicationId } = server
  const codes = await cloneCode(server, await codeOf(server), 25)
  const ids = codes.map((_, index) => `challenge-${index}`)
  await sql`
    insert into mail_challenges (id, purpose, email_key, address, expires_at, proven_at, proven_hash)
    select id, 'sign-up', id || '@example.com', id || '@example.com', auth_now() + interval '1 hour', auth_now(), 'mine'
    from unnest(${ids}::text[]) id`.execute(db)
  const signUp = (id: string) =>
    db.transaction().execute((trx) => {
      const proof = { id, purpose: 'sign-up', address: `${id}@example.com`, provenHash: 'mine' } as const
      const password = { hash: 'hash', pepperId: null }
      return signUpGuest(trx, proof, { name: id, language: 'en', password, deviceJkt: device.jkt, applicationId })
    })
  const outcomes = await Promise.all(
    codes.flatMap((code, index) => [
      signUp(ids[index] ?? '').then((made) => (made ? 'signed up' : 'too late')),
      redeemAs(server, code).then((answer) => (answer.kind === 'redeemed' ? 'merged' : answer.because)),
    ]),
  )
  const now = await statusOf(server, sub)
  const signedUp = outcomes.filter((outcome) => outcome === 'signed up').length
  t.equal(signedUp, now?.kind === 'member' ? 1 : 0)
  t.equal(outcomes.includes('merged'), now?.status === 'merged')
  t.not(signedUp === 1, outcomes.includes('merged'), 'one or the other')
  t.match(now, signedUp === 1 ? { kind: 'member', status: 'active' } : { kind: 'guest', merged_into: personId })
})

t.test('merge racing the expiry of the guest: it is part of the account, or gone', async (t) => {
  const server = await guestServer(t)
  const { db, sub, personId } = server
  const code = await codeOf(server)
  const age = (seconds: number) => sql<Date>`auth_now() - interval '90 days' + make_interval(secs => ${seconds})`
  // About to run out: which of both comes first is open.
  await db
    .updateTable('device_keys')
    .set({ created_at: age(0.05), used_at: null })
    .execute()
  const [answer, erased] = await Promise.all([
    redeemAs(server, code),
    (async () => {
      for (let tries = 0; tries < 50; tries++) if ((await eraseUnseenGuests(db)) > 0) return true
      return false
    })(),
  ])
  const now = await statusOf(server, sub)
  if (answer.kind === 'redeemed') t.match(now, { status: 'merged', merged_into: personId })
  else t.equal(answer.because, 'guest ended')
  t.not(answer.kind === 'redeemed', erased, 'one or the other')
  await db
    .updateTable('device_keys')
    .set({ created_at: age(-1) })
    .execute()
  await eraseUnseenGuests(db)
  t.equal((await statusOf(server, sub)) === undefined, answer.kind === 'refused', 'who is merged runs out no more')
})

t.test('a guest who has run out cannot be merged any more', async (t) => {
  const server = await another()
  const { code, verifier } = await codeOf(server)
  await server.db
    .updateTable('device_keys')
    .set({ created_at: sql<Date>`auth_now() - interval '91 days'`, used_at: null })
    .where('jkt', '=', server.device.jkt)
    .execute()
  t.match((await server.device.redeem(code, verifier)).json(), {
    error: 'invalid_grant',
    error_description: /guest has ended/,
  })
})

const ENDS = {
  suspension: ({ db, personId }: Server) => db.transaction().execute((trx) => suspend(trx, personId)),
  erasure: ({ db, personId }: Server) => erasePerson(db, personId),
}
for (const [name, end] of Object.entries(ENDS))
  t.test(`merge racing the ${name} of the account: merged before it, or a guest still`, async (t) => {
    const server = await guestServer(t)
    const { db, sub, personId, device } = server
    const codes = await cloneCode(server, await codeOf(server), 20)
    const [, ...answers] = await Promise.all([
      end(server),
      ...codes.map((code) =>
        redeemAs(server, code).then(
          ({ kind }) => kind,
          (error: Error) => error.message,
        ),
      ),
    ])
    const guest = await statusOf(server, sub)
    const account = await statusOf(server, personId)
    if (answers.includes('redeemed')) {
      if (name === 'erasure') t.strictSame([guest, account], [undefined, undefined])
      else t.match(guest, { status: 'merged', merged_into: personId })
      t.match((await device.tokens()).json(), { error: 'invalid_grant' })
      t.strictSame(name === 'erasure' ? await tracesOf(db, sub) : [], [])
    } else {
      await expectNoMerge(t, server)
      t.equal((await device.tokens()).statusCode, 200)
    }
  })

t.test(
  'the copy of an account has what is kept about its guests, and its erasure leaves nothing of them',
  async (t) => {
    const server = await guestServer(t)
    const { db, device, sub, personId } = server
    await device.tokens()
    const { code, verifier } = await codeOf(server)
    await device.redeem(code, verifier)
    const copy = await exportPerson(db, personId)
    t.strictSame(copy?.people?.map(({ id }) => id).toSorted(), [personId, sub].toSorted())
    t.match(copy?.device_keys, [{ jkt: device.jkt, merged_from: sub, name: 'Pixel of Ada' }])
    const told = copy?.audit_events?.map(({ type, outcome }) => `${type} ${outcome}`) ?? []
    t.ok(told.includes('device registered') && told.includes('person merged'), told.join(', '))
    t.equal(await erasePerson(db, personId), true)
    t.strictSame(await tracesOf(db, sub, personId, device.jkt), [])
    t.strictSame(await db.selectFrom('audit_details').selectAll().execute(), [], 'nor where it came from')
    await t.rejects(db.insertInto('people').values({ id: sub }).execute(), /retired/)
  },
)
