// Signing in with a passkey over HTTP: who asks, from which browser, what is answered, and who is offered one afterwards.
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { PageScript } from '../../src/pages/page-script.ts'
import { Browser, SESSION_COOKIE } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { ceremonies, freshSession, passkeyLogin } from '../support/passkeys.ts'
import { answerOf, authorizeUrl, pkcePair, redeem } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { type PasskeyAnswer, SoftPasskey } from '../support/soft-passkey.ts'

const server = await testServer(t)
const { app, db, personId, log } = server
const passkey = new SoftPasskey()
await ceremonies(server).register(await freshSession(server), passkey)
const HONEST = { origin: ISSUER, rpId: 'localhost', userHandle: personId }

type Answer = Awaited<ReturnType<Browser['open']>>

async function begin(changes: Readonly<Record<string, string | undefined>> = {}) {
  const browser = new Browser(app)
  const { verifier, challenge } = pkcePair()
  return { browser, verifier, page: await browser.open(authorizeUrl(challenge, changes)) }
}

/** Asks, as the script does, for what the passkey has to sign. */
async function challengeOf(browser: Browser, page: Answer, form: string, more: Readonly<Record<string, string>> = {}) {
  const [, action = ''] = new RegExp(`data-options="([^"]*${form}/options)"`).exec(page.body) ?? []
  const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(page.body) ?? []
  const [, session = ''] = /name="session" value="([^"]*)"/.exec(page.body) ?? []
  const options = await browser.request('POST', action, { form: { csrf, session, ...more } })
  return { options, challenge: options.statusCode === 200 ? String(options.json().challenge) : '' }
}

async function signInBy(
  { browser, page }: Readonly<{ browser: Browser; page: Answer }>,
  changes: Partial<PasskeyAnswer> = {},
  other = passkey,
) {
  const { challenge } = await challengeOf(browser, page, 'login/passkey')
  const credential = other.get({ ...HONEST, challenge, ...changes })
  return browser.submit(page, 'login/passkey', { credential })
}

function isLoginPage(t: Test, page: Answer, status: number, text: RegExp) {
  t.equal(page.statusCode, status)
  t.match(page.body, /<h1>Sign in<\/h1>/)
  t.match(page.body, text)
}

t.test('a sign-in with a passkey says so: acr passkey, amr pop user mfa (RFC 8176 §2)', async (t) => {
  const visit = await begin({ scope: 'openid' })
  const { code = '' } = answerOf(await signInBy(visit))
  const { id_token } = (await redeem(app, code, visit.verifier)).json()
  t.match(decodeJwt(id_token), {
    sub: personId,
    acr: 'urn:mobile-api-gateway:acr:passkey',
    amr: ['pop', 'user', 'mfa'],
  })
})

t.test('what the browser is asked for names no passkey and no person, whatever address was hinted at', async (t) => {
  const said = new Set<string>()
  for (const login_hint of [undefined, USER.email, 'nobody@example.com']) {
    const { browser, page } = await begin({ login_hint })
    const { options } = await challengeOf(browser, page, 'login/passkey')
    t.match(options.headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store' })
    const { challenge, ...rest } = options.json()
    t.match(challenge, /^[\w-]{43}$/)
    said.add(JSON.stringify(rest))
  }
  t.strictSame(
    [...said].map((text) => JSON.parse(text)),
    [{ rpId: 'localhost', allowCredentials: [], timeout: 180_000, userVerification: 'required' }],
  )
})

t.test('a form without its token, from another site or another browser asks and answers nothing', async (t) => {
  const { browser, page } = await begin()
  const [, path = ''] = /data-options="([^"]*)"/.exec(page.body) ?? []
  const { challenge } = await challengeOf(browser, page, 'login/passkey')
  const credential = passkey.get({ ...HONEST, challenge })
  for (const url of [path, path.replace('/options', '')]) {
    t.equal((await browser.request('POST', url, { form: { credential } })).statusCode, 403, 'no token')
    const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(page.body) ?? []
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const foreign = await browser.request('POST', url, { form: { csrf, credential }, headers })
    t.equal(foreign.statusCode, 403, 'another site')
    const stranger = await new Browser(app).request('POST', url, { form: { csrf, credential } })
    t.equal(stranger.statusCode, 403, 'another browser')
    t.equal((await browser.request('GET', url)).statusCode, 405)
  }
  t.match(answerOf(await browser.submit(page, 'login/passkey', { credential })), { code: /./ }, 'and its own does')
})

