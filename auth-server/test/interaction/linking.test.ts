// Linking, and who had an address before its owner came: nothing that another browser did counts, and a proof of a link dies with what it proved.
import { decodeJwt } from 'jose'
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { defineGroup } from '../../src/catalogue/groups.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { undoChange } from '../../src/identity/undo.ts'
import { listGroupsOfPerson } from '../../src/store/queries/listed-groups.ts'
import { addAddress, atAccount } from '../support/account.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { ceremonies, freshSession, passkeyLogin } from '../support/passkeys.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, refresh } from '../support/phone.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { ISSUER, type USER } from '../support/server.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'
import { catalogueOf, openUpstream, type UpstreamPerson } from '../support/upstream.ts'

const LINKED = '/account/security/linked'
const STRANGER = { email: 'mallory@elsewhere.example', password: 'a long phrase of a stranger' }
const IMPORTED = { email: 'carl@corp.example', password: 'what the old shop has let be chosen' }

const corp = await openUpstream(t)
const catalogue = await catalogueOf(t, {
  corp: { ...corp.settings, email_domains: ['*'], groups_claim: 'teams', groups: { staff: 'staff' } },
})
const server = await mailServer(t, catalogue)
const { app, db, mailbox, begin, config } = server
await db.transaction().execute((trx) => defineGroup(trx, { name: 'staff', description: 'Staff' }, OPERATOR))

type Page = Awaited<ReturnType<Browser['open']>>

/** From a page with the button of the provider to where it sends whoever is there. */
async function travel(browser: Browser, page: Page, form: string, person: UpstreamPerson): Promise<string> {
  corp.is(person)
  const sent = await browser.submit(page, form)
  const { pathname, search } = await corp.travel()(sent.headers.location ?? '')
  return `${pathname}${search}`
}
/** In a visit of their own, by the provider, as far as that leads. */
async function comeBy(person: UpstreamPerson, browser = new Browser(app)) {
  const visit = await begin(browser, { prompt: 'login' })
  return { ...visit, page: await browser.open(await travel(browser, visit.page, '/provider/corp', person)) }
}
async function account(user: typeof USER): Promise<string> {
  return (await createAccount(db, config.passwordPepper, user)) ?? ''
}
/** Whatever signs in, by whom. */
async function waysOf(personId: string) {
  const ofPerson = { person_id: personId }
  const [passwords, factors, sessions, families, identities, mails, groups] = await Promise.all([
    db.selectFrom('passwords').where('person_id', '=', personId).select('person_id').execute(),
    db
      .selectFrom('authenticators')
      .where('person_id', '=', personId)
      .where('suspended_at', 'is', null)
      .select('kind')
      .execute(),
    db.selectFrom('sessions').where('person_id', '=', ofPerson.person_id).select('amr').execute(),
    db.selectFrom('refresh_families').where('person_id', '=', personId).select('id').execute(),
    db.selectFrom('identities').where('person_id', '=', personId).select('subject').execute(),
    db.selectFrom('mail_challenges').where('person_id', '=', personId).select('purpose').execute(),
    db.selectFrom('group_members').where('person_id', '=', personId).select('source').execute(),
  ])
  return { passwords: passwords.length, factors, sessions, families: families.length, identities, mails, groups }
}
function identities(personId: string) {
  return db
    .selectFrom('identities')
    .where('person_id', '=', personId)
    .where('removed_at', 'is', null)
    .select('subject')
    .execute()
}
async function auditedOf(personId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('audit_events as event')
    .innerJoin('people as person', 'person.pseudonym', 'event.person')
    .where('person.id', '=', personId)
    .orderBy('event.seq')
    .select(['event.type', 'event.outcome'])
    .execute()
  return rows.map(({ type, outcome }) => `${type} ${outcome}`)
}
async function identityOf(browser: Browser) {
  const [, href = ''] = /href="([^"]*\/remove)"/.exec((await browser.open(LINKED)).body) ?? []
  return browser.submit(await browser.open(href), '/remove')
}

