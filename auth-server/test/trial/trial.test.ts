// Try it: a whole sign-in in one browser, shown and never given away; and every way in which it must not go on.

import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { TRIAL_CALLBACK_PATH } from '../../src/interaction/paths.ts'
import { Browser } from '../support/browser.ts'
import { authorizeUrl, logIn, pkcePair, postToken } from '../support/phone.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { callbackOf, DEMO_APP, forgedAnswer, HERE, signInLink, trialMachine } from '../support/trial.ts'

t.setTimeout(60_000)

/** A JWT with all of its parts, anywhere. */
const WHOLE_TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/

t.test('a trial plays the whole flow, shows each step of it, and no token that is good for anything', async (t) => {
  const heard: string[] = []
  const machine = await trialMachine(t, ({ headers, url }, response) => {
    heard.push(`${url} ${headers.authorization}`)
    const { authorization } = headers
    response.writeHead(200, {
      'content-type': 'application/json',
      'ratelimit-limit': '60',
      'ratelimit-remaining': '59',
    })
    // As the demo API: everything is sent back, and here the token as well.
    response.end(JSON.stringify({ headers: { 'x-authenticated-userid': 'usr_<b>', authorization } }))
  })
  const { browser, page } = await machine.open()
  t.match(page.body, /Nobody is signed in to the app/)
  const begun = await browser.submit(page, '/begin')
  t.match(begun.body, /<code>code_challenge<\/code>[\s\S]*SHA-256 of a secret/)
  t.match(begun.body, /data-waiting/)
  t.match(begun.headers['content-security-policy'], /script-src 'self'; connect-src 'self'/)
  t.match(begun.body, 'target="_blank" rel="noopener"')
  const address = signInLink(begun)
  t.match(Object.fromEntries(new URL(address, ISSUER).searchParams), {
    client_id: DEMO_APP,
    redirect_uri: ISSUER + TRIAL_CALLBACK_PATH,
    scope: 'openid orders:read',
    resource: machine.resource,
  })
  const login = await browser.open(address)
  t.match((await browser.open('/try')).body, /The app waits/)
  const answer = callbackOf(await logIn(browser, login))
  const back = await browser.open(answer)
  t.equal(back.statusCode, 200)
  t.match(back.body, /Back in the app/)
  const signedIn = await browser.open('/try')
  t.match(signedIn.body, machine.personId)
  t.match(signedIn.body, /&quot;client_id&quot;: &quot;demo-app&quot;/)
  t.match(signedIn.body, /code_verifier/)
  t.notMatch(signedIn.body, /data-waiting/)
  const called = await browser.submit(signedIn, '/call', { path: '/echo?x=<script>' })
  t.equal(called.statusCode, 400, 'what no path can hold is refused')
  t.match(called.body, /value="\/echo\?x=&lt;script&gt;"/, 'and comes back as it was typed')
  const echoed = await browser.submit(signedIn, '/call', { path: '/echo?x=1' })
  t.match(heard, [/^\/mobile\/echo\?x=1 Bearer eyJ/])
  t.match(echoed.body, /HTTP 200[\s\S]*ratelimit-remaining[\s\S]*<code>59<\/code>/)
  t.match(echoed.body, /What the backend received[\s\S]*X-Authenticated-UserId[\s\S]*usr_&lt;b&gt;/)
  for (const { body } of [begun, back, signedIn, echoed]) {
    t.notMatch(body, WHOLE_TOKEN)
    t.notMatch(body, new URL(answer, ISSUER).searchParams.get('code') ?? 'no code')
  }
  t.ok(WHOLE_TOKEN.test(heard.join()), 'though the gateway got one')
  t.notMatch(machine.log.join(), WHOLE_TOKEN)
  const [stored] = await machine.db.selectFrom('trials').select('sealed').execute()
  t.notMatch(stored?.sealed, /demo-app/)

  const live = () => machine.db.selectFrom('refresh_families').where('revoked_at', 'is', null).select('id').execute()
  t.equal((await live()).length, 1)
  t.match((await browser.submit(echoed, '/end')).body, /Nobody is signed in to the app/)
  t.strictSame(await live(), [], 'the login ends with the trial')
  t.strictSame(await machine.db.selectFrom('trials').select('id').execute(), [])
})

