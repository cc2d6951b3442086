// Guesses at client secrets count once over all instances, wherever they arrive.
import t from 'tap'
import { basic, secretClient } from '../support/clients.ts'
import { turnClock } from '../support/database.ts'
import { secondInstance } from '../support/second-instance.ts'
import { testServer } from '../support/server.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const PAYLOAD = 'grant_type=client_credentials'

t.test(
  '50 guesses at once at two instances: 10 are told that they are wrong, and the right secret waits at both',
  async (t) => {
    const server = await testServer(t, {}, { keepsClients: true })
    const apps = [server.app, await secondInstance(t, server)] as const
    const { clientId, headers } = await secretClient(server)
    const ask = (instance: number, credentials: Record<string, string | undefined>, remoteAddress = '192.0.2.1') =>
      (apps[instance % 2] ?? server.app).inject({
        method: 'POST',
        url: '/token',
        remoteAddress,
        headers: { ...FORM, ...credentials },
        payload: PAYLOAD,
      })
    const guesses = await Promise.all(Array.from({ length: 50 }, (_, n) => ask(n, basic(clientId, `guess ${n}`))))
    const statuses = guesses.map(({ statusCode }) => statusCode)
    t.equal(statuses.filter((status) => status === 401).length, 10)
    t.equal(statuses.filter((status) => status === 429).length, 40)
    for (const instance of [0, 1]) {
      const right = await ask(instance, headers)
      t.equal(right.statusCode, 429)
      t.match(right.headers['retry-after'], /^(59|60)$/)
      t.equal((await ask(instance, headers, '192.0.2.2')).statusCode, 200, 'elsewhere it works')
    }
    const rows = await server.db.selectFrom('attempts').selectAll().execute()
    t.notMatch(JSON.stringify(rows), /192\.0\.2|shop|site/)
  },
)

t.test(
  '10 guesses at one instance: the right secret waits at the other, which has seen none, for a minute',
  async (t) => {
    const server = await testServer(t)
    const other = await secondInstance(t, server)
    const { clientId, headers } = await secretClient(server)
    const ask = (app: typeof other, credentials: Record<string, string | undefined>) =>
      app.inject({ method: 'POST', url: '/token', headers: { ...FORM, ...credentials }, payload: PAYLOAD })
    for (let n = 0; n < 10; n++) t.equal((await ask(server.app, basic(clientId, `guess ${n}`))).statusCode, 401)
    t.equal((await ask(other, headers)).statusCode, 429)
    await turnClock(t, server.db, 61)
    t.equal((await ask(other, headers)).statusCode, 200)
  },
)