t.test(
  'stranger signs up with victim’s mail, unverified; victim logs in by a provider: a clean account, with nothing of the stranger’s in it; audit',
  async (t) => {
    const victim = { sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' }
    const strangerId = await account(STRANGER)
    const passkey = new SoftPasskey()
    const stranger = await atAccount(server, STRANGER)
    await stranger.open(await travel(stranger, await stranger.open(LINKED), '/add/corp', { sub: 'mallory' }))
    // Written down at their account, mailed about from it, and half way through a sign-up: three mails, all to the victim.
    await addAddress({ db, personId: strangerId }, victim.email, false)
    const signingUp = await begin()
    const waits = await signingUp.ask('sign-up', victim.email)
    const added = await stranger.submit(await stranger.open('/account/security/addresses/add'), '/add', {
      email: victim.email,
    })
    t.match(added.body, /We have sent a mail/)
    await ceremonies(server).register(await freshSession(server, STRANGER), passkey)
    await addAuthenticatorApp(server, strangerId)
    const mails = (await mailbox.deliver(server)).filter(({ recipients }) => recipients.includes(victim.email))
    t.equal(mails.length, 2)
    const before = await waysOf(strangerId)

    const { tokensOf, page } = await comeBy(victim)
    const { sub = '' } = decodeJwt((await tokensOf(page)).access_token)
    t.not(sub, strangerId)
    const clean = {
      ...{ passwords: 0, factors: [], sessions: [{ amr: ['fed'] }], families: 1, identities: [{ subject: 'bob' }] },
      ...{ mails: [], groups: [] },
    }
    t.strictSame(await waysOf(sub), clean)
    t.strictSame(await auditedOf(sub), ['sign-up succeeded', 'sign-in succeeded'])

    // Whatever the stranger had under way leads nowhere any more, whoever presses the links.
    for (const { link } of mails) {
      const browser = new Browser(app)
      const confirm = await browser.open(link.slice(ISSUER.length))
      // Without a form: what adds an address counts where its account is signed in, and that is not here.
      if (confirm.statusCode !== 200 || formsOf(confirm.body).length === 0) continue
      const pressed = await browser.submit(confirm, /\/prove"/.test(confirm.body) ? '/prove' : '/add')
      if (/new-password/.test(pressed.body)) await browser.submit(pressed, '/new-password', { password: NEW_PASSWORD })
    }
    const [code = ''] = mails.flatMap(({ code }) => code || [])
    const typed = await signingUp.browser.submit(waits, '/check-mail', { code })
    if (typed.statusCode === 200) await signingUp.browser.submit(typed, '/new-password', { password: NEW_PASSWORD })
    t.strictSame(await waysOf(sub), clean)
    for (const password of [STRANGER.password, NEW_PASSWORD]) t.notOk(await server.signsIn(victim.email, password))
    t.strictSame(await waysOf(strangerId), before, 'theirs is as it was')
    const owned = db.selectFrom('email_addresses').where('key', '=', victim.email).where('proof', 'is not', null)
    t.strictSame(await owned.select('person_id').execute(), [{ person_id: sub }])
  },
)

t.test(
  'the same with a passkey, at an account that was made elsewhere with the address: who proves it chooses anew, in the same visit',
  async (t) => {
    const personId = await account(IMPORTED)
    await db.updateTable('email_addresses').set({ proof: 'imported' }).where('person_id', '=', personId).execute()
    // The stranger: passkey, authenticator app, a link with its groups, tokens, and a link that is half way.
    const passkey = new SoftPasskey()
    const stranger = await atAccount(server, IMPORTED)
    const other = { sub: 'mallory too', teams: ['staff'] }
    await stranger.open(await travel(stranger, await stranger.open(LINKED), '/add/corp', other))
    const app1 = await comeBy(other)
    const stolen = await app1.tokensOf(app1.page)
    const halfWay = await travel(stranger, await stranger.open(LINKED), '/add/corp', { sub: 'mallory again' })
    await stranger.submit(await stranger.open('/account/security/addresses/add'), '/add', { email: STRANGER.email })
    await ceremonies(server).register(await freshSession(server, IMPORTED), passkey)
    await addAuthenticatorApp(server, personId)
    t.match(await waysOf(personId), { factors: [{}, {}], identities: [{}], groups: [{ source: corp.origin }] })

    // The owner has the mailbox, and comes by the provider.
    const owner = await comeBy({ sub: 'carl', email: IMPORTED.email, email_verified: true })
    t.match(owner.page.body, /There is an account with <strong>carl@corp\.example/)
    await owner.ask('forgotten', IMPORTED.email)
    const mail = (await mailbox.deliver(server)).find(({ subject }) => /new password/.test(subject))
    const check = await owner.browser.open(owner.at('check-mail'))
    const choose = await owner.browser.submit(check, '/check-mail', { code: mail?.code ?? '' })
    const asks = await owner.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
    t.match(asks.body, /Link Example Corp\?/, 'no second factor of somebody else stands in the way')
    const done = await owner.browser.submit(asks, '/link-provider')
    const { access_token: token } = await owner.tokensOf(done)
    t.equal(decodeJwt(token).sub, personId)

    t.match(await waysOf(personId), { passwords: 1, identities: [{ subject: 'carl' }] })
    const { factors, groups, sessions } = await waysOf(personId)
    t.strictSame([factors, groups, sessions.length], [[], [], 1])
    const byPasskey = new Browser(app)
    const refused = await (await passkeyLogin(byPasskey, await byPasskey.open('/account'), passkey, personId))()
    t.equal(refused.statusCode, 422, 'the passkey')
    t.equal((await refresh(app, stolen.refresh_token)).statusCode, 400, 'the tokens')
    t.match((await stranger.open('/account')).body, /<h1>Sign in<\/h1>/, 'the session')
    t.equal((await stranger.request('GET', halfWay)).statusCode, 400, 'the link that was half way')
    t.notOk(await server.signsIn(IMPORTED.email, IMPORTED.password), 'the password')
    const byLink = await comeBy(other)
    t.not(decodeJwt((await byLink.tokensOf(byLink.page)).access_token).sub, personId, 'the link')
    t.strictSame(await identities(personId), [{ subject: 'carl' }])
    const pending = await db
      .selectFrom('mail_challenges as mail')
      .innerJoin('people as person', 'person.id', 'mail.person_id')
      .whereRef('mail.auth_epoch', '=', 'person.auth_epoch')
      .where('person.id', '=', personId)
      .where('mail.purpose', '<>', 'undo')
      .select('mail.purpose')
      .execute()
    t.strictSame(pending, [], 'the mails')
    t.strictSame((await auditedOf(personId)).filter((event) => !/wrong/.test(event)).slice(-4), [
      'group set',
      'password reset',
      'sign-in succeeded',
      'identity linked',
    ])
  },
)

t.test(
  'link confirmation by mail opened in another browser; second upstream account of the same provider continues: each proof is of its own subject, visit and person',
  async (t) => {
    const dora = { email: 'dora@example.com', password: 'all of that is hers alone' }
    const personId = await account(dora)
    const first = await comeBy({ sub: 'dora one', email: dora.email, email_verified: true })
    await first.ask('forgotten', dora.email)
    const mail = (await mailbox.deliver(server)).find(({ subject }) => /new password/.test(subject))

    // The mail is opened elsewhere: the password is chosen there, nobody is signed in, and nothing is linked.
    const elsewhere = new Browser(app)
    const choose = await elsewhere.submit(await elsewhere.open((mail?.link ?? '').slice(ISSUER.length)), '/prove')
    const chosen = await elsewhere.submit(choose, '/new-password', { password: NEW_PASSWORD })
    t.match(chosen.body, /Go back to/)
    t.strictSame(await identities(personId), [])
    // Nor does the visit of the first go on there, signed in or not.
    const link = first.at('link-provider')
    t.equal((await elsewhere.request('GET', link)).statusCode, 403)
    const there = await atAccount(server, { ...dora, password: NEW_PASSWORD })
    t.equal((await there.request('GET', link)).statusCode, 403)
    // A second account of the provider, in that browser: its link is of that one.
    const second = await comeBy({ sub: 'dora two', email: dora.email, email_verified: true }, there)
    const asksThere = await logIn(there, second.page, { ...dora, password: NEW_PASSWORD })
    t.match(asksThere.body, /Link Example Corp\?/)
    const asksHere = await logIn(first.browser, first.page, { ...dora, password: NEW_PASSWORD })
    t.match(asksHere.body, /Link Example Corp\?/)
    const [, form = ''] = /action="([^"]*\/link-provider)"/.exec(asksHere.body) ?? []
    const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(asksHere.body) ?? []
    t.ok(
      [400, 403].includes((await there.request('POST', form, { form: { csrf } })).statusCode),
      'the form of another browser',
    )
    t.strictSame(await identities(personId), [])
    await there.submit(asksThere, '/link-provider')
    t.strictSame(await identities(personId), [{ subject: 'dora two' }])
    // And somebody else who signs in to the first visit gets nothing of it.
    await logIn(first.browser, await first.browser.open(`${authorizeUrl(pkcePair().challenge)}&prompt=login`), STRANGER)
    await first.browser.request('POST', form, { form: { csrf } })
    t.strictSame(await identities(personId), [{ subject: 'dora two' }])
  },
)

