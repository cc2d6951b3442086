// What is told of usage: figures of one's own applications, people as numbers that give nobody away, refused calls with why.
import { sql } from 'kysely'
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { inFives } from '../../src/management/usage.ts'
import { explainRefusal } from '../../src/pages/explain-refusal.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN } from '../../src/pages/locales/en.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { gatewayClient, thisHour, toldCount, toldRefusal, usageBatch } from '../support/gateway-reports.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, APP, testServer } from '../support/server.ts'

const server = await testServer(t)
const tell = await gatewayClient(server)
const [ada, eve] = [
  await inRole(server, 'ada-dev@example.com', { role: 'developer' }),
  await inRole(server, 'eve-dev@example.com', { role: 'developer' }),
]
const other = await server.register({ clientId: 'other-app', name: 'Other', redirectUris: ['com.example.other:/cb'] })
await server.db.transaction().execute(async (trx) => {
  await putMember(trx, { applicationId: server.applicationId, personId: ada.id, role: 'owner' })
  await putMember(trx, { applicationId: other, personId: eve.id, role: 'owner' })
})
const people = await Promise.all(
  Array.from({ length: 9 }, async (_, each) => {
    const account = { email: `user${each}@example.com`, password: 'a long enough passphrase' }
    return (await createAccount(server.db, server.config.passwordPepper, account)) ?? ''
  }),
)

