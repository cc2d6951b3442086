// Apps and devices: a person sees where they are signed in and what apps may do, names and ends either, and apps feel it.
import t, { type Test } from 'tap'
import { accountToken, atAccount } from '../support/account.ts'
import { type Browser, formsOf } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { gatewayClient, toldCount, usageBatch } from '../support/gateway-reports.ts'
import {
  answerOf,
  authorizeUrl,
  idOf,
  logIn,
  obtainCode,
  obtainTokens,
  pkcePair,
  redeem,
  refresh,
} from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const CURIOUS = { client_id: 'curious-app', redirect_uri: 'com.example.curious:/callback' }

async function opened(t: Test) {
  const server = await testServer(t)
  const curiousId = await server.register(
    { clientId: CURIOUS.client_id, name: 'Curious', redirectUris: [CURIOUS.redirect_uri] },
    { trusted: false },
  )
  return { ...server, curiousId }
}

/** Lets Curious in, as far as the code; the browser is signed in afterwards. */
async function allowCurious(browser: Browser, changes: Readonly<Record<string, string>> = {}) {
  const { verifier, challenge } = pkcePair()
  let page = await browser.open(authorizeUrl(challenge, { ...CURIOUS, ...changes }))
  if (page.body.includes('name="password"')) page = await logIn(browser, page)
  const asked = page.body.includes('<h1>Allow Curious?</h1>')
  const done = await browser.submit(page, asked ? '/consent' : '/continue')
  const { code = '' } = answerOf(done)
  return { asked, code, redeem: (app: Parameters<typeof redeem>[0]) => redeem(app, code, verifier, CURIOUS) }
}

t.test('each installation is there with app, service and last use; this device comes last', async (t) => {
  const server = await opened(t)
  const { app } = server
  const browser = await atAccount(server)
  t.match(wordsOf(await browser.open('/account/apps')), 'No app is signed in to your account.')
  await obtainTokens(app)
  await (await allowCurious(browser)).redeem(app)
  const page = wordsOf(await browser.open('/account/apps'))
  t.match(page, /Signed in Shop Orders · used just now Curious This device Orders · used just now/)
  t.match(page, /What apps may do .*Curious Orders: See your orders · Place and change orders · since/)
})

t.test('it can be named, in one line, and has the name from then on', async (t) => {
  const server = await opened(t)
  const browser = await atAccount(server)
  const id = idOf(await obtainTokens(server.app))
  const url = `/account/apps/installations/${id}`
  const page = await browser.open(`${url}/name`)
  const bad = await browser.request('POST', `${url}/name`, {
    form: { csrf: accountToken(server, browser), name: 'a\nb<c>' },
  })
  t.match(bad, { statusCode: 422, body: /href="#name">Write a name of one line/ })
  t.match(bad.body, 'value="a\nb&lt;c&gt;"', 'what was typed is kept')
  const named = await browser.submit(page, '/name', { name: '  Kitchen <tablet> ' })
  t.match(named.body, /role="status">The name is saved\.<\/p>\s*<h1>Kitchen &lt;tablet&gt;<\/h1>/)
  t.match(wordsOf(await browser.open('/account/apps')), 'Kitchen &lt;tablet&gt; Shop · Orders · used just now')
})

t.test('one is signed out, and gateways hear of it; the others go on', async (t) => {
  const server = await opened(t)
  const { app, db } = server
  const browser = await atAccount(server)
  const [one, other] = [await obtainTokens(app), await obtainTokens(app)]
  const feed = await feedReader(server)
  await feed.follow()
  const page = await browser.open(`/account/apps/installations/${idOf(one)}`)
  const after = await browser.submit(page, '/end')
  t.match(after.body, 'Signed out. That app has to ask you to sign in again.')
  t.match(await feed.follow(), [{ type: 'grant', grant_id: idOf(one) }])
  t.equal((await refresh(app, one.refresh_token)).json().error, 'invalid_grant')
  t.equal((await refresh(app, other.refresh_token)).statusCode, 200)
  const again = await browser.submit(page, '/end')
  t.match(again, { statusCode: 200 }, 'pressed twice')
  t.notMatch(again.body, 'role="status"')
  const events = await db.selectFrom('audit_events').where('type', '=', 'revocation').select('outcome').execute()
  t.strictSame(events, [{ outcome: 'by-person' }])
})

t.test(
  'Withdraw: allowed no more, signed out everywhere, the code in flight opens nothing, and it is asked again',
  async (t) => {
    const server = await opened(t)
    const { app, db, curiousId, personId } = server
    const browser = await atAccount(server)
    const first = await allowCurious(browser)
    t.equal(first.asked, true)
    const tokens = (await first.redeem(app)).json()
    const shop = await obtainTokens(app)
    const inFlight = await allowCurious(browser)
    t.equal(inFlight.asked, false)
    const feed = await feedReader(server)
    await feed.follow()

    const page = await browser.open(`/account/apps/${curiousId}/withdraw`)
    t.match(wordsOf(page), /Curious loses this at once.*See your orders.*Signed in on one device: signed out there/)
    const after = await browser.submit(page, '/withdraw')
    t.match(after.body, 'Withdrawn. That app is signed out and has to ask you again.')
    t.match(await feed.follow(), [{ type: 'grant', grant_id: idOf(tokens) }])
    t.equal((await refresh(app, tokens.refresh_token, { client_id: CURIOUS.client_id })).json().error, 'invalid_grant')
    t.equal((await inFlight.redeem(app)).json().error, 'invalid_grant')
    t.equal((await refresh(app, shop.refresh_token)).statusCode, 200, 'another app goes on')
    t.match(await db.selectFrom('audit_events').where('outcome', '=', 'withdrawn').selectAll().execute(), [
      { type: 'consent', application_id: curiousId },
    ])
    t.strictSame(await db.selectFrom('consents').where('person_id', '=', personId).selectAll().execute(), [])
    t.equal((await allowCurious(browser)).asked, true)
  },
)

