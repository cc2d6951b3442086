// One sign-in step, one session: however often and however parallel the login form is posted, whichever answer arrives last.

import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { signIn } from '../../src/store/queries/sign-in.ts'
import { Browser, formsOf, SESSION_COOKIE, secretOf, visitCookie } from '../support/browser.ts'
import { answerOf, authorizeUrl, logIn, obtainCode, pkcePair, redeem, refresh, type Tokens } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from '../support/session.ts'

const { app, db, config, personId } = await testServer(t)
const GRACE = { email: 'grace@example.com', password: 'quite another passphrase' }
const graceId = await createAccount(db, config.passwordPepper, GRACE)

t.beforeEach(async () => {
  await db.deleteFrom('sessions').execute()
})

/** A browser with a login page open. */
async function atLogin(browser = new Browser(app), changes: Readonly<Record<string, string | undefined>> = {}) {
  const { verifier, challenge } = pkcePair()
  const page = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI, ...changes }))
  const form = formsOf(page.body).find(({ action }) => action.endsWith('/login'))
  if (!form) throw new Error(`no login page: ${page.statusCode} ${page.headers.location ?? page.body}`)
  /** One click on "Sign in"; its answer is on its way, and nobody has heard it yet. */
  const click = (user: Readonly<typeof USER> = USER): Promise<LightMyRequestResponse> =>
    send(browser, form.action, { ...form.hidden, ...user })
  return { browser, page, form, verifier, visit: form.action.split('/')[2] ?? '', click }
}

/** Posts with the cookies that the browser has now, and keeps none of the answer's. */
function send(browser: Browser, url: string, form: Readonly<Record<string, string>>) {
  return app.inject({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
    },
    payload: new URLSearchParams(form).toString(),
  })
}

function tokenIn({ cookies }: LightMyRequestResponse) {
  return cookies.find(({ name }) => name === SESSION_COOKIE)?.value
}
function sessions() {
  return db.selectFrom('sessions').select(['id', 'person_id']).execute()
}
function last<T>(list: readonly T[]): T {
  const item = list.at(-1)
  if (item === undefined) throw new Error('the list is empty')
  return item
}

/** The browser hears an answer, and the visit goes on to the app's tokens. */
async function goOn(browser: Browser, answer: LightMyRequestResponse, verifier: string): Promise<Tokens> {
  browser.keep(answer)
  const { code } = answerOf(await browser.follow(answer))
  const redeemed = await redeem(app, code ?? 'none', verifier, { redirect_uri: CLAIMED_URI })
  if (redeemed.statusCode !== 200) throw new Error(`no tokens: ${answer.headers.location} ${redeemed.body}`)
  return redeemed.json()
}
async function openApp(browser: Browser): Promise<Tokens> {
  const { code, verifier } = await nextCode(browser)
  return (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).json()
}

/** Signing out ends these apps, and leaves no session. */
async function signOutEnds(t: Test, browser: Browser, ...apps: readonly Tokens[]): Promise<void> {
  const page = await browser.open('/logout')
  t.match((await browser.submit(page, '/interaction/logout')).body, /You are signed out/)
  t.strictSame(await sessions(), [], 'no session is left')
  for (const { refresh_token } of apps)
    t.match((await refresh(app, refresh_token)).json(), { error: 'invalid_grant' }, 'the app is signed out')
}

for (const heard of ['first', 'last'] as const)
  t.test(`eight clicks at once, and the ${heard} answer is the one that counts`, async (t) => {
    const { browser, verifier, click } = await atLogin()
    const answers = await Promise.all(Array.from({ length: 8 }, () => click()))
    t.strictSame(new Set(answers.map(({ statusCode }) => statusCode)), new Set([303]))
    t.equal(new Set(answers.map(tokenIn)).size, 1, 'all say the same cookie')
    t.strictSame(
      (await sessions()).map(({ person_id }) => person_id),
      [personId],
    )
    const tokens = await goOn(browser, heard === 'first' ? (answers[0] ?? last(answers)) : last(answers), verifier)
    await signOutEnds(t, browser, tokens)
  })

