// Registrations at the management API: read by machines and administrators, with an event that has no answer in it; deleted; and in the account when the form is gone.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { createManagementClient, ManagementError } from '@mobile-api-gateway/sdk/management/index.ts'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { Browser } from '../support/browser.ts'
import { machine } from '../support/management.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'
import { wordsOf } from '../support/words.ts'

const server = await testServer(t)
const { app, db, personId } = server
const site = await Website.open(server)
const label = { en: 'x' }
const FORM: RegistrationForm = {
  fields: [
    { name: 'given', type: 'text', label, claim: 'given_name' },
    { name: 'adult', type: 'age-at-least', age: 18, label },
    { name: 'note', type: 'text', label },
    { name: 'terms', type: 'terms', version: '7', link: 'https://example.com/terms', label },
  ],
}
const TYPED = { 'answer.given': 'Ada', 'answer.adult': '1990-01-01', 'answer.note': 'Geheim', 'answer.terms': '7' }
const browser = new Browser(app)

async function answer() {
  const asked = await site.send(browser, { scope: 'openid orders:read' })
  const page = /type="password"/.test(asked.body) ? await logIn(browser, asked) : asked
  const { code } = answerOf(await browser.submit(page, '/registration', TYPED))
  return (await site.redeem(code)).json()
}
async function send(url: string, init: RequestInit): Promise<Response> {
  const { pathname, search } = new URL(url)
  const { method, headers, body } = new Request(url, init)
  const payload = body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer())
  const sent = Object.fromEntries(headers)
  const as = method === 'POST' ? 'POST' : method === 'GET' ? 'GET' : 'DELETE'
  const answered = await app.inject({ method: as, url: pathname + search, headers: sent, ...(payload && { payload }) })
  return new Response(answered.statusCode === 204 ? null : answered.body, {
    status: answered.statusCode,
    headers: { 'content-type': String(answered.headers['content-type']) },
  })
}
const { clientId, clientSecret } = await machine(server, ['registrations:read', 'registrations:write'])
const { registrations } = createManagementClient({
  issuer: server.config.issuer,
  credentials: { clientId, clientSecret },
  fetch: send,
})
const one = { api_id: API.id, person_id: personId }

function statusOf(call: Promise<unknown>): Promise<number | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof ManagementError ? error.status : undefined),
  )
}
function events() {
  return db.selectFrom('audit_events').where('type', '=', 'registration').selectAll().execute()
}

t.before(() => defineApi(db, { ...API, registration: FORM }, OPERATOR))

t.test('a backend finds, reads and deletes by the SDK what was answered; the audit log has no answer', async (t) => {
  t.equal(await statusOf(registrations.get(one)), 404)
  const { refresh_token } = await answer()
  t.match(await registrations.get(one), {
    ...one,
    terms_version: '7',
    answers: { given: 'Ada', adult: true, note: 'Geheim', terms: '7' },
  })
  const found = async (query: Parameters<typeof registrations.list>[0]) => (await registrations.list(query)).items
  for (const query of [{}, { api_id: API.id }, { person_id: personId }, { terms_version: '7' }]) {
    const items = await found(query)
    t.match(items, [{ ...one, terms_version: '7' }], JSON.stringify(query))
    t.notMatch(JSON.stringify(items), /Geheim|Ada/, 'a list has no answers')
  }
  for (const query of [{ api_id: 'other' }, { terms_version: '8' }, { person_id: `usr_${'A'.repeat(22)}` }])
    t.strictSame(await found(query), [])

  await registrations.erase(one)
  t.equal(await statusOf(registrations.erase(one)), 404)
  t.match(await site.refresh(refresh_token), { statusCode: 400 }, 'its logins end')
  const told = await events()
  t.strictSame([...new Set(told.map(({ outcome }) => outcome))].toSorted(), [
    'answered',
    'read',
    'searched-for',
    'withdrawn',
  ])
  for (const { outcome, actor_application_id } of told)
    if (outcome !== 'answered') t.ok(actor_application_id, `${outcome} says which machine it was`)
  t.notMatch(JSON.stringify(told), /Geheim|Ada|1990/)
})

t.test('administrators may, approvers of the API, developers and machines without the scope may not', async (t) => {
  await answer()
  const root = await inRole(server, 'root@example.com', { role: 'administrator' })
  t.match(await root.ask('registrations.get', { params: one }), { status: 200, body: { answers: { note: 'Geheim' } } })
  const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: API.id })
  const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
  for (const { ask } of [approver, developer])
    for (const id of ['registrations.get', 'registrations.erase'] as const)
      t.match(await ask(id, { params: one }), { status: 403 })
  const reader = await machine(server, ['registrations:read'])
  t.equal((await reader.ask('DELETE', `/registrations/${API.id}/${personId}`)).statusCode, 403)
  t.match(wordsOf(await browser.open('/account/activity')), 'read your answers to a service')
})

t.test('answers to a form that is gone stand in the account, and can be deleted there', async (t) => {
  await defineApi(db, API, OPERATOR)
  t.match(wordsOf(await browser.open('/account/profile')), `Answers to ${API.name}`)
  const at = `/account/profile/registrations/${API.id}`
  const page = await browser.open(at)
  t.match(wordsOf(page), /asks the following no more.* note Geheim/s)
  t.notMatch(page.body, 'answer.note', 'there is nothing to change')
  t.match(await registrations.get(one), { answers: {} })
  await browser.submit(await browser.open(`${at}/withdraw`), '/withdraw')
  t.equal((await browser.open(at)).statusCode, 404)
  t.notMatch(wordsOf(await browser.open('/account/profile')), `Answers to ${API.name}`)
  t.strictSame(await db.selectFrom('registrations').selectAll().execute(), [])
})
