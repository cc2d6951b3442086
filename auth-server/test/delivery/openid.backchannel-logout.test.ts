// OpenID Connect Back-Channel Logout 1.0: clients' servers hear that a session ended, whatever state they are in.
import { createLocalJWKSet, jwtVerify } from 'jose'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { startBackground } from '../../src/background/index.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { logoutReceiver, type ReceiverAnswer } from '../support/logout-receiver.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const quiet = pino({ level: 'silent' })

/** A person signed in at one website; signing out; what is left to send. */
async function open(t: Test, ...answers: ReceiverAnswer[]) {
  const receiver = await logoutReceiver(t, ...answers)
  const server = await testServer(t)
  const site = await Website.open(server, { backchannelLogoutUri: receiver.uri })
  const browser = new Browser(server.app)
  const tokens = await site.signIn({}, browser)
  return {
    ...server,
    ...receiver,
    server,
    site,
    browser,
    tokens,
    signOut: () => browser.open(`/logout?id_token_hint=${tokens.id_token}`),
    send: () => sendDueEntries(server.deps, quiet),
    left: () => server.db.selectFrom('outbox').selectAll().execute(),
  }
}

/** A notice as it is queued. */
function queued({ id, applicationId, personId, uri }: Record<'id' | 'applicationId' | 'personId' | 'uri', string>) {
  return {
    id,
    kind: 'logout-notice' as const,
    receiver: new URL(uri).origin,
    application_id: applicationId,
    person_id: personId,
    payload: JSON.stringify({ sessionId: 's' }),
    expires_at: new Date(Date.now() + 3600_000),
  }
}

/** Waits for it for as long as a receiver that hangs is waited for, twice; whether it came. */
async function until(what: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 10_000
  while (!(await what())) {
    if (Date.now() > deadline) return false
    await new Promise((done) => setTimeout(done, 10))
  }
  return true
}

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

t.test('oidcc-backchannel-logout-discovery-endpoint-verification', async (t) => {
  const { app } = await testServer(t)
  t.match((await app.inject('/.well-known/openid-configuration')).json(), {
    end_session_endpoint: `${ISSUER}/logout`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  })
})