t.test(
  'its address is worth nothing in another browser, nor with another app, state or after the answer',
  async (t) => {
    const { app, register, open } = await trialMachine(t, (_request, response) => response.end())
    await register()
    const { browser, page } = await open()
    const address = signInLink(await browser.submit(page, '/begin'))
    const refused = async (browser: Browser, url: string, what: string) => {
      const { statusCode, headers, body } = await browser.open(url)
      t.equal(statusCode, 400, what)
      t.equal(headers.location, undefined, what)
      t.match(body, /[Tt]his trial has ended/, what)
    }
    const stranger = new Browser(app)
    await refused(stranger, address, 'the link, sent to somebody else')
    await refused(stranger, address.replace(/redirect_uri=[^&]*/, '$&'), 'with a session of theirs as well')
    const changed = (name: string, value: string) => {
      const url = new URL(address, ISSUER)
      url.searchParams.set(name, value)
      return url.pathname + url.search
    }
    await refused(browser, changed('state', 'another'), 'another state')
    await refused(browser, changed('client_id', 'shop-app'), 'another application')
    const without = new URL(address, ISSUER)
    without.searchParams.delete('state')
    await refused(browser, without.pathname + without.search, 'no state')
    await refused(
      stranger,
      authorizeUrl(pkcePair().challenge, { redirect_uri: ISSUER + TRIAL_CALLBACK_PATH }),
      'no trial',
    )
    await browser.open(await callbackFrom(browser, address))
    await refused(browser, address, 'after the answer')
  },
)

async function callbackFrom(browser: Browser, address: string): Promise<string> {
  return callbackOf(await logIn(browser, await browser.open(address)))
}

t.test('the page of trials takes an answer once, in the browser of its trial, and nothing else', async (t) => {
  const { app, db, signedIn, open } = await trialMachine(t, (_request, response) => response.end())
  const lost = async (browser: Browser, url: string, what: string) => {
    const { statusCode, body } = await browser.request('GET', url)
    t.equal(statusCode, 400, what)
    t.match(body, /No trial waits for this/, what)
  }
  await lost(new Browser(app), TRIAL_CALLBACK_PATH, 'nothing at all')
  const { browser, page } = await open()
  const begun = await browser.submit(page, '/begin')
  const state = new URL(signInLink(begun), ISSUER).searchParams.get('state') ?? ''
  await lost(browser, forgedAnswer(state), 'an answer to what was not asked yet')

  const { browser: mine, answer } = await signedIn()
  await lost(new Browser(app), answer, 'another browser')
  await lost(browser, answer, 'a browser with another trial')
  await lost(mine, forgedAnswer('another'), 'another state')
  // At once: one gets it.
  const both = await Promise.all([mine.request('GET', answer), mine.request('GET', answer)])
  t.strictSame(both.map(({ statusCode }) => statusCode).toSorted(), [200, 400])
  await lost(mine, answer, 'once more')
  t.equal((await db.selectFrom('refresh_families').select('id').execute()).length, 1)
})

t.test('a code of a trial is redeemed by this server alone', async (t) => {
  const { app, db, signedIn, config } = await trialMachine(t, (_request, response) => response.end())
  const { answer } = await signedIn()
  const code = new URL(answer, ISSUER).searchParams.get('code') ?? ''
  const { unsealTrial } = await import('../../src/trial/trial.ts')
  const { id, sealed } = await db.selectFrom('trials').select(['id', 'sealed']).executeTakeFirstOrThrow()
  const { verifier, redirectUri } = await unsealTrial(sealed, config.keyEncryptionKeys, id)
  for (const sent of [{ redirect_uri: redirectUri }, {}]) {
    const form = { grant_type: 'authorization_code', client_id: DEMO_APP, code, code_verifier: verifier, ...sent }
    const { statusCode, body } = await postToken(app, form)
    t.equal(statusCode, 400)
    t.match(JSON.parse(body), { error: 'invalid_grant' })
  }
})

