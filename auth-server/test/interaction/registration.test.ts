// Registration forms: asked after the first sign-in, judged on the server, told in tokens, asked again for what is new, withdrawn.
import { claimHeaderValue } from '@mobile-api-gateway/sdk/claim-header.ts'
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { decodeJwt } from 'jose'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { clientCredentials, secretClient } from '../support/clients.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'
import { wordsOf } from '../support/words.ts'

const FORM: RegistrationForm = {
  fields: [
    { name: 'given', type: 'text', label: { en: 'First name', de: 'Vorname' }, claim: 'given_name' },
    { name: 'adult', type: 'age-at-least', age: 18, label: { en: 'Born', de: 'Geboren' }, in_access_token: true },
    {
      name: 'club',
      type: 'choice',
      label: { en: 'Club' },
      options: [
        { value: 'chess', label: { en: 'Chess', de: 'Schach' } },
        { value: 'go', label: { en: 'Go' } },
      ],
      in_access_token: true,
      scope: 'orders:read',
    },
    {
      name: 'days',
      type: 'choices',
      required: false,
      label: { en: 'Days' },
      options: ['mo', 'tu', 'we'].map((value) => ({ value, label: { en: value } })),
      claim: 'https://example.com/days',
      scope: 'orders:read',
    },
    { name: 'note', type: 'text', required: false, max: 10, label: { en: 'Note' } },
    { name: 'size', type: 'number', required: false, min: 1, max: 9, label: { en: 'Size' } },
    { name: 'terms', type: 'terms', version: '1', link: 'https://example.com/terms', label: { en: 'Terms' } },
  ],
}
const GOOD = {
  'answer.given': 'Ada',
  'answer.adult': '1990-12-31',
  'answer.club': 'chess',
  'answer.days.tu': 'yes',
  'answer.terms': '1',
}

const server = await testServer(t)
const { app, db, personId } = server
const site = await Website.open(server)
const SCOPE = { scope: 'openid profile orders:read' }

function ask(form: RegistrationForm): Promise<unknown> {
  return defineApi(db, { ...API, registration: form }, OPERATOR)
}
async function stored(): Promise<unknown> {
  return (await db.selectFrom('registrations').where('person_id', '=', personId).select('answers').executeTakeFirst())
    ?.answers
}
const [, ...LATER] = FORM.fields