t.test('oidcc-backchannel-rp-initiated-logout: §2.4, §2.5', async (t) => {
  const { app, heard, site, tokens, signOut, send, left, personId } = await open(t, 200)
  const { sid } = await site.claims(tokens.id_token)
  await signOut()
  await send()
  t.strictSame(await left(), [])
  t.equal(heard.length, 1)
  const [notice] = heard
  t.match(notice, {
    method: 'POST',
    path: '/backchannel_logout',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  const jwks = createLocalJWKSet((await app.inject('/jwks')).json())
  const expected = { issuer: ISSUER, audience: site.clientId, typ: 'logout+jwt', algorithms: ['ES256'] }
  const { payload } = await jwtVerify(notice?.token ?? '', jwks, expected)
  const { iat = 0, exp = 0, jti, ...rest } = payload
  t.strictSame(rest, { iss: ISSUER, aud: site.clientId, sub: personId, sid, events })
  t.equal(exp - iat, 120)
  t.match(jti, /^[\w-]{22}$/)
})

t.test('the token goes by the client’s own algorithm, and is neither ID token nor hint', async (t) => {
  const { server, heard, uri, send } = await open(t, 200)
  const site = await Website.open(server, { clientId: 'rs-site', idTokenAlg: 'RS256', backchannelLogoutUri: uri })
  const browser = new Browser(server.app)
  const { id_token } = await site.signIn({}, browser)
  await browser.open(`/logout?id_token_hint=${id_token}`)
  await send()
  const [{ token } = { token: '' }] = heard
  t.match(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()), {
    alg: 'RS256',
    typ: 'logout+jwt',
  })
  const refused = await site.send(new Browser(server.app), { id_token_hint: token })
  t.match(refused.headers.location, /error=invalid_request/)
})

t.test('every client that took part hears once; others, and other sessions, hear nothing', async (t) => {
  const { server, heard, browser, site, signOut, send, left } = await open(t, 200)
  const second = await logoutReceiver(t, 204)
  const bystander = await logoutReceiver(t, 200)
  const other = await Website.open(server, { clientId: 'other-site', backchannelLogoutUri: second.uri })
  const absent = await Website.open(server, { clientId: 'absent-site', backchannelLogoutUri: bystander.uri })
  await other.signIn({}, browser)
  await other.signIn({ scope: 'openid offline_access' }, browser)
  await site.signIn({}, browser)
  await absent.signIn()
  await signOut()
  t.equal((await left()).length, 2)
  await send()
  t.same([heard.length, second.heard.length, bystander.heard.length], [1, 1, 0])
  t.strictSame(await left(), [], '204 is a yes as well')
})

t.test('500, then 200: sent again after a pause, as the same logout', async (t) => {
  const { db, heard, signOut, send, left } = await open(t, 500, 200)
  await signOut()
  await send()
  await send()
  t.equal(heard.length, 1, 'not again at once')
  t.match(await left(), [{ attempts: 1 }])
  await turnClock(t, db, 16)
  await send()
  t.equal(heard.length, 2)
  t.strictSame(await left(), [])
  const [first, second] = heard.map(({ token }) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
  )
  t.equal(second.jti, first.jti, 'a client that did hear the first can tell')
  t.equal(second.iat - first.iat >= 15, true, 'but the token is fresh')
})

t.test('a receiver that is down: the pauses grow, until the notice is a day old', async (t) => {
  const { db, close, signOut, send, left } = await open(t, 200)
  await signOut()
  await close()
  const pauses: number[] = []
  for (let ahead = 0, attempts = 1; attempts <= 8; attempts++) {
    await turnClock(t, db, ahead)
    await send()
    const [notice] = await left()
    t.equal(notice?.attempts, attempts)
    const pause = Math.round(((notice?.next_attempt_at.getTime() ?? 0) - Date.now()) / 1000) - ahead
    pauses.push(pause)
    ahead += pause + 1
  }
  t.ok(
    pauses.every((pause, index) => Math.abs(pause - Math.min(15 * 4 ** index, 3600)) <= 2),
    String(pauses),
  )
  const before = await left()
  await turnClock(t, db, 24 * 3600 + 60)
  await send()
  t.strictSame(await left(), before, 'too old to be taken; the cleanup removes it')
})

t.test('a receiver that is slow is given up after five seconds, and holds up nobody', async (t) => {
  const { server, heard, browser, signOut, send, left } = await open(t, 'silence')
  const fast = await logoutReceiver(t, 200)
  const other = await Website.open(server, { clientId: 'other-site', backchannelLogoutUri: fast.uri })
  await other.signIn({}, browser)
  await signOut()
  const begun = performance.now()
  await send()
  t.ok(performance.now() - begun < 8000)
  t.same([heard.length, fast.heard.length], [1, 1])
  t.match(await left(), [{ attempts: 1 }])
})

t.test('receivers that hang hold two places each, however many clients share them: others hear at once', async (t) => {
  const { deps, server, db, uri, heard, left } = await open(t, 'silence')
  const fast = await logoutReceiver(t, 200)
  const hanging = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      server.register({ clientId: `hanging-${index}`, redirectUris: [], backchannelLogoutUri: `${uri}/${index}` }),
    ),
  )
  const quick = await server.register({ clientId: 'quick', redirectUris: [], backchannelLogoutUri: fast.uri })
  const notice = (applicationId: string, id: string, at = uri) =>
    queued({ id, applicationId, personId: server.personId, uri: at })
  const add = (rows: ReturnType<typeof notice>[]) => db.insertInto('outbox').values(rows).execute()
  await add(hanging.flatMap((id, index) => [1, 2, 3, 4].map((nth) => notice(id, `h${index}.${nth}`))))
  await add(Array.from({ length: 20 }, (_, nth) => notice(quick, `q${nth}`, fast.uri)))

  const ending = new AbortController()
  const sending = sendDueEntries(deps, quiet, ending.signal)
  t.ok(await until(() => fast.heard.length === 20), 'those that waited behind 40 others')
  await add([notice(quick, 'late', fast.uri)])
  t.ok(await until(() => fast.heard.length === 21), 'and one that came while they hang')
  // Heard is not yet answered: who is stopped in between sends once more.
  t.ok(await until(async () => (await left()).length === 40), 'nothing of theirs is left')
  t.equal(heard.length, 2, 'all while the first two hang')
  ending.abort()
  await sending
  t.equal((await left()).length, 40)
})

