// Who gets to a backend and as whom, through the real plugin server on each gateway: users, machines, nobody in particular.
import t from 'tap'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver } from '../support/prover.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { type FrontKind, fronts, startFront } from './support/front.ts'
import { type KongFileChanges, kongFile } from './support/kong-file.ts'
import { rawGet, rawRequest, statusOf } from './support/raw.ts'

t.setTimeout(300_000)
const key = await createSigningKey()
const app = await createProver()
const alice = await signToken(key)

const IDENTITY = ['X-Authenticated-UserId', 'X-Authenticated-Scope', 'X-Consumer-Username', 'X-Consumer-Custom-ID']
const FORGED = {
  'x-authenticated-userid': 'evil',
  x_authenticated_kind: 'account',
  x_consumer_username: 'evil',
  'X-Anonymous-Consumer': 'false',
}

async function start(t: { teardown(ended: () => unknown): void }, kind: FrontKind, changes: KongFileChanges = {}) {
  const backend = await startBackend(t)
  const keys = await startKeyServer(t, key)
  const { socketPath, services } = await startPluginServer(t)
  const yaml = await kongFile(backend.url, keys.jwksUri, {
    ...changes,
    gateway: { plans: { basic: { day: 10_000 } }, ...changes.gateway },
  })
  const front = await startFront(t, kind, { yaml, socketPath })
  const call = (headers: Record<string, string> = {}, path = '/mobile/echo', method = 'GET') =>
    fetch(`${front.url}${path}`, { method, headers })
  return { backend, front, call, services }
}

