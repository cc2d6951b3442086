// APIs whose people are approved: asking to come, how that stands, what is decided on it, and whoever races with that.
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { erasePerson } from '../../src/store/person.ts'
import type { WhoMayCome } from '../../src/store/tables/apis.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { openMailbox } from '../support/mailbox.ts'
import { machine } from '../support/management.ts'
import { answerOf, idOf, logIn } from '../support/phone.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'
import { wordsOf } from '../support/words.ts'

t.setTimeout(120_000)
const box = await openMailbox(t)
const server = await testServer(t, box.environment)
const { app, db } = server
const site = await Website.open(server)
let { ask } = await machine(server)
/** The clock stays turned until all is over. */
const all = t
const SCOPE = { scope: 'openid orders:read' }
const DAY = 86_400

async function later(seconds: number): Promise<void> {
  await turnClock(all, db, seconds)
  ask = (await machine(server)).ask
}
function close(signUp: WhoMayCome): Promise<unknown> {
  return defineApi(db, { ...API, signUp }, OPERATOR)
}
async function someone(email: string) {
  const personId = await newPerson(server, email)
  const browser = new Browser(app)
  const user = { email, password: PASSWORD }
  const page = await logIn(browser, await site.send(browser, SCOPE), user)
  const again = () => site.send(browser, SCOPE)
  const pressed = (reason = '') => browser.submit(page, '/ask-to-come', { reason })
  const memberships = () => db.selectFrom('memberships').where('person_id', '=', personId).selectAll().execute()
  return { personId, browser, page, again, pressed, memberships, signIn: () => site.signIn(SCOPE, browser) }
}
async function waiting(personId: string) {
  const { items } = (await ask('GET', '/membership-requests', { query: { api_id: API.id } })).json()
  return items.filter((item: { person_id: string }) => item.person_id === personId)
}
function decide(id: string, how: 'approve' | 'decline', body = {}) {
  return ask('POST', `/membership-requests/${id}/${how}`, { body })
}

await close('approval')
await inRole(server, 'root@example.com', { role: 'administrator' })
await inRole(server, 'developer@example.com', { role: 'developer' })

t.test('who has signed in asks with a line of words, and comes in once it is approved', async (t) => {
  const anna = await someone('anna@example.com')
  t.equal(anna.page.statusCode, 403)
  t.match(anna.page.body, `<h1>${API.name} is for people who are approved</h1>`)
  t.match(answerOf(await site.send(anna.browser, { ...SCOPE, prompt: 'none' })), { error: 'interaction_required' })
  t.strictSame(await waiting(anna.personId), [], 'a GET asks for nothing')

  const told = await anna.pressed('I teach\u202ethere\n')
  t.match(wordsOf(told), 'Your request waits for approval since')
  t.notMatch(told.body, 'action="/interaction/[^"]*/ask-to-come"', 'nothing to press any more')
  const german = await site.send(anna.browser, { ...SCOPE, ui_locales: 'de' })
  t.match(german.body, `<h1>${API.name} ist für freigegebene Konten</h1>`)
  t.match(answerOf(await site.send(anna.browser, { ...SCOPE, prompt: 'none' })), { error: 'interaction_required' })
  t.match(answerOf(await anna.browser.submit(told, '/deny')), { error: 'access_denied', state: 'a-state' })
  t.strictSame(await anna.memberships(), [], 'a request is no membership')

  const [request] = await waiting(anna.personId)
  t.match(request, { api_name: API.name, email: 'anna@example.com', reason: 'I teach there' })
  const [mail, ...others] = await box.deliver(server)
  t.match(mail, { recipients: ['root@example.com'], subject: `Somebody asks to come to ${API.name}` })
  t.notMatch(mail?.source, /anna|teach/, 'nobody’s name')
  t.strictSame(others, [], 'administrators alone')

  const approved = await decide(request.id, 'approve', { reason: 'Welcome.' })
  t.match(approved, { statusCode: 200 })
  t.match(approved.json(), { person_id: anna.personId, person: { email: 'anna@example.com' } })
  const [word] = await box.deliver(server)
  t.match(word, { recipients: ['anna@example.com'], subject: `You may use ${API.name}`, text: /Welcome\./ })
  const tokens = await anna.signIn()
  t.match(tokens, { access_token: /./ })

  const feed = await feedReader(server)
  t.equal((await ask('DELETE', `/memberships/${approved.json().id}`)).statusCode, 204)
  t.match(JSON.stringify(await feed.follow()), idOf(tokens), 'a membership that ends, ends the login')
  await anna.browser.submit(await anna.again(), '/ask-to-come', {})
  t.equal((await waiting(anna.personId)).length, 1)
  t.match(
    (await site.refresh(tokens.refresh_token)).json(),
    { error: 'invalid_grant' },
    'and no request brings it back',
  )
  const outcomes = await db.selectFrom('audit_events').where('type', '=', 'membership').select('outcome').execute()
  t.strictSame(
    outcomes.map(({ outcome }) => outcome),
    ['asked-for', 'begun', 'ended', 'asked-for'],
  )
})

