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