t.test('clicks at once in a browser that is signed in already: its session goes on under one new cookie', async (t) => {
  const browser = await signedInBrowser(app)
  const before = browser.cookies.get(SESSION_COOKIE)
  const earlier = await openApp(browser)
  const [{ id } = { id: '' }] = await sessions()
  const { verifier, click } = await atLogin(browser, { prompt: 'login' })
  const answers = await Promise.all(Array.from({ length: 6 }, () => click()))
  t.equal(new Set(answers.map(tokenIn)).size, 1)
  t.not(tokenIn(last(answers)), before, 'a new token at each login')
  t.strictSame(await sessions(), [{ id, person_id: personId }])
  const stolen = new Browser(app)
  stolen.cookies.set(SESSION_COOKIE, before ?? '')
  t.match(
    (await stolen.open(authorizeUrl(pkcePair().challenge))).body,
    /<h1>Sign in/,
    'and the old one is worth nothing',
  )
  await signOutEnds(t, browser, earlier, await goOn(browser, last(answers), verifier))
})

t.test(
  'a second click that brings the first one’s cookie changes nothing, also beside one that does not',
  async (t) => {
    const { browser, verifier, click } = await atLogin()
    const first = await click()
    const without = click()
    browser.keep(first)
    const answers = [first, ...(await Promise.all([click(), click(), without]))]
    t.equal(new Set(answers.map(tokenIn)).size, 1)
    t.equal((await sessions()).length, 1)
    await signOutEnds(t, browser, await goOn(browser, last(answers), verifier))
  },
)

t.test(
  'an answer that was lost: the form is posted again, later, and the visit goes on in the same session',
  async (t) => {
    const { browser, verifier, click } = await atLogin()
    await click()
    const [lost] = await sessions()
    t.equal((await click({ ...USER, password: 'wrong' })).statusCode, 422)
    const again = await click()
    t.strictSame(await sessions(), [lost])
    await signOutEnds(t, browser, await goOn(browser, again, verifier))
  },
)

t.test('an answer that was lost, and the person starts again in the app: still one session', async (t) => {
  const browser = new Browser(app)
  await (await atLogin(browser)).click()
  const { verifier, click } = await atLogin(browser)
  const answer = await click()
  t.equal((await sessions()).length, 1)
  await signOutEnds(t, browser, await goOn(browser, answer, verifier))
})

t.test('an answer with a new cookie for an old session was lost', async (t) => {
  /** An app is signed in, the login after it was not heard of, and its visit is forgotten. */
  const lose = async () => {
    await db.deleteFrom('sessions').execute()
    const browser = await signedInBrowser(app)
    const earlier = await openApp(browser)
    const { visit, click } = await atLogin(browser, { prompt: 'login' })
    await click()
    browser.cookies.delete(visitCookie(visit))
    return { browser, earlier }
  }
  await t.test('the old cookie opens nothing', async (t) => {
    const { browser } = await lose()
    t.match((await browser.open(authorizeUrl(pkcePair().challenge))).body, /<h1>Sign in/)
  })
  await t.test('signing in again goes on in the same session, and signing out ends all of it', async (t) => {
    const { browser, earlier } = await lose()
    const before = await sessions()
    const { verifier, click } = await atLogin(browser)
    const tokens = await goOn(browser, await click(), verifier)
    t.strictSame(await sessions(), before)
    await signOutEnds(t, browser, earlier, tokens)
  })
  await t.test('signing out at once ends all of it as well', async (t) => {
    const { browser, earlier } = await lose()
    await signOutEnds(t, browser, earlier)
  })
})

for (const lost of [1, 2, 5])
  t.test(`${lost} answers that were lost in a row: signing out ends what was before them`, async (t) => {
    const browser = await signedInBrowser(app)
    const held = browser.cookies.get(SESSION_COOKIE)
    const earlier = await openApp(browser)
    for (let count = 0; count < lost; count++) await (await atLogin(browser, { prompt: 'login' })).click()
    t.equal(browser.cookies.get(SESSION_COOKIE), held)
    await signOutEnds(t, browser, earlier)
  })

