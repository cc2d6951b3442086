// The checklist of an application: it ticks itself by what the app really does, and tells what it saw.
import t from 'tap'
import { noteEvidence, webViewMark } from '../../src/catalogue/evidence.ts'
import { checklistOf } from '../../src/management/checklist.ts'
import { Browser } from '../support/browser.ts'
import { ProvingPhone } from '../support/dpop.ts'
import { machine } from '../support/management.ts'
import { answerOf, authorizeUrl, logIn, obtainCode, pkcePair, REDIRECT_URI, redeem, refresh } from '../support/phone.ts'
import { APP, testServer } from '../support/server.ts'

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'
const WEB_VIEW =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/X; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0 Mobile Safari/537.36'

const server = await testServer(t, { VISITS_PER_MINUTE: '1000' })
const { app, db, applicationId } = server
const { ask } = await machine(server)

async function statuses(): Promise<Readonly<Record<string, string>>> {
  const { items } = (await ask('GET', `/applications/${APP.clientId}/checklist`)).json()
  return Object.fromEntries(items.map(({ item, status }: Readonly<Record<string, string>>) => [item, status]))
}

function open(changes: Readonly<Record<string, string | undefined>>, userAgent: string) {
  const browser = new Browser(app, undefined, { 'user-agent': userAgent })
  return browser.request('GET', authorizeUrl(pkcePair().challenge, changes))
}

/** A whole sign-in, to the tokens. */
async function signIn(changes: Readonly<Record<string, string | undefined>>, userAgent: string) {
  const browser = new Browser(app, undefined, { 'user-agent': userAgent })
  const { code, verifier } = await obtainCode(app, changes, browser)
  return (await redeem(app, code, verifier)).json()
}

t.test('nothing was seen of an app that nobody opened', async (t) => {
  t.strictSame(await statuses(), {
    pkce: 'not_seen',
    state: 'not_seen',
    browser: 'not_seen',
    app_links: 'not_seen',
    refresh: 'not_seen',
    dpop: 'not_seen',
    sign_out: 'not_seen',
  })
})

t.test(
  'nobody makes a warning, or takes one away, with a link: a request counts when its code is redeemed',
  async (t) => {
    await open({ state: undefined }, WEB_VIEW)
    await open({ state: 'same' }, SAFARI)
    await open({ state: 'same' }, SAFARI)
    const { code } = await obtainCode(app, { state: 'same' })
    t.match(await redeem(app, code, 'x'.repeat(43)), { statusCode: 400 })
    t.ok(Object.values(await statuses()).every((status) => status === 'not_seen'))
  },
)

t.test('a sign-in, a refresh whose answer was lost, and a sign-out tick what they show', async (t) => {
  const tokens = await signIn({ state: 'one' }, SAFARI)
  t.match(await statuses(), { pkce: 'done', state: 'done', browser: 'done', refresh: 'not_seen' })
  await refresh(app, tokens.refresh_token)
  t.match(await statuses(), { refresh: 'not_seen' }, 'an ordinary refresh shows nothing')
  const again = (await refresh(app, tokens.refresh_token)).json()
  t.match(await statuses(), { refresh: 'done', sign_out: 'not_seen' })
  await app.inject({
    method: 'POST',
    url: '/revoke',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ client_id: APP.clientId, token: again.refresh_token }).toString(),
  })
  t.match(await statuses(), { sign_out: 'done', dpop: 'not_seen', app_links: 'not_seen' })
})

t.test('tokens that are bound to a key of the phone (RFC 9449) tick that', async (t) => {
  const phone = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app, { state: 'bound' }, new Browser(app))
  const form = { grant_type: 'authorization_code', client_id: APP.clientId, code, code_verifier: verifier }
  const answer = await phone.post('/token', { ...form, redirect_uri: REDIRECT_URI })
  t.match(answer.json(), { token_type: 'DPoP' })
  t.match(await statuses(), { dpop: 'done' })
})

t.test('a reload is no repeated state; the same state in another sign-in is, and a web view is named', async (t) => {
  const { verifier, challenge } = pkcePair()
  const url = authorizeUrl(challenge, { state: 'two' })
  const browser = new Browser(app)
  await browser.request('GET', url)
  const { code } = answerOf(await logIn(browser, await browser.open(url)))
  t.equal((await redeem(app, code ?? '', verifier)).statusCode, 200)
  t.match(await statuses(), { state: 'done' })
  await signIn({ state: 'two' }, WEB_VIEW)
  const { items } = (await ask('GET', `/applications/${APP.clientId}/checklist`)).json()
  t.match(items, [
    { item: 'pkce', status: 'done' },
    { item: 'state', status: 'warning', seen: 'state-repeated' },
    { item: 'browser', status: 'warning', seen: 'Android WebView' },
  ])
})

t.test('a fact is written once a day: what comes again costs no statement', async (t) => {
  const rows = () => db.selectFrom('application_evidence').selectAll().orderBy('fact').execute()
  const before = await rows()
  await db.deleteFrom('application_evidence').execute()
  await noteEvidence(db, applicationId, [{ fact: 'pkce' }])
  t.strictSame(await rows(), [])
  t.ok(before.length > 4)
  t.notMatch(JSON.stringify(before), /127\.0\.0|usr_|Mozilla/, 'nothing of who used it')
})

t.test('a warning ends when what is right is seen on a later day without it', (t) => {
  const right = { fact: 'state', detail: '', firstSeen: '2026-01-01', lastSeen: '2026-01-03' } as const
  const wrong = { fact: 'no-state', detail: '', firstSeen: '2026-01-02', lastSeen: '2026-01-02' } as const
  const state = (evidence: Parameters<typeof checklistOf>[0]) =>
    checklistOf(evidence).find(({ item }) => item === 'state')
  t.match(state([right, wrong]), { status: 'done', since: '2026-01-01', last: '2026-01-03' })
  t.match(state([{ ...right, lastSeen: '2026-01-02' }, wrong]), { status: 'warning', last: '2026-01-02' })
  t.match(state([wrong]), { status: 'warning', since: null })
  t.end()
})

t.test('web views are told from the browsers that the system opens', (t) => {
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
  for (const [userAgent, mark] of [
    [SAFARI, undefined],
    [`${phone} CriOS/119.0 Mobile/15E148 Safari/604.1`, undefined],
    [
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0 Mobile Safari/537.36',
      undefined,
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0', undefined],
    [WEB_VIEW, 'Android WebView'],
    [`${phone} Mobile/15E148`, 'WKWebView'],
    [`${phone} Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]`, 'Facebook'],
    [`${phone} Mobile/15E148 Instagram 300.0`, 'Instagram'],
  ] as const)
    t.equal(webViewMark(userAgent), mark, userAgent)
  t.end()
})

t.test('somebody else’s application has none', async (t) => {
  t.equal((await ask('GET', '/applications/nothing-here/checklist')).statusCode, 404)
  t.equal((await ask('GET', '/applications/portal/checklist')).statusCode, 404)
})