t.test(
  'the form is asked after the sign-in, once, and its answers are in the tokens where the form says so',
  async (t) => {
    await ask(FORM)
    const browser = new Browser(app)
    const page = await logIn(browser, await site.send(browser, SCOPE))
    t.match(page.body, '<h1>A few things for')
    t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { error: 'interaction_required' })

    const bad = {
      'answer.given': '\u202Ebmal',
      'answer.adult': '2020-01-01',
      'answer.club': 'poker',
      'answer.note': 'x'.repeat(11),
      'answer.size': '10',
      'answer.days.mo': 'yes',
      'answer.terms': '0',
    }
    const refused = await browser.submit(page, '/registration', bad)
    t.match(refused, { statusCode: 422 })
    for (const name of ['given', 'adult', 'club', 'note', 'size', 'terms'])
      t.match(refused.body, `href="#answer.${name}"`, name)
    t.match(refused.body, 'Born: you have to be at least 18 years old')
    t.match(refused.body, 'value="2020-01-01"', 'keeps what was typed')
    const hostile: readonly (readonly [string, string, number])[] = [
      ['answer.note', 'a\tb', 422],
      ['answer.note', 'a\u2028b', 422],
      ['answer.note', 'a\u0000b', 400],
      ['answer.note', '\u2066b', 422],
      ['answer.note', 'x'.repeat(5000), 400],
      ['answer.size', '1e0', 422],
      ['answer.size', '9'.repeat(400), 422],
      ['answer.size', '٣', 422],
      ['answer.club', '__proto__', 422],
      ['answer.club', 'constructor', 422],
      ['answer.adult', '0000-00-00', 422],
      ['answer.adult', '9999-12-31', 422],
      ['answer.terms', '2', 422],
    ]
    for (const [name, value, status] of hostile)
      t.equal(
        (await browser.submit(page, '/registration', { ...GOOD, [name]: value })).statusCode,
        status,
        encodeURIComponent(value.slice(0, 9)),
      )
    const raw = (...pairs: readonly string[]) => {
      const [form] = formsOf(page.body).filter(({ action }) => action.endsWith('/registration'))
      const sent = new URLSearchParams({ ...form?.hidden, ...GOOD }).toString()
      const cookie = [...browser.cookies].map((one) => one.join('=')).join('; ')
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: server.config.issuer, cookie }
      const payload = [sent, ...pairs].join('&')
      return app.inject({ method: 'POST', url: form?.action ?? '/none', headers, payload })
    }
    for (const twice of ['answer.club=go', 'answer.days.tu=yes', 'answer.terms=1', 'answer.given='])
      t.equal((await raw(twice)).statusCode, 400, `twice: ${twice}`)
    for (const name of ['__proto__', '__proto__=x&__proto__[club]'])
      t.equal((await raw(`${name}=go`)).statusCode, 400, name)
    for (const name of ['answer.club[]', 'answer.club[0]', 'answer[club]', 'answer.club.chess', 'answer.given.x'])
      t.equal(
        (await browser.submit(page, '/registration', { ...GOOD, 'answer.club': '', [name]: 'chess' })).statusCode,
        422,
        name,
      )
    t.equal(await stored(), undefined, 'nothing of it is kept')
    t.match(refused.body, /id="answer\.days\.mo"[^>]* checked/)
    t.equal(await stored(), undefined)

    const answered = await browser.submit(refused, '/registration', {
      ...GOOD,
      'answer.note': '',
      'answer.size': '',
      'answer.days.mo': '',
      'answer.unknown': 'x',
      ...{ 'answer.__proto__': 'x', 'answer.constructor': 'x', constructor: 'x', 'answer.days.su': 'yes' },
    })
    t.strictSame(await stored(), { given: true, adult: '18', club: 'chess', days: ['tu'], terms: '1' })
    const tokens = (await site.redeem(answerOf(answered).code)).json()
    const access = decodeJwt(tokens.access_token)
    t.match(access, { adult: true, club: 'chess' })
    for (const name of ['given', 'given_name', 'days', 'terms', 'https://example.com/days'])
      t.notOk(name in access, name)
    const told = { club: 'chess', 'https://example.com/days': ['tu'] }
    t.match(await site.claims(tokens.id_token), told)
    t.match((await site.userinfo(tokens.access_token)).json(), { ...told, given_name: 'Ada' })
    t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { code: /./ }, 'asked once')

    const withoutScope = await site.signIn({ scope: 'openid' }, browser)
    t.notOk('club' in (await site.claims(withoutScope.id_token)), 'no scope, no claim in the ID token')
    t.match(decodeJwt(withoutScope.access_token), { club: 'chess' }, "the API's own token has it")
    const events = await db.selectFrom('audit_events').where('type', '=', 'registration').selectAll().execute()
    t.match(events, [{ outcome: 'answered', api_id: API.id }])
    t.notMatch(JSON.stringify(events), /chess|1990|Ada/)
  },
)

