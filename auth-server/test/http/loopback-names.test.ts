// A visit that begins under another of this machine's own names goes on under the issuer's, where its cookies and forms work.
import t from 'tap'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { personAt } from '../support/person.ts'
import { authorizeUrl, pkcePair, REDIRECT_URI } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const url = authorizeUrl(pkcePair().challenge)

async function openAs(t: Parameters<typeof testServer>[0], ISSUER: string) {
  const { app } = await testServer(t, { ISSUER })
  return async (host: string, target = url) => (await app.inject({ url: target, headers: { host } })).headers.location
}

t.test('each visit is led to the issuer, with all that was asked, where both names are loopback', async (t) => {
  const open = await openAs(t, 'http://localhost:4000')
  for (const host of [
    '127.0.0.1:4000',
    '[::1]:4000',
    '127.1.2.3:4000',
    'app.localhost:4000',
    'LOCALHOST.:4000',
    '0.0.0.0:4000',
    '[::]:4000',
  ])
    for (const target of [url, `/apis/orders-api${url}`, '/logout?state=s', '/interaction/x/login', '/', '//authorize'])
      t.equal(
        await open(host, target),
        target.startsWith('//') ? undefined : `http://localhost:4000${target}`,
        `${host} ${target}`,
      )
  const other = await openAs(t, 'http://127.0.0.1:4000')
  t.equal(await other('localhost:4000'), `http://127.0.0.1:4000${url}`)
  const secure = await openAs(t, 'https://localhost')
  t.equal(await secure('127.0.0.1'), `https://localhost${url}`)
})

t.test(
  'nobody else is: other names, other ports (a proxy’s), other addresses, an issuer that is elsewhere',
  async (t) => {
    const open = await openAs(t, 'http://localhost:4000')
    for (const host of [
      'localhost:4000',
      'LocalHost:4000',
      '127.0.0.1:8080',
      '10.0.2.2:4000',
      '0.0.0.1:4000',
      '127.0.0.1.evil.example:4000',
      'localhost.evil.example:4000',
      '127.evil.example:4000',
      '',
    ])
      t.match(await open(host), /^\/interaction\//, host)
    t.equal(await open('127.0.0.1:4000', '/jwks'), undefined)
    const production = await openAs(t, 'https://login.example.com')
    t.match(await production('127.0.0.1'), /^\/interaction\//)
  },
)

t.test('a form that another page on this machine posts to the wrong name comes again by GET', async (t) => {
  const { app } = await testServer(t)
  const [, payload = ''] = url.split('?')
  const response = await app.inject({
    method: 'POST',
    url: '/authorize',
    headers: {
      host: '127.0.0.1:4000',
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-site',
    },
    payload,
  })
  t.match(response, { statusCode: 303, headers: { location: `/authorize?${payload}` } })
  t.strictSame(response.cookies, [])
})

t.test('Chromium: opened as 127.0.0.1, the sign-in ends in the app', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { signIn, answer, success } = personAt(site.origin)
  const page = await (await open(t)).tab()
  await page.goto(site.origin.replace('localhost', '127.0.0.1') + url)
  t.match(await answer(page, () => signIn(page), REDIRECT_URI), success)
})
