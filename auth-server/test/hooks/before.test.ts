// Hooks that are asked before a sign-in, an account and tokens: what they hear, may refuse and may add, and what happens when they fail.
import { decodeJwt } from 'jose'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { Browser } from '../support/browser.ts'
import { type HookReply, hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const receiver = await hookReceiver(t)
const server = await testServer(
  t,
  await hookEnvironment(t, { url: receiver.url, events: ['before.sign-in', 'before.token'], timeout_ms: 400 }),
)
const site = await Website.open(server)
const ALLOW = { verdict: 'allow' }

/** One answer to one event; all else is allowed. */
function only(event: string, reply: HookReply): HookReply {
  return (response, heard) => {
    const answer = heard.event === event ? reply : ALLOW
    if (typeof answer === 'function') answer(response, heard)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }
}
function heard(event: string) {
  return receiver.heard.filter((one) => one.event === event)
}
/** A browser that has signed in: what comes next. */
async function signIn(scope = 'openid orders:read') {
  const browser = new Browser(server.app)
  const page = await logIn(browser, await site.send(browser, { scope }))
  return { browser, page }
}
function redeem(code: string | undefined) {
  return site.redeem(code)
}

t.beforeEach(() => {
  receiver.heard.length = 0
  receiver.answers(ALLOW)
})

t.test('both are asked once for a login, with what they need to decide, and not at a refresh', async (t) => {
  const tokens = await site.signIn({ scope: 'openid orders:read' })
  await site.refresh(tokens.refresh_token)
  t.strictSame(
    receiver.heard.map(({ event }) => event),
    ['before.sign-in', 'before.token'],
  )
  const about = { sub: server.personId, client_id: site.clientId, api: API.id, scopes: ['openid', 'orders:read'] }
  t.match(heard('before.sign-in')[0]?.body, { ...about, email: 'ada@example.com', amr: ['pwd'] })
  t.match(heard('before.token')[0]?.body, { ...about, grant_type: 'authorization_code' })
})

t.test('claims that they add are in every token of the login; of one name the later counts', async (t) => {
  const added = (tier: string) => ({ ...ALLOW, claims: { access_token: { tier }, id_token: { from: tier } } })
  receiver.answers((response, { event }) => {
    response.writeHead(200).end(JSON.stringify(added(event)))
  })
  const tokens = await site.signIn({ scope: 'openid orders:read' })
  const later = (await site.refresh(tokens.refresh_token)).json()
  for (const { access_token, id_token } of [tokens, later]) {
    t.equal(decodeJwt(access_token).tier, 'before.token')
    t.equal(decodeJwt(id_token).from, 'before.token')
  }
  receiver.answers(only('before.sign-in', added('sign-in')))
  t.equal(decodeJwt((await site.signIn({ scope: 'openid orders:read' })).access_token).tier, 'sign-in')
})

t.test('who is refused reads why, escaped and in one line; the app hears access_denied', async (t) => {
  const message = { en: `Not <b>today</b>\n\u202e${'x'.repeat(400)}`, de: 'Heute nicht' }
  receiver.answers(only('before.sign-in', { verdict: 'refuse', message }))
  const { browser, page } = await signIn()
  t.equal(page.statusCode, 403)
  t.match(page.body, 'Not &lt;b&gt;today&lt;/b&gt; xxx')
  t.notMatch(page.body, 'x'.repeat(300))
  const asked = heard('before.sign-in').length
  const again = await browser.open(
    /\/interaction\/[\w-]+\/hooks/.exec(page.body)?.[0] ??
      `/interaction/${/interaction\/([\w-]{22})/.exec(page.body)?.[1]}/hooks`,
  )
  t.equal(again.statusCode, 403, 'and again when it is loaded again')
  t.equal(heard('before.sign-in').length, asked, 'without another question')
  t.match(answerOf(await browser.submit(again, '/deny', {})), { error: 'access_denied', state: 'a-state' })
  t.match(answerOf(await site.send(browser, { prompt: 'none' })), { error: 'access_denied' })
})

t.test('hook answers slowly, 500, 10 MB, redirect: refused by default, in bounded time, with 503', async (t) => {
  const table: Readonly<Record<string, HookReply>> = {
    slowly: () => {},
    500: (response) => void response.writeHead(500).end(),
    '10 MB': (response) => void response.writeHead(200).end(`{"verdict":"allow","x":"${'x'.repeat(10_000_000)}"}`),
    redirect: (response) => void response.writeHead(302, { location: receiver.url }).end(),
    'no JSON': (response) => void response.writeHead(200).end('allow'),
    'no verdict': {},
    'another verdict': { verdict: 'Allow' },
  }
  for (const [name, reply] of Object.entries(table)) {
    receiver.answers(only('before.sign-in', reply))
    const { browser, page } = await signIn()
    t.match(page, { statusCode: 503, headers: { 'retry-after': '10' } }, name)
    t.match(answerOf(await site.send(browser, { prompt: 'none' })), { error: 'temporarily_unavailable' }, name)
  }
})

t.test('hook adds sub, iss, aud, acr, cnf: none can be set, and the sign-in is refused', async (t) => {
  for (const claim of ['sub', 'iss', 'aud', 'acr', 'cnf', 'groups', 'email_verified', 'SUB']) {
    receiver.answers(only('before.sign-in', { ...ALLOW, claims: { access_token: { [claim]: 'x' } } }))
    t.equal((await signIn()).page.statusCode, 503, claim)
  }
})

t.test('tokens that a hook refuses are not made; one that fails leaves the code as good as it was', async (t) => {
  const { code } = answerOf((await signIn()).page)
  receiver.answers(only('before.token', (response) => void response.writeHead(500).end()))
  t.match(await redeem(code), { statusCode: 503, headers: { 'retry-after': '5' } })
  receiver.answers(ALLOW)
  t.equal((await redeem(code)).statusCode, 200)
  const [first, second] = heard('before.token')
  t.equal(first?.id, second?.id, 'the same question has the same id')
  receiver.answers(only('before.token', { verdict: 'refuse' }))
  const refused = await redeem(answerOf((await signIn()).page).code)
  t.match(refused, { statusCode: 400 })
  t.equal(refused.json().error, 'access_denied')
})

t.test("a code that is not the client's own asks nobody", async (t) => {
  const { code } = answerOf((await signIn()).page)
  receiver.heard.length = 0
  const other = await Website.open(server, { clientId: 'other-site' })
  t.equal((await other.redeem(code)).json().error, 'invalid_grant')
  t.equal((await redeem('unknown')).json().error, 'invalid_grant')
  t.strictSame(receiver.heard, [])
})

t.test(
  'a hook that hangs starves nobody: the server answers others meanwhile, and never asks it without end',
  async (t) => {
    receiver.answers(() => {})
    const codes = await Promise.all(Array.from({ length: 3 }, () => signIn()))
    t.ok(codes.every(({ page }) => page.statusCode === 503))
    const hanging = signIn()
    t.equal((await server.app.inject('/health/live')).statusCode, 200)
    t.equal((await server.app.inject('/jwks')).statusCode, 200)
    t.equal((await hanging).page.statusCode, 503)
  },
)

t.test(
  'claims that do not fit a token are left out, of a provider first, then of the form, never of a hook; nobody gets a 500',
  async (t) => {
    const field = (name: string, max: number) =>
      ({ name, type: 'text', label: { en: name }, max, scope: 'orders:read' }) as const
    await defineApi(server.db, { ...API, registration: { fields: [field('one', 150), field('two', 150)] } }, OPERATOR)
    t.teardown(() => defineApi(server.db, API, OPERATOR))
    const { browser, page } = await signIn()
    const long = '\u{1F600}'.repeat(75)
    await browser.submit(page, '/registration', { 'answer.one': long, 'answer.two': long })
    const told = { small: 'provider', groups2: 'g'.repeat(1900), one: 'provider' }
    await server.db
      .updateTable('sessions')
      .set({ added_claims: JSON.stringify({ id_token: told }) })
      .execute()
    const ofHook = (name: string, bytes: number) => ({ ...ALLOW, claims: { id_token: { [name]: 'h'.repeat(bytes) } } })
    const claims = async () =>
      decodeJwt(
        (await redeem(answerOf(await site.send(browser, { scope: 'openid orders:read', prompt: 'none' })).code)).json()
          .id_token,
      )

    const without = await claims()
    t.match(
      without,
      { two: long, one: 'provider', small: 'provider' },
      "the name that a provider told is not the form's",
    )
    t.notOk('groups2' in without)
    const said = server.log.filter((line) => line.includes('claims_left_out'))
    t.equal(said.length, 1)
    t.match(said[0], '"claims":{"id_token":["groups2"]}')
    t.notMatch(said[0], 'ggg')

    receiver.answers(only('before.sign-in', ofHook('hook', 1500)))
    const withOne = await claims()
    t.match(withOne, { hook: /^h{1500}$/, two: long })
    t.notOk('groups2' in withOne)

    receiver.answers((response, { event }) => {
      response.writeHead(200).end(JSON.stringify(ofHook(event, event === 'before.token' ? 800 : 1000)))
    })
    const withBoth = await claims()
    t.match(withBoth, { 'before.sign-in': /^h{1000}$/, 'before.token': /^h{800}$/, small: 'provider', one: 'provider' })
    t.notOk('two' in withBoth, 'a hook before the token takes its place')

    receiver.answers((response, { event }) => {
      response.writeHead(200).end(JSON.stringify(ofHook(event, 1100)))
    })
    const { code } = answerOf(await site.send(browser, { scope: 'openid orders:read', prompt: 'none' }))
    t.match(await redeem(code), { statusCode: 503 }, 'what hooks alone say is too much: the failure of the later one')
  },
)
