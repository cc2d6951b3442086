// Linked accounts: linked by their person from their own page, in the same session, taken away again, and never the last way in.
import t, { type Test } from 'tap'
import { readProviders } from '../../src/identity/federation/configure.ts'
import { endEveryLogin } from '../../src/store/queries/administration.ts'
import { takeBack } from '../../src/store/queries/undo.ts'
import { atAccount } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { logIn } from '../support/phone.ts'
import { secondInstance } from '../support/second-instance.ts'
import { testServer } from '../support/server.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

const LINKED = '/account/security/linked'

async function start(t: Test) {
  const corp = await openUpstream(t)
  const server = await testServer(t, await catalogueOf(t, { corp: corp.settings }))
  const { db } = server
  const identities = () =>
    db
      .selectFrom('identities')
      .where('removed_at', 'is', null)
      .orderBy('subject')
      .select(['subject', 'person_id as personId'])
      .execute()
  /** Goes to the provider from the page of the account; the address of the callback. */
  const begin = async (browser: Browser, sub: string, travel = corp.travel()) => {
    corp.is({ sub })
    const sent = await browser.submit(await browser.open(LINKED), '/add/corp')
    const url = await travel(sent.headers.location ?? '')
    return `${url.pathname}${url.search}`
  }
  return { corp, server, identities, begin }
}

async function signInBy(
  browser: Browser,
  { corp }: Pick<Awaited<ReturnType<typeof start>>, 'corp'>,
  sub: string,
  name = 'corp',
) {
  corp.is({ sub })
  const sent = await browser.submit(await browser.open('/account'), `/provider/${name}`)
  const url = await corp.travel()(sent.headers.location ?? '')
  return browser.open(`${url.pathname}${url.search}`)
}

t.test('linked from the account, it signs its person in; taken away, it does no more', async (t) => {
  const started = await start(t)
  const { server, identities, begin } = started
  const { personId } = server
  const browser = await atAccount(server)
  t.match((await browser.open('/account/security')).body, /Linked accounts/)
  const page = await browser.open(await begin(browser, 'ada at corp'))
  t.match(page.body, /Linked accounts[\s\S]*Example Corp[\s\S]*Unlink/)
  t.strictSame(await identities(), [{ subject: 'ada at corp', personId }])
  const elsewhere = new Browser(server.app)
  t.match((await signInBy(elsewhere, started, 'ada at corp')).body, /Signed in as <strong>ada@example.com/)

  const [, removeHref = ''] = /href="([^"]*\/remove)"/.exec(page.body) ?? []
  const removed = await browser.submit(await browser.open(removeHref), '/remove')
  t.match(removed.body, /The account is unlinked/)
  t.strictSame(await identities(), [])
  const after = await signInBy(new Browser(server.app), started, 'ada at corp')
  t.notMatch(after.body, /ada@example\.com/, 'whoever comes by it now is somebody else')
  t.match(await server.db.selectFrom('account_changes').orderBy('at').select('kind').execute(), [
    { kind: 'identity-added' },
    { kind: 'identity-removed' },
  ])
  const events = await server.db.selectFrom('audit_events').where('type', '=', 'identity').select('outcome').execute()
  t.strictSame(events.map(({ outcome }) => outcome).sort(), ['linked', 'unlinked'])
})

