// What gateways say of calls: taken from gateways alone, once however often it is sent, in parallel too; and kept for as long as is told.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { createAccount } from '../../../src/identity/local-account.ts'
import { PLAN_LIMITS_SCOPE, REVOCATIONS_SCOPE } from '../../../src/oauth/feed/gateway-access.ts'
import { removeObsoleteRows } from '../../../src/store/cleanup.ts'
import { trimRefusals } from '../../../src/store/queries/take-usage.ts'
import { turnClock } from '../../support/database.ts'
import { gatewayClient, thisHour, toldCount, toldRefusal, usageBatch } from '../../support/gateway-reports.ts'
import { obtainTokens } from '../../support/phone.ts'
import { API, type TestServer, testServer } from '../../support/server.ts'

/** Everything that is known, by table. */
async function known({ db }: TestServer) {
  const { rows: hours } = await sql<{ said: string }>`
    select concat_ws(' ', plan, extract(epoch from hour)::int - ${thisHour()}, accepted, refused) as said
    from usage_hours order by hour, plan`.execute(db)
  const { rows: days } = await sql<{ said: string }>`
    select concat_ws(' ', plan, sum(accepted), sum(refused)) as said from usage_days group by plan order by plan`.execute(
    db,
  )
  const { rows: people } = await sql<{ said: string }>`
    select concat_ws(' ', person_id, sum(accepted), sum(refused)) as said from usage_of_people
    group by person_id order by person_id`.execute(db)
  const refusals = await db.selectFrom('call_refusals').select('request_id').orderBy('request_id').execute()
  const said = (rows: readonly { said: string }[]) => rows.map((row) => row.said)
  return { hours: said(hours), days: said(days), people: said(people), refusals: refusals.map((row) => row.request_id) }
}

async function addPerson({ db, config }: TestServer, email: string): Promise<string> {
  const id = await createAccount(db, config.passwordPepper, { email, password: 'a long enough passphrase' })
  if (id === undefined) throw new Error('the person exists already')
  return id
}

t.test('two nodes add up, a restart goes on, and a batch that comes twice counts once', async (t) => {
  const server = await testServer(t)
  const ada = await addPerson(server, 'bob@example.com')
  const [one, two] = [await gatewayClient(server), await gatewayClient(server, 'edge')]
  const batch = usageBatch(
    [
      toldCount({ sub: ada, accepted: 3, refused: 1 }),
      toldCount({ sub: 'nobody-of-ours', accepted: 2 }),
      toldCount({ plan: undefined, accepted: 1 }),
      toldCount({ hour: thisHour() - 3600, sub: ada, accepted: 4 }),
      toldCount({ audience: 'https://elsewhere.example', accepted: 9 }),
      toldCount({ client_id: 'of-nobody', accepted: 9 }),
      toldCount({ hour: thisHour() - 3 * 86_400, accepted: 9 }),
      toldCount({ hour: thisHour() + 7200, accepted: 9 }),
    ],
    [toldRefusal('a1'), toldRefusal('a2'), toldRefusal('a1'), toldRefusal('b1', { client_id: 'of-nobody' })],
  )
  const first = await one('/usage', batch)
  t.match(
    [first.statusCode, first.json(), first.headers['cache-control']],
    [200, { counted: true, left_out: 5 }, 'no-store'],
  )
  const once = {
    hours: ['basic -3600 4 0', ' 0 1 0', 'basic 0 5 1'],
    days: [' 1 0', 'basic 9 1'],
    people: [`${ada} 7 1`],
    refusals: ['a1', 'a2'],
  }
  t.strictSame(await known(server), once)
  t.strictSame((await one('/usage', batch)).json(), { counted: false, left_out: 0 }, 'once more, and it is no error')
  t.strictSame(await known(server), once)
  t.match((await two('/usage', batch)).json(), { counted: true }, 'names are those of a gateway')
  await one('/usage', usageBatch([toldCount({ sub: ada, accepted: 10 })]))
  t.match(await known(server), { people: [`${ada} 24 2`], hours: { 2: 'basic 0 20 2' }, refusals: ['a1', 'a2'] })
})