t.test('tabs that sign in at once: whichever answer arrives last, signing out ends the session', async (t) => {
  for (const last of [0, 1, 2, 3]) {
    const browser = await signedInBrowser(app)
    const earlier = await openApp(browser)
    const tabs = []
    for (let count = 0; count < 4; count++) tabs.push(await atLogin(browser, { prompt: 'login' }))
    const answers = await Promise.all(tabs.map(({ click }) => click()))
    for (const answer of [...answers, answers[last]]) if (answer) browser.keep(answer)
    await signOutEnds(t, browser, earlier)
  }
})

t.test('the first answer was lost, so there is no cookie yet: signing out asks, and leaves nothing', async (t) => {
  const { browser, form, click } = await atLogin()
  await click()
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const page = await browser.request('GET', '/logout', { headers: foreign })
  t.match(page.headers.location, '/interaction/logout', 'no other site does it alone')
  t.equal((await sessions()).length, 1)
  t.equal((await send(browser, '/interaction/logout', { csrf: form.hidden.csrf ?? '' })).statusCode, 403)
  t.equal((await sessions()).length, 1)
  await signOutEnds(t, browser)
  t.match((await new Browser(app).open('/logout')).body, /You are signed out/)
})

t.test('another person posts the form after the first: theirs is the one session', async (t) => {
  const { browser, click } = await atLogin()
  const ada = await click()
  const grace = await click(GRACE)
  t.strictSame(
    (await sessions()).map(({ person_id }) => person_id),
    [graceId],
  )
  browser.keep(ada)
  t.match((await browser.follow(ada)).body, /<h1>Sign in/, 'an answer that is too late opens nothing')
  browser.keep(grace)
  t.match(answerOf(await browser.follow(grace)), { to: CLAIMED_URI, code: /./ })
})

t.test('two people at once: one session, and nobody is signed in as the other', async (t) => {
  for (let round = 0; round < 4; round++) {
    await db.deleteFrom('sessions').execute()
    const { click } = await atLogin()
    const answers = await Promise.all([click(), click(GRACE), click(), click(GRACE)])
    const [session, ...others] = await sessions()
    t.strictSame(others, [])
    const whose = await Promise.all(
      answers.map(async (answer) => {
        const browser = new Browser(app)
        browser.keep(answer)
        const { body } = await browser.open(authorizeUrl(pkcePair().challenge))
        return /Continue as (\w+)@/.exec(body)?.[1]
      }),
    )
    const owner = session?.person_id === graceId ? 'grace' : 'ada'
    const [ada1, grace1, ada2, grace2] = whose
    for (const seen of owner === 'ada' ? [ada1, ada2] : [grace1, grace2]) t.ok(seen === owner || seen === undefined)
    for (const seen of owner === 'ada' ? [grace1, grace2] : [ada1, ada2]) t.equal(seen, undefined)
    t.ok(whose.includes(owner))
  }
})

t.test('a form that arrives after its visit was finished changes no session and no cookie', async (t) => {
  const { browser, verifier, form, click } = await atLogin()
  const late = new Browser(app)
  for (const [name, value] of browser.cookies) late.cookies.set(name, value)
  await goOn(browser, await click(), verifier)
  const before = await db.selectFrom('sessions').selectAll().execute()
  const answer = await send(late, form.action, { ...form.hidden, ...USER })
  t.equal(answer.statusCode, 409)
  t.notOk(tokenIn(answer))
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), before)
})

t.test('a password that was being checked while its visit, or the person’s epoch, ended opens nothing', async (t) => {
  const signedIn = await signedInBrowser(app)
  const before = await db.selectFrom('sessions').selectAll().execute()
  const over = { kind: 'visit over' } as const
  for (const [ended, authEpoch, expected] of [
    [{ completed_at: new Date() }, 1, over],
    [{ steps: { deny: { at: '' } } }, 1, over],
    [{ expires_at: new Date(0) }, 1, over],
    [{}, 0, { kind: 'person changed' }],
  ] as const) {
    const { browser, visit } = await atLogin(signedIn, { prompt: 'login' })
    await db
      .updateTable('authorization_requests')
      .set({ steps: { switch: { at: '' } }, ...ended })
      .where('id', '=', visit)
      .execute()
    const outcome = await signIn(db, {
      requestId: visit,
      visits: [{ id: visit, browserHash: sha256(secretOf(browser, visit)) }],
      tokenHashes: [sha256(browser.cookies.get(SESSION_COOKIE) ?? '')],
      personId,
      authEpoch,
      acr: 'acr',
      amr: ['pwd'],
      issuer: null,
      ttlSeconds: 60,
      persists: true,
      strong: { roles: [], ttlSeconds: 60 },
      sessionId: 'another',
      signInId: 'another',
      tokenHashesOf: (id) => [sha256(id)],
    })
    t.strictSame(outcome, expected)
  }
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), before)
})

