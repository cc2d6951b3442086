// What gateways say about the limits of plans: taken from gateways alone, replaced as a whole, gone when nobody says so any more.
import t from 'tap'
import { defineBuiltInApi } from '../../../src/catalogue/apis.ts'
import { PLAN_LIMITS_SCOPE, REVOCATIONS_SCOPE, revocationsApi } from '../../../src/oauth/feed/gateway-access.ts'
import { removeObsoleteRows } from '../../../src/store/cleanup.ts'
import { findPlanLimits } from '../../../src/store/tables/plan-limits.ts'
import { clientCredentials, secretClient } from '../../support/clients.ts'
import { turnClock } from '../../support/database.ts'
import { obtainTokens } from '../../support/phone.ts'
import { API, type TestServer, testServer } from '../../support/server.ts'

async function gateway(server: TestServer, clientId: string, scopes = [REVOCATIONS_SCOPE, PLAN_LIMITS_SCOPE]) {
  const api = revocationsApi(server.config.issuer)
  await defineBuiltInApi(server.db, api)
  const { headers } = await secretClient(
    server,
    { clientId, name: 'Gateway' },
    { apiId: api.id, plan: 'gateway', scopes },
  )
  return async (payload: unknown, token?: string) => {
    const bearer = token ?? (await clientCredentials(server.app, headers)).json().access_token
    return server.app.inject({
      method: 'POST',
      url: '/plan-limits',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    })
  }
}

function report(minute: number, node = 'one', more: object = {}) {
  const plans = [{ plan: 'basic', user: { minute }, ...more }]
  return { node, policies: [{ policy: 'orders', audiences: [API.resource], plans }] }
}

async function known({ db }: TestServer): Promise<string[]> {
  return (await findPlanLimits(db, API.id)).map(
    ({ plan, counted, period, said }) =>
      `${plan || '-'} ${counted} ${period} ${said.map(({ calls, nodes }) => `${calls}×${nodes}`).join(' or ')}`,
  )
}

t.test('a report takes the place of the one before, and saying it twice changes nothing', async (t) => {
  const server = await testServer(t)
  const tell = await gateway(server, 'gateway')
  const gold = { plan: 'gold', user: { second: 20, day: 100 }, attested: { day: 500 }, application: { day: 9000 } }
  const policies = [{ policy: 'orders', audiences: [API.resource], plans: [gold, { plan: null, user: { minute: 9 } }] }]
  for (const _ of ['first', 'again']) {
    const answer = await tell({ node: 'one', policies })
    t.equal(answer.statusCode, 200)
    t.strictSame(answer.json(), { known: 5 })
    t.equal(answer.headers['cache-control'], 'no-store')
    t.strictSame(await known(server), [
      '- user minute 9×1',
      ...['gold user second 20×1', 'gold user day 100×1', 'gold attested day 500×1', 'gold application day 9000×1'],
    ])
  }
  await tell(report(60))
  t.strictSame(await known(server), ['basic user minute 60×1'])
  const elsewhere = [{ policy: 'orders', audiences: ['https://elsewhere.example'], plans: [gold] }]
  t.strictSame((await tell({ node: 'one', policies: elsewhere })).json(), { known: 0 }, 'an API of somebody else')
  t.strictSame(await known(server), [])
})

t.test('gateways that disagree are shown as such; who says nothing for three hours is not counted', async (t) => {
  const server = await testServer(t)
  const [one, other] = [await gateway(server, 'gateway'), await gateway(server, 'edge')]
  await Promise.all([
    ...[one(report(60)), one(report(60)), one(report(60, 'two')), other(report(90))],
    other(report(60, 'three', { application: { day: 5 } })),
  ])
  t.strictSame(await known(server), ['basic user minute 60×3 or 90×1', 'basic application day 5×1'])
  await turnClock(t, server.db, 2 * 3600)
  await one(report(60))
  await turnClock(t, server.db, 4 * 3600)
  t.strictSame(await known(server), ['basic user minute 60×1'])
  await removeObsoleteRows(server.db)
  const left = await server.db.selectFrom('plan_limits').select('node').execute()
  t.strictSame(left, [{ node: 'one' }])
})

t.test('nobody else may say so', async (t) => {
  const server = await testServer(t)
  const old = await gateway(server, 'old', [REVOCATIONS_SCOPE])
  const person = await obtainTokens(server.app)
  const rows: readonly [string, Promise<{ statusCode: number; json(): { error: string } }>, number, string][] = [
    ['a gateway from before', old(report(1)), 403, 'insufficient_scope'],
    ['a person', old(report(1), person.access_token), 401, 'invalid_token'],
    ['nobody', old(report(1), 'x'), 401, 'invalid_token'],
  ]
  for (const [who, answer, status, error] of rows) {
    const { statusCode, json } = await answer
    t.match({ statusCode, ...json() }, { statusCode: status, error }, who)
  }
  t.strictSame(await known(server), [])
})

t.test('what is no report is refused in words, and changes nothing', async (t) => {
  const server = await testServer(t)
  const tell = await gateway(server, 'gateway')
  await tell(report(60))
  const rows: readonly [unknown, RegExp][] = [
    [{}, /node/],
    [[], /JSON object/],
    [{ ...report(60), extra: 1 }, /\/extra is no member of a report/],
    [report(0), /\/policies\/0\/plans\/0\/user\/minute must be >= 1/],
    [report(1.5), /integer/],
    [report(1e12), /must be <= 1000000000/],
    [report(60, ''), /\/node/],
    [report(60, 'a\u0000b'), /\/node/],
    [report(60, 'x'.repeat(256)), /\/node/],
    [report(60, 'one', { year: { minute: 1 } }), /\/plans\/0\/year is no member/],
    [report(60, 'one', { user: { week: 1 } }), /\/user\/week is no member/],
  ]
  for (const [body, words] of rows) {
    const answer = await tell(body)
    t.equal(answer.statusCode, 400, JSON.stringify(body).slice(0, 80))
    t.match(answer.json(), { error: 'invalid_request', error_description: words })
  }
  t.strictSame(await known(server), ['basic user minute 60×1'])
})