t.test('who comes back from a provider just as all logins end has linked nothing', async (t) => {
  const { server, identities, begin } = await start(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  const callback = await begin(browser, 'a thief at corp')
  const returned = await db.transaction().execute(async (trx) => {
    await endEveryLogin(trx, personId, { needsNewPassword: true })
    const answer = browser.request('GET', callback)
    await untilBlocked(db)
    return [answer]
  })
  const [answer] = await Promise.all(returned)
  t.equal(answer?.statusCode, 400)
  t.strictSame(await identities(), [])
})

t.test('linking ends in the session that it began in, and for nobody else', async (t) => {
  const { server, identities, begin } = await start(t)
  const browser = await atAccount(server)
  const callback = await begin(browser, 'ada at corp')
  await server.db.deleteFrom('sessions').execute()
  const answer = await browser.request('GET', callback)
  t.equal(answer.statusCode, 400)
  t.strictSame(await identities(), [])
  t.equal((await browser.request('GET', callback)).statusCode, 400)
})

t.test(
  'link URL built by a malicious client: linking starts only from the account page, by its form, after a recent sign-in',
  async (t) => {
    const { server } = await start(t)
    const browser = await atAccount(server)
    t.equal((await browser.request('GET', `${LINKED}/add/corp`)).statusCode, 405)
    const forged = await browser.request('POST', `${LINKED}/add/corp`, { form: { csrf: 'x'.repeat(43) } })
    t.equal(forged.statusCode, 403)
    const page = await browser.open(LINKED)
    await server.db
      .updateTable('sessions')
      .set({ auth_time: new Date(Date.now() - 3600_000) })
      .execute()
    const asks = await browser.submit(page, '/add/corp')
    t.match(asks.body, /to continue to your account/)
    t.match((await logIn(browser, asks)).body, /Link an account at Example Corp/)
  },
)

t.test('an account elsewhere that is linked to somebody is linked to nobody else', async (t) => {
  const { server, corp, identities, begin } = await start(t)
  await signInBy(new Browser(server.app), { corp }, 'bob')
  const [bob] = await identities()
  const browser = await atAccount(server)
  const answer = await browser.open(await begin(browser, 'bob'))
  t.equal(answer.statusCode, 409)
  t.match(answer.body, /is linked already/)
  t.strictSame(await identities(), [bob])
})

t.test('the only way to sign in is not taken away, not even by two forms at once', async (t) => {
  const { server, corp, identities, begin } = await start(t)
  const browser = new Browser(server.app)
  await signInBy(browser, { corp }, 'bob')
  const remove = async () => {
    const page = await browser.open(LINKED)
    return [...page.body.matchAll(/href="([^"]*\/remove)"/g)].map(([, href = '']) => href)
  }
  const [only = ''] = await remove()
  const refused = await browser.submit(await browser.open(only), '/remove')
  t.equal(refused.statusCode, 409)
  t.match(refused.body, /the only way in which you can sign in/)
  const { personId } = (await identities())[0] ?? { personId: '' }
  const sealed = { hash: 'hash', pepper_id: null }
  await server.db
    .insertInto('passwords')
    .values({ person_id: personId, ...sealed })
    .execute()
  const still = await browser.submit(await browser.open(only), '/remove')
  t.equal(still.statusCode, 409, 'nor for a password without an address to type')
  await browser.open(await begin(browser, 'bob too'))
  t.equal((await identities()).length, 2)
  const pages = await Promise.all((await remove()).map((href) => browser.open(href)))
  await Promise.all(pages.map((page) => browser.submit(page, '/remove')))
  t.equal((await identities()).length, 1)
})

t.test(
  'that was not me: what was linked within three days ends, what is older and was taken away is back',
  async (t) => {
    const { server, identities, begin } = await start(t)
    const { db, personId } = server
    const browser = await atAccount(server)
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3600_000)
    const age = (subject: string, days: number) =>
      db
        .updateTable('identities')
        .set({ created_at: daysAgo(days) })
        .where('subject', '=', subject)
        .execute()
    await db
      .updateTable('people')
      .set({ created_at: daysAgo(10) })
      .execute()
    await browser.open(await begin(browser, 'old'))
    await age('old', 4)
    await browser.open(await begin(browser, 'lately'))
    await age('lately', 2)
    await db.deleteFrom('mail_challenges').execute()
    const page = await browser.open(LINKED)
    const hrefs = [...page.body.matchAll(/href="([^"]*\/remove)"/g)].map(([, href = '']) => href)
    for (const href of hrefs) await browser.submit(await browser.open(href), '/remove')
    await browser.open(await begin(browser, 'of the intruder'))
    t.strictSame(await identities(), [{ subject: 'of the intruder', personId }])
    const { id } = await db
      .selectFrom('mail_challenges as challenge')
      .innerJoin('account_changes as change', 'change.id', 'challenge.change_id')
      .where('change.kind', '=', 'identity-removed')
      .orderBy('change.at')
      .select('challenge.id')
      .executeTakeFirstOrThrow()
    await db.transaction().execute((trx) => takeBack(trx, id))
    t.strictSame(await identities(), [{ subject: 'old', personId }], 'who made the other two, nobody can tell')
  },
)

t.test('provider deleted and made again with the same name: old links do not come back', async (t) => {
  const started = await start(t)
  const { server, corp, begin, identities } = started
  const { personId } = server
  const browser = await atAccount(server)
  await browser.open(await begin(browser, 'ada at corp'))
  const other = await openUpstream(t)
  /** The same server after a start with these providers. */
  const restarted = async (providers: Parameters<typeof catalogueOf>[1]) => {
    const environment = await catalogueOf(t, providers)
    const from = { catalogueFile: environment.CATALOGUE_FILE, issuer: server.config.issuer }
    const read = await readProviders(from, environment)
    return secondInstance(t, { ...server, deps: { ...server.deps, providers: read } })
  }
  const gone = await restarted({})
  const owner = new Browser(gone)
  await logIn(owner, await owner.open('/account'))
  t.match(
    (await owner.open(LINKED)).body,
    new RegExp(`${new URL(corp.origin).hostname}[\\s\\S]*Unlink`),
    'still to be unlinked',
  )
  t.equal((await owner.request('GET', '/federation/corp/callback?state=x')).statusCode, 404)

  const again = await restarted({ corp: other.settings })
  const page = await signInBy(new Browser(again), { corp: other }, 'ada at corp')
  t.match(page.body, /Signed in as/)
  t.notMatch(page.body, /ada@example\.com/, 'the same subject of another issuer')
  t.equal((await identities()).length, 2)

  const renamed = await restarted({ corp: other.settings, works: corp.settings })
  const button = await new Browser(renamed).open('/account')
  t.match(button.body, /\/provider\/works"/)
  await corp.serve(server.config.issuer, 'works')
  const home = new Browser(renamed)
  t.match(
    (await signInBy(home, { corp }, 'ada at corp', 'works')).body,
    /ada@example\.com/,
    'by another name it finds its people',
  )
  t.strictSame((await identities()).map((identity) => identity.personId === personId).sort(), [false, true])
})
