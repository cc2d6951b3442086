// How long a login of an app lasts: idle and absolute lifetimes, each client's own (RFC 9700 §4.14.2).
import t from 'tap'
import { turnClock } from '../support/database.ts'
import { obtainTokens, refresh } from '../support/phone.ts'
import { testServer } from '../support/server.ts'

const HOUR = 3600

t.test('a login ends when it was idle for too long, and when it is too old however busy', async (t) => {
  const { app, db, register } = await testServer(t)
  await register({ refreshIdleSeconds: 2 * HOUR, refreshAbsoluteSeconds: 5 * HOUR })
  const [idle, busy] = [await obtainTokens(app), await obtainTokens(app)]
  let token = busy.refresh_token
  for (const hours of [1, 2, 3, 4]) {
    await turnClock(t, db, hours * HOUR)
    const response = await refresh(app, token)
    t.equal(response.statusCode, 200, `busy, after ${hours} h`)
    token = response.json().refresh_token
  }
  t.match((await refresh(app, idle.refresh_token)).json(), { error: 'invalid_grant' }, 'idle for four hours')
  await turnClock(t, db, 5 * HOUR + 1)
  t.match((await refresh(app, token)).json(), { error: 'invalid_grant' }, 'too old')
})

t.test('without a word from the client: 30 days idle', async (t) => {
  const { app, db } = await testServer(t)
  const [first, second] = [await obtainTokens(app), await obtainTokens(app)]
  await turnClock(t, db, 30 * 24 * HOUR - 60)
  t.equal((await refresh(app, first.refresh_token)).statusCode, 200)
  await turnClock(t, db, 30 * 24 * HOUR + 60)
  t.match((await refresh(app, second.refresh_token)).json(), { error: 'invalid_grant' })
})
