// Hooks before tokens are asked when the login of a guest's device begins: once, not at each assertion, and never unasked.
import { decodeJwt } from 'jose'
import t from 'tap'
import { admitGuests, Device } from '../support/device.ts'
import { hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { API, testServer } from '../support/server.ts'

const receiver = await hookReceiver(t)
const server = await testServer(
  t,
  await hookEnvironment(t, { url: receiver.url, events: ['before.token', 'before.sign-in'], timeout_ms: 500 }),
)
const { db } = server
const applicationId = await admitGuests(server)
const ALLOW = { verdict: 'allow', claims: { access_token: { tier: 'gold' } } }

async function newDevice() {
  const device = await Device.create(server.app)
  const { sub } = (await device.register()).json()
  receiver.heard.length = 0
  return { device, sub: String(sub) }
}
t.beforeEach(() => receiver.answers(ALLOW))

t.test('asked before the first tokens of a device, with what it needs; its claims stay with the login', async (t) => {
  const { device, sub } = await newDevice()
  const first = await device.tokens()
  const scopes = ['orders:read']
  t.match(receiver.heard, [
    { event: 'before.token', body: { sub, client_id: 'guest-app', application: applicationId, api: API.id, scopes } },
  ])
  t.match(receiver.heard[0]?.body, { amr: ['pop'], grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' })
  receiver.answers({ verdict: 'refuse' })
  for (const answer of [first, await device.tokens(), await device.tokens()])
    t.equal(decodeJwt(answer.json().access_token).tier, 'gold')
  t.equal(receiver.heard.length, 1, 'what goes on with the login asks nobody')
})

t.test(
  'refused, it gets access_denied, and nothing is left; when the hook is away 503, and the same counts later',
  async (t) => {
    const { device } = await newDevice()
    receiver.answers({ verdict: 'refuse', message: 'Not this phone.' })
    const refused = await device.tokens()
    t.match({ status: refused.statusCode, ...refused.json() }, { status: 400, error: 'access_denied' })
    t.notMatch(refused.body, 'Not this phone')
    const logins = () => db.selectFrom('refresh_families').where('device_jkt', '=', device.jkt).selectAll().execute()
    t.strictSame(await logins(), [])

    receiver.answers((response) => void response.writeHead(500).end())
    const assertion = await device.assertion()
    t.match(await device.tokens({ assertion }), { statusCode: 503, headers: { 'retry-after': '5' } })
    receiver.answers(ALLOW)
    t.equal((await device.tokens({ assertion })).statusCode, 200)
    const [, away, later] = receiver.heard
    t.equal(away?.id, later?.id, 'the same question has the same id')
    const asked = receiver.heard.length
    t.match((await device.tokens({ assertion })).json(), { error: 'invalid_grant', error_description: /jti/ })
    t.equal(receiver.heard.length, asked, 'a repeated assertion asks nobody')
  },
)

t.test('a login that was ended, or is over, begins anew, and is asked about anew', async (t) => {
  const { device } = await newDevice()
  await device.tokens()
  await db
    .updateTable('refresh_families')
    .set({ idle_expires_at: new Date(0) })
    .where('device_jkt', '=', device.jkt)
    .execute()
  receiver.answers({ verdict: 'allow', claims: { access_token: { tier: 'iron' } } })
  t.equal(decodeJwt((await device.tokens()).json().access_token).tier, 'iron')
  t.equal(receiver.heard.length, 2)
  await db
    .updateTable('refresh_families')
    .set({ revoked_at: new Date(), revoked_because: 'test' })
    .where('device_jkt', '=', device.jkt)
    .execute()
  receiver.answers({ verdict: 'refuse' })
  t.match((await device.tokens()).json(), { error: 'access_denied' })
})

t.test('many at once are no way past a hook that refuses', async (t) => {
  const { device } = await newDevice()
  receiver.answers({ verdict: 'refuse' })
  const answers = await Promise.all(Array.from({ length: 8 }, () => device.tokens()))
  t.ok(answers.every((answer) => ['access_denied', 'temporarily_unavailable'].includes(answer.json().error)))
})

t.test('strangers ask nobody: an unknown key, an app that is none of its own', async (t) => {
  await newDevice()
  const stranger = await Device.create(server.app)
  t.match((await stranger.tokens()).json(), { error: 'invalid_grant' })
  t.strictSame(receiver.heard, [])
})