t.test(
  'proof used, then link removed, then flow resumed: it is dead after use, unlink and password change',
  async (t) => {
    const emil = { email: 'emil@example.com', password: 'nobody has ever guessed it' }
    const personId = await account(emil)
    const upstream = { sub: 'emil at corp', email: emil.email, email_verified: true }
    const waiting = async () => {
      const visit = await comeBy(upstream)
      return { ...visit, asks: await logIn(visit.browser, visit.page, emil) }
    }
    const [one, two] = [await waiting(), await waiting()]
    await one.browser.submit(one.asks, '/link-provider')
    t.strictSame(await identities(personId), [{ subject: upstream.sub }])
    const own = await atAccount(server, emil)
    t.match((await identityOf(own)).body, /The account is unlinked/)
    await one.browser.submit(one.asks, '/link-provider')
    t.strictSame(await identities(personId), [], 'after use')
    const resumed = await two.browser.submit(two.asks, '/link-provider')
    t.ok(answerOf(resumed).code, 'the app goes on')
    t.strictSame(await identities(personId), [], 'proven before the link was removed')

    const three = await waiting()
    const linking = await travel(own, await own.open(LINKED), '/add/corp', { sub: 'emil too' })
    const changing = await atAccount(server, emil)
    const changed = await changing.submit(await changing.open('/account/security/password'), '/password', {
      password: NEW_PASSWORD,
    })
    t.match(changed.body, /Your password is changed/)
    t.match((await three.browser.submit(three.asks, '/link-provider')).body, /<h1>Sign in<\/h1>/)
    t.equal((await own.request('GET', linking)).statusCode, 400)
    t.strictSame(await identities(personId), [], 'after a password change')
  },
)

