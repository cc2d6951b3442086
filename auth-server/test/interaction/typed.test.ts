// Name and password of another system, typed on a page of ours: checked by an address that the operator names, signed, within limits.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { webhookKey, webhookSignature } from '@mobile-api-gateway/sdk/webhook-signature.ts'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { API, testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { listen } from '../support/site.ts'
import { catalogueOf } from '../support/upstream.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
interface CheckAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const calls: Readonly<{ body: string; headers: Record<string, unknown> }>[] = []
let answer: (typed: Readonly<{ name: string; password: string }>) => CheckAnswer | Promise<CheckAnswer> = ({
  name,
  password,
}) =>
  password === `of ${name}`
    ? { status: 200, body: JSON.stringify({ sub: name, email: `${name}@corp.example`, email_verified: true, name }) }
    : { status: 401, body: '' }
const right = answer
const check = createServer(async (request, response) => {
  const body = await text(request)
  calls.push({ body, headers: request.headers })
  const { status, body: told, headers = {} } = await answer(JSON.parse(body))
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(told)
})
const url = `http://127.0.0.1:${await listen(t, check)}/check?of=us`
const legacy = {
  kind: 'http',
  label: 'Old Shop',
  url,
  secret_variable: 'SHOP_SECRET',
  email_domains: ['corp.example', 'example.com'],
}
const server = await testServer(t, { ...(await catalogueOf(t, { legacy })), SHOP_SECRET: SECRET })
const { db, app } = server

async function begin(browser = new Browser(app)) {
  const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
  const { pathname, search } = new URL((await browser.submit(page, '/provider/legacy')).headers.location ?? '')
  return { browser, page: await browser.open(`${pathname}${search}`) }
}
async function signIn(name: string, password: string) {
  const { browser, page } = await begin()
  return { browser, answer: await browser.submit(page, '/password', { name, password }) }
}
function subjects() {
  return db.selectFrom('identities').orderBy('subject').select(['issuer', 'subject', 'person_id']).execute()
}

t.beforeEach(() => {
  answer = right
})

t.test('somebody signs in by name and password of another system, whose call is signed', async (t) => {
  const { browser, page } = await begin()
  t.match(page.body, /Sign in with Old Shop[\s\S]*Name at Old Shop[\s\S]*Password at Old Shop/)
  t.notMatch(page.body, /autocomplete="[^"]*webauthn/)
  const done = await browser.submit(page, '/password', { name: 'bob', password: 'of bob' })
  t.ok(answerOf(done).code)
  const [{ body = '', headers = {} } = {}] = calls
  t.strictSame(JSON.parse(body), { name: 'bob', password: 'of bob' })
  const [id, timestamp] = [String(headers['webhook-id']), Number(headers['webhook-timestamp'])]
  const key = webhookKey(SECRET)
  t.equal(headers['webhook-signature'], key && webhookSignature(key, { id, timestamp, body }))
  t.ok(Math.abs(timestamp - Date.now() / 1000) < 60)
  t.match(await subjects(), [{ issuer: `http-check:${url}`, subject: 'bob' }])
  t.match((await browser.submit(page, '/password', { name: 'bob', password: 'of bob' })).statusCode, 409, 'once')
})

t.test(
  'external HTTP check says 200 with the id of somebody here: its subjects live in their own name space',
  async (t) => {
    answer = () => ({ status: 200, body: JSON.stringify({ sub: server.personId }) })
    const done = await signIn('mallory', 'x')
    t.ok(answerOf(done.answer).code)
    const made = (await subjects()).find(({ subject }) => subject === server.personId)
    t.match(made?.person_id, /^usr_/)
    t.not(made?.person_id, server.personId)
  },
)

t.test('yes in another spelling is no: an address that is not verified leads to nobody, and is not kept', async (t) => {
  for (const email_verified of ['false', 'true', 1, undefined]) {
    const sub = `spelled ${email_verified}`
    answer = () => ({ status: 200, body: JSON.stringify({ sub, email: USER.email, email_verified }) })
    t.ok(answerOf((await signIn(sub, 'x')).answer).code)
    const { person_id = '' } = (await subjects()).find(({ subject }) => subject === sub) ?? {}
    t.not(person_id, server.personId)
    const kept = db.selectFrom('email_addresses').where('person_id', '=', person_id).select('key')
    t.strictSame(await kept.execute(), [])
  }
})

t.test('with the address of an account nothing is linked before its person has signed in to it', async (t) => {
  answer = () => ({ status: 200, body: JSON.stringify({ sub: 'ada', email: USER.email, email_verified: true }) })
  const { browser, answer: page } = await signIn('ada', 'x')
  t.match(page.body, /There is an account with/)
  await browser.submit(await logIn(browser, page), '/link-provider')
  t.match(
    (await subjects()).find(({ subject }) => subject === 'ada'),
    { person_id: server.personId },
  )
})

