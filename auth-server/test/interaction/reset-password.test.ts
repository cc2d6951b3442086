// A forgotten password: the mail alone is the authority, one choice wins, and all that was before ends.
import { domainToUnicode } from 'node:url'
import { decodeJwt } from 'jose'
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { ceremonies, freshSession, passkeyLogin } from '../support/passkeys.ts'
import { answerOf, logIn, obtainTokens, refresh } from '../support/phone.ts'
import { USER } from '../support/server.ts'
import { CLAIMED_URI, signedInBrowser } from '../support/session.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'

async function proven(server: Awaited<ReturnType<typeof mailServer>>) {
  const visit = await server.asked('forgotten', USER.email)
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  return { ...visit, choose }
}

t.test(
  'the password is another one, every login from before has ended, the visit goes on, and a mail tells of it',
  async (t) => {
    const server = await mailServer(t)
    const { app, db, personId } = server
    const before = await signedInBrowser(app)
    const tokens = await obtainTokens(app)
    await db.updateTable('people').set({ password_reset_required_at: new Date() }).where('id', '=', personId).execute()
    const visit = await proven(server)
    t.match(visit.choose.body, /<h1>Choose a new password<\/h1>.*You are then signed out everywhere else/s)
    const done = await visit.browser.submit(visit.choose, '/new-password', { password: NEW_PASSWORD })
    t.match(answerOf(done), { to: CLAIMED_URI, code: /./ })
    t.ok(visit.browser.cookies.has(SESSION_COOKIE))
    t.match(
      (await before.open(`${(await server.begin(before)).page.headers.location ?? '/authorize'}`)).statusCode,
      400,
    )
    t.match((await refresh(app, tokens.refresh_token)).json(), { error: 'invalid_grant' })
    t.equal(await server.signsIn(USER.email, USER.password), false)
    t.equal(await server.signsIn(USER.email, NEW_PASSWORD), true)
    t.match(await db.selectFrom('people').where('id', '=', personId).selectAll().executeTakeFirst(), {
      auth_epoch: 2,
      password_reset_required_at: null,
    })
    t.match(await db.selectFrom('email_addresses').select('proof').execute(), [{ proof: 'verified' }])
    const mails = await server.mailbox.deliver(server)
    t.strictSame(
      mails.map(({ subject, link, recipients }) => [subject, link.includes('/undo/'), recipients]).toSorted(),
      [
        // By the sign-in with the new password, just before.
        ['New sign-in to your account', true, [USER.email]],
        ['Your account was changed', true, [USER.email]],
      ],
    )
    t.match(await db.selectFrom('audit_events').where('type', '=', 'password').selectAll().execute(), [
      { outcome: 'reset' },
    ])
  },
)

t.test(
  'call the "set new password" step without the mail’s token, with another flow’s id, after going back [CVE-2026-18963]',
  async (t) => {
    const server = await mailServer(t)
    const visit = await server.asked('forgotten', USER.email)
    const { hidden = {} } = formsOf(visit.check.body)[0] ?? {}
    const form = { ...hidden, password: NEW_PASSWORD }
    const leadsBack = { statusCode: 303, headers: { location: `/authorize/resume/${visit.id}` } }
    t.match(await visit.browser.request('GET', visit.at('new-password')), leadsBack, 'nothing is proven')
    t.match(await visit.browser.request('POST', visit.at('new-password'), { form }), leadsBack)
    // Mallory has proven an address of her own, in this browser even.
    const other = await server.begin(visit.browser)
    const otherCheck = await other.ask('sign-up', 'mallory@example.com')
    const [mail] = await server.mailbox.deliver(server)
    const otherChoose = await visit.browser.submit(otherCheck, '/check-mail', { code: mail?.code ?? '' })
    const { hidden: theirs = {} } = formsOf(otherChoose.body)[0] ?? {}
    t.equal(
      (await visit.browser.request('POST', visit.at('new-password'), { form: { ...theirs, password: NEW_PASSWORD } }))
        .statusCode,
      403,
    )
    t.match(await visit.browser.request('POST', visit.at('new-password'), { form }), leadsBack)
    t.match(await visit.browser.request('GET', `${visit.link}/new-password`), {
      statusCode: 303,
      headers: { location: visit.link },
    })
    t.equal((await new Browser(server.app).request('POST', `${visit.link}/new-password`, { form })).statusCode, 403)
    t.ok(await server.signsIn(USER.email, USER.password), 'nothing has changed')
    // Used, and then back.
    const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
    await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
    const again = await visit.browser.submit(choose, '/new-password', { password: 'and another one of mine' })
    t.notMatch(again.statusCode, 303)
    t.ok(await server.signsIn(USER.email, NEW_PASSWORD))
  },
)

