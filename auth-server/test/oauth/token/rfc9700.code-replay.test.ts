// RFC 9700 §4.5, RFC 6749 §4.1.2, §10.5: a code is good once, however many try at once.
import t from 'tap'
import { turnClock } from '../../support/database.ts'
import { expectJsonError } from '../../support/expect.ts'
import { pkcePair, redeem, refresh } from '../../support/phone.ts'
import { testServer } from '../../support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from '../../support/session.ts'

const { app, db, log, register } = await testServer(t)
const browser = await signedInBrowser(app)
await register({ clientId: 'other-app', name: 'Other', redirectUris: ['com.example.other:/callback'] })
const changes = { redirect_uri: CLAIMED_URI }

/** A redeemed code with what it gave. */
async function redeemed() {
  const { code, verifier } = await nextCode(browser)
  const tokens = (await redeem(app, code, verifier, changes)).json()
  return { code, verifier, refreshToken: String(tokens.refresh_token) }
}

for (const round of [1, 2])
  t.test(`50 parallel redemptions of one code: exactly one succeeds (round ${round})`, async (t) => {
    const { code, verifier } = await nextCode(browser)
    const responses = await Promise.all(Array.from({ length: 50 }, () => redeem(app, code, verifier, changes)))
    const won = responses.filter((response) => response.statusCode === 200)
    t.equal(won.length, 1)
    for (const response of responses) if (!won.includes(response)) expectJsonError(t, response, 400, 'invalid_grant')
    const families = await db
      .selectFrom('refresh_families')
      .select(['id', 'revoked_at'])
      .where('id', '=', String(won[0]?.json().refresh_token).split('.')[0] ?? '')
      .execute()
    t.match(families, [{ revoked_at: null }], "the losers do not end the winner's family")
    t.equal((await refresh(app, won[0]?.json().refresh_token)).statusCode, 200)
  })

t.test("a repeat within 10 s is the client's own retry: refused, and the winner stays", async (t) => {
  const { code, verifier, refreshToken } = await redeemed()
  expectJsonError(t, await redeem(app, code, verifier, changes), 400, 'invalid_grant')
  await turnClock(t, db, 9)
  expectJsonError(t, await redeem(app, code, verifier, changes), 400, 'invalid_grant')
  await turnClock(t, db, 0)
  t.equal((await refresh(app, refreshToken)).statusCode, 200)
})

t.test('§4.1.2: a repeat that fits in every respect, later, ends the family', async (t) => {
  for (const seconds of [11, 61, 3600]) {
    const { code, verifier, refreshToken } = await redeemed()
    const bystander = await redeemed()
    await turnClock(t, db, seconds)
    expectJsonError(t, await redeem(app, code, verifier, changes), 400, 'invalid_grant')
    expectJsonError(t, await refresh(app, refreshToken), 400, 'invalid_grant')
    t.equal((await refresh(app, bystander.refreshToken)).statusCode, 200, 'only that family')
    await turnClock(t, db, 0)
  }
  t.equal(log.filter((line) => line.includes('"event":"code_reuse"')).length, 3)
})

t.test('a repeat that does not fit ends nothing', async (t) => {
  const rows: [string, Record<string, string>][] = [
    ['another client', { client_id: 'other-app' }],
    ['another redirect URI', { redirect_uri: 'com.example.shop:/callback' }],
    ['another verifier', { code_verifier: pkcePair().verifier }],
    ['no verifier', { code_verifier: '' }],
    ['another resource', { resource: 'https://api.example.com/other' }],
  ]
  for (const [name, wrong] of rows)
    await t.test(name, async (t) => {
      const { code, verifier, refreshToken } = await redeemed()
      await turnClock(t, db, 30)
      t.equal((await redeem(app, code, verifier, { ...changes, ...wrong })).statusCode, 400)
      t.equal((await refresh(app, refreshToken)).statusCode, 200)
    })
})

t.test('one sign-in gives one code, even when the last step is opened many times at once', async (t) => {
  const { challenge } = pkcePair()
  const { authorizeUrl } = await import('../../support/phone.ts')
  const page = await browser.open(authorizeUrl(challenge))
  t.match(page.body, /Continue as/)
  const { formsOf } = await import('../../support/browser.ts')
  const form = formsOf(page.body).find(({ action }) => action.endsWith('/continue'))
  const step = await browser.request('POST', form?.action ?? '', { form: form?.hidden ?? {} })
  const resume = step.headers.location ?? ''
  const responses = await Promise.all(Array.from({ length: 20 }, () => browser.request('GET', resume)))
  const codes = responses.filter(({ headers }) => headers.location?.includes('code='))
  t.equal(codes.length, 1)
  for (const response of responses)
    if (!codes.includes(response)) {
      t.equal(response.statusCode, 200, 'a page that says that the app has its answer')
      t.equal(response.headers.location, undefined)
    }
})