t.test('a wrong password says so, keeps the name, and the same page goes on', async (t) => {
  const { browser, answer: page } = await signIn('carl', 'of somebody')
  t.equal(page.statusCode, 422)
  t.match(page.body, /Old Shop does not know this name with this password/)
  t.match(page.body, /value="carl"/)
  t.notMatch(page.body, /of somebody/)
  t.ok(answerOf(await browser.submit(page, '/password', { name: 'carl', password: 'of carl' })).code)
  const [event] = await db.selectFrom('audit_events').where('outcome', '=', 'wrong-credentials').selectAll().execute()
  t.match(event, { type: 'sign-in' })
  t.notMatch(JSON.stringify(event), /carl|somebody/)
})

t.test('an empty or blank password is asked of nobody', async (t) => {
  const before = calls.length
  for (const password of ['', '   ']) t.equal((await signIn('bob', password)).answer.statusCode, 422)
  t.equal(calls.length, before)
})

for (const [what, told] of [
  ['500', { status: 500, body: '' }],
  ['a redirect', { status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } }],
  ['403', { status: 403, body: '' }],
  ['no JSON', { status: 200, body: 'yes' }],
  ['no subject', { status: 200, body: '{}' }],
  ['a subject that is rounded', { status: 200, body: '{"sub":1e300}' }],
  ['1 MB', { status: 200, body: JSON.stringify({ sub: 'bob', more: 'x'.repeat(1 << 20) }) }],
] as const)
  t.test(`a check that answers ${what} cannot be reached; nobody's password was wrong`, async (t) => {
    answer = () => told
    const { answer: page } = await signIn('bob', 'of bob')
    t.equal(page.statusCode, 503)
    t.match(page.body, /Old Shop cannot be reached right now/)
    const { page: login } = await visit()
    t.match(login.body, /Old Shop: cannot be reached right now/)
    answer = right
    t.ok(answerOf((await signIn('bob', 'of bob')).answer).code, 'its button still works')
    t.match((await visit()).page.body, /Continue with Old Shop/)
  })

async function visit() {
  const browser = new Browser(app)
  return { browser, page: await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })) }
}

t.test('what was typed in another visit, or comes by an address, signs nobody in', async (t) => {
  const [mine, theirs] = [await begin(), await begin()]
  const [, state = ''] = /name="state" value="([^"]*)"/.exec(theirs.page.body) ?? []
  const crossed = await mine.browser.submit(mine.page, '/password', { name: 'bob', password: 'of bob', state })
  t.equal(crossed.statusCode, 400)
  const address = `/federation/legacy/callback?${new URLSearchParams({ state, name: 'bob', password: 'of bob' })}`
  t.equal((await theirs.browser.request('GET', address)).statusCode, 404)
  t.ok(answerOf(await theirs.browser.submit(theirs.page, '/password', { name: 'bob', password: 'of bob' })).code)
})

t.test('guesses are counted by name and address, as those of passwords', async (t) => {
  const before = calls.length
  const { browser, page: first } = await begin()
  let page = first
  for (let attempt = 0; attempt < 40 && page.statusCode !== 429; attempt += 1)
    page = await browser.submit(page, '/password', {
      name: ['Dora  Day', 'dora day ', 'd\u00f3ra day', 'DORA\u200d\u00a0DAY', 'd\u00f8ra \u0111ay'][attempt % 5] ?? '',
      password: `${attempt}`,
    })
  t.equal(page.statusCode, 429)
  t.ok(page.headers['retry-after'])
  t.match(page.body, /Too many attempts/)
  const asked = calls.length - before
  t.equal((await browser.submit(page, '/password', { name: 'dora day', password: 'of dora day' })).statusCode, 429)
  t.equal(calls.length - before, asked, 'and the right one waits as well')
})

t.test(
  'what is not awaited, or not offered, is asked of nobody: no answer tells a right password from a wrong one',
  async (t) => {
    const { browser, page } = await begin()
    const asked = calls.length
    for (const password of ['of erin', 'wrong']) {
      const other = await browser.submit(page, '/password', { name: 'erin', password, state: 'another' })
      t.equal(other.statusCode, 400)
    }
    await defineApi(db, { ...API, signIn: { providers: ['own'] } }, OPERATOR)
    t.teardown(() => defineApi(db, API, OPERATOR))
    for (const password of ['of erin', 'wrong'])
      t.equal((await browser.submit(page, '/password', { name: 'erin', password })).statusCode, 403)
    t.equal(calls.length, asked)
  },
)

t.test('where the check says whose name it was, no name of its own spelling gains attempts', async (t) => {
  answer = ({ password }) =>
    password === 'right'
      ? { status: 200, body: JSON.stringify({ sub: 'frida' }) }
      : { status: 401, body: JSON.stringify({ sub: 'frida' }) }
  const { browser, page } = await begin()
  const statuses: number[] = []
  for (let guess = 0; guess < 25; guess += 1)
    statuses.push(
      (await browser.submit(page, '/password', { name: `frida+${guess}`, password: `${guess}` })).statusCode,
    )
  t.equal(statuses.filter((status) => status === 422).length, 20)
  const last = await browser.submit(page, '/password', { name: 'frida+right', password: 'right' })
  t.equal(last.statusCode, 429, 'and the right one waits as well')
  answer = right
  t.ok(answerOf(await browser.submit(page, '/password', { name: 'gerd', password: 'of gerd' })).code)
})
