// What whoever runs the server reads of it: keys with their schedule, how gateways, deliveries and jobs fare, and how people sign in.
import { sql } from 'kysely'
import t from 'tap'
import { startJobs } from '../../src/background/job.ts'
import { randomId } from '../../src/crypto/random.ts'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { replacePlanLimits } from '../../src/store/tables/plan-limits.ts'
import { rotateKeys } from '../../src/tokens/signing-keys.ts'
import { machine } from '../support/management.ts'
import { obtainCode } from '../support/phone.ts'
import { API, testServer, USER } from '../support/server.ts'

const server = await testServer(t)
const { app, db, deps, personId, config } = server
const { ask } = await machine(server)

t.test('keys: what signs, what comes next, and when; the one now until then', async (t) => {
  await rotateKeys(db, config.keyEncryptionKeys, { algorithms: ['ES256'], maxAgeSeconds: 0, leadSeconds: 3600 })
  const { items } = (await ask('GET', '/keys')).json()
  const es256 = items.filter(({ alg }: Readonly<{ alg: string }>) => alg === 'ES256')
  t.match(es256, [{ state: 'current' }, { state: 'next' }])
  t.ok(Math.abs(Date.parse(es256[0].signs_until) - Date.parse(es256[1].signs_from)) < 1000)
  const days = (Date.parse(es256[1].signs_until) - Date.parse(es256[1].signs_from)) / 86_400_000
  t.ok(days > 90 && days < 90.1, String(days))
  t.notMatch(JSON.stringify(items), /private|jwe/i)
})

t.test('health: the release, the schema, gateways that reported, what waits, and jobs that failed', async (t) => {
  const { applicationId } = server
  const limit = { policy: 'orders', audience: API.resource, plan: 'basic', counted: 'user', period: 'minute' } as const
  for (const node of ['one', 'two']) await replacePlanLimits(db, { applicationId, node }, [{ ...limit, calls: 60 }])
  await sql`
    insert into usage_batches (application_id, batch, expires_at, lost_calls, lost_refusals)
    values (${applicationId}, gen_random_uuid(), auth_now() + interval '1 hour', 4, 1),
           (${applicationId}, gen_random_uuid(), auth_now() + interval '1 hour', 5, 0)`.execute(db)
  await sql`
    insert into outbox (id, kind, receiver, payload, attempts, created_at, expires_at)
    values ('a', 'mail', 'x', '{}', 3, auth_now() - interval '90 seconds', auth_now() + interval '1 hour'),
           ('b', 'mail', 'x', '{}', 0, auth_now(), auth_now() + interval '1 hour')`.execute(db)
  const first = new Map<string, () => void>()
  const ran = (name: string) => new Promise<void>((resolve) => first.set(name, resolve))
  const both = Promise.all([ran('well'), ran('badly')])
  const quiet = app.log.child({}, { level: 'silent' })
  const stop = startJobs(
    [
      { name: 'well', everySeconds: 0, run: async () => first.get('well')?.() },
      {
        name: 'badly',
        everySeconds: 0,
        run: async () => {
          first.get('badly')?.()
          throw new Error('no')
        },
      },
    ],
    quiet,
    deps.jobs,
  )
  await both
  await stop()
  const health = (await ask('GET', '/health')).json()
  t.match(health, {
    version: /^\d+\.\d+\.\d+$/,
    database: { writable: true, schema: /^\d{4}_/ },
    gateways: [{ client_id: 'shop-app', nodes: 2, heard_at: /Z$/, lost_calls: 9, lost_refusals: 1 }],
    instance: new RegExp(` ${process.pid}$`),
    deliveries: [{ kind: 'mail', waiting: 2, failing: 1 }],
    jobs: [
      { name: 'well', failed: false, ran_at: /Z$/ },
      { name: 'badly', failed: true },
    ],
  })
  t.ok(health.deliveries[0].oldest_seconds >= 90)
})

t.test('people: by what they sign in, where they are signed in; second factors are taken away once', async (t) => {
  await obtainCode(app)
  const path = `/people/${personId}`
  await sql`
    insert into authenticators (id, person_id, kind, name, key, credential, confirmed_at)
    values (${randomId('authenticator')}, ${personId}, 'totp', null, '\\x00', null, auth_now()),
           (${randomId('authenticator')}, ${personId}, 'recovery_code', null, null, 'x', auth_now())`.execute(db)
  await db
    .updateTable('sessions')
    .set({ acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
    .execute()
  const before = (await ask('GET', `${path}/credentials`)).json()
  t.match(before, {
    addresses: [{ address: USER.email, is_primary: true }],
    password: { changed_at: /Z$/, reset_required: false },
    second_factors: [{ kind: 'totp', name: null, last_used_at: null }],
    recovery_codes: 1,
    identities: [],
  })
  t.match((await ask('GET', `${path}/sessions`)).json().items, [{ acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] }])
  t.equal((await ask('DELETE', `${path}/second-factors`)).statusCode, 204)
  t.match((await ask('GET', `${path}/credentials`)).json(), { second_factors: [], recovery_codes: 0 })
  t.not((await ask('GET', `${path}/sessions`)).json().items[0].acr, MFA_ACR, 'the sign-in falls to the first factor')
  t.match((await ask('DELETE', `${path}/second-factors`)).json(), { status: 404, detail: /has no second factor/ })
  const told = (await ask('GET', '/audit', { query: { type: 'second-factor' } })).json().items
  t.match(told, [{ outcome: 'removed-by-administrator', by: { kind: 'client' } }])
  t.equal(told.length, 1)
  const nobody = `/people/usr_${'A'.repeat(22)}`
  for (const [method, rest] of [
    ['GET', 'credentials'],
    ['GET', 'sessions'],
    ['DELETE', 'second-factors'],
  ] as const)
    t.equal((await ask(method, `${nobody}/${rest}`)).statusCode, 404, rest)
})