t.test('two tabs sign in at once: one session, and signing out ends the apps of both', async (t) => {
  for (let round = 0; round < 4; round++) {
    await db.deleteFrom('sessions').execute()
    const browser = new Browser(app)
    const tabs = [await atLogin(browser), await atLogin(browser)]
    const answers = await Promise.all(tabs.map(({ click }) => click()))
    t.equal((await sessions()).length, 1)
    for (const answer of round % 2 === 0 ? answers : answers.toReversed()) browser.keep(answer)
    const apps = []
    for (const { page, verifier, visit } of tabs) {
      // Where the older answer came last its cookie is worth nothing any more, and the person signs in once more.
      let done = await browser.follow(await browser.request('GET', `/authorize/resume/${visit}`))
      if (done.statusCode === 200) done = await logIn(browser, page)
      const { code } = answerOf(done)
      apps.push((await redeem(app, code ?? '', verifier, { redirect_uri: CLAIMED_URI })).json())
    }
    t.equal((await sessions()).length, 1)
    await signOutEnds(t, browser, ...apps)
  }
})

t.test(
  'a sign-in that was signed out of, or given up for another account, is not repeated but done anew',
  async (t) => {
    const { browser, click } = await atLogin(new Browser(app), { prompt: 'login consent' })
    const first = await click()
    browser.keep(first)
    const [{ id: signedOut } = { id: '' }] = await sessions()
    await browser.submit(await browser.open('/logout'), '/interaction/logout')
    const second = await click()
    t.not(tokenIn(second), tokenIn(first), 'the token that was ended stays so')
    t.not((await sessions())[0]?.id, signedOut)
    browser.keep(second)
    const consent = await browser.follow(second)
    t.match(consent.body, /<h1>Allow/)
    const login = await browser.submit(consent, '/switch')
    t.match(login.body, /<h1>Sign in/)
    const third = await click()
    t.not(tokenIn(third), tokenIn(second), 'the same person again has a new token all the same')
    t.equal((await sessions()).length, 1)
  },
)

t.test('a password that was changed in between: nothing of before is repeated', async (t) => {
  const { click } = await atLogin()
  const first = await click()
  await db.updateTable('people').set({ auth_epoch: 7 }).where('id', '=', personId).execute()
  const second = await click()
  t.equal(second.statusCode, 303)
  t.not(tokenIn(second), tokenIn(first))
  t.equal((await sessions()).length, 1)
  await db.updateTable('people').set({ auth_epoch: 1 }).where('id', '=', personId).execute()
})

t.test(
  'fixation: whoever made the visit, and knows all of its cookie, does not know the session that comes of it',
  async (t) => {
    const attacker = new Browser(app)
    const { page, visit, click } = await atLogin(attacker)
    const victim = new Browser(app)
    for (const [name, value] of attacker.cookies) victim.cookies.set(name, value)
    const own = await obtainCode(app)
    victim.cookies.set(SESSION_COOKIE, own.browser.cookies.get(SESSION_COOKIE) ?? '')
    const done = await logIn(victim, page)
    t.match(answerOf(done), { code: /./ })
    t.not(victim.cookies.get(SESSION_COOKIE), own.browser.cookies.get(SESSION_COOKIE))
    t.equal((await attacker.request('GET', `/authorize/resume/${visit}`)).statusCode, 200)
    t.equal((await click({ ...USER, password: 'guessed' })).statusCode, 409, 'done already')
    const { steps } = await db
      .selectFrom('authorization_requests')
      .where('id', '=', visit)
      .select('steps')
      .executeTakeFirstOrThrow()
    const { signIn } = steps.login ?? {}
    t.match(signIn, /^[\w-]{22}$/, 'random, and told to nobody')
    t.notOk(JSON.stringify(done.headers).includes(signIn ?? ''))
  },
)