t.test(
  'groups of a provider count by the identity that they were told of: linking another one is no sign-in by it',
  async (t) => {
    const finn = { email: 'finn@example.com', password: 'as long as it is his alone' }
    const personId = await account(finn)
    await db
      .updateTable('people')
      .set({ created_at: new Date(0) })
      .where('id', '=', personId)
      .execute()
    const counted = async () => (await listGroupsOfPerson(db, personId)).map(({ name }) => name)
    const own = await atAccount(server, finn)
    const link = async (person: UpstreamPerson) =>
      own.open(await travel(own, await own.open(LINKED), '/add/corp', person))
    await link({ sub: 'finn', teams: ['staff'] })
    t.strictSame(await counted(), [])
    const inside = await comeBy({ sub: 'finn', teams: ['staff'] })
    t.equal(decodeJwt((await inside.tokensOf(inside.page)).access_token).sub, personId)
    t.strictSame(await counted(), ['staff'])
    await db
      .updateTable('identities')
      .set({ used_at: new Date(0) })
      .where('person_id', '=', personId)
      .execute()
    await link({ sub: 'finn too' })
    t.strictSame(await counted(), [], 'not heard of for long')

    await comeBy({ sub: 'finn', teams: ['staff'] })
    const { id } = await db
      .selectFrom('mail_challenges as mail')
      .innerJoin('account_changes as change', 'change.id', 'mail.change_id')
      .where('change.person_id', '=', personId)
      .where('change.kind', '=', 'identity-added')
      .select('mail.id')
      .executeTakeFirstOrThrow()
    t.ok(await undoChange(db, id, BY_COMMAND))
    t.strictSame((await waysOf(personId)).groups, [], '“that wasn’t me” ends them with the identity')
    t.equal((await auditedOf(personId)).filter((event) => event === 'group set').length, 2)
  },
)
