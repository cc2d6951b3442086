// Sign in with Apple, the whole way: an answer that its page posts, a name that nobody signs, and a token that is revoked when the link ends.
import { generateKeyPairSync } from 'node:crypto'
import { sql } from 'kysely'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { eraseDueAccounts } from '../../src/identity/deletion.ts'
import { readProviders } from '../../src/identity/federation/configure.ts'
import { type AppleAccount, CLIENT_ID, openApple } from '../support/apple.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

const CALLBACK = '/federation/apple/callback'
const quiet = pino({ level: 'silent' })
const BOB = { email: 'x7k2@privaterelay.appleid.com', email_verified: 'true', is_private_email: 'true' }

async function start(t: Test, changes: Record<string, string | string[]> = {}) {
  const apple = await openApple(t)
  const server = await testServer(t, await apple.environment(changes))
  const { db, deps, app } = server
  const begin = async (browser = new Browser(app)) => {
    const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
    const sent = await browser.submit(page, '/provider/apple')
    return { browser, sent: new URL(sent.headers.location ?? '') }
  }
  /** As Apple's page posts it: from another site, without a cookie. */
  const post = async (form: Record<string, string>) => {
    const payload = new URLSearchParams(form).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: apple.origin }
    const kept = await app.inject({ method: 'POST', url: CALLBACK, headers, payload })
    return { status: kept.statusCode, next: kept.headers.location ?? '' }
  }
  const signIn = async (account: AppleAccount, browser?: Browser) => {
    const begun = await begin(browser)
    const { next } = await post(apple.answer(begun.sent, account))
    return { ...begun, answer: await begun.browser.open(next) }
  }
  const peopleOf = (subject: string) =>
    db
      .selectFrom('identities')
      .innerJoin('people as person', 'person.id', 'identities.person_id')
      .leftJoin('email_addresses as email', 'email.person_id', 'person.id')
      .where('identities.subject', '=', subject)
      .select(['person.name', 'email.address'])
      .execute()
  const send = () => sendDueEntries(deps, quiet)
  return { apple, server, begin, post, signIn, peopleOf, send }
}

const shared = await start(t)

t.test(
  'somebody who hides their address comes by Apple: subject, relay address, and the name that is posted once',
  async (t) => {
    const { apple, begin, post, peopleOf, signIn } = shared
    const { browser, sent } = await begin()
    t.equal(sent.origin + sent.pathname, `${apple.origin}/auth/authorize`)
    t.match(Object.fromEntries(sent.searchParams), {
      client_id: CLIENT_ID,
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'name email',
      redirect_uri: `http://localhost:4000${CALLBACK}`,
    })
    t.ok(sent.searchParams.get('nonce'))
    const user = JSON.stringify({ name: { firstName: 'Bob', lastName: 'Appleseed' }, email: USER.email })
    const { status, next } = await post(apple.answer(sent, { sub: '001.bob', claims: BOB, user }))
    t.equal(status, 303)
    t.ok(answerOf(await browser.open(next)).code)
    t.match(
      await peopleOf('001.bob'),
      [{ name: 'Bob Appleseed', address: BOB.email }],
      'the posted address is nobody’s',
    )
    const [secret = {}] = apple.secrets
    t.equal(Number(secret.exp) - Number(secret.iat), 300, 'the secret of a request is not good for long')

    const other = JSON.stringify({ name: { firstName: 'Admin' } })
    t.ok(answerOf((await signIn({ sub: '001.bob', claims: BOB, user: other })).answer).code)
    t.match(await peopleOf('001.bob'), [{ name: 'Bob Appleseed' }], 'nor does a later name change anything')
  },
)

for (const email_verified of ['false', false, 1, undefined])
  t.test(`an address of which Apple says ${JSON.stringify(email_verified)} is not kept`, async (t) => {
    const { signIn, peopleOf } = shared
    const sub = `001.${email_verified}`
    await signIn({ sub, claims: { ...BOB, email_verified } })
    t.strictSame(await peopleOf(sub), [{ name: null, address: null }])
  })

t.test('an address of another domain counts where the operator says so', async (t) => {
  const elsewhere = { sub: '001.elsewhere', claims: { ...BOB, email: 'bob@corp.example' } }
  await shared.signIn(elsewhere)
  t.match(await shared.peopleOf(elsewhere.sub), [{ address: null }])
  const told = await start(t, { email_domains: ['corp.example'] })
  await told.signIn(elsewhere)
  t.match(await told.peopleOf(elsewhere.sub), [{ address: 'bob@corp.example' }])
})

for (const [what, user] of [
  ['no JSON', '{'],
  ['an array', '[]'],
  ['a name that is no object', '{"name":"Bob"}'],
  ['a name of other things than text', '{"name":{"firstName":{"a":1},"lastName":7}}'],
  ['far too long', JSON.stringify({ name: { firstName: 'x'.repeat(5000) } })],
] as const)
  t.test(`a user that is ${what} is no name, and keeps nobody out`, async (t) => {
    const { signIn, peopleOf } = shared
    const sub = `001.user ${what}`
    t.ok(answerOf((await signIn({ sub, user })).answer).code)
    t.match(await peopleOf(sub), [{ name: null }])
  })