t.test('public page re-binds a ceremony to another session id: binding is fixed at start', async (t) => {
  const [mine, other] = [await begin(), await begin()]
  const { challenge } = await challengeOf(mine.browser, mine.page, 'login/passkey')
  const credential = passkey.get({ ...HONEST, challenge })
  isLoginPage(
    t,
    await other.browser.submit(other.page, 'login/passkey', { credential, session: 'x', holder: 'x' }),
    422,
    /took too long/,
  )
})

t.test(
  'what is no passkey, or nobody’s, brings the page back with one sentence, and is in the audit log',
  async (t) => {
    const events = async () =>
      (await db.selectFrom('audit_events').where('outcome', '=', 'wrong-credentials').select('seq').execute()).length
    const before = await events()
    isLoginPage(t, await signInBy(await begin(), { rpId: 'evil.example' }), 400, /could not be checked/)
    isLoginPage(t, await signInBy(await begin(), { userVerified: false }), 400, /could not be checked/)
    isLoginPage(
      t,
      await signInBy(await begin(), {}, new SoftPasskey()),
      422,
      /Nobody can sign in here with that passkey/,
    )
    for (const credential of ['', '{', '{"id":1}', '😀']) {
      const { browser, page } = await begin()
      isLoginPage(t, await browser.submit(page, 'login/passkey', { credential }), 400, /could not be checked/)
    }
    const { browser, page } = await begin()
    const long = await browser.submit(page, 'login/passkey', { credential: 'x'.repeat(5000) })
    t.equal(long.statusCode, 400)
    t.equal((await events()) - before, 7)
  },
)

t.test('a counter that goes back is in the audit log, and signs in', async (t) => {
  const counting = new SoftPasskey()
  await ceremonies(server).register(await freshSession(server), counting, { counter: 9 })
  t.match(answerOf(await signInBy(await begin(), { counter: 3 }, counting)), { code: /./ })
  const event = await db
    .selectFrom('audit_events')
    .where('type', '=', 'passkey')
    .where('outcome', '=', 'counter-went-back')
    .selectAll()
    .executeTakeFirst()
  t.ok(event?.person)
})

t.test(
  'user deleted, suspended [Supabase #2564], leaving: login by passkey refused, in the words of a passkey of nobody',
  async (t) => {
    const owner = { email: 'going@example.com', password: 'a fourth long passphrase' }
    const id = (await createAccount(db, server.config.passwordPepper, owner)) ?? ''
    const going = new SoftPasskey()
    await ceremonies(server).register(await freshSession(server, owner), going)
    const status = (values: Readonly<{ status: 'active' | 'suspended' | 'leaving'; erase_after: Date | null }>) =>
      db.updateTable('people').set(values).where('id', '=', id).execute()
    const refused = async (what: string) => {
      const visit = await begin()
      const answer = await visit.browser.follow(await (await passkeyLogin(visit.browser, visit.page, going, id))())
      t.match(answer, { statusCode: 422, body: /Nobody can sign in here with that passkey/ }, what)
      t.notOk(visit.browser.cookies.has(SESSION_COOKIE), what)
    }
    await status({ status: 'suspended', erase_after: null })
    await refused('suspended')
    await status({ status: 'leaving', erase_after: new Date(Date.now() + 1e6) })
    await refused('leaving')
    await status({ status: 'active', erase_after: null })
    const back = await begin()
    const answer = await back.browser.follow(await (await passkeyLogin(back.browser, back.page, going, id))())
    t.match(answerOf(answer), { code: /./ }, 'and back')
    await db.deleteFrom('people').where('id', '=', id).execute()
    await refused('deleted')
  },
)

t.test('who signs in with a passkey while the person’s epoch moves is not signed in', async (t) => {
  const { browser, page } = await begin()
  await db.updateTable('people').set({ status: 'suspended' }).where('id', '=', personId).execute()
  isLoginPage(t, await signInBy({ browser, page }), 422, /Nobody can sign in here/)
  await db.updateTable('people').set({ status: 'active' }).where('id', '=', personId).execute()
})

t.test('a passkey that is removed while its sign-in completes signs nobody in', async (t) => {
  const going = new SoftPasskey()
  await ceremonies(server).register(await freshSession(server), going)
  const visit = await begin()
  const { challenge } = await challengeOf(visit.browser, visit.page, 'login/passkey')
  const credential = going.get({ ...HONEST, challenge })
  const sessions = () => db.selectFrom('sessions').select('id').orderBy('id').execute()
  const before = await sessions()
  const { answer } = await db.transaction().execute(async (trx) => {
    await sql`select from people where id = ${personId} for update`.execute(trx)
    const signedIn = visit.browser.submit(visit.page, 'login/passkey', { credential })
    await untilBlocked(db)
    await sql`
      update authenticators set removed_at = auth_now(), suspended_at = auth_now()
      where person_id = ${personId} and credential = ${going.id}`.execute(trx)
    return { answer: signedIn }
  })
  t.match(await answer, { statusCode: 422, body: /<h1>Sign in<\/h1>/ })
  t.strictSame(await sessions(), before)
})

