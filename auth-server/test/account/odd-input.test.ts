// Odd addresses and forms at every route of the account: answered in it, in the person's language, and never by a 500.
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { accountRoutes } from '../../src/account/index.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { accountAddresses, accountToken, atAccount } from '../support/account.ts'
import { everything } from '../support/everything.ts'
import { testServer } from '../support/server.ts'

t.setTimeout(120_000)
const server = await testServer(t, { VISITS_PER_MINUTE: '1000' })
const { app, db, deps, log, personId } = server
const addresses = await accountAddresses(server)
const ada = await atAccount(server)
const csrf = accountToken(server, ada)
const forms = addresses.filter(({ method }) => method === 'POST')
const FORM = 'application/x-www-form-urlencoded'

async function send(method: 'GET' | 'POST', url: string, payload?: string, headers: Record<string, string> = {}) {
  await db.deleteFrom('attempts').execute()
  const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const type = payload === undefined ? {} : { 'content-type': FORM }
  const body = payload === undefined ? {} : { payload }
  return app.inject({ method, url, headers: { cookie, ...type, ...headers }, ...body })
}

async function speaking(language: 'en' | 'de' | null): Promise<void> {
  await db.updateTable('people').set({ language }).where('id', '=', personId).execute()
}

function inAccount(t: Test, what: string, { statusCode, body }: LightMyRequestResponse, wanted: readonly number[]) {
  const isThere = statusCode < 400 || body.includes('<p class="person">')
  if (wanted.includes(statusCode) && isThere) return
  t.fail(`${what.slice(0, 120)} is answered by ${statusCode} ${body.slice(0, 200)}`)
}

const ODD = ['%00', 'a%00b', '%f0%9f%98%80', '..%2f..', "'--", '__proto__', 'x'.repeat(5000), '%ff', '%zz', '%']

t.test('ids that no thing has: nothing is found by them, in any place of any address', async (t) => {
  await speaking('en')
  for (const [pattern, route] of Object.entries(accountRoutes(deps)).filter(([pattern]) => pattern.includes(':')))
    for (const id of [...ODD, 'x'.repeat(128)]) {
      const url = pattern.replace(/:\w+/g, id)
      if ('GET' in route) inAccount(t, `GET ${url}`, await send('GET', url), [303, 400, 404])
      // Where there is nothing to do it to, some forms lead back to their page, which says so.
      if (route.POST) inAccount(t, `POST ${url}`, await send('POST', url, `csrf=${csrf}`), [303, 400, 404, 422])
    }
  t.notMatch(log.join('\n'), '"level":50')
})

t.test(
  'an address that is no page: said in the account to who is signed in, and to nobody else what there is',
  async (t) => {
    for (const [language, title] of [
      ['en', 'This is not here any more'],
      ['de', 'Das gibt es hier nicht mehr'],
    ] as const) {
      await speaking(language)
      for (const path of [
        '%ff',
        '%',
        '%zz',
        'nothing',
        'a/b/c/d',
        'x'.repeat(9000),
        'apps//x',
        'apps/%ff',
        'security/%c0%af',
      ]) {
        const url = `/account/${path}`
        for (const page of [await send('GET', url), await send('POST', url, 'x=y')]) {
          t.match(page, { statusCode: 404, body: `<h1>${title}</h1>` }, url.slice(0, 40))
          t.match(page.body, 'href="/account"', 'with the way back')
        }
        const stranger = await app.inject({ url, headers: { accept: 'text/html' } })
        t.match(stranger, { statusCode: 404, headers: { 'content-type': /^text\/html/ } }, url.slice(0, 40))
        t.notMatch(stranger.body, 'sign-out')
        t.match(await app.inject(url), { statusCode: 404, headers: { 'content-type': /^application\/json/ } })
      }
    }
  },
)

t.test('a form that is too long, of another kind, or no form: 413, 415 and 400 in the account', async (t) => {
  await speaking('en')
  const before = await everything(db, ['attempts'])
  for (const { url } of forms) {
    inAccount(t, `too long: ${url}`, await send('POST', url, `csrf=${csrf}&name=${'x'.repeat(70_000)}`), [413])
    inAccount(t, `JSON: ${url}`, await send('POST', url, '{"csrf":1}', { 'content-type': 'application/json' }), [415])
    inAccount(
      t,
      `latin-1: ${url}`,
      await send('POST', url, 'csrf=x', { 'content-type': `${FORM}; charset=latin1` }),
      [415],
    )
    inAccount(t, `no text: ${url}`, await send('POST', url, 'csrf=%ff&%zz'), [400])
  }
  t.equal(await everything(db, ['attempts']), before)
  t.notMatch(log.join('\n'), '"level":50')
})

t.test('a form that is not of this sign-in’s own page: said in the account, with the way to its page', async (t) => {
  for (const [language, title, button] of [
    ['en', 'This was not done', 'Open the page anew'],
    ['de', 'Das wurde nicht ausgeführt', 'Seite neu öffnen'],
  ] as const) {
    await speaking(language)
    for (const { url, pages } of forms)
      for (const [payload, headers] of [
        ['csrf=x', {}],
        ['', {}],
        [`csrf=${csrf}`, { origin: 'https://evil.example' }],
      ] as const) {
        const answer = await send('POST', url, payload, headers)
        t.match(answer, { statusCode: 403, body: `<h1>${title}</h1>` }, url)
        const [, href = ''] = new RegExp(`<a class="button" href="([^"]*)">${button}</a>`).exec(answer.body) ?? []
        t.ok(pages.includes(href), `${url}: its page is ${href}`)
      }
  }
})

t.test('who changed much is told for how long, in the account, in their language', async (t) => {
  await speaking('de')
  const form = { csrf, name: 'Changed' }
  await db.deleteFrom('attempts').execute()
  for (let n = 0; n < LIMITS.accountForms.allowed; n++) await ada.request('POST', '/account/profile/name', { form })
  const told = await ada.request('POST', '/account/profile/name', { form })
  t.match(told, { statusCode: 429, headers: { 'retry-after': /^\d+$/ }, body: /In kurzer Zeit viel geändert/ })
  t.match(told.body, '<p class="person">')
  t.equal((await ada.request('GET', '/account')).statusCode, 200, 'looking goes on')
})
