// A sign-in that needs no page: its visit ends as it begins, and nothing is written but its code, or nothing at all.
import { sql } from 'kysely'
import t from 'tap'
import { untilBlocked } from '../../support/database.ts'
import { expectCode } from '../../support/expect.ts'
import { authorizeUrl, pkcePair, redeem } from '../../support/phone.ts'
import { testServer } from '../../support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from '../../support/session.ts'

const { app, db, register } = await testServer(t)
const CLIENT = 'asking-app'
await register({ clientId: CLIENT, name: 'Asking', redirectUris: [CLAIMED_URI] }, { trusted: false })

function ask() {
  return authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, client_id: CLIENT })
}
function visits() {
  return db
    .selectFrom('authorization_requests')
    .select(['id', 'completed_at as completedAt'])
    .orderBy('expires_at')
    .execute()
}

t.test('the visit leaves no row, and its code is redeemed like any other', async (t) => {
  const browser = await signedInBrowser(app)
  const before = await visits()
  const { code, verifier, redirectUri } = await nextCode(browser)
  t.strictSame(await visits(), before)
  t.equal((await redeem(app, code, verifier, { redirect_uri: redirectUri })).statusCode, 200)
})

t.test(
  'what the person allowed is withdrawn while the code is written: no code, and the person is asked',
  async (t) => {
    const browser = await signedInBrowser(app)
    expectCode(t, await browser.submit(await browser.open(ask()), '/consent'), { to: CLAIMED_URI, state: 'a-state' })
    const page = await afterChange(browser, sql`delete from consents`)
    t.equal(page.statusCode, 200)
    t.match(page.body, /Asking/)
    expectCode(t, await browser.submit(page, '/consent'), { to: CLAIMED_URI, state: 'a-state' })
  },
)

t.test('the person signs out while the code is written: no code, and they are asked to sign in', async (t) => {
  const browser = await signedInBrowser(app)
  expectCode(t, await browser.open(ask()), { to: CLAIMED_URI, state: 'a-state' })
  const page = await afterChange(browser, sql`delete from consents`, sql`delete from sessions`)
  t.equal(page.statusCode, 200)
  t.match(page.body, /type="password"/)
})

t.test('until it is redeemed, the code keeps what was asked, without what that says of others', async (t) => {
  const browser = await signedInBrowser(app)
  expectCode(t, await browser.submit(await browser.open(ask()), '/consent'), { to: CLAIMED_URI, state: 'a-state' })
  const { challenge, verifier } = pkcePair()
  const ofApp = { redirect_uri: CLAIMED_URI, client_id: CLIENT }
  const url = authorizeUrl(challenge, { ...ofApp, login_hint: 'somebody.else@example.com' })
  const code = expectCode(t, await browser.open(url), { to: CLAIMED_URI, state: 'a-state' })
  const keeps = async () => {
    const codes = db.selectFrom('authorization_codes').select('request').where('code_challenge', '=', challenge)
    return (await codes.executeTakeFirstOrThrow()).request
  }
  const kept = await keeps()
  t.match(kept, { redirectUri: CLAIMED_URI, codeChallenge: challenge, state: 'a-state' })
  t.notMatch(JSON.stringify(kept), /somebody\.else/)
  t.equal((await redeem(app, code, verifier, ofApp)).statusCode, 200)
  t.equal(await keeps(), null)
})

/** What the browser sees whose request has read everything, and waits to write, when this is done. */
async function afterChange(
  browser: Awaited<ReturnType<typeof signedInBrowser>>,
  ...changes: readonly ReturnType<typeof sql>[]
) {
  const { asked } = await db.transaction().execute(async (trx) => {
    for (const change of changes) await change.execute(trx)
    const asked = browser.open(ask())
    await untilBlocked(db)
    return { asked }
  })
  return asked
}