t.test(
  'new terms and a new required field are asked at the next sign-in, and a refresh goes on until then',
  async (t) => {
    const browser = new Browser(app)
    const { refresh_token } = await site.signIn(SCOPE, browser)
    const optional = { name: 'pet', type: 'text', required: false, label: { en: 'Pet' } } as const
    await ask({ fields: [...FORM.fields, optional] })
    t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { code: /./ }, 'nobody has to answer it')

    await ask({ fields: LATER.map((field) => (field.name === 'terms' ? { ...field, version: '2' } : field)) })
    t.match((await site.refresh(refresh_token)).json(), { access_token: /./ })
    t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { error: 'interaction_required' })
    const page = await site.send(browser, SCOPE)
    t.match(page.body, 'Read it (version 2)')
    t.notMatch(page.body, 'answer.club', 'what is known is not asked again')
    t.match(await browser.submit(page, '/registration', { 'answer.terms': '1' }), { statusCode: 422 }, 'an old page')
    t.match(answerOf(await browser.submit(page, '/registration', { 'answer.terms': '2' })), { code: /./ })
    t.strictSame(
      await stored(),
      { adult: '18', club: 'chess', days: ['tu'], terms: '2' },
      'a field that is gone is deleted',
    )
  },
)

t.test('in the account answers are shown, changed and withdrawn; the logins of the API end with them', async (t) => {
  const browser = new Browser(app)
  const { refresh_token } = await site.signIn(SCOPE, browser)
  t.match(wordsOf(await browser.open('/account/profile')), `Answers to ${API.name} Given Change`)
  const at = `/account/profile/registrations/${API.id}`
  const page = await browser.open(at)
  t.match(page.body, '<option value="chess" selected>')
  t.match(
    await browser.submit(page, `/registrations/${API.id}`, { 'answer.club': 'go' }),
    { statusCode: 422 },
    'terms stay',
  )
  const saved = await browser.submit(page, `/registrations/${API.id}`, { 'answer.club': 'go', 'answer.terms': '2' })
  t.match(saved.body, 'Your answers are saved')
  t.match(await stored(), { adult: '18', club: 'go', terms: '2' })

  t.match(await browser.open('/account/profile/registrations/nowhere'), { statusCode: 404 })
  await browser.submit(await browser.open(`${at}/withdraw`), '/withdraw')
  t.equal(await stored(), undefined)
  t.match(await site.refresh(refresh_token), { statusCode: 400, body: /invalid_grant/ })
  t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { error: 'interaction_required' })
  const outcomes = await db.selectFrom('audit_events').where('type', '=', 'registration').select('outcome').execute()
  t.equal(outcomes.at(-1)?.outcome, 'withdrawn')
})

t.test('what the form would not take today is asked again where it has to be there, and told to nobody', async (t) => {
  const browser = new Browser(app)
  const age = { name: 'adult', type: 'age-at-least', age: 18, required: false, label: { en: 'Born' } } as const
  const club = { name: 'club', type: 'text', label: { en: 'Club' } } as const
  const choice: RegistrationForm['fields'][number] = {
    ...club,
    type: 'choice',
    required: false,
    in_access_token: true,
    options: [{ value: 'chess', label: { en: 'Chess' } }],
  }
  await ask({ fields: [age, club] })
  const page = await logIn(browser, await site.send(browser, SCOPE))
  const today = new Date().toISOString().slice(0, 10)
  const answered = { 'answer.adult': today, 'answer.club': 'admin' }
  t.match(answerOf(await browser.submit(page, '/registration', answered)), { code: /./ })
  t.strictSame(await stored(), { adult: false, club: 'admin' })

  await ask({ fields: [age, choice] })
  t.notOk('club' in decodeJwt((await site.signIn(SCOPE, browser)).access_token), 'what no option has')
  await ask({ fields: [{ ...age, required: true }, choice] })
  t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { error: 'interaction_required' })
  t.match(await browser.submit(await site.send(browser, SCOPE), '/registration', { 'answer.adult': today }), {
    statusCode: 422,
  })
})

