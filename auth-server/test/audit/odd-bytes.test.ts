// Odd bytes in what a request brings: the audit log fails no request for them, and loses no entry.
import t from 'tap'
import { Browser, formsOf } from '../support/browser.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'

const server = await testServer(t, { VISITS_PER_MINUTE: '1000' })
const { app, db, log } = server

/** What was noted since the last call, the newest with what its browser calls itself. */
async function noted(): Promise<readonly (readonly [type: string, outcome: string, userAgent: string | null])[]> {
  const rows = await db
    .selectFrom('audit_events as event')
    .leftJoin('audit_details as detail', 'detail.event_seq', 'event.seq')
    .orderBy('event.seq')
    .select(['type', 'outcome', 'user_agent'])
    .execute()
  return rows.slice(-1).map(({ type, outcome, user_agent }) => [type, outcome, user_agent])
}

t.test('NUL in any body: 400, and nothing is noted; what follows it is', async (t) => {
  const page = await new Browser(app).open(authorizeUrl(pkcePair().challenge))
  const login = formsOf(page.body).find(({ action }) => action.endsWith('/login'))?.action ?? ''
  const before = await noted()
  for (const url of [login, '/token', '/par', '/revoke', '/introspect', '/register', '/device', '/logout'])
    for (const body of [
      'email=a%00b%40example.com&password=x',
      'client_id=shop-app%00&token=a%00b&grant_type=refresh_token&refresh_token=%00',
      '%00=x',
    ]) {
      const answer = await app.inject({
        method: 'POST',
        url,
        payload: body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      t.ok([400, 401, 403, 404, 405, 415].includes(answer.statusCode), `${url} ${body}: ${answer.statusCode}`)
    }
  t.strictSame(await noted(), before)
  await obtainTokens(app)
  t.notMatch(log.join('\n'), '"level":50')
})

t.test('whatever a browser calls itself, its sign-in is noted, with as much of it as there is room for', async (t) => {
  for (const userAgent of [
    '',
    'x'.repeat(8000),
    'Br\u00f6wser \u0080\u00ff',
    '=cmd|"/c calc"',
    "'; drop table audit_events --",
  ]) {
    const browser = new Browser(app, server.config.issuer, { 'user-agent': userAgent })
    const done = await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)), USER)
    t.equal(done.statusCode, 303, userAgent.slice(0, 20))
    const [[type, outcome, kept] = []] = await noted()
    t.strictSame([type, outcome], ['sign-in', 'succeeded'])
    t.ok(userAgent.startsWith(kept ?? ''), 'as it came')
    t.equal(kept === null || kept === '', userAgent === '')
  }
  t.notMatch(log.join('\n'), '"level":50')
})