t.test('a redirect is not followed, and is no yes', async (t) => {
  const elsewhere = await logoutReceiver(t, 200)
  for (const status of [301, 307, 308]) {
    const { heard, signOut, send, left } = await open(t, { status, headers: { location: elsewhere.uri } })
    await signOut()
    await send()
    t.equal(heard.length, 1)
    t.match(await left(), [{ attempts: 1 }])
  }
  t.strictSame(elsewhere.heard, [])
})

t.test('§2.8: 400 means never; it is not sent again', async (t) => {
  const { signOut, send, left } = await open(t, 400)
  await signOut()
  await send()
  t.strictSame(await left(), [])
})

t.test('several instances that send at once send each notice once', async (t) => {
  const { deps, heard, server, uri, send, left, personId } = await open(t, 200)
  await server.db.updateTable('applications').set({ backchannel_logout_uri: uri }).execute()
  const rows = Array.from({ length: 60 }, (_, index) =>
    queued({ id: `n${index}`, applicationId: server.applicationId, personId, uri }),
  )
  await server.db.insertInto('outbox').values(rows).execute()
  await Promise.all([send(), send(), send(), sendDueEntries(deps, quiet)])
  t.equal(heard.length, 60)
  t.equal(new Set(heard.map(({ token }) => token)).size, 60)
  t.strictSame(await left(), [])
})

t.test('SSRF: a notice never goes to an address inside, and is not kept for it', async (t) => {
  const { db, deps, signOut, browser, site, left, log } = await open(t, 200)
  const inside = [
    'http://news.example.com/logout',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:169.254.169.254]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://10.0.0.1/',
    'https://[fd00::1]/',
  ]
  await signOut()
  await db.deleteFrom('outbox').execute()
  for (const uri of inside) {
    await db.updateTable('applications').set({ backchannel_logout_uri: uri }).execute()
    const { id_token } = await site.signIn({}, browser)
    await browser.open(`/logout?id_token_hint=${id_token}`)
    t.equal((await left()).length, 1)
    await sendDueEntries(deps, quiet)
    t.strictSame(await left(), [], uri)
  }
  t.ok(log.length > 0)
})

t.test('SSRF: a server on the internet does not call loopback either, by name or by number', async (t) => {
  const { db, deps, heard, uri, signOut, left } = await open(t, 200)
  const config = { ...deps.config, issuer: 'https://login.example.com' }
  const port = new URL(uri).port
  await signOut()
  const [notice] = await left()
  if (!notice) throw new Error('no notice')
  for (const address of [uri, `https://localhost:${port}/`, `https://127.0.0.1:${port}/`, `https://[::1]:${port}/`]) {
    await db.updateTable('applications').set({ backchannel_logout_uri: address }).execute()
    await db
      .insertInto('outbox')
      .values({ ...notice, payload: JSON.stringify(notice.payload) })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await sendDueEntries({ ...deps, config }, quiet)
    t.strictSame(await left(), [], address)
  }
  t.strictSame(heard, [])
})

t.test('the background job sends within seconds, and stops when it is told', async (t) => {
  const { deps, heard, signOut, left } = await open(t, 200)
  const stop = startBackground(deps, quiet)
  await signOut()
  t.ok(await until(async () => (await left()).length === 0))
  t.equal(heard.length, 1)
  await stop()
})

t.test('stopping gives up what is under way; it stays due', async (t) => {
  const { deps, heard, signOut, left } = await open(t, 'silence')
  const ending = new AbortController()
  await signOut()
  const sending = sendDueEntries(deps, quiet, ending.signal)
  t.ok(await until(() => heard.length === 1))
  const begun = performance.now()
  ending.abort()
  await sending
  t.ok(performance.now() - begun < 2000)
  t.match(await left(), [{ attempts: 1 }])
})