t.test('the history keeps each yes with its words and language, and until when it stood', async (t) => {
  const server = await opened(t)
  const { db, curiousId } = server
  const browser = await atAccount(server)
  await allowCurious(browser)
  await browser.submit(await browser.open(`/account/apps/${curiousId}/withdraw`), '/withdraw')
  await allowCurious(browser, { ui_locales: 'en' })
  const history = await db.selectFrom('consent_history').orderBy('id').selectAll().execute()
  t.match(history, [
    { language: 'en', withdrawn_at: Date, scopes: ['orders:read', 'orders:write'] },
    { language: 'en', withdrawn_at: null },
  ])
  t.equal(history[0]?.text_version, history[1]?.text_version)
  const page = wordsOf(await browser.open(`/account/apps/${curiousId}`))
  t.match(page, /What you allowed so far .*still allowed · text [\w-]{12}, en .*withdrawn \w+ \d+, \d{4} · text/)
  await db.updateTable('api_scopes').set({ description: 'See all of it' }).where('name', '=', 'orders:read').execute()
  await browser.submit(await browser.open(`/account/apps/${curiousId}/withdraw`), '/withdraw')
  await allowCurious(browser)
  const [newest] = await db.selectFrom('consent_history').orderBy('id', 'desc').select('text_version').execute()
  t.not(newest?.text_version, history[0]?.text_version, 'other words are another version')
})

t.test('a visit that was allowed and is not done yet asks again after Withdraw', async (t) => {
  const server = await opened(t)
  const browser = await atAccount(server)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, CURIOUS))
  const consent = formsOf(page.body).find(({ action }) => action.endsWith('/consent'))
  const allowed = await browser.request('POST', consent?.action ?? '', { form: consent?.hidden ?? {} })
  await browser.submit(await browser.open(`/account/apps/${server.curiousId}/withdraw`), '/withdraw')
  const again = await browser.follow(allowed)
  t.match(again.body, '<h1>Allow Curious?</h1>')
  t.match(answerOf(await browser.submit(again, '/consent')), { to: CURIOUS.redirect_uri, code: /./ })
})

t.test('Withdraw while a visit is being finished: whatever comes first, no code is left', async (t) => {
  const server = await opened(t)
  const { app, db, curiousId, personId } = server
  const browser = await atAccount(server)
  for (let round = 0; round < 5; round++) {
    await allowCurious(browser)
    const { verifier, challenge } = pkcePair()
    const page = await browser.open(authorizeUrl(challenge, CURIOUS))
    const withdraw = await browser.open(`/account/apps/${curiousId}/withdraw`)
    const [done] = await Promise.all([browser.submit(page, '/continue'), browser.submit(withdraw, '/withdraw')])
    const { code } = answerOf(done)
    if (code !== undefined) t.equal((await redeem(app, code, verifier, CURIOUS)).statusCode, 400, `round ${round}`)
    else t.match(done.body, '<h1>Allow Curious?</h1>', `round ${round}`)
  }
  await allowCurious(browser)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, CURIOUS))
  const going = await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('consents').where('person_id', '=', personId).execute()
    const going = browser.submit(page, '/continue')
    await untilBlocked(db)
    return { going }
  })
  t.match((await going.going).body, '<h1>Allow Curious?</h1>', 'it waits for a withdrawal, and finds nothing allowed')
})

t.test('an app that is trusted is there as well, and can be sent away', async (t) => {
  const server = await opened(t)
  const { app, applicationId } = server
  const browser = await atAccount(server)
  const tokens = await obtainTokens(app)
  const { code, verifier } = await obtainCode(app)
  await browser.submit(await browser.open(`/account/apps/${applicationId}/withdraw`), '/withdraw')
  t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')
  t.equal((await redeem(app, code, verifier)).json().error, 'invalid_grant')
  t.equal((await browser.open(`/account/apps/${applicationId}`)).statusCode, 404)
})

t.test('a person sees how often an app called which API for them, and nothing of others', async (t) => {
  const server = await opened(t)
  const browser = await atAccount(server)
  await (await allowCurious(browser)).redeem(server.app)
  const tell = await gatewayClient(server)
  const about = { client_id: CURIOUS.client_id, accepted: 1200, refused: 34 }
  const counts = [toldCount({ ...about, sub: server.personId }), toldCount({ ...about, accepted: 5000 })]
  t.equal((await tell('/usage', usageBatch(counts))).statusCode, 200)
  const page = wordsOf(await browser.open(`/account/apps/${server.curiousId}`))
  t.match(page, 'Calls in your name, in the last 30 days Orders 1,234 calls, 34 of them refused')
})