t.test('a login keeps what was answered when it began; a change counts from the next sign-in on', async (t) => {
  await ask(FORM)
  await db.deleteFrom('registrations').execute()
  const browser = new Browser(app)
  const page = await logIn(browser, await site.send(browser, SCOPE))
  const { code } = answerOf(await browser.submit(page, '/registration', GOOD))
  const first = (await site.redeem(code)).json()
  const at = `/account/profile/registrations/${API.id}`
  const changed = { 'answer.given': 'Ada', 'answer.club': 'go', 'answer.terms': '1' }
  t.match((await browser.submit(await browser.open(at), `/registrations/${API.id}`, changed)).body, 'are saved')
  t.match(await stored(), { club: 'go', adult: '18' })

  const refreshed = (await site.refresh(first.refresh_token)).json()
  t.match(decodeJwt(refreshed.access_token), { club: 'chess', adult: true }, 'kept in the login')
  t.match((await site.userinfo(refreshed.access_token)).json(), { club: 'chess' })
  t.match(decodeJwt((await site.signIn(SCOPE, browser)).access_token), { club: 'go', adult: true })
})

t.test('each API has a form and answers of its own; an API without one asks nobody', async (t) => {
  await ask(FORM)
  const here = { ...SCOPE, resource: API.resource }
  const bills = { ...API, id: 'bills-api', name: 'Bills', resource: 'https://api.example.com/bills' }
  const own: RegistrationForm['fields'][number] = {
    ...{ name: 'club', type: 'choice', label: { en: 'How' }, in_access_token: true },
    options: [{ value: 'paper', label: { en: 'On paper' } }],
  }
  const { applicationId } = site
  const subscription = { applicationId, apiId: bills.id, plan: 'basic', scopes: ['orders:read'], trusted: true }
  await defineApi(db, bills, OPERATOR)
  await subscribe(db, subscription, OPERATOR)
  const browser = new Browser(app)
  t.match(decodeJwt((await site.signIn(here, browser)).access_token), { club: 'go' })
  const there = { ...SCOPE, resource: bills.resource }
  t.notOk('club' in decodeJwt((await site.signIn(there, browser)).access_token), 'another API hears nothing of it')

  await defineApi(db, { ...bills, registration: { fields: [own] } }, OPERATOR)
  const page = await site.send(browser, there)
  t.match(page.body, '<h1>A few things for Bills')
  const { code } = answerOf(await browser.submit(page, '/registration', { 'answer.club': 'paper' }))
  t.match(decodeJwt((await site.redeem(code)).json().access_token), { club: 'paper' })
  t.match(decodeJwt((await site.signIn(here, browser)).access_token), { club: 'go' })
  const words = wordsOf(await browser.open('/account/profile'))
  for (const name of [API.name, bills.name]) t.match(words, `Answers to ${name}`)
  await db.deleteFrom('subscriptions').where('api_id', '=', bills.id).execute()
})

t.test('what an access token carries of a form, the gateway can send in a header, however long it is', async (t) => {
  const label = { en: 'x' }
  const longest = 'x'.repeat(64)
  const many = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(13))
  await ask({
    fields: [
      { name: 'adult', type: 'age-at-least', age: 18, label, in_access_token: true },
      { name: 'club', type: 'choice', options: [{ value: longest, label }], label, in_access_token: true },
      { name: 'days', type: 'choices', options: many.map((value) => ({ value, label })), label, in_access_token: true },
      { name: 'land', type: 'country', label, in_access_token: true },
      { name: 'news', type: 'checkbox', required: false, label, in_access_token: true },
      { name: 'terms', type: 'terms', version: longest, link: 'https://example.com/', label, in_access_token: true },
    ],
  })
  await db.deleteFrom('registrations').execute()
  const browser = new Browser(app)
  const page = await logIn(browser, await site.send(browser, SCOPE))
  const days = Object.fromEntries(many.map((value) => [`answer.days.${value}`, 'yes']))
  const answers = { 'answer.adult': '1990-12-31', 'answer.club': longest, ...days, 'answer.land': 'GB' }
  const { code } = answerOf(await browser.submit(page, '/registration', { ...answers, 'answer.terms': longest }))
  const token = decodeJwt((await site.redeem(code)).json().access_token)
  t.match(token, { adult: true, club: longest, days: many, land: 'GB', news: false, terms: longest })
  for (const name of ['adult', 'club', 'days', 'land', 'news', 'terms'])
    t.type(claimHeaderValue(token[name]), 'string', name)
  const more = [...many, 'y'].map((value) => ({ value, label }))
  await t.rejects(ask({ fields: [{ name: 'days', type: 'choices', options: more, label, in_access_token: true }] }), {
    message: /more than 64 bytes/,
  })
})

