// Whatever other plugins of a real Kong do to the identity headers, the backend is told of the verified caller alone.
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { IDENTITY_HEADERS } from '../../src/stages/identity/identity.ts'
import { type Backend, startBackend } from '../gateway/support/backend.ts'
import { fronts, startFront } from '../gateway/support/front.ts'
import { type KongFileChanges, kongFile } from '../gateway/support/kong-file.ts'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'

t.setTimeout(300_000)
const skip = fronts.includes('kong') ? false : 'kong is not on PATH'
const key = await createSigningKey()
const alice = await signToken(key)

/** Everything by which a backend could be told who calls. */
const all = [...IDENTITY_HEADERS, 'X-Consumer-ID', 'X-Consumer-Groups', 'X-Authenticated-Groups']
const verified = {
  'x-authenticated-userid': 'usr_alice',
  'x-authenticated-kind': 'account',
  'x-authenticated-scope': 'profile:read orders:read',
  'x-consumer-username': 'demo-app',
  'x-consumer-custom-id': 'app_1',
  'x-credential-identifier': 'demo-app',
}

async function start(t: { teardown(ended: () => unknown): void }, changes: KongFileChanges) {
  const backend = await startBackend(t)
  const keys = await startKeyServer(t, key)
  const { socketPath } = await startPluginServer(t)
  const front = await startFront(t, 'kong', { yaml: await kongFile(backend.url, keys.jwksUri, changes), socketPath })
  const call = (headers: Record<string, string>) =>
    fetch(`${front.url}/mobile/echo`, { headers: { authorization: `Bearer ${alice}`, ...headers } })
  return { backend, call }
}

/** One service per change, each at a path of its own: a Kong for each would take minutes. */
async function startAll(t: { teardown(ended: () => unknown): void }, changes: readonly KongFileChanges[]) {
  const backend = await startBackend(t)
  const keys = await startKeyServer(t, key)
  const { socketPath } = await startPluginServer(t)
  const files = await Promise.all(
    changes.map(async (each) => parse(await kongFile(backend.url, keys.jwksUri, { ...each, top: { consumers } }))),
  )
  const services = files.map(({ services: [service] }, index) => {
    const name = `service-${index}`
    // The guard insists on a policy that bears the name of its service.
    const plugins = service.plugins.map((plugin: { name: string; config: object }) =>
      plugin.name === 'mobile-gateway' ? { ...plugin, config: { ...plugin.config, policy: name } } : plugin,
    )
    return { ...service, name, plugins, routes: [{ name, paths: [`/${name}`] }] }
  })
  const front = await startFront(t, 'kong', { yaml: stringify({ ...files[0], services }), socketPath })
  const call = (headers: Record<string, string>, index: number) =>
    fetch(`${front.url}/service-${index}/echo`, { headers: { authorization: `Bearer ${alice}`, ...headers } })
  return { backend, call }
}

/** What the backend was last told of the caller. */
function told({ seen }: Backend): Record<string, unknown> {
  const headers = seen.at(-1)?.headers ?? {}
  return Object.fromEntries(
    all.map((name) => name.toLowerCase()).flatMap((name) => (name in headers ? [[name, headers[name]]] : [])),
  )
}

const basic = `Basic ${Buffer.from('partner:password').toString('base64')}`

function jwtOf(partner: string, secret: string): string {
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: partner })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const consumers = [
  {
    ...{ username: 'partner', custom_id: 'partner-1', acls: [{ group: 'partners' }] },
    keyauth_credentials: [{ key: 'partner-key' }],
    jwt_secrets: [{ key: 'partner', secret: 'a secret of the partner' }],
    basicauth_credentials: [{ username: 'partner', password: 'password' }],
  },
  { username: 'nobody', acls: [{ group: 'strangers' }] },
]
const keyAuth = { name: 'key-auth', config: { key_names: ['apikey'] } }
const withAnonymous = { name: 'key-auth', config: { key_names: ['apikey'], anonymous: 'nobody' } }
const jwt = { name: 'jwt', config: { header_names: ['x-partner-token'], anonymous: 'nobody' } }
const basicAuth = { name: 'basic-auth', config: { anonymous: 'nobody' } }
const acl = { name: 'acl', config: { allow: ['partners', 'strangers'] } }
const forge = {
  name: 'request-transformer',
  config: {
    add: { headers: ['X-Authenticated-Issuer:https://evil.example', 'X-Consumer-ID:7'] },
    replace: { headers: ['X-Authenticated-UserId:usr_eve', 'X-Consumer-Username:evil'] },
    remove: { headers: ['X-Credential-Identifier'] },
  },
}

const rows: readonly (readonly [string, KongFileChanges, Record<string, string>])[] = [
  ['key-auth after ours', { plugins: [keyAuth] }, { apikey: 'partner-key' }],
  ['key-auth and its groups', { plugins: [keyAuth, acl] }, { apikey: 'partner-key' }],
  ['key-auth with anonymous, nobody', { plugins: [withAnonymous, acl] }, {}],
  ['jwt before ours', { plugins: [jwt] }, { 'x-partner-token': jwtOf('partner', 'a secret of the partner') }],
  ['jwt with anonymous, nobody', { plugins: [jwt, acl] }, {}],
  ['two of them', { plugins: [jwt, withAnonymous] }, { apikey: 'partner-key' }],
  ['basic-auth by another header', { plugins: [basicAuth] }, { 'proxy-authorization': basic }],
  ['request-transformer', { plugins: [forge] }, {}],
  [
    'key-auth where Kong is told of ours',
    { plugins: [keyAuth, acl], gateway: { kong_consumer: 'virtual' } },
    { apikey: 'partner-key' },
  ],
]
t.test('the headers are of one person', { skip }, async (t) => {
  const { backend, call } = await startAll(
    t,
    rows.map(([, changes]) => changes),
  )
  for (const [index, [what, , headers]] of rows.entries()) {
    t.equal((await call(headers, index)).status, 200, what)
    t.strictSame(told(backend), verified, what)
  }
})

t.test('a plugin for the whole gateway is no exception', { skip }, async (t) => {
  const { backend, call } = await start(t, { top: { consumers }, everywhere: [withAnonymous] })
  t.equal((await call({})).status, 200)
  t.strictSame(told(backend), verified)
  t.equal((await call({ apikey: 'partner-key' })).status, 200)
  t.strictSame(told(backend), verified)
})

t.test("acl's groups stay where they are the caller's", { skip }, async (t) => {
  const groups = { name: 'acl', config: { allow: ['orders:read'], always_use_authenticated_groups: true } }
  const { backend, call } = await start(t, {
    ...{ gateway: { kong_consumer: 'virtual', groups_claim: 'scope' }, plugins: [groups] },
  })
  t.equal((await call({})).status, 200)
  t.strictSame(told(backend), { ...verified, 'x-authenticated-groups': 'profile:read, orders:read' })
})

t.test("the backend's secret stands in no log", { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kong-log-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'calls.log')
  const log = { name: 'file-log', config: { path, reopen: true } }
  const secret = 'a-secret-of-the-backend'
  const { backend, call } = await start(t, { gateway: { backend_secret: secret }, plugins: [log] })
  t.equal((await call({})).status, 200)
  t.equal(backend.seen.at(-1)?.headers['x-gateway-secret'], secret)
  const read = (): Promise<string> => readFile(path, 'utf8').catch(() => '')
  await eventually(async () => (await read()).includes('\n'))
  t.notMatch(await read(), secret)
  t.match(JSON.parse(await read()), { request: { headers: { 'x-gateway-secret': 'REDACTED' } } })
})