t.test('declined, they read why, and ask again only after seven days; others are heard once an hour', async (t) => {
  const ben = await someone('ben@example.com')
  await ben.pressed()
  t.strictSame(await box.deliver(server), [], 'within the hour nobody is told again')
  const [{ id, reason }] = await waiting(ben.personId)
  t.equal(reason, null)
  const because = `${'Ask your school first. '.repeat(5)}Then come back.`
  t.equal((await decide(id, 'decline', { reason: because })).statusCode, 204)
  t.match(await box.deliver(server), [{ subject: `You may not use ${API.name}`, text: /Then come back/ }], 'all of it')
  const page = await ben.again()
  t.match(wordsOf(page), /declined on .* school first\..*Then come back.* ask again from/)
  t.match(wordsOf(await ben.pressed()), 'You can ask again from', 'what was left open asks for nothing')
  t.strictSame(await waiting(ben.personId), [])
  t.equal((await decide(id, 'approve')).statusCode, 404, 'it is decided')
  const copy = (await ben.browser.open('/account/export')).statusCode
  t.equal(copy, 200)

  await later(7 * DAY + 60)
  const again = new Browser(app)
  const asked = await logIn(again, await site.send(again, SCOPE), { email: 'ben@example.com', password: PASSWORD })
  await again.submit(asked, '/ask-to-come', {})
  t.match(await waiting(ben.personId), [{ reason: null }])
  t.match(await box.deliver(server), [{ recipients: ['root@example.com'] }], 'after an hour they are told again')
})

t.test('ten that are made at once are one request, and one mail', async (t) => {
  await later(7 * DAY + 3 * 3600)
  const carl = await someone('carl@example.com')
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => carl.pressed(`${n}`)))
  for (const answer of answers) t.match(wordsOf(answer), 'waits for approval')
  t.equal((await waiting(carl.personId)).length, 1)
  t.equal((await box.deliver(server)).length, 1)
})

t.test('of many who decide at once, one does: one membership, or none, and one mail', async (t) => {
  const dora = await someone('dora@example.com')
  await dora.pressed()
  const [{ id }] = await waiting(dora.personId)
  const answers = await Promise.all(
    (['approve', 'decline', 'approve', 'decline', 'approve'] as const).map((how) => decide(id, how)),
  )
  const statuses = answers.map(({ statusCode }) => statusCode).sort()
  t.match(statuses.slice(1), [404, 404, 404, 404])
  t.equal((await dora.memberships()).length, statuses[0] === 200 ? 1 : 0)
  t.equal((await box.deliver(server)).length, 1)
})

t.test('approved while the person is erased: a member, or nobody; never an error', async (t) => {
  for (let n = 0; n < 6; n++) {
    const emil = await someone(`emil${n}@example.com`)
    await emil.pressed()
    const [{ id }] = await waiting(emil.personId)
    const [answer, erased] = await Promise.all([
      decide(id, n % 2 ? 'approve' : 'decline'),
      erasePerson(db, emil.personId),
    ])
    t.ok([200, 204, 404].includes(answer.statusCode), answer.body)
    t.ok(erased)
    t.strictSame(await emil.memberships(), [])
    t.equal((await decide(id, 'approve')).statusCode, 404)
  }
  t.strictSame(
    await db.selectFrom('outbox').where('kind', '=', 'mail').where('person_id', 'is not', null).selectAll().execute(),
    [],
  )
})

t.test(
  'who is invited meanwhile has asked for nothing; nor has who presses the button of an API that changed',
  async (t) => {
    const [gina, hans] = [await someone('gina@example.com'), await someone('hans@example.com')]
    await gina.pressed()
    t.equal((await ask('POST', '/memberships', { body: { api_id: API.id, person_id: gina.personId } })).statusCode, 201)
    t.strictSame(await waiting(gina.personId), [])
    t.match(await gina.signIn(), { access_token: /./ })
    await close('invitation')
    t.match(wordsOf(await hans.pressed()), 'Ask whoever runs it to invite you')
    await close('approval')
    t.strictSame(await waiting(hans.personId), [])
  },
)

t.test('one person asks ten APIs a day, and no more; nobody is asked then', async (t) => {
  const ida = await someone('ida@example.com')
  for (let n = 0; n < 10; n++) await server.deps.limits.admit({ membershipRequests: { about: ida.personId } })
  const refused = await ida.pressed()
  t.equal(refused.statusCode, 429)
  t.match(refused.headers, { 'retry-after': /^\d+$/, 'content-type': /html/ })
  t.strictSame(await waiting(ida.personId), [])
})