t.test(
  'for whom calls were may be told apart from their number; what a gateway lost is kept for the state of health',
  async (t) => {
    const server = await testServer(t)
    const ada = await addPerson(server, 'bob@example.com')
    const tell = await gatewayClient(server)
    const { plan: _, ...calls } = toldCount({ sub: ada, accepted: 3, refused: 1 })
    const batch = {
      ...usageBatch([toldCount({ accepted: 5 })]),
      people: [
        calls,
        { ...calls, hour: thisHour() - 3600 },
        { ...calls, sub: 'nobody-of-ours' },
        { ...calls, hour: thisHour() + 7200 },
        { ...calls, client_id: 'of-nobody' },
      ],
      lost: { calls: 7, refusals: 2 },
    }
    const answers = await Promise.all([tell('/usage', batch), tell('/usage', batch)])
    t.strictSame(
      answers.map((answer) => answer.json()).toSorted((one, two) => one.left_out - two.left_out),
      [
        { counted: false, left_out: 0 },
        { counted: true, left_out: 3 },
      ],
    )
    t.match(await known(server), { hours: ['basic 0 5 0'], people: [`${ada} 6 2`] })
    const kept = await server.db.selectFrom('usage_batches').select(['lost_calls', 'lost_refusals']).execute()
    t.strictSame(
      kept.map(({ lost_calls, lost_refusals }) => [Number(lost_calls), Number(lost_refusals)]),
      [[7, 2]],
    )
    const late = await tell(
      '/usage',
      usageBatch([toldCount({ hour: thisHour() - 3 * 86_400 })], [toldRefusal('a', { at: 1 })]),
    )
    t.strictSame(late.json(), { counted: true, left_out: 2 }, 'a gateway whose clock is off hears of it')
  },
)

t.test('ten times the same at once, beside others about the same: each counts once', async (t) => {
  const server = await testServer(t)
  const people = await Promise.all(['a', 'b', 'c'].map((name) => addPerson(server, `${name}@example.com`)))
  const tell = await gatewayClient(server)
  const counts = people.map((sub) => toldCount({ sub }))
  const batch = usageBatch(counts, [toldRefusal('a1')], randomUUID())
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, () => tell('/usage', batch)),
    ...Array.from({ length: 10 }, (_, each) => tell('/usage', usageBatch(each % 2 ? counts : counts.toReversed()))),
  ])
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  t.equal(answers.slice(0, 10).filter((answer) => answer.json().counted).length, 1)
  t.strictSame((await known(server)).hours, ['basic 0 33 0'])
  t.strictSame(
    (await known(server)).people,
    people.toSorted().map((sub) => `${sub} 11 0`),
  )
})

t.test('who is erased while figures come is left out, and nobody waits for ever', async (t) => {
  const server = await testServer(t)
  const people = await Promise.all(['a', 'b'].map((name) => addPerson(server, `${name}@example.com`)))
  const tell = await gatewayClient(server)
  const counts = people.map((sub) => toldCount({ sub }))
  await tell('/usage', usageBatch(counts))
  const erase = (id: string | undefined) =>
    server.db
      .deleteFrom('people')
      .where('id', '=', id ?? '')
      .execute()
  const told = await Promise.all([
    ...Array.from({ length: 6 }, (_, each) =>
      tell('/usage', usageBatch(counts.map((count) => ({ ...count, hour: thisHour() - each * 3600 })))),
    ),
    erase(people[0]),
  ])
  t.ok(told.every((answer) => Array.isArray(answer) || answer.statusCode === 200))
  t.match((await known(server)).people, [`${people[1]} 7 0`])
})

t.test('nobody else may say so', async (t) => {
  const server = await testServer(t)
  const old = await gatewayClient(server, 'old', [REVOCATIONS_SCOPE, PLAN_LIMITS_SCOPE])
  const person = await obtainTokens(server.app)
  const rows: readonly [string, string | undefined, number, string][] = [
    ['a gateway from before', undefined, 403, 'insufficient_scope'],
    ['a person', person.access_token, 401, 'invalid_token'],
    ['nobody', 'x', 401, 'invalid_token'],
  ]
  for (const [who, token, status, error] of rows) {
    const answer = await old('/usage', usageBatch([toldCount()]), token)
    t.match({ statusCode: answer.statusCode, ...answer.json() }, { statusCode: status, error }, who)
  }
  t.strictSame((await known(server)).hours, [])
})

