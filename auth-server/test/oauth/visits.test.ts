// Visits cost a row that nobody had to log in for: one address gets so many a minute, others are not disturbed.
import t from 'tap'
import { basic, secretClient } from '../support/clients.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { sendRaw, statusesOf } from '../support/raw-http.ts'
import { APP, testServer } from '../support/server.ts'

t.test('an address that begins too many sign-ins waits; a page says so, /par says so in JSON', async (t) => {
  const { app, db } = await testServer(t, { VISITS_PER_MINUTE: '3' })
  const url = authorizeUrl(pkcePair().challenge)
  const visit = (remoteAddress: string) => app.inject({ url, remoteAddress })
  const push = (remoteAddress: string) =>
    app.inject({
      method: 'POST',
      url: '/par',
      remoteAddress,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: url.slice(url.indexOf('?') + 1),
    })
  const answers = await Promise.all(Array.from({ length: 5 }, () => visit('192.0.2.1')))
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [303, 303, 303, 429, 429])
  const refused = answers.find(({ statusCode }) => statusCode === 429)
  t.match(refused?.headers['retry-after'], /^\d+$/)
  t.match(refused?.body, /Too many people sign in from this address at once; try again in a minute/)
  t.match((await push('192.0.2.1')).json(), { error: 'too_many_requests' })
  t.equal((await visit('192.0.2.2')).statusCode, 303, 'another address')
  t.equal((await push('192.0.2.2')).statusCode, 201)
  for (const host of ['1', '2', '3']) t.equal((await visit(`2001:db8::${host}`)).statusCode, 303)
  t.equal((await visit('2001:db8::4')).statusCode, 429, 'one subscriber, however many addresses it takes')
  const rows = await db.selectFrom('authorization_requests').select('id').execute()
  t.equal(rows.length, 7, 'what was refused left no row')
})

t.test(
  'a visit that keeps more than an ordinary one counts as several; a hint no address can be is not kept',
  async (t) => {
    const { app, db } = await testServer(t, { VISITS_PER_MINUTE: '6' })
    const state = '語'.repeat(1300)
    const visit = () => app.inject(authorizeUrl(pkcePair().challenge, { state, login_hint: '語'.repeat(1300) }))
    const answers = [await visit(), await visit(), await visit()]
    t.same(
      answers.map(({ statusCode }) => statusCode),
      [303, 303, 429],
    )
    const rows = await db.selectFrom('authorization_requests').select('request').execute()
    for (const { request } of rows) t.notOk('loginHint' in request)
    t.ok(rows.every(({ request }) => Buffer.byteLength(JSON.stringify(request)) < 6000))
  },
)

t.test('one IPv6 site has as many visits as four subscribers', async (t) => {
  const { app } = await testServer(t, { VISITS_PER_MINUTE: '2' })
  const url = authorizeUrl(pkcePair().challenge)
  const from = async (remoteAddress: string) => (await app.inject({ url, remoteAddress })).statusCode
  for (let network = 1; network <= 8; network++) t.equal(await from(`2001:db8:7:${network}::1`), 303)
  t.equal(await from('2001:db8:7:9::1'), 429)
  t.equal(await from('2001:db8:8:1::1'), 303)
})

t.test('what is wrong is told as before, and costs nothing', async (t) => {
  const { app } = await testServer(t, { VISITS_PER_MINUTE: '1' })
  for (let count = 0; count < 3; count++)
    t.equal((await app.inject(`/authorize?client_id=${APP.clientId}&redirect_uri=x`)).statusCode, 400)
  t.equal((await app.inject(authorizeUrl(pkcePair().challenge))).statusCode, 303)
})

t.test('VISITS_PER_MINUTE=0 counts nothing; a nonce is no place to keep things', async (t) => {
  const { app } = await testServer(t, { VISITS_PER_MINUTE: '0' })
  for (let count = 0; count < 20; count++)
    t.equal((await app.inject(authorizeUrl(pkcePair().challenge))).statusCode, 303)
  const long = await app.inject(authorizeUrl(pkcePair().challenge, { nonce: 'x'.repeat(513) }))
  t.match(long.headers.location, /error=invalid_request&error_description=nonce/)
})

/** The same address in other letters, as it goes over the wire. */
function pathTricks(path: string): readonly string[] {
  const name = path.slice(1)
  const dots = ['//', '/./', '/%2e/', '/x/../', '/x/%2e%2e/', '/x/.%2E/', '/%2f', '/\\'].map((before) => before + name)
  const ends = ['/', '//', '/.', '/%2e', '%2f', ';x=1', '%3b', '%20', '%00', '.', '%3f'].map((after) => path + after)
  const letters = [path.toUpperCase(), `/%${name.charCodeAt(0).toString(16)}${name.slice(1)}`]
  return [...dots, ...ends, ...letters, `http://elsewhere.example${path}`, `http://elsewhere.example/${path}`]
}

t.test('path tricks past a limit: the same handler with the same budget, or nothing at all', async (t) => {
  const server = await testServer(t, { VISITS_PER_MINUTE: '1' })
  const { app } = server
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const send = async (line: string, headers: readonly string[] = [], body = '') => {
    const lines = ['Host: localhost:4000', 'Connection: close', ...headers]
    return statusesOf(await sendRaw(url, [`${line} HTTP/1.1`, ...lines, '', body].join('\r\n')))
  }
  const visit = authorizeUrl(pkcePair().challenge)
  const query = visit.slice(visit.indexOf('?'))
  t.strictSame(await send(`GET /authorize${query}`), [303], 'the one that is allowed')
  t.strictSame(await send(`GET /authorize${query}`), [429])
  const { clientId, headers } = await secretClient(server)
  const body = 'grant_type=client_credentials'
  const token = (path: string, { authorization = '' }: Readonly<Record<string, string | undefined>>) =>
    send(
      `POST ${path}`,
      [
        `Authorization: ${authorization}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${body.length}`,
      ],
      body,
    )
  t.strictSame(await token('/token', headers), [200])
  for (let n = 0; n < 10; n++) await token('/token', basic(clientId, `guess ${n}`))
  t.strictSame(await token('/token', headers), [429])
  const answers = new Set<number>()
  for (const [path, ask] of [
    ['/authorize', (trick: string) => send(`GET ${trick}${query}`)],
    ['/token', (trick: string) => token(trick, headers)],
  ] as const)
    for (const trick of pathTricks(path)) {
      const [status = 0] = await ask(trick)
      t.ok([400, 404, 421, 429].includes(status), `${trick}: ${status}`)
      answers.add(status)
    }
  t.ok(answers.has(404))
  t.ok(answers.has(429), 'some are the same address')
})