for (const kind of fronts) {
  t.test(`${kind}: the token stays at the gateway; a secret that no client can send proves the hop`, async (t) => {
    const backend_secret = 'a-secret-of-24-characters'
    process.env.BACKEND_SECRET = backend_secret
    const { backend, call } = await start(t, kind, {
      gateway: { backend_secret: '{vault://env/backend-secret}' },
    })
    const forged = { 'X-Gateway-Secret': 'evil', X_Gateway_Secret: 'evil', 'x-gateway-other': 'evil' }
    const override = { 'X-HTTP-Method-Override': 'DELETE', x_http_method: 'DELETE' }
    t.equal((await call({ authorization: `Bearer ${alice}`, dpop: 'x', ...forged, ...override })).status, 200)
    const [seen] = backend.seen
    if (seen === undefined) return t.fail('the backend was not reached')
    for (const name of ['Authorization', 'DPoP', 'X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Gateway-Other'])
      t.same(valuesOf(seen, name), [], name)
    t.same(valuesOf(seen, 'X-Gateway-Secret'), [backend_secret])
    t.notMatch(JSON.stringify(seen), alice)
  })

  t.test(`${kind}: the token is forwarded where that is configured`, async (t) => {
    const { backend, call } = await start(t, kind, { gateway: { forward_token: true } })
    t.equal((await call({ authorization: `Bearer ${alice}` })).status, 200)
    t.equal(backend.seen[0]?.headers.authorization, `Bearer ${alice}`)
  })

  t.test(`${kind}: an application that calls for itself is no user`, async (t) => {
    const { backend, call } = await start(t, kind)
    const machine = await signToken(key, { claims: { sub: 'demo-app' } })
    t.equal((await call({ authorization: `Bearer ${machine}`, ...FORGED })).status, 200)
    const [seen] = backend.seen
    if (seen === undefined) return t.fail('the backend was not reached')
    t.same(valuesOf(seen, 'X-Authenticated-UserId'), [])
    t.same(valuesOf(seen, 'X-Authenticated-Kind'), ['application'])
    t.same(valuesOf(seen, 'X-Consumer-Username'), ['demo-app'])
  })

  t.test(`${kind}: path tricks past a limit: the same budget, or no route`, async (t) => {
    const { backend, front } = await start(t, kind, { gateway: { plans: { basic: { day: 2 } } } })
    const ask = async (path: string, token = alice) =>
      statusOf(await rawGet(front.port, path, [`Authorization: Bearer ${token}`]))
    const rows: readonly (readonly [path: string, status: number])[] = [
      ['/mobile/echo', 429],
      ['/mobile//echo', 429],
      ['//mobile/echo', 429],
      ['/mobile/echo/', 429],
      ['/mobile/./echo', 429],
      ['/mobile/%2e/echo', 429],
      ['/x/../mobile/echo', 429],
      ['/x/%2E%2e/mobile/echo', 429],
      ['/%6dobile/echo', 429],
      ['/mobile/ech%6f', 429],
      ['/mobile%2fecho', 429],
      ['/mobile;x/echo', 429],
      ['/mobile?/echo', 429],
      ['/MOBILE/echo', 404],
      ['/%2fmobile/echo', 404],
      ['/mobil%65%00/echo', 400],
      ['/../mobile/echo', 400],
    ]
    t.equal(await ask('/mobile//echo'), 200, 'one way')
    t.equal(await ask('/x/%2e%2e/mobile/echo/'), 200, 'and another take from one budget')
    for (const [path, status] of rows) t.equal(await ask(path), status, path)
    t.equal(backend.seen.length, 2)
    const somebodyElse = await signToken(key, { claims: { sub: `usr_${'B'.repeat(22)}` } })
    t.equal(await ask('/mobile/%2e/echo', somebodyElse), 200)
  })

  t.test(`${kind}: DPoP: by one header, once, for the public address`, async (t) => {
    const { backend, call, front } = await start(t, kind)
    const token = await signToken(key, { claims: { cnf: { jkt: app.jkt } } })
    const authorization = `DPoP ${token}`
    const dpop = await app.prove(token)
    const good = await call({ authorization, dpop }, '/mobile/echo?a=1')
    t.equal(good.status, 200)
    t.equal(good.headers.get('x-ratelimit-remaining-day'), '9999')
    t.same(backend.seen[0] && valuesOf(backend.seen[0], 'DPoP'), [])
    t.same(backend.seen[0] && valuesOf(backend.seen[0], 'Authorization'), [])

    const again = await call({ authorization, dpop })
    t.equal(again.status, 401)
    t.match(await again.json(), { error: 'invalid_dpop_proof', error_description: /used before/ })
    const challenge = again.headers.get('www-authenticate') ?? ''
    t.match(
      challenge,
      /^DPoP realm="mobile-api", error="invalid_dpop_proof", .*algs="ES256 .*, Bearer realm="mobile-api"/,
    )

    const lines = (...headers: string[]) =>
      [`Host: evil.example`, 'Connection: close', `Authorization: ${authorization}`, ...headers, '', ''].join('\r\n')
    const one = `DPoP: ${await app.prove(token)}`
    const padding = Array.from({ length: 60 }, (_, i) => `X-Pad-${i}: ${i}`)
    const rows: readonly (readonly [what: string, line: string, headers: readonly string[], status: number])[] = [
      ['two proofs', 'GET /mobile/echo', [one, `dpop: ${await app.prove(token)}`], 401],
      ['the same one twice', 'GET /mobile/echo', [one, one], 401],
      ['none', 'GET /mobile/echo', [], 401],
      ['another path', 'GET /mobile/other', [one], 401],
      ['another method', 'POST /mobile/echo', [one, 'Content-Length: 0'], 401],
      ['forged forwarding', 'GET /mobile/other', [one, 'X-Forwarded-Path: /mobile/echo', 'X-Forwarded-Prefix: /'], 401],
      ['behind many headers, whatever Host says', 'GET /mobile/echo', [...padding, one, 'X-Forwarded-Host: e'], 200],
      ['in absolute form', 'GET http://evil.example/mobile/echo', [`DPoP: ${await app.prove(token)}`], 200],
    ]
    for (const [what, line, headers, status] of rows)
      t.equal(statusOf(await rawRequest(front.port, `${line} HTTP/1.1\r\n${lines(...headers)}`)), status, what)
    t.equal((await call({ authorization: `Bearer ${token}`, dpop: await app.prove(token) })).status, 401)
    t.equal(backend.seen.length, 3, 'nothing else reached the backend')
  })

  t.test(`${kind}: without a token: as nobody, by address, where both the plugin and the guard say so`, async (t) => {
    const guard = (lua: string) =>
      lua.replace('policy ~= expected', 'policy ~= expected and policy ~= expected .. "/anonymous"')
    const gateway = { anonymous: true, anonymous_limit: { day: 3 } }
    const { backend, call } = await start(t, kind, { gateway, guard })
    for (const left of ['2', '1']) {
      const answer = await call(FORGED)
      t.equal(answer.status, 200)
      t.equal(answer.headers.get('ratelimit-remaining'), left)
    }
    for (const seen of backend.seen) {
      for (const name of IDENTITY) t.same(valuesOf(seen, name), [], name)
      t.same(valuesOf(seen, 'X-Anonymous-Consumer'), ['true'])
      t.same(valuesOf(seen, 'X-Authenticated-Kind'), ['anonymous'])
      t.same(valuesOf(seen, 'X-Mobile-Gateway'), [])
    }
    for (const authorization of ['Bearer nonsense', `Bearer ${alice}x`, 'Basic YTpi', 'Bearer', 'nonsense', 'DPoP x']) {
      const { status } = await call({ authorization })
      t.ok(status === 401 || status === 400, `${authorization.slice(0, 20)}: ${status}`)
    }
    const known = await call({ authorization: `Bearer ${alice}` })
    t.equal(known.headers.get('ratelimit-remaining'), '9999', 'who has a token has a count of their own')
    t.same(backend.seen[2] && valuesOf(backend.seen[2], 'X-Anonymous-Consumer'), [])
    t.equal((await call()).status, 200)
    const refused = await call()
    t.equal(refused.status, 429)
    t.match(await refused.json(), { message: 'API rate limit exceeded' })
    t.equal(backend.seen.length, 4)
  })

  t.test(
    `${kind}: a guard that was not told of anonymous calls refuses them, whatever the plugin's config says`,
    async (t) => {
      const { backend, call } = await start(t, kind, { gateway: { anonymous: true } })
      const answer = await call()
      t.equal(answer.status, 503)
      t.same(backend.seen, [])
      t.equal((await call({ authorization: `Bearer ${alice}` })).status, 200)
    },
  )
}
