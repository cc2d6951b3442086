// No secret that this server issues or is told ever appears in its log, in a login that works or one that fails.

import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { Browser, SESSION_COOKIE, secretOf } from './support/browser.ts'
import { turnClock } from './support/database.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, postToken, redeem, refresh } from './support/phone.ts'
import { testServer, USER } from './support/server.ts'

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
