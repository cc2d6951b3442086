// The figures and refused calls of one's own applications, as the portal shows them: without script, and of nobody else's.
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN } from '../../src/pages/locales/en.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { gatewayClient, thisHour, toldCount, toldRefusal, usageBatch } from '../support/gateway-reports.ts'
import { atPortalAs, portalServer } from '../support/portal.ts'
import { API, APP, USER } from '../support/server.ts'

const server = await portalServer(t)
const [ada, eve] = [
  await atPortalAs(server, 'developer', { email: 'ada-dev@example.com' }),
  await atPortalAs(server, 'developer', { email: 'eve-dev@example.com' }),
]
const { applicationId } = server
await server.db.transaction().execute((trx) => putMember(trx, { applicationId, personId: ada.personId, role: 'owner' }))
const tell = await gatewayClient(server)
const base = `/portal/usage/${APP.clientId}`

t.test('without calls it says when they appear', async (t) => {
  const page = await ada.browser.open('/portal/usage')
  t.match([page.statusCode, page.body], [200, /No calls in this time/])
  t.match((await ada.browser.open('/portal')).body, /href="\/portal\/usage"/)
  t.match((await ada.browser.open(`${base}/refusals`)).body, /Nothing was refused/)
})

t.test(
  'calls, refused ones and people are told as tiles, as a chart that says what there is to see, and as a table',
  async (t) => {
    const people = await Promise.all(
      Array.from({ length: 6 }, async (_, each) =>
        createAccount(server.db, server.config.passwordPepper, { ...USER, email: `user${each}@example.com` }),
      ),
    )
    const hour = thisHour()
    const counts = [
      ...people.map((sub) => toldCount({ sub, accepted: 200 })),
      toldCount({ accepted: 0, refused: 34, hour: hour - 3600 }),
    ]
    t.equal((await tell('/usage', usageBatch(counts))).statusCode, 200)
    const { body } = await ada.browser.open(base)
    t.match(body, /<h1>Usage of Shop<\/h1>/)
    t.match(body, /<dt>Calls<\/dt><dd>1,234<\/dd>/)
    t.match(body, /<dt>People<\/dt><dd>5 or more<\/dd>/)
    t.match(body, /<svg role="img"[^>]*>\s*<title>1,234 calls, 3% refused<\/title>/)
    t.equal(body.match(/<tr><th scope="row">/g)?.length, 24, 'every hour of the day')
    t.match(body, /orders-api · basic · 1,234 calls, 34 of them refused/)
    t.notMatch(body, /usr_(?!.*csrf)[A-Za-z0-9_-]{22}|style=/)
    const month = (await ada.browser.open(`${base}?time=month`)).body
    t.equal(month.match(/<tr><th scope="row">/g)?.length, 30)
    const year = (await ada.browser.open(`${base}?time=year`)).body
    t.notMatch(year, /<dt>People/)
    t.match((await ada.browser.open(`${base}?time=constructor`)).body, /aria-current="true">Last 24 hours/)
  },
)

