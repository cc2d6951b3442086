// What ends with a session, and with a password (OpenID Connect Back-Channel Logout §2.7).
import t, { type Test } from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { endSessions } from '../../src/store/end-sessions.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { redeemCode } from '../../src/tokens/authorization-code.ts'
import { Browser } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { answerOf, authorizeUrl, logIn, obtainCode, pkcePair, redeem, refresh } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

async function open(t: Test) {
  const server = await testServer(t)
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  return { ...server, site, browser, tokens: await site.signIn({}, browser) }
}

t.test('what was born in the session ends, but for offline_access and other sessions', async (t) => {
  const { db, app, site, browser, tokens } = await open(t)
  const phone = async (scope: string) => {
    const { verifier, challenge } = pkcePair()
    const page = await browser.open(authorizeUrl(challenge, { scope }))
    const { code } = answerOf(await browser.submit(page, '/continue'))
    return (await redeem(app, code ?? '', verifier)).json()
  }
  const online = await phone('orders:read')
  const offline = await phone('orders:read offline_access')
  const elsewhere = await obtainCode(app)
  const there = (await redeem(app, elsewhere.code, elsewhere.verifier)).json()

  await browser.open(`/logout?id_token_hint=${tokens.id_token}`)
  t.equal((await site.userinfo(tokens.access_token)).statusCode, 401)
  t.match((await site.refresh(tokens.refresh_token)).json(), { error: 'invalid_grant' })
  t.match((await refresh(app, online.refresh_token)).json(), { error: 'invalid_grant' })
  t.equal((await refresh(app, offline.refresh_token)).statusCode, 200)
  t.equal((await refresh(app, there.refresh_token)).statusCode, 200)
  const because = await db.selectFrom('refresh_families').select('revoked_because').distinct().execute()
  t.same(new Set(because.map(({ revoked_because }) => revoked_because)), new Set([null, 'signed out']))
})

t.test('a code of a session that ended opens nothing', async (t) => {
  const { db, site, browser, personId } = await open(t)
  const { code } = answerOf(await site.send(browser, { prompt: 'none' }))
  await endSessions(db, { personId })
  t.match((await site.redeem(code)).json(), { error: 'invalid_grant' })
})

t.test(
  'somebody else signs in in the same browser: apps stay signed in, a code on its way has to be asked for again',
  async (t) => {
    const { db, config, site, browser, tokens } = await open(t)
    const grace = { email: 'grace@example.com', password: 'quite another passphrase' }
    await createAccount(db, config.passwordPepper, grace)
    const { code } = answerOf(await site.send(browser, { prompt: 'none' }))
    const login = await site.send(browser, { prompt: 'login' })
    t.match(answerOf(await logIn(browser, login, grace)), { status: 303, code: /./ })
    t.match((await site.redeem(code)).json(), { error: 'invalid_grant' })
    t.equal((await site.refresh(tokens.refresh_token)).statusCode, 200)
  },
)

t.test('of redemptions racing a sign-out no family is left', async (t) => {
  const { app, site } = await open(t)
  for (let round = 0; round < 8; round++) {
    const visitor = new Browser(app)
    const { code } = answerOf(await logIn(visitor, await site.send(visitor)))
    const page = await visitor.open('/logout')
    const [redeemed, out] = await Promise.all([site.redeem(code), visitor.submit(page, '/interaction/logout')])
    t.match(out, { statusCode: 200, body: /You are signed out/ })
    const { error, refresh_token } = redeemed.json()
    t.match(error ?? (await site.refresh(refresh_token)).json().error, 'invalid_grant')
  }
})

t.test('a sign-out that comes while a code is being redeemed waits, then ends its family as well', async (t) => {
  const { db, config, site, browser, personId } = await open(t)
  const { code = '' } = answerOf(await site.send(browser, { prompt: 'none' }))
  const { family, ended } = await db.transaction().execute(async (trx) => {
    const asked = { clientId: site.clientId, redirectUri: null, resource: null, dpopJkt: null }
    const redeemed = await redeemCode(trx, config.tokenSecrets, {
      ...asked,
      codeHash: sha256(code),
      codeVerifier: undefined,
    })
    if (redeemed.kind !== 'redeemed') throw new Error(redeemed.because)
    const ended = endSessions(db, { personId })
    await untilBlocked(db)
    return { family: redeemed.family, ended }
  })
  t.equal((await ended).length, 1)
  const row = await db.selectFrom('refresh_families').selectAll().where('id', '=', family.id).executeTakeFirstOrThrow()
  t.equal(row.revoked_because, 'signed out')
})

t.test('a new password leaves no session, code, half-finished sign-in or family of before usable', async (t) => {
  const { db, app, site, browser, tokens, personId } = await open(t)
  const { code } = answerOf(await site.send(browser, { prompt: 'none' }))
  const halfway = await browser.open(authorizeUrl(pkcePair().challenge))
  t.match(halfway.body, /<h1>Continue/, 'one step before the code')
  const other = await obtainCode(app)
  const onPhone = (await redeem(app, other.code, other.verifier)).json()

  await replacePassword(db, personId, { hash: 'x', pepperId: null })
  t.equal(answerOf(await site.send(browser, { prompt: 'none' })).error, 'login_required')
  t.match((await site.redeem(code)).json(), { error: 'invalid_grant' })
  const resumed = await browser.submit(halfway, '/continue')
  t.match(resumed.body, /<h1>Sign in/, 'the step that was taken does not count')
  t.match((await site.refresh(tokens.refresh_token)).json(), { error: 'invalid_grant' })
  t.match((await refresh(app, onPhone.refresh_token)).json(), { error: 'invalid_grant' })
  t.equal((await site.userinfo(tokens.access_token)).statusCode, 401)
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), [])
})
