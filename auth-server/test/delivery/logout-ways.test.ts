// Back-channel logout: in whatever way a login of an app ends by its person, or by who looks after them, the app is told.
import { decodeJwt } from 'jose'
import { type RawBuilder, sql } from 'kysely'
import t, { type Test } from 'tap'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { removeSecondFactors } from '../../src/identity/administration/factors.ts'
import { endLogins, forcePasswordReset, suspendPerson } from '../../src/identity/administration/people.ts'
import { endInstallations } from '../../src/store/queries/installations.ts'
import { atAccount } from '../support/account.ts'
import { newPerson } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { logoutReceiver } from '../support/logout-receiver.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { idOf } from '../support/phone.ts'
import { ISSUER } from '../support/server.ts'
import { Website, type WebsiteTokens } from '../support/website.ts'

t.setTimeout(120_000)

const PASSWORD = 'a long enough passphrase'
const server = await mailServer(t, { VISITS_PER_MINUTE: '0', MAILS_PER_HOUR: '0' })
const { app, db, mailbox } = server
const receiver = await logoutReceiver(t, 200)
const site = await Website.open(server, { backchannelLogoutUri: receiver.uri })

/** Who is signed in at the website, and somewhere else. */
interface SignedInTwice {
  readonly email: string
  readonly personId: string
  readonly tokens: WebsiteTokens
  /** Signed in to the account, a moment ago. */
  readonly browser: Browser
  /** The browser of the website. */
  readonly there: Browser
}

/** Sends what is due; the sessions that the website has heard of since the last time. */
async function heard(): Promise<readonly unknown[]> {
  const before = receiver.heard.length
  await mailbox.deliver(server)
  return receiver.heard.slice(before).map(({ token }) => decodeJwt(token).sid)
}

async function press({ browser }: SignedInTwice, page: string, actionEnd: string, fields = {}): Promise<void> {
  const answer = await browser.submit(await browser.open(page), actionEnd, fields)
  if (answer.statusCode !== 200) throw new Error(`${page}: ${answer.statusCode} ${answer.body}`)
}

async function changePassword(who: SignedInTwice): Promise<void> {
  await press(who, '/account/security/password', '/password', { password: NEW_PASSWORD })
}

async function secondFactorLost({ personId }: SignedInTwice): Promise<void> {
  const factor = { id: `authenticator_${personId}`, person_id: personId, kind: 'totp', key: Buffer.from('x') } as const
  await db
    .insertInto('authenticators')
    .values({ ...factor, confirmed_at: new Date() })
    .execute()
  // As if by a passkey.
  await db
    .updateTable('refresh_families')
    .set({ amr: ['pop', 'user', 'mfa'] })
    .where('person_id', '=', personId)
    .execute()
  await removeSecondFactors(db, OPERATOR, personId)
}

const WAYS: Readonly<Record<string, (who: SignedInTwice) => Promise<unknown>>> = {
  Withdraw: (who) => press(who, `/account/apps/${site.applicationId}/withdraw`, '/withdraw'),
  'ending the installation': (who) => press(who, `/account/apps/installations/${idOf(who.tokens)}`, '/end'),
  'sign-out elsewhere': (who) => press(who, '/account/security/sign-out-elsewhere', '/sign-out-elsewhere'),
  'what happened was not me': (who) => press(who, '/account/activity/not-me', '/not-me'),
  'another password': changePassword,
  'a forgotten password': async ({ email }) => {
    const visit = await server.asked('forgotten', email)
    const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
    await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  },
  'deleting the account': (who) => press(who, '/account/delete/confirm', '/delete/confirm'),
  suspended: ({ personId }) => suspendPerson(db, OPERATOR, personId),
  'made to choose another password': ({ personId }) => forcePasswordReset(db, OPERATOR, personId),
  'logins ended by an administrator': ({ personId }) => endLogins(db, OPERATOR, personId),
  'installations ended by an operator': ({ personId }) => endInstallations(db, { personId }, 'a test'),
  'second factors taken away that it rested on': secondFactorLost,
}

