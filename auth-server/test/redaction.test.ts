// No secret that this server issues or is told ever appears in its log or in its traces, in a login that works or one that fails.

import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { sendDueEntries } from '../src/delivery/outbox.ts'
import { createLogger } from '../src/logger.ts'
import { TABLES } from '../src/store/tables/index.ts'
import { atAccount } from './support/account.ts'
import { Browser, SESSION_COOKIE, secretOf } from './support/browser.ts'
import { turnClock } from './support/database.ts'
import { admitGuests, Device } from './support/device.ts'
import { mailServer, NEW_PASSWORD } from './support/mail-visit.ts'
import { machine } from './support/management.ts'
import { Overheard } from './support/overheard.ts'
import { sayEverything } from './support/people.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, postToken, redeem, refresh } from './support/phone.ts'
import { authenticatorApp } from './support/second-factor.ts'
import { testServer, USER } from './support/server.ts'
import { setupLink } from './support/setup-link.ts'
import { traced } from './support/traced.ts'
import { catalogueOf, openUpstream, UPSTREAM_SECRET } from './support/upstream.ts'

t.test('the log of a whole login at its most talkative repeats no secret', async (t) => {
  const { app, config, db, log } = await testServer(t)
  const secrets: Record<string, string> = {
    pepper: config.passwordPepper,
    'token secret': config.tokenSecret,
    'cookie secret': config.cookieSecret,
    'key encryption key': config.keyEncryptionKey,
    'database password': new URL(config.databaseUrl).password || 'no password in the test database',
    password: USER.password,
    'mistyped password': 'a long enough passphrasf',
    state: 'state-of-the-app',
    nonce: 'nonce-of-the-app',
    'client secret': 'a-secret-of-a-client',
    'basic credentials': Buffer.from('shop-app:a-secret-of-a-client').toString('base64'),
    'bearer token': 'a-bearer-token-of-somebody',
  }
  const note = (name: string, value: string | undefined) => {
    if (!value) throw new Error(`no ${name} came`)
    secrets[name] = value
  }

  const browser = new Browser(app)
  const { verifier, challenge } = pkcePair()
  note('verifier', verifier)
  const login = await browser.open(authorizeUrl(challenge, { state: secrets.state, nonce: secrets.nonce }))
  note('form token', /name="csrf" value="([^"]+)"/.exec(login.body)?.[1])
  const [, visit = ''] = /\/interaction\/([\w-]+)\//.exec(login.body) ?? []
  note('secret of the visit', secretOf(browser, visit))
  await logIn(browser, login, { ...USER, password: secrets['mistyped password'] ?? '' })
  const done = await logIn(browser, login)
  note('session cookie', browser.cookies.get(SESSION_COOKIE))
  const { code } = answerOf(done)
  note('code', code)
  await redeem(app, code ?? '', pkcePair().verifier)
  const tokens = (await redeem(app, code ?? '', verifier)).json()
  note('access token', tokens.access_token)
  note('refresh token', tokens.refresh_token)
  note('signature', tokens.access_token.split('.')[2])
  const next = (await refresh(app, tokens.refresh_token)).json().refresh_token
  note('second refresh token', next)
  note('third refresh token', (await refresh(app, next)).json().refresh_token)
  await refresh(app, tokens.refresh_token)
  await turnClock(t, db, 60)
  await redeem(app, code ?? '', verifier)
  await postToken(app, {
    grant_type: 'refresh_token',
    client_id: 'shop-app',
    client_secret: secrets['client secret'] ?? '',
    refresh_token: next,
  })
  const authorization = `Basic ${secrets['basic credentials']}`
  await app.inject({ method: 'POST', url: '/token', headers: { authorization }, payload: '{}' })
  await app.inject({
    url: `/nowhere?access_token=${secrets['bearer token']}`,
    headers: { authorization: `Bearer ${secrets['bearer token']}` },
  })

  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(url.port), url.hostname)
  socket.end(`GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secrets['bearer token']}\r\nBroken Header\r\n\r\n`)
  await once(socket.resume(), 'close')

  const bytesOf = (value: string) => [...Buffer.from(value)].join()
  const text = log.join('')
  const leaked = Object.entries(secrets).filter(([, value]) =>
    [value, encodeURIComponent(value), bytesOf(value)].some((spelling) => text.includes(spelling)),
  )
  t.strictSame(
    leaked.map(([name]) => name),
    [],
  )
  t.ok(log.length > 30, 'and it does say something')
  t.match(text, /"event":"refresh_reuse"/)
})

