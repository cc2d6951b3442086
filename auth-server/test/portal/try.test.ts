// Try it in the portal: a developer plays an application of theirs, as themself; of others there is nothing to see or to begin.
import t, { type Test } from 'tap'
import { definePortalOf } from '../../src/portal/index.ts'
import { PASSWORD } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { logIn } from '../support/phone.ts'
import { atPortalAs, type PersonAtPortal, post } from '../support/portal.ts'
import { USER } from '../support/server.ts'
import { callbackOf, DEMO_APP, signInLink, trialMachine } from '../support/trial.ts'

t.setTimeout(60_000)

const PAGE = `/portal/try?app=${DEMO_APP}`
const SESSION = 'mobile-gateway-4000-session'

/** A developer who owns the demo's application. */
async function machine(t: Test) {
  const heard: string[] = []
  const server = await trialMachine(t, ({ url }, response) => {
    heard.push(url ?? '')
    response.end('{}')
  })
  await definePortalOf(server.config.issuer, server.db)
  const { id } = await server.db
    .selectFrom('applications')
    .where('client_id', '=', DEMO_APP)
    .select('id')
    .executeTakeFirstOrThrow()
  const owner = await atPortalAs(server, 'developer', { email: 'owner@example.com' })
  await server.db
    .insertInto('application_members')
    .values({ application_id: id, person_id: owner.personId, role: 'owner' })
    .execute()
  const trials = () => server.db.selectFrom('trials').select(['person_id']).execute()
  return { ...server, owner, trials, heard }
}

async function begun({ browser }: PersonAtPortal): Promise<string> {
  const next = await browser.submit(await browser.open(PAGE), '/try/begin')
  return signInLink(next)
}

t.test('a member plays the application as themself, calls its API, and ends it', async (t) => {
  const { owner, trials, heard, db } = await machine(t)
  const { browser, personId, email } = owner
  t.match((await browser.open('/portal/try')).body, `href="/portal/try?app=${DEMO_APP}"`)
  const address = await begun(owner)
  t.strictSame(await trials(), [{ person_id: personId }])
  const asked = await browser.open(address)
  t.match(asked.body, `Continue as ${email}`, 'the session that they have at the portal is of use here, too')
  const answer = callbackOf(await browser.submit(asked, '/continue'))
  const back = await browser.open(answer)
  t.match(back.body, 'Back in the app')
  t.match(back.body, `href="/portal/try?app=${DEMO_APP}"`)
  const page = await browser.open(PAGE)
  t.match(page.body, `The app knows you as <code>${personId}</code>`)
  const called = await browser.submit(page, '/try/call', { path: '/orders' })
  t.strictSame(heard, ['/mobile/orders'])
  t.match(called.body, 'HTTP 200')
  t.match(called.body, 'What the gateway tells the backend')
  const wrong = await browser.submit(called, '/try/call', { path: '//evil.example' })
  t.equal(wrong.statusCode, 400)
  t.equal(heard.length, 1)

  await db.deleteFrom('application_members').execute()
  const late = await post(owner, '/portal/try/call', { app: DEMO_APP, path: '/orders' })
  t.equal(late.statusCode, 404, 'who is a member no more calls nothing')
  t.equal(heard.length, 1)
})

t.test("of somebody else's application there is no trial: 404, as of one that is not there", async (t) => {
  const server = await machine(t)
  const { owner, trials } = server
  await begun(owner)
  const other = await atPortalAs(server, 'developer', { email: 'other@example.com' })
  for (const app of [DEMO_APP, 'no-such-app']) {
    const seen = await other.browser.request('GET', `/portal/try?app=${app}`)
    t.equal(seen.statusCode, 404)
    t.notMatch(seen.body, /Demo app/)
    for (const action of ['begin', 'call', 'end'])
      t.equal((await post(other, `/portal/try/${action}`, { app, path: '/' })).statusCode, 404, `${action} ${app}`)
  }
  t.strictSame(await trials(), [{ person_id: owner.personId }], 'and what goes on elsewhere goes on')
  const cookie = 'mobile-gateway-4000-trial'
  other.browser.cookies.set(cookie, owner.browser.cookies.get(cookie) ?? '')
  t.equal((await other.browser.request('GET', PAGE)).statusCode, 404, "with the cookie of the other's trial as well")
})

t.test('nobody but the member can sign in in a trial of theirs, in whichever browser', async (t) => {
  const { app, owner, db } = await machine(t)
  const address = await begun(owner)
  t.equal((await new Browser(app).open(address)).statusCode, 400, 'the link, sent to somebody else')

  owner.browser.cookies.delete(SESSION)
  const login = await owner.browser.open(address)
  const stranger = await logIn(owner.browser, login, USER)
  t.notMatch(stranger.headers.location ?? '', /code=/, 'somebody else at the keyboard')
  t.strictSame(await db.selectFrom('trials').where('answered_at', 'is not', null).select('id').execute(), [])
  owner.browser.cookies.delete(SESSION)
  const again = await owner.browser.open(address)
  const mine = await logIn(owner.browser, again, { email: owner.email, password: PASSWORD })
  t.match(callbackOf(mine), /code=/)
})

t.test(
  'an application that waits for approval, or that calls for itself, is told to have nothing to play',
  async (t) => {
    const { owner, db, trials } = await machine(t)
    await db.updateTable('subscriptions').set({ status: 'pending' }).execute()
    t.match((await owner.browser.open(PAGE)).body, 'no approved subscription')
    t.equal((await post(owner, '/portal/try/begin', { app: DEMO_APP })).statusCode, 303)
    t.strictSame(await trials(), [])
    await db
      .updateTable('applications')
      .set({ grant_types: ['client_credentials'] })
      .where('client_id', '=', DEMO_APP)
      .execute()
    t.match((await owner.browser.open(PAGE)).body, 'calls for itself')
  },
)
