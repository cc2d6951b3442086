// Visits cost a row that nobody had to log in for: one address gets so many a minute, others are not disturbed.
import t from 'tap'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
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
