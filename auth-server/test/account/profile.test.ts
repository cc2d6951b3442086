// Profile: name and language, as their person writes them, on their own pages from then on.
import t from 'tap'
import { accountToken, atAccount } from '../support/account.ts'
import { testServer } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

t.test('a name is one line, can be taken away, and comes back when it cannot be used', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  const stored = () => db.selectFrom('people').where('id', '=', personId).select('name').executeTakeFirstOrThrow()
  t.match(wordsOf(await browser.open('/account/profile')), 'Name Not added yet Add')
  const page = await browser.open('/account/profile/name')
  const saved = await browser.submit(page, '/name', { name: '  Ada <Lovelace> ' })
  t.match(wordsOf(saved), /Your profile is saved\. .*Name Ada &lt;Lovelace&gt; Change/)
  t.match(await stored(), { name: 'Ada <Lovelace>' })
  for (const name of ['a\nb', '\u202Ebmal', 'x'.repeat(81), ' \u200b ', '\u2028']) {
    const refused = await browser.submit(page, '/name', { name })
    t.match(
      refused,
      { statusCode: 422, body: /href="#name">Write a name of one line, with at most 80 characters/ },
      name,
    )
    t.match(await stored(), { name: 'Ada <Lovelace>' }, name)
  }
  t.equal((await browser.submit(page, '/name', { name: '👩‍🚀'.repeat(26) })).statusCode, 200, 'characters, not units')
  await browser.submit(page, '/name', { name: '' })
  t.match(await stored(), { name: null })
  const events = await db.selectFrom('audit_events').where('type', '=', 'profile').select('outcome').execute()
  t.equal(events.length, 3)
})

t.test('the language that is chosen is that of the pages, whatever the browser asks for', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  const choose = async (language: string) =>
    browser.submit(await browser.open('/account/profile/language'), '/language', { language })
  const german = await choose('de')
  t.match(german, { headers: { 'content-language': 'de' }, body: /<h1>Profil<\/h1>/ })
  t.match(wordsOf(german), 'Sprache Deutsch Ändern')
  t.match((await browser.open('/account/apps?ui_locales=en')).body, '<h1>Apps und Geräte</h1>')
  const refused = await browser.request('POST', '/account/profile/name', { form: { csrf: 'x' } })
  t.match(refused, { statusCode: 403, headers: { 'content-language': 'de' } }, 'errors as well')
  const form = { csrf: accountToken(server, browser) }
  const nowhere = await browser.request('POST', '/account/apps/installations/x/name', { form: { ...form, name: 'x' } })
  t.match(nowhere, { statusCode: 404, headers: { 'content-language': 'de' } })
  for (const odd of ['', 'xx', '__proto__', 'EN'])
    t.match(await choose(odd), { statusCode: 200, headers: { 'content-language': 'en' } }, odd)
  const { language } = await db
    .selectFrom('people')
    .where('id', '=', personId)
    .select('language')
    .executeTakeFirstOrThrow()
  t.equal(language, null)
})

t.test(
  'what people say of themselves is kept as apps are told it, can be taken away, and comes back when it cannot be used',
  async (t) => {
    const server = await testServer(t)
    const { db, personId } = server
    const browser = await atAccount(server)
    const said = async () =>
      (await db.selectFrom('people').where('id', '=', personId).select('standard_claims').executeTakeFirstOrThrow())
        .standard_claims
    const at = (group: string) => `/account/profile/details/${group}`
    const save = async (group: string, fields: Readonly<Record<string, string>>) =>
      browser.submit(await browser.open(at(group)), `/details/${group}`, fields)

    await save('names', { given_name: ' Ada ', family_name: 'Lovelace' })
    await save('phone', { phone_number: '0044 (20) 7946-0958' })
    await save('address', { 'address.street_address': '12 Square\r\n\r\n2nd floor', 'address.country': 'GB' })
    const page = await save('person', { birthdate: '1990-12-31', zoneinfo: 'Europe/London' })
    t.match(wordsOf(page), 'Names in full Ada, Lovelace Change')
    t.match(wordsOf(page), 'Phone number +442079460958 Not confirmed: apps are told so. Change')
    t.match(wordsOf(page), 'Postal address 12 Square, 2nd floor, United Kingdom Change')
    const all = {
      given_name: 'Ada',
      family_name: 'Lovelace',
      phone_number: '+442079460958',
      address: { street_address: '12 Square\n2nd floor', country: 'GB' },
      birthdate: '1990-12-31',
      zoneinfo: 'Europe/London',
    }
    t.strictSame(await said(), all)

    const refused = [
      ['names', 'given_name', 'x'.repeat(81)],
      ['names', 'nickname', '\u202Ebmal'],
      ['phone', 'phone_number', '020 7946 0958'],
      ['phone', 'phone_number', '+44'],
      ['person', 'birthdate', '1990-02-30'],
      ['person', 'birthdate', '2999-01-01'],
      ['person', 'zoneinfo', 'Moon/Crater'],
      ['links', 'website', 'javascript:alert(1)'],
      ['links', 'picture', 'https://user:pass@example.com/'],
      ['address', 'address.country', 'XX'],
      ['address', 'address.street_address', 'a\nb\nc\nd\ne'],
    ] as const
    for (const [group, name, value] of refused) {
      const answer = await save(group, { [name]: value })
      t.match(answer, { statusCode: 422 }, value)
      t.match(answer.body, `href="#${name}"`)
      t.strictSame(await said(), all, value)
    }
    t.match(
      (await save('names', { given_name: 'Eve', nickname: 'a\u0001b' })).body,
      'value="Eve"',
      'keeps what was typed',
    )

    await save('address', { 'address.street_address': '', 'address.country': '' })
    await save('names', { given_name: '', family_name: 'Lovelace' })
    const { given_name: _name, address: _address, ...left } = all
    t.strictSame(await said(), left)
    for (const odd of ['x', '__proto__', 'constructor']) t.match(await browser.open(at(odd)), { statusCode: 404 }, odd)
    const events = await db.selectFrom('audit_events').where('type', '=', 'profile').selectAll().execute()
    t.equal(events.length, 6)
    t.notMatch(JSON.stringify(events), /Lovelace|7946|Square/, 'the audit log has no values')
  },
)