t.test('a code of another sign-in, a nonce of another, or a token for another app signs nobody in', async (t) => {
  const { apple, begin, post, signIn, peopleOf } = shared
  for (const claims of [
    { nonce: 'other' },
    { nonce: undefined },
    { aud: 'com.example.other' },
    { iss: 'https://x.example' },
  ])
    t.equal((await signIn({ sub: '001.eve', claims })).answer.statusCode, 400, JSON.stringify(claims))
  const [mine, theirs] = [await begin(), await begin()]
  const foreign = apple.answer(theirs.sent, { sub: '001.eve' })
  const state = mine.sent.searchParams.get('state') ?? ''
  const { next } = await post({ ...foreign, state })
  t.equal((await mine.browser.open(next)).statusCode, 400)
  t.strictSame(await peopleOf('001.eve'), [])
})

t.test('cancelled at Apple, the page says so and leads back', async (t) => {
  const { begin, post } = shared
  const { browser, sent } = await begin()
  const { next } = await post({ error: 'user_cancelled_authorize', state: sent.searchParams.get('state') ?? '' })
  const page = await browser.open(next)
  t.equal(page.statusCode, 403)
  t.match(page.body, /That was cancelled at Apple/)
})

t.test(
  'the token that comes with a sign-in is kept sealed, and revoked at Apple when the account is erased',
  async (t) => {
    const { apple, server, signIn, send } = await start(t)
    const { db } = server
    await signIn({ sub: '001.bob', claims: BOB })
    await signIn({ sub: '001.bob', claims: BOB })
    const kept = await db.selectFrom('identities').selectAll().executeTakeFirstOrThrow()
    t.match(kept.sealed_token, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
    t.strictSame(await db.selectFrom('outbox').where('kind', '=', 'provider-revocation').selectAll().execute(), [])
    const leaving = { status: 'leaving', erase_after: new Date(Date.now() - 1000) } as const
    await db.updateTable('people').set(leaving).where('id', '=', kept.person_id).execute()
    t.equal(await eraseDueAccounts(db, undefined), 1)

    apple.fail(true)
    await send()
    t.strictSame(apple.revoked, [])
    t.match(await db.selectFrom('outbox').select(['kind', 'attempts', 'person_id']).execute(), [
      { kind: 'provider-revocation', attempts: 1, person_id: null },
    ])
    apple.fail(false)
    await db.updateTable('outbox').set({ next_attempt_at: sql<Date>`auth_now()` }).execute()
    await send()
    t.strictSame(apple.revoked, ['refresh 001.bob 2'], 'the newest')
    t.strictSame(await db.selectFrom('outbox').selectAll().execute(), [], 'once')
  },
)

t.test('unlinked, Apple is told at once, and a link that waited brings its token along', async (t) => {
  const { apple, server, signIn, send } = await start(t, { email_domains: ['example.com'] })
  const { db } = server
  const ada = { sub: '001.ada', claims: { email: USER.email, email_verified: true } }
  const { browser, answer } = await signIn(ada)
  t.match(answer.body, /There is an account with/)
  await browser.submit(await logIn(browser, answer), '/link-provider')
  const [linked] = await db.selectFrom('identities').select(['person_id', 'sealed_token']).execute()
  t.match(linked, { person_id: server.personId, sealed_token: String })
  const page = await browser.open('/account/security/linked')
  const [, href = ''] = /href="([^"]*\/remove)"/.exec(page.body) ?? []
  await browser.submit(await browser.open(href), '/remove')
  await send()
  t.strictSame(apple.revoked, ['refresh 001.ada 1'])
  t.match(await db.selectFrom('identities').select(['removed_at', 'sealed_token']).execute(), [
    { removed_at: Date, sealed_token: null },
  ])
})

t.test('the configuration is refused where key or ids cannot be right', async (t) => {
  const apple = await openApple(t)
  const problem = async (changes: Record<string, string>, key?: string) => {
    const environment: Record<string, string | undefined> = {
      ...(await apple.environment(changes)),
      ...(key !== undefined && { APPLE_KEY: key }),
    }
    const read = readProviders(
      { catalogueFile: environment.CATALOGUE_FILE, issuer: 'http://localhost:4000' },
      environment,
    )
    return read.then(
      () => '',
      ({ message }: Error) => message,
    )
  }
  t.match(await problem({ team_id: 'team' }), /apple\.team_id has to be ten capital letters and digits/)
  t.match(await problem({ key_id: '' }), /apple\.key_id has to be ten capital letters and digits/)
  t.match(await problem({}, 'no key'), /apple\.private_key_variable names APPLE_KEY, which holds no private key/)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString()
  t.match(await problem({}, pem), /apple\.private_key_variable names another key than Apple's/)
})