let people = 0
async function signedInTwice(scope: string): Promise<SignedInTwice> {
  people++
  const user = { email: `person${people}@example.com`, password: PASSWORD }
  const personId = await newPerson(server, user.email)
  const there = new Browser(app)
  const tokens = await site.signIn({ scope }, there, user)
  const browser = await atAccount(server, user)
  await db.deleteFrom('attempts').execute()
  return { email: user.email, personId, tokens, browser, there }
}

async function isEndedAndTold(t: Test, { tokens }: SignedInTwice): Promise<void> {
  t.strictSame(await heard(), [decodeJwt(tokens.id_token).sid], 'told once')
  t.match((await site.refresh(tokens.refresh_token)).json(), { error: 'invalid_grant' })
  t.strictSame(await heard(), [])
}

for (const [name, end] of Object.entries(WAYS)) {
  t.test(`${name}: the app whose login ends is told, once`, async (t) => {
    const who = await signedInTwice('openid')
    await end(who)
    await isEndedAndTold(t, who)
  })

  t.test(`${name}: so is one whose login has outlived its browser's session`, async (t) => {
    const who = await signedInTwice('openid offline_access')
    await who.there.open(`/logout?id_token_hint=${who.tokens.id_token}`)
    t.strictSame(await heard(), [decodeJwt(who.tokens.id_token).sid], 'of the end of the session')
    await end(who)
    await isEndedAndTold(t, who)
  })
}

t.test('"that wasn\'t me" by the link of a mail tells it as well', async (t) => {
  const who = await signedInTwice('openid')
  await changePassword(who)
  const before = receiver.heard.length
  const [mail] = await mailbox.deliver(server)
  t.equal(receiver.heard.length, before + 1)
  const tokens = await site.signIn({ scope: 'openid' }, new Browser(app), { email: who.email, password: NEW_PASSWORD })
  const stranger = new Browser(app)
  await stranger.submit(await stranger.open((mail?.link ?? '').slice(ISSUER.length)), '')
  await isEndedAndTold(t, { ...who, tokens })
})

const NEW_WAYS: Readonly<Record<string, (personId: string) => RawBuilder<unknown>>> = {
  'a login that is revoked for a reason that nobody has thought of yet': (personId) => sql`
    update refresh_families set revoked_at = auth_now(), revoked_because = 'a new way' where person_id = ${personId}`,
  'an epoch that ends': (personId) => sql`update people set auth_epoch = auth_epoch + 1 where id = ${personId}`,
}
for (const [name, statement] of Object.entries(NEW_WAYS))
  t.test(`a new way cannot forget it: ${name}`, async (t) => {
    const who = await signedInTwice('openid')
    await statement(who.personId).execute(db)
    await isEndedAndTold(t, who)
  })

t.test('an app that ended its login itself hears nothing, nor does one whose token came twice', async (t) => {
  const who = await signedInTwice('openid')
  const { authorization = '' } = {
    authorization: `Basic ${Buffer.from(`${site.clientId}:${site.definition.clientSecret}`).toString('base64')}`,
  }
  const revoked = await app.inject({
    method: 'POST',
    url: '/revoke',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token: who.tokens.refresh_token }).toString(),
  })
  t.equal(revoked.statusCode, 200)
  t.strictSame(await heard(), [])
  for (const because of ['refresh token reuse', 'authorization code reuse']) {
    const { personId } = await signedInTwice('openid')
    await sql`
      update refresh_families set revoked_at = auth_now(), revoked_because = ${because}
      where person_id = ${personId}`.execute(db)
    t.strictSame(await heard(), [], because)
  }
})

t.test('an app that is deleted while its logins end holds up nobody', async (t) => {
  const who = await signedInTwice('openid')
  const other = await Website.open(server, { clientId: 'other-site', backchannelLogoutUri: receiver.uri })
  await other.signIn({}, new Browser(app), { email: who.email, password: PASSWORD })
  await Promise.all([
    endLogins(db, OPERATOR, who.personId),
    db.deleteFrom('applications').where('id', '=', other.applicationId).execute(),
  ])
  t.ok((await heard()).includes(decodeJwt(who.tokens.id_token).sid))
})