t.test('an application that calls for itself is never asked, and its tokens have none of the claims', async (t) => {
  await ask(FORM)
  const { headers } = await secretClient(server)
  const response = await clientCredentials(app, headers)
  t.equal(response.statusCode, 200)
  const claims = decodeJwt(response.json().access_token)
  for (const { name, claim = name } of FORM.fields) t.notOk(claim in claims, claim)
})

t.test('a form that would tell too much, or that nobody could answer, is refused with a sentence', async (t) => {
  const label = { en: 'x' }
  const bad: readonly (readonly [RegExp, RegistrationForm['fields'][number]])[] = [
    [/access tokens reach logs/, { name: 'a', type: 'text', label, in_access_token: true }],
    [/access tokens reach logs/, { name: 'a', type: 'email', label, in_access_token: true }],
    [/access tokens reach logs/, { name: 'a', type: 'phone', label, in_access_token: true }],
    [/access tokens reach logs/, { name: 'a', type: 'date', label, in_access_token: true }],
    [/stands in no access token/, { name: 'a', type: 'text', label, claim: 'given_name', in_access_token: true }],
    [/cannot become the claim email/, { name: 'a', type: 'email', label, claim: 'email' }],
    [/cannot become the claim sub/, { name: 'a', type: 'text', label, claim: 'sub' }],
    [/cannot become the claim scope/, { name: 'scope', type: 'text', label }],
    [/cannot become the claim constructor/, { name: 'constructor', type: 'text', label }],
    [/cannot become the claim prototype/, { name: 'a', type: 'text', label, claim: 'prototype' }],
    [/cannot become the claim __proto__/, { name: 'a', type: 'text', label, claim: '__proto__' }],
    [/which the API does not have/, { name: 'a', type: 'text', label, scope: 'other' }],
    [/needs options/, { name: 'a', type: 'choice', label }],
    [/needs age/, { name: 'a', type: 'age-at-least', label }],
    [/needs version/, { name: 'a', type: 'terms', label, link: 'https://example.com/' }],
    ...['javascript:x', 'http://example.com/', 'https://user:word@example.com/', 'https://localhost/', '//x'].map(
      (link) => [/links to an https address/, { name: 'a', type: 'terms', label, version: '1', link }] as const,
    ),
    [/has no age/, { name: 'a', type: 'text', label, age: 3 }],
    [/min above its max/, { name: 'a', type: 'number', label, min: 3, max: 1 }],
    [/more than 1500 bytes/, { name: 'a', type: 'text', label, max: 400, scope: 'orders:read' }],
  ]
  const boxes = (count: number): RegistrationForm['fields'][number] => ({
    ...{ name: 'days', type: 'choices', label },
    options: Array.from({ length: count }, (_, index) => ({ value: `${index}`, label })),
  })
  await t.rejects(ask({ fields: [boxes(90), { name: 'a', type: 'text', label }] }), {
    message: /90 fields and boxes at most/,
  })
  await ask({ fields: [boxes(90)] })
  await db.deleteFrom('registrations').execute()
  const browser = new Browser(app)
  const page = await logIn(browser, await site.send(browser, SCOPE))
  const all = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`answer.days.${index}`, 'yes']))
  t.match(answerOf(await browser.submit(page, '/registration', all)), { code: /./ }, 'as many can be sent')
  for (const [message, field] of bad) await t.rejects(ask({ fields: [field] }), { message })
  await t.rejects(
    ask({
      fields: [
        { name: 'a', type: 'text', label },
        { name: 'a', type: 'date', label },
      ],
    }),
    {
      message: /there twice/,
    },
  )
})