t.test(
  'an answer with an error, of another issuer, or refused at the token endpoint is told, and gives nothing',
  async (t) => {
    const { db, open } = await trialMachine(t, (_request, response) => response.end())
    const rows = [
      [{ error: 'access_denied', error_description: 'the <i>person</i> said no' }, /&lt;i&gt;person/],
      [{ code: 'a-code-of-nobody', iss: 'https://evil.example' }, /names another server/],
      [{ code: 'a-code-of-nobody', iss: ISSUER }, /invalid_grant/],
    ] as const
    for (const [answer, told] of rows) {
      const { browser, page } = await open()
      const address = signInLink(await browser.submit(page, '/begin'))
      await browser.open(address)
      const state = new URL(address, ISSUER).searchParams.get('state') ?? ''
      await browser.open(`${TRIAL_CALLBACK_PATH}?${new URLSearchParams({ ...answer, state })}`)
      const { body } = await browser.open('/try')
      t.match(body, /The app was not given tokens/)
      t.match(body, told)
      const next = await browser.submit(await browser.open('/try'), '/begin')
      t.match(next.body, /It now opens the browser/, 'and it can begin anew')
    }
    t.strictSame(await db.selectFrom('refresh_families').select('id').execute(), [])
  },
)

t.test(
  'a call shows the beginning of a long answer, follows no redirect, waits for nobody, and says what went wrong',
  async (t) => {
    let answers = 0
    const machine = await trialMachine(t, async ({ url }, response) => {
      answers++
      if (url === '/mobile/long') {
        response.writeHead(200, { 'content-type': 'text/plain' })
        // 10 MB, for whoever reads them.
        for (let n = 0; n < 160 && !response.destroyed; n++) {
          response.write('x'.repeat(64 * 1024))
          await wait(0)
        }
        response.end()
      } else if (url === '/mobile/elsewhere') response.writeHead(302, { location: '/mobile/long' }).end()
      else if (url === '/mobile/binary') response.end(Buffer.from([0, 1, 2]))
      else if (url === '/mobile/broken') response.destroy()
      else response.end('\u202eevil\u0007<script>alert(1)</script>')
    })
    const { browser, answer } = await machine.signedIn()
    await browser.open(answer)
    const call = async (path: string) => (await browser.submit(await browser.open('/try'), '/call', { path })).body
    const long = await call('/long')
    t.match(long, /the answer is longer/)
    t.ok(long.length < 64 * 1024, `${long.length}`)
    const before = answers
    t.match(await call('/elsewhere'), /HTTP 302[\s\S]*<code>location<\/code>[\s\S]*\/mobile\/long/)
    t.equal(answers, before + 1)
    t.match(await call('/binary'), /is no text/)
    t.match(await call('/broken'), /Nobody answered/)
    t.match(await call('/'), /\ufffdevil\ufffd&lt;script&gt;/)
    for (const path of ['/../admin', '//evil.example/x', '/%2e%2e/']) {
      const count = answers
      t.match(await call(path), /no path below the API/, path)
      t.equal(answers, count, path)
    }
  },
)

t.test('forms of a trial count from its own page alone, and a trial that has ended calls nothing', async (t) => {
  let answers = 0
  const { signedIn, db } = await trialMachine(t, (_request, response) => {
    answers++
    response.end()
  })
  const { browser, answer } = await signedIn()
  await browser.open(answer)
  const page = await browser.open('/try')
  const form = { path: '/' }
  for (const action of ['begin', 'call', 'end'])
    t.equal((await browser.request('POST', `/try/${action}`, { form })).statusCode, 403, action)
  t.equal((await db.selectFrom('trials').select('id').execute()).length, 1)
  await db.deleteFrom('trials').execute()
  const { statusCode, body } = await browser.submit(page, '/call', form)
  t.equal(statusCode, 400)
  t.match(body, /The trial has ended/)
  t.equal(answers, 0)
})

t.test('the pages are for whoever sits at a development machine, and for nobody in production', async (t) => {
  const { app } = await trialMachine(t, (_request, response) => response.end())
  const elsewhere: readonly Record<string, string>[] = [
    { host: 'rebound.example:4000' },
    { ...HERE, 'x-forwarded-for': '203.0.113.5' },
  ]
  for (const headers of elsewhere) t.equal((await app.inject({ url: '/try', headers })).statusCode, 404)
  const production = await testServer(t, { ISSUER: 'https://login.example.com' })
  for (const url of ['/try', '/try/begin', '/try/call'])
    t.equal((await production.app.inject({ url, headers: { host: 'login.example.com' } })).statusCode, 404, url)
})