t.test('two resets at once; one wins', async (t) => {
  const server = await mailServer(t)
  const one = await proven(server)
  const other = await proven(server)
  const answers = await Promise.all([
    one.browser.submit(one.choose, '/new-password', { password: NEW_PASSWORD }),
    other.browser.submit(other.choose, '/new-password', { password: 'nine blue umbrellas' }),
  ])
  const statuses = answers.map(({ statusCode }) => statusCode)
  // The other one is led to sign in, or told that the link is of no use any more: by how far it had come.
  t.equal(statuses.filter((status) => status === 303).length, 1)
  t.equal(statuses.filter((status) => status === 200 || status === 410).length, 1)
  const [winner, loser] = [NEW_PASSWORD, 'nine blue umbrellas'].toSorted((a) =>
    (a === NEW_PASSWORD) === (statuses[0] === 303) ? -1 : 1,
  )
  t.equal(await server.signsIn(USER.email, winner ?? ''), true)
  t.equal(await server.signsIn(USER.email, loser ?? ''), false)
  const people = await server.db.selectFrom('people').select('auth_epoch').execute()
  t.strictSame(people, [{ auth_epoch: 2 }])
})

t.test('reset racing login, refresh: one wins, and auth_epoch ends the rest', async (t) => {
  const server = await mailServer(t)
  for (let round = 0; round < 3; round++) {
    const password = `${round} seven green lanterns`
    const old = round === 0 ? USER.password : `${round - 1} seven green lanterns`
    const login = await server.begin()
    const holder = await server.begin()
    const tokens = await holder.tokensOf(await logIn(holder.browser, holder.page, { ...USER, password: old }))
    const visit = await proven(server)
    const [done] = await Promise.all([
      visit.browser.submit(visit.choose, '/new-password', { password }),
      logIn(login.browser, login.page, { ...USER, password: old }),
      refresh(server.app, tokens.refresh_token),
    ])
    t.equal(done.statusCode, 303)
    t.match((await refresh(server.app, tokens.refresh_token)).json(), { error: 'invalid_grant' })
    const [{ auth_epoch: epoch = 0 } = {}] = await server.db.selectFrom('people').select('auth_epoch').execute()
    const alive = await server.db.selectFrom('sessions').where('auth_epoch', '=', epoch).selectAll().execute()
    t.equal(alive.length, 1, 'the session of the reset')
    await server.mailbox.deliver(server)
    await server.db.deleteFrom('attempts').execute()
  }
})

t.test('reset racing passkey use: one wins, and auth_epoch ends the rest', async (t) => {
  const server = await mailServer(t)
  const { app, db, personId } = server
  const { register, ask } = ceremonies(server)
  const passkey = new SoftPasskey()
  await register(await freshSession(server), passkey)
  for (let round = 0; round < 5; round++) {
    const password = `${round} seven green lanterns`
    const old = round === 0 ? USER.password : `${round - 1} seven green lanterns`
    const owner = await freshSession(server, { ...USER, password: old })
    const login = await server.begin()
    const post = await passkeyLogin(login.browser, login.page, passkey, personId)
    const challenge = await ask(owner)
    const visit = await proven(server)
    const [done, signedIn, added] = await Promise.all([
      visit.browser.submit(visit.choose, '/new-password', { password }),
      post(),
      register(owner, new SoftPasskey(), { challenge }),
    ])
    t.equal(done.statusCode, 303)
    t.ok(['stored', 'person changed'].includes(added.kind), added.kind)
    const { auth_epoch: epoch } = await db.selectFrom('people').select('auth_epoch').executeTakeFirstOrThrow()
    t.equal(epoch, round + 2)
    // Whoever came before the new password is signed out; a session that was begun meanwhile is of the epoch before.
    const ended = await db.selectFrom('sessions').where('auth_epoch', '<>', epoch).select('id').execute()
    t.ok(ended.length <= 1, 'none but the one that was begun meanwhile')
    const answer = answerOf(await login.browser.follow(signedIn))
    if (ended.length > 0) t.equal(answer.code, undefined, 'a session of before opens nothing')
    if (answer.code !== undefined) {
      const tokens = (await login.tokensOf(await login.browser.follow(signedIn))) ?? {}
      const families = await db
        .selectFrom('refresh_families')
        .where('auth_epoch', '<>', epoch)
        .where('revoked_at', 'is', null)
        .select('id')
        .execute()
      for (const { id } of families) t.not(id, tokens.refresh_token?.split('.')[0], 'no token of before')
    }
    t.equal(await server.signsIn(USER.email, old), false)
    await server.mailbox.deliver(server)
    await db.deleteFrom('attempts').execute()
  }
  t.equal((await app.inject('/health/live')).statusCode, 200)
})

t.test('forgot for unknown, suspended and leaving account: same page, no mail, and nothing to prove', async (t) => {
  const server = await mailServer(t)
  const change = (set: Readonly<{ status: 'suspended' | 'leaving' | 'active'; erase_after: Date | null }>) =>
    server.db.updateTable('people').set(set).execute()
  for (const [name, email, prepare] of [
    ['unknown', 'nobody@example.com', async () => {}],
    ['suspended', USER.email, () => change({ status: 'suspended', erase_after: null })],
    ['leaving', USER.email, () => change({ status: 'leaving', erase_after: new Date(Date.now() + 1e9) })],
  ] as const) {
    await prepare()
    const visit = await server.begin()
    const check = await visit.ask('forgotten', email)
    t.match(check, { statusCode: 200, body: /If there is an account with/ }, name)
    t.strictSame(await server.mailbox.deliver(server), [], name)
  }
})