function at(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

t.test(
  'figures are told by hour and day, of one application, API and plan, with the hours in which nothing was called',
  async (t) => {
    const hour = thisHour()
    const counts = [
      toldCount({ accepted: 5, refused: 1, sub: people[0] }),
      toldCount({ hour: hour - 7200, accepted: 2 }),
      toldCount({ hour: hour - 7200, accepted: 3, plan: 'gold' }),
      toldCount({ client_id: 'other-app', accepted: 100, refused: 100 }),
    ]
    t.equal((await tell('/usage', usageBatch(counts))).statusCode, 200)
    const query = { client_id: APP.clientId, by: 'hour', since: at(hour - 7200), until: at(hour + 60) }
    const told = await ada.ask('usage.list', { query })
    const name = 'Shop'
    t.strictSame(told.body, {
      by: 'hour',
      accepted: 10,
      refused: 1,
      people: null,
      periods: [
        { at: at(hour - 7200).replace('.000', ''), accepted: 5, refused: 0 },
        { at: at(hour - 3600).replace('.000', ''), accepted: 0, refused: 0 },
        { at: at(hour).replace('.000', ''), accepted: 5, refused: 1 },
      ],
      parts: [
        { client_id: APP.clientId, name, api_id: API.id, plan: 'basic', accepted: 7, refused: 1 },
        { client_id: APP.clientId, name, api_id: API.id, plan: 'gold', accepted: 3, refused: 0 },
      ],
    })
    t.match(await ada.ask('usage.list', { query: { ...query, plan: 'gold' } }), {
      body: { accepted: 3, parts: { length: 1 } },
    })
    t.match(await ada.ask('usage.list', { query: { ...query, api_id: 'another' } }), {
      body: { accepted: 0, parts: [] },
    })
    const days: { periods?: unknown[]; accepted?: number } = Object((await ada.ask('usage.list')).body)
    t.strictSame([days.periods?.length, days.accepted], [30, 10], 'the last 30 days of all that is one’s own')
  },
)

t.test(
  'usage figures of a user id guessed; app with one user: developers see counts only, hidden below five',
  async (t) => {
    const { rows } = await sql<{ accepted: number }>`select accepted from usage_of_people`.execute(server.db)
    t.equal(rows.length, 1, 'one user')
    t.match(await ada.ask('usage.list'), { body: { people: null } })
    for (const name of ['sub', 'person_id', 'user', 'userId']) {
      const answer = await ada.ask('usage.list', { query: { [name]: people[0] } })
      t.equal(answer.status, 400, `${name} is no filter`)
    }
    const seen = JSON.stringify([
      await ada.ask('usage.list'),
      await ada.ask('refusals.list', { params: { client_id: APP.clientId } }),
    ])
    t.notOk(people.some((id) => seen.includes(id)))
  },
)

t.test('neither a number of people nor the difference of two tells of fewer than five', async (t) => {
  t.strictSame([null, 0, 1, 4, 5, 6, 9, 10, 14, 15].map(inFives), [null, null, null, null, 5, 5, 5, 10, 10, 15])
  const ask = async (query: Readonly<Record<string, string>>) => {
    const { people: told }: { people?: number | null } = Object((await ada.ask('usage.list', { query })).body)
    return told
  }
  const today = at(thisHour())
  const yesterday = at(thisHour() - 86_400)
  await tell('/usage', usageBatch(people.slice(0, 6).map((sub) => toldCount({ sub, accepted: 1 }))))
  t.equal(await ask({}), 5)
  await tell('/usage', usageBatch(people.map((sub) => toldCount({ sub, accepted: 1, hour: thisHour() - 86_400 }))))
  const told = [
    await ask({}),
    await ask({ since: yesterday }),
    await ask({ since: today }),
    await ask({ since: yesterday, until: yesterday }),
    await ask({ client_id: APP.clientId }),
    await ask({ api_id: API.id }),
    await ask({ by: 'hour', since: today }),
  ]
  t.strictSame(new Set(told), new Set([5]), 'nine, six and their difference are all told as five')
  t.strictSame(await ask({ plan: 'basic' }), null, 'what a plan leaves out is told of nobody')
  t.strictSame(await ask({ since: at(thisHour() - 60 * 86_400) }), null)
})

t.test('refused calls are told with why, the newest first, page by page and by the id of the request', async (t) => {
  const now = Math.floor(Date.now() / 1000)
  const refusals = [
    toldRefusal('r1', { at: now - 30 }),
    toldRefusal('r2', { at: now - 20, code: 'invalid-token-expired', facts: { seconds: 90 } }),
    toldRefusal('r3', { at: now - 20, code: 'of-a-younger-gateway', facts: {} }),
    toldRefusal('x1', { client_id: 'other-app' }),
  ]
  await tell('/usage', usageBatch([], refusals))
  const params = { client_id: APP.clientId }
  const all = await ada.ask('refusals.list', { params })
  t.match(all.body, {
    items: [
      { request_id: 'r3', explanation: /of-a-younger-gateway/ },
      { request_id: 'r2', facts: { seconds: 90 }, explanation: /^The access token had expired 90 seconds before\. \S/ },
      { request_id: 'r1', api_id: API.id, plan: 'basic', at: at(now - 30), explanation: /lacks orders:write/ },
    ],
    next: null,
  })
  const pages: string[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string | number> = { limit: 1, ...(cursor !== null && { cursor }) }
    const { items, next }: { items: { request_id: string }[]; next: string | null } = Object(
      (await ada.ask('refusals.list', { params, query })).body,
    )
    pages.push(...items.map(({ request_id }) => request_id))
    cursor = next
  } while (cursor !== null)
  t.strictSame(pages, ['r3', 'r2', 'r1'])
  t.match(await ada.ask('refusals.list', { params, query: { request_id: 'r2' } }), { body: { items: { length: 1 } } })
  t.match(
    await ada.ask('refusals.list', { params, query: { request_id: 'x1' } }),
    { body: { items: [] } },
    'of another app',
  )
})

t.test('every id of another developer is not found, and a time that makes no sense is refused', async (t) => {
  const { clientId } = APP
  const rows: readonly [string, Promise<{ status: number }>, number][] = [
    ['usage of another', eve.ask('usage.list', { query: { client_id: clientId } }), 404],
    ['usage of nobody', eve.ask('usage.list', { query: { client_id: 'of-nobody' } }), 404],
    ['refusals of another', eve.ask('refusals.list', { params: { client_id: clientId } }), 404],
    ['refusals of nobody', eve.ask('refusals.list', { params: { client_id: 'of-nobody' } }), 404],
    [
      'a cursor of elsewhere',
      ada.ask('refusals.list', { params: { client_id: clientId }, query: { cursor: 'eA' } }),
      400,
    ],
    ['no calendar', ada.ask('usage.list', { query: { since: '2026-02-31T00:00:00Z' } }), 400],
    ['the wrong way round', ada.ask('usage.list', { query: { since: at(thisHour()), until: at(1000) } }), 400],
    ['years', ada.ask('usage.list', { query: { since: '2020-01-01T00:00:00Z' } }), 400],
    ['hours of months', ada.ask('usage.list', { query: { by: 'hour', since: at(thisHour() - 40 * 86_400) } }), 400],
    ['SQL', ada.ask('usage.list', { query: { by: "day'; drop table people" } }), 400],
  ]
  for (const [what, answer, status] of rows) t.equal((await answer).status, status, what)
  t.match(await eve.ask('usage.list'), { body: { accepted: 100, parts: [{ client_id: 'other-app' }] } })
})

t.test('every reason is a sentence and what to do, in both languages, whatever the facts are', (t) => {
  for (const [texts, words] of [
    [EN, /[a-z]/],
    [DE, /[a-z]/],
  ] as const) {
    for (const code of [...Object.keys(EN.refusals.explained), 'unheard-of', 'constructor']) {
      for (const facts of [
        {},
        { seconds: 7200, missing: ['a'], audiences: ['b'], limit: 5, window: 'day' },
        { seconds: 'x', missing: 1 },
      ]) {
        const { why, todo } = explainRefusal(texts, code, facts)
        t.ok(
          words.test(why) && /\.$/.test(why) && /\.$/.test(todo) && !/undefined|NaN|object/.test(why + todo),
          `${code}: ${why}`,
        )
      }
    }
  }
  t.equal(
    explainRefusal(DE, 'invalid-token-expired', { seconds: 90 }).why,
    'Das Zugriffstoken war seit 90 Sekunden abgelaufen.',
  )
  t.match(explainRefusal(EN, 'invalid-proof-iat', { behind_seconds: -90 }).why, /90 seconds ahead/)
  t.end()
})
