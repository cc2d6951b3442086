// HEAD, prefetch, prerender and preview begin, issue, use up, end and count nothing; whoever really comes finds all as it was.
import { createServer } from 'node:http'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { type SqlBool, sql } from 'kysely'
import t from 'tap'
import { PageScript } from '../../src/pages/page-script.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { everything } from '../support/everything.ts'
import { personAt } from '../support/person.ts'
import { answerOf, authorizeUrl, pkcePair } from '../support/phone.ts'
import { sendRaw, statusesOf } from '../support/raw-http.ts'
import { addressesOf, visitAddresses } from '../support/routes.ts'
import { type TestServer, testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { listen, testSite } from '../support/site.ts'
import { Website } from '../support/website.ts'

const AHEAD: readonly (readonly [name: string, value: string])[] = [
  ['sec-purpose', 'prefetch'],
  ['sec-purpose', 'prefetch;prerender'],
  ['sec-purpose', 'prefetch;anonymous-client-ip'],
  ['sec-purpose', 'prerender'],
  ['purpose', 'prefetch'],
  ['purpose', 'Prefetch'],
  ['x-moz', 'prefetch'],
  ['x-purpose', 'preview'],
]

/** A person with a session and a visit one step from its code, and the addresses that such a browser can open. */
async function opened(server: TestServer) {
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  const { id_token } = await site.signIn({}, browser)
  const { request_uri } = (
    await server.app.inject({
      method: 'POST',
      url: '/par',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: authorizeUrl(pkcePair().challenge).split('?')[1] ?? '',
    })
  ).json()
  const fresh = authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })
  const login = await browser.open(`${fresh}&prompt=login`)
  const [form] = formsOf(login.body)
  if (!form) throw new Error('no login form')
  const signedIn = await browser.request('POST', form.action, { form: { ...form.hidden, ...USER } })
  const resume = signedIn.headers.location ?? ''
  const addresses = [
    fresh,
    `/apis/orders-api${fresh}`,
    `/authorize?${new URLSearchParams({ client_id: 'shop-app', request_uri })}`,
    ...(await visitAddresses(server.app, 'GET', resume.split('/').at(-1))),
    `/logout?id_token_hint=${id_token}`,
    '/logout',
    '/interaction/logout',
  ]
  const send = (options: InjectOptions): Promise<LightMyRequestResponse> => {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return server.app.inject({ ...options, headers: { ...(options.headers ?? {}), cookie } })
  }
  return { browser, addresses, send, resume, site }
}

t.test('nothing is changed by HEAD, prefetch or preview at any address, with all cookies there', async (t) => {
  const server = await testServer(t, { VISITS_PER_MINUTE: '20' })
  const { addresses, send, browser, resume } = await opened(server)
  const before = await everything(server.db)
  for (const url of addresses) {
    const head = await send({ method: 'HEAD', url })
    t.match(head, { statusCode: 405, headers: { allow: /^GET/ } }, `HEAD ${url}`)
    t.strictSame(head.cookies, [])
    for (const [name, value] of AHEAD) {
      const response = await send({ url, headers: { [name]: value } })
      t.match(response, { statusCode: 503, headers: { 'cache-control': 'no-store' } }, `${name}: ${value} ${url}`)
      t.strictSame([response.cookies, response.headers.location], [[], undefined])
      const stranger = await server.app.inject({ url, headers: { [name]: value } })
      t.strictSame([stranger.statusCode, stranger.cookies], [503, []])
    }
  }
  t.equal(await everything(server.db), before)
  t.match(answerOf(await browser.open(resume)), { to: CLAIMED_URI, code: /./ }, 'the person gets the code')
})

t.test('of all addresses, HEAD is answered by documents alone', async (t) => {
  const { app } = await testServer(t)
  const documents = [
    '/jwks',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/assetlinks.json',
    '/.well-known/apple-app-site-association',
    '/health/live',
    '/health/ready',
    ...Object.values(PageScript.all).map(({ path }) => path),
  ]
  for (const url of documents) {
    t.equal((await app.inject({ method: 'HEAD', url })).statusCode, 200, url)
    t.equal((await app.inject({ url, headers: { 'sec-purpose': 'prefetch' } })).statusCode, 200, url)
  }
  const others = (await addressesOf(app)).filter(({ url }) => !documents.includes(url))
  t.ok(others.length >= 18)
  // A logo is a document, and there is none of this name.
  const statusOf = (url: string) => (url.startsWith('/logos/') ? 404 : 405)
  for (const { url } of others) t.equal((await app.inject({ method: 'HEAD', url })).statusCode, statusOf(url), url)
})

t.test('a GET stays a GET, whatever it says about its method and whatever body it brings', async (t) => {
  const server = await testServer(t)
  const { addresses, send } = await opened(server)
  const login = addresses.find((address) => address.endsWith('/login')) ?? ''
  const before = await everything(server.db)
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
    t.equal((await send({ url: login, headers: { [name]: 'POST' } })).statusCode, 200)
  t.equal((await send({ url: `${login}?_method=POST&email=a&password=b` })).statusCode, 200)
  t.equal(await everything(server.db), before)
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const form = authorizeUrl(pkcePair().challenge).split('?')[1] ?? ''
  const answer = await sendRaw(
    url,
    `GET /authorize HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
  )
  t.equal(statusesOf(answer)[0], 400)
  t.match(answer, /client_id is missing/)
  t.equal(await everything(server.db), before)
})

t.test(
  'Chromium prefetches and prerenders in vain, and the tap that follows opens the page',
  needsChromium,
  async (t) => {
    const open = await launchChromium(t)
    const site = await testSite(t)
    const { addressOf, arrive } = personAt(site.origin)
    const visits = () =>
      site.db
        .selectFrom('authorization_requests')
        .select((eb) => eb.fn.countAll<string>().as('count'))
        .where(sql<SqlBool>`true`)
        .executeTakeFirstOrThrow()
    for (const kind of ['prefetch', 'prerender']) {
      const before = await visits()
      const asked: string[] = []
      site.app.server.on('request', ({ headers }) => void asked.push(String(headers['sec-purpose'] ?? 'a person')))
      const page = createServer((_request, response) => {
        const rules = { [kind]: [{ source: 'list', urls: [addressOf()], eagerness: 'immediate' }] }
        response.setHeader('content-type', 'text/html')
        response.end(
          `<script type="speculationrules">${JSON.stringify(rules)}</script><a href="${addressOf().replaceAll('&', '&amp;')}">Sign in</a>`,
        )
      })
      const tab = await (await open(t)).tab()
      const prefetched = site.app.server
      const heard = new Promise((resolve) => prefetched.once('request', resolve))
      await tab.goto(`http://localhost:${await listen(t, page)}/`)
      await heard
      t.match(asked[0], /^prefetch/, 'Chromium did come ahead')
      t.strictSame(await visits(), before)
      await tab.getByRole('link').click()
      await arrive(tab, 'Sign in')
    }
  },
)