t.test('a proof is dead with the next epoch, and with the address that it was sent to', async (t) => {
  const server = await mailServer(t)
  const { db, personId } = server
  const visit = await proven(server)
  await db.updateTable('people').set({ auth_epoch: 7 }).where('id', '=', personId).execute()
  const late = await visit.browser.submit(visit.choose, '/new-password', { password: NEW_PASSWORD })
  t.match(late.body, /<h1>Sign in<\/h1>/)
  t.match(await visit.browser.open(visit.link), { statusCode: 410 })
  const next = await proven(server)
  await db
    .updateTable('email_addresses')
    .set({ proof: null, proven_at: null, is_primary: false })
    .where('person_id', '=', personId)
    .execute()
  t.equal((await next.browser.submit(next.choose, '/new-password', { password: NEW_PASSWORD })).statusCode, 410)
  await db
    .updateTable('email_addresses')
    .set({ proof: 'assigned', proven_at: new Date(), is_primary: true })
    .where('person_id', '=', personId)
    .execute()
  t.ok(await server.signsIn(USER.email, USER.password))
})

t.test('who has to choose a new password hears it after the right one only', async (t) => {
  const server = await mailServer(t)
  const { db } = server
  await db.updateTable('people').set({ password_reset_required_at: new Date() }).execute()
  const { browser, page } = await server.begin()
  t.match((await logIn(browser, page, { ...USER, password: 'wrong' })).body, /do not fit together/)
  t.match(await logIn(browser, page), { statusCode: 422, body: /needs a new password/ })
  const refusals = db.selectFrom('audit_events').where('outcome', '=', 'refused').select(['type', 'person'])
  t.match(await refusals.execute(), [{ type: 'sign-in', person: /./ }], 'and the log tells that somebody has it')
  t.notOk(browser.cookies.has(SESSION_COOKIE))
})

t.test('by the feed, gateways hear of it as of any end of logins', async (t) => {
  const server = await mailServer(t)
  const { access_token } = await obtainTokens(server.app)
  const visit = await proven(server)
  await visit.browser.submit(visit.choose, '/new-password', { password: NEW_PASSWORD })
  const rows = await server.db.selectFrom('revocations').select('data').execute()
  t.match(rows, [{ data: { grant_id: decodeJwt(access_token).grant_id } }])
})

t.test('a mail about an account goes to the address that the account has, however it was typed', async (t) => {
  const server = await mailServer(t)
  const { db, config, mailbox } = server
  await createAccount(db, config.passwordPepper, { email: 'anna@κόσμος-shop.example', password: USER.password })
  const recipients = async (what: 'sign-up' | 'forgotten', email: string) => {
    const check = await (await server.begin()).ask(what, email)
    t.match(check.body, /<h1>Check your mail<\/h1>/, 'what is said is the same')
    return (await mailbox.deliver(server)).map((mail) => [mail.subject, ...mail.recipients])
  }
  const shouted = USER.email.toUpperCase()
  t.not(shouted, USER.email)
  t.strictSame(await recipients('forgotten', shouted), [['Choose a new password', USER.email]])
  t.strictSame(await recipients('sign-up', shouted), [['You have an account already', USER.email]])
  // Σ at the end: the ς of Anna's domain to JavaScript, the σ of somebody else's to DNS.
  t.strictSame(await recipients('forgotten', 'anna@ΚΌΣΜΟΣ-shop.example'), [])
  const [[, other] = []] = await recipients('sign-up', 'anna@ΚΌΣΜΟΣ-shop.example')
  t.equal(other, 'anna@κόσμοσ-shop.example')
  const [[, own] = []] = await recipients('forgotten', 'ANNA@κόσμος-shop.example')
  t.equal(own, 'anna@κόσμος-shop.example')
})

t.test('an address that signs up is, byte for byte, the one that was mailed', async (t) => {
  const server = await mailServer(t)
  for (const typed of ['Boss@ΚΌΣΜΟΣ-Shop.example', 'Grete@MÜLLER.example', ' ｙｕｋｉ＠例え．テスト ']) {
    const visit = await server.asked('sign-up', typed)
    const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
    await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
    const made = server.db.selectFrom('email_addresses').where('proof', '=', 'verified').select(['address', 'key'])
    const { address, key } = await made.orderBy('proven_at', 'desc').executeTakeFirstOrThrow()
    // The test's mail server shows a domain as it is written.
    const [local, domain = ''] = address.split('@')
    t.strictSame([`${local}@${domainToUnicode(domain)}`], visit.mail.recipients)
    t.equal(key, address.toLowerCase())
  }
})
