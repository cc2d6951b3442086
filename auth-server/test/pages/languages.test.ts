// The language of a page: what the app asked for, then the browser, then English; and each language says everything.
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { Parameters } from '../../src/http/parameters.ts'
import { chooseLanguage, LOCALES, uiLocalesOf } from '../../src/pages/language.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN, type Texts } from '../../src/pages/locales/en.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'

// A language lacks nothing, adds nothing, and a text with values takes the same ones: otherwise `npm run check` fails.
void (() => {
  const { cancel, ...others } = DE
  // @ts-expect-error a text that is missing
  void (others satisfies Texts)
  // @ts-expect-error a text inside a section that is missing
  void ({ ...DE, signOut: { title: cancel } } satisfies Texts)
  // @ts-expect-error a text that no page shows
  void ({ ...DE, stale: '' } satisfies Texts)
  // @ts-expect-error a text that wants a value which no page gives
  void ({ ...DE, backTo: (app: string, person: string) => app + person } satisfies Texts)
})

const SCOPES = { 'orders:read': 'S1', 'orders:write': 'S2' }

function ask(changes: Readonly<Record<string, string>> = {}): string {
  return authorizeUrl(pkcePair().challenge, changes)
}
function speaks(t: Test, page: LightMyRequestResponse, language: keyof typeof LOCALES, what: string) {
  t.match(page.body, `<html lang="${language}">`, what)
  t.equal(page.headers['content-language'], language, what)
}

t.test('Accept-Language: the best of those there are, by its weights; English where there is none', async (t) => {
  const { app } = await testServer(t)
  const rows = [
    [undefined, 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['DE-at', 'de'],
    ['de-Latn-CH-1996', 'de'],
    ['fr-CA, fr;q=0.9', 'en'],
    ['fr, de;q=0.4, en;q=0.3', 'de'],
    ['en;q=0.3, de;q=0.4', 'de'],
    ['de-AT, en', 'de'],
    ['de;q=0, en', 'en'],
    ['de;q=0', 'en'],
    ['den, den-X', 'en'],
    ['constructor, __proto__, toString', 'en'],
    ['de;q=nonsense', 'en'],
    [';;;,,,=;q', 'en'],
    [`${'fr,'.repeat(2000)}de`, 'de'],
  ] as const
  for (const [accept, language] of rows) {
    const browser = new Browser(app, ISSUER, accept === undefined ? {} : { 'accept-language': accept })
    speaks(t, await browser.open(ask()), language, `${accept?.slice(0, 40)}`)
  }
})

t.test(
  'ui_locales comes first, in its own order (OpenID Connect Core §3.1.2.1), and stays with the visit',
  async (t) => {
    const { app, db } = await testServer(t)
    const german = { 'accept-language': 'de' }
    for (const [uiLocales, language] of [
      ['en', 'en'],
      ['fr-CA fr en-GB de', 'en'],
      ['de-CH en', 'de'],
      ['fr', 'de'],
      ['*', 'de'],
      ['x'.repeat(4000), 'de'],
      ['en;q=0 <b>', 'de'],
    ] as const)
      speaks(t, await new Browser(app, ISSUER, german).open(ask({ ui_locales: uiLocales })), language, uiLocales)

    const browser = new Browser(app, ISSUER, german)
    const asked = { ui_locales: 'en', prompt: 'login consent' }
    const first = await browser.open(ask(asked))
    const again = await logIn(browser, first, { ...USER, password: 'not this one' })
    speaks(t, again, 'en', 'after a problem')
    const [form] = formsOf(first.body)
    speaks(
      t,
      await browser.request('POST', form?.action ?? '', { form: {} }),
      'de',
      'a form that is not ours: the browser’s',
    )
    const consent = await logIn(browser, again)
    speaks(t, consent, 'en', 'the next page')
    await browser.submit(consent, '/consent')
    const done = await browser.request('GET', form?.action ?? '')
    speaks(t, done, 'en', 'when it is done')
    const [, href = ''] = /<a class="button" href="([^"]*)">/.exec(done.body) ?? []
    t.match(
      new URL(href.replaceAll('&amp;', '&'), ISSUER).searchParams.get('ui_locales'),
      'en',
      'and in the one after it',
    )
    const expiring = await browser.open(ask(asked))
    await turnClock(t, db, 3601)
    speaks(t, await browser.request('GET', formsOf(expiring.body)[0]?.action ?? ''), 'en', 'when it has expired')
  },
)

t.test('an error page and the pages for signing out speak the language that was asked for', async (t) => {
  const { app } = await testServer(t)
  const browser = new Browser(app)
  const bad = { redirect_uri: 'com.example.thief:/cb', ui_locales: 'de' }
  speaks(t, await browser.open(ask(bad)), 'de', 'query')
  const form = Object.fromEntries(new URL(ask(bad), ISSUER).searchParams)
  speaks(t, await browser.request('POST', '/authorize', { form }), 'de', 'form')
  speaks(t, await browser.open(`${ask(bad)}&ui_locales=en`), 'en', 'twice: it says nothing')
  speaks(t, await browser.open('/authorize?ui_locales=de&%zz'), 'de', 'unreadable')
  const html = { accept: 'text/html', 'accept-language': 'de' }
  speaks(t, await browser.request('GET', '/nowhere', { headers: html }), 'de', 'nowhere')

  await logIn(browser, await browser.open(ask()))
  for (const odd of ['ui_locales=de&ui_locales=en', `ui_locales=${'x'.repeat(5000)}`, 'ui_locales=%20*'])
    t.equal((await browser.open(`/logout?${odd}`)).statusCode, 200, odd.slice(0, 40))
  const page = await browser.open('/logout?ui_locales=de')
  speaks(t, page, 'de', 'the question')
  speaks(t, await browser.submit(page, '/logout'), 'de', 'the end')
  const posted = await browser.request('POST', '/logout', { form: { ui_locales: 'de' } })
  speaks(t, await browser.follow(posted), 'de', 'asked by form')
})