t.test('the offer after a password', async (t) => {
  await db.deleteFrom('authenticators').execute()
  const able = { passkeys: 'able' }
  const signedIn = async (changes: Readonly<Record<string, string | undefined>> = {}, more = {}) => {
    const visit = await begin(changes)
    return { ...visit, page: await visit.browser.submit(visit.page, '/login', { ...USER, ...more }) }
  }

  t.test('comes only where the browser could make one, and brings the script', async (t) => {
    t.match(answerOf((await signedIn()).page), { code: /./ })
    t.match(answerOf((await signedIn({}, { passkeys: 'perhaps' })).page), { code: /./ })
    const { page } = await signedIn({}, able)
    t.equal(page.statusCode, 200)
    t.match(page.body, /<h1>Sign in faster next time\?<\/h1>/)
    t.ok(page.body.includes(PageScript.all.passkeys.path))
  })

  t.test('never stands in the way of prompt=none', async (t) => {
    const { browser } = await signedIn({}, able)
    const https = 'https://shop.example.com/app/callback'
    const silent = await browser.open(authorizeUrl(pkcePair().challenge, { prompt: 'none', redirect_uri: https }))
    t.match(answerOf(silent), { code: /./ })
  })

  t.test('add a passkey in a 3-hour-old session, by script: recent login first', async (t) => {
    const { browser, page } = await signedIn({}, able)
    const { challenge } = await challengeOf(browser, page, 'add-passkey')
    t.match(challenge, /^[\w-]{43}$/)
    await db
      .updateTable('sessions')
      .set({ auth_time: new Date(Date.now() - 301_000) })
      .execute()
    const credential = new SoftPasskey().create({ ...HONEST, challenge })
    const { options } = await challengeOf(browser, page, 'add-passkey')
    t.equal(options.statusCode, 303, 'nothing is asked for')
    t.match(answerOf(await browser.submit(page, '/add-passkey', { credential })), { code: /./ }, 'the visit goes on')
    t.strictSame(await db.selectFrom('authenticators').select('id').execute(), [], 'and nothing is kept')
  })

  t.test('what is no passkey is not kept, and the page says so', async (t) => {
    const { browser, page } = await signedIn({}, able)
    const { challenge } = await challengeOf(browser, page, 'add-passkey')
    const credential = new SoftPasskey().create({ ...HONEST, challenge, userVerified: false })
    const again = await browser.submit(page, '/add-passkey', { credential, mediation: '' })
    t.equal(again.statusCode, 400)
    t.match(again.body, /could not be checked, so it was not added/)
    const expired = await browser.submit(again, '/add-passkey', { credential, mediation: '' })
    t.equal(expired.statusCode, 422)
    t.match(expired.body, /took too long/)
  })

  t.test('what is made is kept once, in the audit log, and the visit goes on', async (t) => {
    const { browser, page } = await signedIn({}, able)
    const told = () =>
      db.selectFrom('audit_events').where('type', '=', 'passkey').where('outcome', '=', 'added').select('seq').execute()
    const before = (await told()).length
    const { options, challenge } = await challengeOf(browser, page, 'add-passkey')
    t.match(options.json(), {
      rp: { id: 'localhost', name: 'localhost:4000' },
      user: { id: Buffer.from(personId).toString('base64url'), name: USER.email },
      pubKeyCredParams: [{ alg: -7 }, { alg: -257 }, { alg: -8 }],
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const made = new SoftPasskey()
    const credential = made.create({ ...HONEST, challenge })
    t.match(answerOf(await browser.submit(page, '/add-passkey', { credential, mediation: '' })), { code: /./ })
    t.equal((await told()).length, before + 1)
    t.match(answerOf(await signInBy(await begin(), {}, made)), { code: /./ })
    t.match(answerOf((await signedIn({}, able)).page), { code: /./ }, 'who has one is not offered another')
  })
})

t.test('nothing above was an error of ours', async (t) =>
  t.strictSame(
    log.filter((line) => /"level":(50|60)/.test(line)),
    [],
  ),
)