t.test(
  'nor does that of everything else that people and apps do: mails, providers, factors, devices, machines',
  async (t) => {
    const heard = new Overheard()
    heard.listenToOthers(t)
    const traces = await traced(t)
    const corp = await openUpstream(t)
    const providers = await catalogueOf(t, { corp: { ...corp.settings, email_domains: ['corp.example'] } })
    const server = await mailServer(t, providers)
    const { app, config, db, log, personId } = server
    heard.listen(app)
    const destination = { write: (line: string) => void log.push(line) }
    const logger = createLogger('trace', { destination, namesTraces: true })
    /** As the server sends them, with its log. */
    const deliver = async () => {
      const before = server.mailbox.mails.length
      await sendDueEntries(server.deps, logger)
      const mails = server.mailbox.mails.slice(before)
      for (const { link, code, text } of mails) {
        heard.address('mail', link)
        heard.note('code of a mail', code)
        heard.note('text of a mail', text)
      }
      return mails
    }
    const here = ({ link }: { link: string }) => link.slice(config.issuer.length)
    heard.leaves('provider', { CORP_SECRET: UPSTREAM_SECRET })

    // Signing up by a code, a forgotten password by a link, each once wrong.
    for (const [what, address, wrong] of [
      ['sign-up', 'eve.adams@example.org', '000000'],
      ['forgotten', USER.email, undefined],
    ] as const) {
      const visit = await server.begin()
      const check = await visit.ask(what, address)
      const [mail] = await deliver()
      if (!mail) throw new Error(`no mail for ${what}`)
      if (wrong !== undefined) await visit.browser.submit(check, '/check-mail', { code: wrong })
      await new Browser(app).open(here(mail))
      const choose = await visit.browser.submit(check, '/check-mail', { code: mail.code })
      const password = `${NEW_PASSWORD} of ${what}`
      const done = await visit.browser.submit(choose, '/new-password', { password, name: 'Eveline Adamson' })
      t.ok(done.statusCode < 400, what)
    }
    // A login of the provider, whose tokens and claims are somebody's, too; then one that is refused there.
    for (const sub of ['bob-at-corp', '']) {
      corp.is({
        sub,
        email: 'bob.brown@corp.example',
        email_verified: true,
        name: 'Robert Brownlee',
        phone_number: '+442079460123',
      })
      const visit = await server.begin()
      const sent = await visit.browser.submit(visit.page, '/provider/corp')
      const back = await corp.travel()(sent.headers.location ?? '')
      const answer = await visit.browser.open(`${back.pathname}${back.search}`)
      if (sub) heard.leaves('tokens', await visit.tokensOf(answer))
      await visit.browser.open(`${back.pathname}${back.search}`)
    }
    heard.leaves(
      'provider',
      { phone_number: '+442079460123', sub: 'bob-at-corp', email: 'bob.brown@corp.example' },
      () => true,
    )

    // The account: profile, another address, an authenticator app, recovery codes, a copy of everything.
    await sayEverything(db, personId)
    const user = { ...USER, password: `${NEW_PASSWORD} of forgotten` }
    const browser = await atAccount(server, user)
    await browser.submit(await browser.open('/account/profile/name'), '/name', { name: 'Augusta Ada King' })
    await browser.submit(await browser.open('/account/security/addresses/add'), '/add', {
      email: 'countess@new.example',
    })
    const [added] = (await deliver()).filter(({ code }) => code)
    if (!added) throw new Error('no mail for the address')
    await browser.submit(await browser.open(here(added)), '')
    const page = await browser.submit(await browser.open('/account/security/authenticator-app'), '/begin')
    const [, secret = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body) ?? []
    heard.note('TOTP secret', secret)
    heard.note('TOTP secret', secret.replaceAll(' ', ''))
    const codeNow = authenticatorApp(db, secret)
    const set = await browser.submit(page, '/authenticator-app', { code: await codeNow() })
    t.match(set.body, /Recovery codes/)
    const codes = await browser.submit(await browser.open('/account/security/recovery-codes'), '/recovery-codes')
    const recovery = [...codes.body.matchAll(/<code>([^<]{8,})<\/code>/g)].map(([, code]) => code)
    t.equal(recovery.length, 10)
    for (const code of recovery) heard.note('recovery code', code)
    const elsewhere = new Browser(app)
    const asked = await logIn(elsewhere, await elsewhere.open('/account'), user)
    await elsewhere.submit(asked, '/second-factor', { code: '123456' })
    await elsewhere.submit(asked, '/second-factor', { code: recovery[0] ?? '' })
    await browser.open('/account/export')
    await deliver()

    // A device without an account, and a machine that makes an app, invites somebody and looks people up.
    await admitGuests(server)
    const device = await Device.create(app)
    await device.register()
    heard.leaves('tokens', (await device.tokens()).json())
    await device.tokens({ assertion: 'no assertion at all' })
    const { ask, clientSecret, token } = await machine(server)
    heard.note('client secret', clientSecret)
    heard.note('access token', token)
    const made = await ask('POST', '/applications', {
      body: {
        name: 'Machine',
        kind: 'web',
        token_endpoint_auth_method: 'client_secret_basic',
        redirect_uris: ['https://x.example/cb'],
      },
      headers: { 'idempotency-key': 'an-idempotency-key' },
    })
    t.ok(made.statusCode < 300, made.body)
    await ask('GET', '/people', { query: { email: 'bob.brown@corp.example' } })
    await ask('GET', `/people/${personId}`)
    const invited = await ask('POST', '/people', {
      body: { email: 'carol@invited.example', name: 'Carol Invited', language: 'en' },
      headers: { 'idempotency-key': 'another-key' },
    })
    t.ok(invited.statusCode < 300, invited.body)
    for (const mail of await deliver()) await new Browser(app).open(here(mail))
    await new Browser(app).open(await setupLink(db))
    for (const url of [
      '/authorize?login_hint=hinted%40example.net&client_id=x',
      '/nowhere?email=lost%40example.net',
      '/token?password=in-the-address',
    ])
      await app.inject({ method: url.startsWith('/token') ? 'POST' : 'GET', url, headers: { accept: 'text/html' } })

    await heard.people(db)
    const kinds = [...heard.kinds].join('\n')
    for (const kind of [
      'cookie',
      'code of a mail',
      'mail link',
      'provider id_token',
      'provider access_token',
      'recovery code',
      'TOTP secret',
      'form password',
      'answer client_secret',
      'DPoP',
      'claim phone_number',
      'claim address street_address',
      'name',
      'pseudonym',
    ])
      t.match(kinds, new RegExp(`^${kind}`, 'm'), `heard: ${kind}`)
    t.ok(heard.size > 150, `${heard.size} values`)
    t.ok(log.length > 100, 'and the log does say something')
    t.strictSame(heard.repeatedIn(log.join('')), [])

    await traces.close()
    const spans = traces.collector.spans()
    t.equal(
      spans.filter(({ kind }) => kind === 2).length,
      log.filter((line) => line.includes('incoming request')).length,
    )
    t.ok(spans.length > 300, `${spans.length} spans`)
    t.strictSame(heard.repeatedIn(traces.collector.text()), [], 'nor do traces')
    const tables = new Set(
      spans.flatMap(({ facts }) =>
        [...String(facts['db.query.summary'] ?? '').matchAll(/\w+ (\w+)/g)].map(([, name]) => name),
      ),
    )
    t.strictSame(
      [...tables].filter((name) => !Object.hasOwn(TABLES, name ?? '')),
      [],
      'statements are named by tables',
    )
  },
)