t.test('what is no batch is refused in words, and changes nothing', async (t) => {
  const server = await testServer(t)
  const tell = await gatewayClient(server)
  const deep = { request_id: { a: 1 } }
  const rows: readonly [unknown, RegExp][] = [
    [{}, /batch/],
    [[], /JSON object/],
    [usageBatch([], [], '1'), /\/batch/],
    [usageBatch([toldCount({ accepted: -1 })]), /\/counts\/0\/accepted must be >= 0/],
    [usageBatch([toldCount({ accepted: 1e12 })]), /must be <= 1000000000/],
    [usageBatch([toldCount({ hour: 7 })]), /\/counts\/0\/hour/],
    [usageBatch([toldCount({ client_id: '' })]), /\/client_id/],
    [usageBatch([toldCount({ client_id: 'a\u0000b' })]), /\/client_id/],
    [usageBatch([toldCount({ user: 'x' })]), /\/user is no member/],
    [usageBatch([], [toldRefusal('a b')]), /\/request_id/],
    [usageBatch([], [toldRefusal('a', { code: 'DROP TABLE' })]), /\/code/],
    [usageBatch([], [toldRefusal('a', { facts: { user: { id: 1 } } })]), /\/facts\/user/],
    [usageBatch([], [toldRefusal('a', { facts: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 } })]), /\/facts/],
    [usageBatch([], [toldRefusal('a', { facts: { missing: ['x'.repeat(201)] } })]), /\/facts\/missing/],
    [usageBatch([], [toldRefusal('a', { facts: { missing: ['\u0000'] } })]), /\/facts\/missing/],
    [usageBatch([], [toldRefusal('a', deep)]), /\/request_id/],
  ]
  for (const [body, words] of rows) {
    const answer = await tell('/usage', body)
    t.equal(answer.statusCode, 400, JSON.stringify(body).slice(0, 120))
    t.match(answer.json(), { error: 'invalid_request', error_description: words })
  }
  t.strictSame(await known(server), { hours: [], days: [], people: [], refusals: [] })
})

t.test(
  'hours stay for 30 days, people for 30, refusals for 7, days for 13 months; of refusals 500 an application',
  async (t) => {
    const server = await testServer(t)
    const ada = await addPerson(server, 'bob@example.com')
    const tell = await gatewayClient(server)
    await tell('/usage', usageBatch([toldCount({ sub: ada })], [toldRefusal('a1')]))
    const sizes = async () => {
      await removeObsoleteRows(server.db)
      const { hours, days, people, refusals } = await known(server)
      return [hours, days, people, refusals].map(({ length }) => length)
    }
    const day = 86_400
    for (const [seconds, left] of [
      [6 * day, [1, 1, 1, 1]],
      [8 * day, [1, 1, 1, 0]],
      [29 * day, [1, 1, 1, 0]],
      [32 * day, [0, 1, 0, 0]],
      [395 * day, [0, 1, 0, 0]],
      [398 * day, [0, 0, 0, 0]],
    ] as const) {
      await turnClock(t, server.db, seconds)
      t.strictSame(await sizes(), left, `after ${seconds / day} days`)
    }
    await turnClock(t, server.db, 0)
    const row = { application_id: server.applicationId, api_id: API.id, plan: '', code: 'x', facts: '{}' }
    const rows = Array.from({ length: 600 }, (_, each) => ({
      ...row,
      request_id: `r${each}`,
      at: new Date(Date.now() - each * 1000),
    }))
    await server.db.insertInto('call_refusals').values(rows).execute()
    const held = sql`select from call_refusals where request_id in ('r598', 'r599') for update`
    await server.db.transaction().execute(async (trx) => {
      await held.execute(trx)
      t.equal(await trimRefusals(server.db, 5000), 98, 'without waiting for another instance')
    })
    t.equal(await trimRefusals(server.db, 1), 1)
    t.equal(await trimRefusals(server.db, 60), 1)
    t.equal(await trimRefusals(server.db, 60), 0)
    const { refusals } = await known(server)
    t.ok(refusals.length === 500 && refusals.includes('r0') && !refusals.includes('r500'), 'the youngest stay')
    const rare = { ...row, request_id: 'rare', code: 'y', at: new Date(Date.now() - 3_500_000) }
    await server.db
      .insertInto('call_refusals')
      .values([{ ...row, request_id: 'young', at: new Date() }, rare])
      .execute()
    t.equal(await trimRefusals(server.db, 60), 2)
    const left = await known(server)
    t.ok(left.refusals.includes('rare') && !left.refusals.includes('r499'), 'many of one kind push no other out')
  },
)
