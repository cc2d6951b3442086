// Bundled plugins of a real Kong behind ours: acl by group, limits by credential, a cache that mixes nobody up, logs without secrets.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startBackend } from '../gateway/support/backend.ts'
import { fronts, startFront } from '../gateway/support/front.ts'
import { type KongFileChanges, kongFile } from '../gateway/support/kong-file.ts'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver } from '../support/prover.ts'

t.setTimeout(300_000)
const skip = fronts.includes('kong') ? false : 'kong is not on PATH'
const key = await createSigningKey()
function tokenOf(claims: Record<string, unknown> = {}): Promise<string> {
  return signToken(key, { claims })
}
const alice = await tokenOf()
const bob = await tokenOf({ sub: 'usr_bob' })
const otherApp = await tokenOf({ client_id: 'other-app', app_id: 'app_2' })

async function start(t: { teardown(ended: () => unknown): void }, changes: KongFileChanges) {
  const backend = await startBackend(t, (req, res) => {
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ user: req.headers['x-authenticated-userid'], app: req.headers['x-consumer-username'] }))
  })
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const yaml = await kongFile(backend.url, keys.jwksUri, changes)
  const front = await startFront(t, 'kong', { yaml, socketPath: running.socketPath })
  const call = (token?: string, headers: Record<string, string> = {}) =>
    fetch(`${front.url}/mobile/echo`, {
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    })
  return { backend, call, running, front }
}

t.test('acl by the groups of a claim; with the plugin server gone it refuses, too', { skip }, async (t) => {
  const acl = { name: 'acl', config: { allow: ['staff'], always_use_authenticated_groups: true } }
  const gateway = { kong_consumer: 'virtual', groups_claim: 'groups' }
  const { call, running, backend } = await start(t, { gateway, plugins: [acl] })
  const rows: readonly (readonly [unknown, number])[] = [
    [['staff'], 200],
    [['guests', 'staff'], 200],
    [['guests'], 403],
    [[], 403],
    [undefined, 403],
    ['staff', 403],
    [[['staff']], 403],
    [['guests,staff'], 403],
  ]
  for (const [groups, status] of rows)
    t.equal((await call(await tokenOf({ groups }))).status, status, JSON.stringify(groups))
  t.equal((await call(undefined, { 'x-authenticated-groups': 'staff' })).status, 401)
  running.closeClients()
  await running.stop()
  const before = backend.seen.length
  t.ok((await call(await tokenOf({ groups: ['staff'] }))).status >= 401)
  t.equal(backend.seen.length, before)
})

t.test('acl by scope, for those who have no groups', { skip }, async (t) => {
  const acl = { name: 'acl', config: { allow: ['orders:read'], always_use_authenticated_groups: true } }
  const { call } = await start(t, { gateway: { kong_consumer: 'virtual', groups_claim: 'scope' }, plugins: [acl] })
  t.equal((await call(alice)).status, 200)
  t.equal((await call(await tokenOf({ scope: 'profile:read' }))).status, 403)
  t.equal((await call(await tokenOf({ scope: '' }))).status, 403)
})

t.test('rate-limiting counts each user of each application', { skip }, async (t) => {
  for (const limit_by of ['credential', 'consumer']) {
    const limits = { name: 'rate-limiting', config: { hour: 2, policy: 'local', limit_by } }
    const { call } = await start(t, { gateway: { kong_consumer: 'virtual' }, plugins: [limits] })
    t.equal((await call(alice)).status, 200, limit_by)
    // Kong's local counters are raised after the answer.
    await eventually(async () => (await call(alice)).status === 429)
    for (const token of [bob, otherApp]) t.equal((await call(token)).status, 200, 'others have their own')
  }
})

t.test('proxy-cache gives nobody what was meant for another', { skip }, async (t) => {
  const cache = {
    name: 'proxy-cache',
    config: { strategy: 'memory', cache_ttl: 300, content_type: ['application/json'] },
  }
  const acl = { name: 'acl', config: { deny: ['nobody'], always_use_authenticated_groups: true } }
  const gateway = { kong_consumer: 'virtual', groups_claim: 'scope' }
  const { call } = await start(t, { gateway, plugins: [cache, acl] })
  const answers: [unknown, string | null][] = []
  for (const token of [alice, alice, bob, otherApp, bob]) {
    const answer = await call(token)
    answers.push([await answer.json(), answer.headers.get('x-cache-status')])
  }
  t.same(answers, [
    [{ user: 'usr_alice', app: 'demo-app' }, 'Miss'],
    [{ user: 'usr_alice', app: 'demo-app' }, 'Hit'],
    [{ user: 'usr_bob', app: 'demo-app' }, 'Miss'],
    [{ user: 'usr_alice', app: 'other-app' }, 'Miss'],
    [{ user: 'usr_bob', app: 'demo-app' }, 'Hit'],
  ])
  t.equal((await call()).status, 401)
})

t.test(
  'consumers of kong.yml by name: their own plugin configs hold, and strangers are refused',
  { skip },
  async (t) => {
    const consumers = [
      { username: 'demo-app', plugins: [{ name: 'rate-limiting', config: { hour: 1, policy: 'local' } }] },
      { username: 'third-app' },
    ]
    const limits = { name: 'rate-limiting', config: { hour: 100, policy: 'local' } }
    const { call } = await start(t, { gateway: { kong_consumer: 'real' }, plugins: [limits], top: { consumers } })
    t.equal((await call(alice)).status, 200)
    await eventually(async () => (await call(bob)).status === 429) // one limit for all users of the application
    const third = await tokenOf({ client_id: 'third-app' })
    for (const status of [200, 200]) t.equal((await call(third)).status, status)
    const stranger = await call(otherApp)
    t.equal(stranger.status, 403)
    t.match(await stranger.json(), { message: 'This application may not call this API' })
  },
)

t.test('logs name application, policy and reason, and hold neither tokens nor proofs', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kong-log-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'calls.log')
  const log = { name: 'file-log', config: { path, reopen: true } }
  const { call } = await start(t, { gateway: { kong_consumer: 'virtual', log_fields: true }, plugins: [log] })
  const app = await createProver()
  const bound = await tokenOf({ cnf: { jkt: app.jkt } })
  const expired = await tokenOf({ exp: 1 })
  t.equal((await call(alice)).status, 200)
  t.equal((await call(expired)).status, 401)
  const headers = {
    authorization: `DPoP ${bound}`,
    dpop: await app.prove(bound, { claims: { htu: 'http://localhost:8000/mobile/echo' } }),
  }
  t.equal((await call(undefined, headers)).status, 200)

  const read = async (): Promise<string> => readFile(path, 'utf8').catch(() => '')
  await eventually(async () => (await read()).split('\n').length > 3)
  const text = await read()
  const entries = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(
    entries.map(({ gateway, consumer, authenticated_entity }) => ({ gateway, consumer, authenticated_entity })),
    [
      {
        gateway: { policy: 'mobile-api', client_id: 'demo-app' },
        consumer: {
          username: 'demo-app',
          custom_id: 'app_1',
          id: /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        },
        authenticated_entity: { id: 'demo-app|usr_alice' },
      },
      { gateway: { policy: 'mobile-api', reason: 'invalid-token: expired' } },
      { gateway: { policy: 'mobile-api', client_id: 'demo-app' } },
    ],
  )
  for (const secret of [alice, bound, headers.dpop]) t.notMatch(text, secret)
})