t.test('a day within the last 30 is opened by its hours, as a chart and as the same figures in a table', async (t) => {
  const dayOf = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)
  const [day, oldest, gone] = [dayOf(20), dayOf(29), dayOf(30)]
  const about = { application_id: applicationId, api_id: API.id, plan: 'basic' }
  // What a gateway told then; it may tell of the last day only.
  for (const [hour, accepted, refused] of [
    [`${day}T00:00:00Z`, '11', '0'],
    [`${day}T23:00:00Z`, '70', '7'],
    [`${oldest}T00:00:00Z`, '5', '0'],
  ] as const)
    await server.db
      .insertInto('usage_hours')
      .values({ ...about, hour: new Date(hour), accepted, refused })
      .execute()
  const { body } = await ada.browser.open(`${base}?day=${day}`)
  t.equal(body.match(/<tr><th scope="row">/g)?.length, 24)
  t.match(body, /<title>88 calls, 8% refused<\/title>/)
  t.equal(body.match(/<rect/g)?.length, 3, 'two hours, one of them with refused calls')
  t.match(body, /12 AM<\/th><td>11<\/td><td>0<\/td>[\s\S]*11 PM<\/th><td>70<\/td><td>7<\/td>/)
  t.match(body, new RegExp(`name="day" type="date" value="${day}" min="${oldest}" max="${dayOf(0)}"`))
  t.match(body, new RegExp(`day=${dayOf(21)}"[\\s\\S]*day=${dayOf(19)}"`), 'the days before and after')
  t.notMatch(body, /aria-current="true">Last/)
  const month = (await ada.browser.open(`${base}?time=month`)).body
  t.equal(month.match(/<th scope="row"><a href="[^"]*day=/g)?.length, 30, 'each day of the month leads to its hours')
  t.notMatch((await ada.browser.open(base)).body, /<th scope="row"><a/)
  const first = (await ada.browser.open(`${base}?day=${oldest}`)).body
  t.match(first, /<title>5 calls/)
  t.notMatch(first, /The day before/)
  const today = (await ada.browser.open(`${base}?day=${dayOf(0)}`)).body
  t.match(today, /<input id="day"/)
  t.notMatch(today, /The day after/)
  for (const other of [gone, dayOf(-1), '2026-02-31', 'x', "'--", `${day}T00:00:00Z`])
    t.match(
      (await ada.browser.open(`${base}?day=${encodeURIComponent(other)}`)).body,
      /aria-current="true">Last 24 hours/,
    )
  await server.db.updateTable('people').set({ language: 'de' }).where('id', '=', ada.personId).execute()
  const german = (await ada.browser.open(`${base}?day=${day}`)).body
  await server.db.updateTable('people').set({ language: 'en' }).where('id', '=', ada.personId).execute()
  t.match(german, /Nach Stunden zeigen[\s\S]*00 Uhr<\/th><td>11<\/td>[\s\S]*23 Uhr<\/th><td>70<\/td><td>7<\/td>/)
})

t.test('one call is one call, in each language', async (t) => {
  t.equal(EN.usage.callsOfWhich('1', '0'), '1 call, 0 of them refused')
  t.equal(DE.usage.callsOfWhich('1', '0'), '1 Aufruf, davon 0 abgelehnt')
  t.match(EN.portalApis.limit('1', 'minute', 'user'), /^1 call a minute/)
  t.match(DE.portalApis.limit('1', 'minute', 'user'), /^1 Aufruf pro Minute/)
})

t.test('a refused call is found by its request id, and explained in the language of the reader', async (t) => {
  const refusals = [
    toldRefusal('0af7651916cd43dd8448eb211c80319c', { code: 'invalid-token-expired', facts: { seconds: 90 } }),
    toldRefusal('b7ad6b7169203331b7ad6b7169203331', { facts: { missing: ['<b>x</b>'] } }),
    ...Array.from({ length: 60 }, (_, each) => toldRefusal(`many${each}`, { at: Math.floor(Date.now() / 1000) - 600 })),
  ]
  t.equal((await tell('/usage', usageBatch([], refusals))).statusCode, 200)
  const { body } = await ada.browser.open(`${base}/refusals`)
  t.match(body, /The access token had expired 90 seconds before\./)
  t.match(body, /lacks &lt;b&gt;x&lt;\/b&gt;/)
  const [, older] = /href="([^"]*cursor=[^"]*)"/.exec(body) ?? []
  t.match((await ada.browser.open(older ?? '')).body, /many/, 'the next page')
  const one = (await ada.browser.open(`${base}/refusals?request=0af7651916cd43dd8448eb211c80319c`)).body
  t.match(one, /<code>0af7651916cd43dd8448eb211c80319c<\/code>/)
  t.notMatch(one, /many\d/)
  t.match((await ada.browser.open(`${base}/refusals?request=unheard-of`)).body, /has this request ID/)
  await server.db.updateTable('people').set({ language: 'de' }).where('id', '=', ada.personId).execute()
  t.match((await ada.browser.open(`${base}/refusals`)).body, /Das Zugriffstoken war seit 90 Sekunden abgelaufen\./)
})

t.test(
  'of somebody else’s application there is nothing, the same as of none; who is no developer sees none',
  async (t) => {
    for (const path of [base, `${base}/refusals`]) {
      const [others, nobodys] = [
        await eve.browser.open(path),
        await eve.browser.open(path.replace(APP.clientId, 'of-nobody')),
      ]
      t.strictSame([others.statusCode, nobodys.statusCode], [404, 404], path)
    }
    t.match((await eve.browser.open('/portal/usage')).body, /No calls in this time/)
    const nobody = await atPortalAs(server, 'nobody')
    t.equal((await nobody.browser.open('/portal/usage')).statusCode, 403)
  },
)