t.test('what is no tag is no language, and nothing is too long for a row', async (t) => {
  const read = (...queries: readonly string[]) => uiLocalesOf(...queries.map((query) => Parameters.parse(query)))
  t.strictSame(read(''), [])
  t.strictSame(read('ui_locales=++de-AT++en+%3Cb%3E+x+*'), ['de-AT', 'en'])
  t.equal(read(`ui_locales=${'de+'.repeat(1000)}`).length, 10)
  t.strictSame(read(`ui_locales=${'de+'.repeat(2000)}`), [])
  t.strictSame(read('ui_locales=de&ui_locales=de'), [])
  t.strictSame(read('ui_locales=de', 'ui_locales=de'), [])
  t.equal(chooseLanguage(['__proto__', 'fr', 'DE-at']), 'de')
})

t.test('discovery names every language', async (t) => {
  const { app } = await testServer(t)
  const { ui_locales_supported } = (await app.inject('/.well-known/openid-configuration')).json()
  t.strictSame(ui_locales_supported, Object.keys(LOCALES))
})

/** What people read on a page, piece by piece; without what is told to developers, which is English everywhere. */
function piecesOf({ body }: LightMyRequestResponse): string[] {
  const read = body.replace(/<style>.*?<\/style>|<div lang="en">.*?<\/div>/gs, '')
  return read.split(/<[^>]*>/).flatMap((piece) => piece.trim() || [])
}

/** Every page, in one language, by its name. */
async function everyPage(t: Test, language: string): Promise<Map<string, LightMyRequestResponse>> {
  const links = { OPERATOR_HELP_URL: 'https://a.example', OPERATOR_PRIVACY_URL: 'https://b.example' }
  const { app, db, register } = await testServer(t, { ...links, OPERATOR_TERMS_URL: 'https://c.example' })
  await db.updateTable('apis').set({ name: 'A1' }).execute()
  for (const [name, description] of Object.entries(SCOPES))
    await db.updateTable('api_scopes').set({ description }).where('name', '=', name).execute()
  const redirectUris = ['com.example.curious:/callback']
  await register({ clientId: 'curious-app', name: 'N1', redirectUris }, { trusted: false })
  const curious = {
    client_id: 'curious-app',
    redirect_uri: 'com.example.curious:/callback',
    scope: 'openid profile email offline_access orders:read orders:write',
  }
  const headers = { 'accept-language': language, accept: 'text/html' }
  const browser = new Browser(app, ISSUER, headers)
  const signIn = await browser.open(ask(curious))
  const noAddress = await logIn(browser, signIn, { email: 'x', password: 'y' })
  const noMatch = await logIn(browser, signIn, { ...USER, password: 'not this one' })
  const consent = await logIn(browser, signIn)
  const refused = await browser.request('POST', formsOf(consent.body)[0]?.action ?? '', { form: { csrf: 'x' } })
  await browser.submit(consent, '/consent')
  const done = await browser.request('GET', formsOf(signIn.body)[0]?.action ?? '')
  const goOn = await browser.open(ask(curious))
  const elsewhere = await new Browser(app, ISSUER, headers).open(formsOf(goOn.body)[0]?.action ?? '')
  const signOut = await browser.open('/logout?client_id=curious-app')
  const old = await browser.request('POST', '/interaction/logout', { form: { csrf: 'x' } })
  const signedOut = await browser.submit(signOut, '/logout')
  await turnClock(t, db, 3601)
  const expired = await browser.open(formsOf(goOn.body)[0]?.action ?? '')
  const unknown = await browser.open(`/interaction/${'x'.repeat(22)}/login`)
  const error = await browser.open(ask({ redirect_uri: 'com.example.thief:/cb' }))
  const nowhere = await browser.open('/nowhere')
  await db.schema.dropTable('authorization_requests').cascade().execute()
  const broken = await browser.open(ask())
  const pages = {
    signIn,
    noAddress,
    noMatch,
    consent,
    goOn,
    done,
    elsewhere,
    refused,
    signOut,
    old,
    signedOut,
    expired,
  }
  return new Map(Object.entries({ ...pages, unknown, error, nowhere, broken }))
}

t.test('on no German page is a word of the English one left', async (t) => {
  const [english, german] = [await everyPage(t, 'en'), await everyPage(t, 'de')]
  const data = new Set(['A1', 'N1', 'N', 'S1', 'S2', USER.email, '✓', '!', '.', ':'])
  for (const [name, page] of german) {
    speaks(t, page, 'de', name)
    const other = english.get(name)
    t.equal(other?.statusCode, page.statusCode, name)
    const left = new Set(other && piecesOf(other))
    t.ok(left.size > 3, `${name} has words`)
    t.strictSame(
      piecesOf(page).filter((piece) => left.has(piece) && !data.has(piece)),
      [],
      name,
    )
  }
})

/** Names and loanwords, which German has as well. */
const LOANWORDS =
  /^(?:Passkeys?|Gateway|Issuer|APIs?|PKCE|Header|Claims|Body|Audience|Scopes|Schemas|Apps?|Name|Status|Administrator|Person|Secrets|Logo|Hooks)$/

t.test('every text of each language is another one', async (t) => {
  const textsOf = (texts: object): string[] =>
    Object.values(texts).flatMap((text) =>
      typeof text === 'string' ? text : typeof text === 'object' ? textsOf(text) : [],
    )
  const english = new Set(textsOf(EN))
  t.strictSame(
    textsOf(DE).filter((text) => text !== '' && english.has(text) && !LOANWORDS.test(text)),
    [],
  )
})
