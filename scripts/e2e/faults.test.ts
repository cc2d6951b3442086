// Fail closed: whatever breaks, the backend never sees a request without verified identity, and nobody waits for long.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { type ApiAnswer, call, logIn } from './support/app.ts'
import { type Received, recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'
import { rawRequest } from './support/raw-request.ts'

/** The handler's deadline is 2 s, a dead plugin server costs 3 s; nobody waits longer. */
const LONGEST_WAIT_MILLIS = 4000
const IDENTITY = [
  'X-Authenticated-UserId',
  'X-Authenticated-Kind',
  'X-Authenticated-Attested',
  'X-Authenticated-Scope',
  'X-Consumer-Username',
  'X-Consumer-Custom-ID',
  'X-Credential-Identifier',
]
const MARK = 'mobile-api;60;59;30;Minute:60:59'
const FORGED = {
  'X-Mobile-Gateway': MARK,
  X_Mobile_Gateway: MARK,
  'x-mobile_gateway': MARK,
  'X-Authenticated-UserId': 'usr_admin',
  X_Authenticated_UserId: 'usr_admin',
  'X-Consumer-Username': 'admin',
  'x-consumer_custom-id': 'admin',
}
function unlimited(source: string) {
  return source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }')
}

async function timed(
  stack: Stack,
  token: string | undefined,
  init: RequestInit = {},
): Promise<ApiAnswer & { milliseconds: number }> {
  const start = performance.now()
  const answer = await call(stack, token, init)
  return { ...answer, milliseconds: performance.now() - start }
}

/** Every request that reached the backend carries this user and nothing forged. */
function onlyVerified(t: Test, received: readonly Received[], sub: string | undefined): void {
  const strangers = received.filter(
    ({ headers }) =>
      headers['x-authenticated-userid'] !== sub ||
      headers['x-consumer-username'] !== 'demo-app' ||
      Object.keys(headers).some((name) => /mobile.gateway|_/.test(name)),
  )
  t.same(strangers, [], `of ${received.length} requests at the backend none came without verified identity`)
}

function recovers(stack: Stack, token: string): Promise<boolean> {
  return waitUntil(async () => (await call(stack, token)).status === 200, { timeoutMillis: 20_000 })
}

onEachGateway(t, 'the plugin server is killed under load and started again', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: unlimited })
  const received = await recordingBackend(t, stack)
  const { access_token } = await logIn(stack)
  const { sub } = decodeJwt(access_token)
  t.equal((await call(stack, access_token)).status, 200)

  let running = true
  const seen = { passed: 0, refused: 0, longest: 0, wrong: [] as string[] }
  const phone = async (token: string | undefined, init: RequestInit): Promise<void> => {
    while (running) {
      const { status, milliseconds } = await timed(stack, token, init)
      seen.longest = Math.max(seen.longest, milliseconds)
      if (status === 200) seen.passed++
      else seen.refused++
      if (status === 200 && token === undefined) seen.wrong.push('a call without token passed')
      if (![200, 401, 500, 503].includes(status)) seen.wrong.push(`status ${status}`)
    }
  }
  const phones = [
    ...Array.from({ length: 4 }, () => phone(access_token, {})),
    phone(access_token, { headers: FORGED }),
    phone(undefined, { headers: FORGED }),
    phone(undefined, {}),
  ]
  for (let round = 0; round < 3; round++) {
    const { passed, refused } = seen
    await waitUntil(async () => seen.passed > passed + 50, { timeoutMillis: 20_000 })
    await stack.processes.plugins.kill()
    await waitUntil(async () => seen.refused > refused + 100, { timeoutMillis: 20_000 })
    await stack.processes.plugins.start()
    t.ok(await recovers(stack, access_token), 'it works again without a restart of the gateway')
  }
  running = false
  await Promise.all(phones)
  t.same(seen.wrong, [])
  t.ok(seen.longest < LONGEST_WAIT_MILLIS, `the longest wait was ${Math.round(seen.longest)} ms`)
  onlyVerified(t, received, sub)
})

onEachGateway(
  t,
  'with the plugin server down no mark and no identity header of a client lets it through',
  async (t, kind) => {
    const stack = await testStack(t, kind)
    const received = await recordingBackend(t, stack)
    const { access_token } = await logIn(stack)
    for (const warm of [false, true]) {
      if (warm) {
        await stack.processes.plugins.start()
        t.ok(await recovers(stack, access_token))
      }
      const before = received.length
      await stack.processes.plugins.kill()
      for (const token of [undefined, access_token])
        for (const headers of [{}, FORGED, { 'X-Mobile-Gateway': MARK }, { X_Mobile_Gateway: MARK }]) {
          const { status, milliseconds } = await timed(stack, token, { headers })
          t.equal(status, 500, warm ? 'after calls' : 'before the first call')
          t.ok(milliseconds < LONGEST_WAIT_MILLIS)
        }
      const twice = await rawRequest(stack.urls.gateway, '/mobile/echo', [
        `X-Mobile-Gateway: ${MARK}`,
        `X-Mobile-Gateway: ${MARK}`,
        `x_mobile_gateway: ${MARK}`,
      ])
      t.ok(twice.status >= 500)
      t.equal(received.length, before, 'the backend was not reached')
    }
  },
)

onEachGateway(t, 'a plugin server that hangs costs a refused call, not a minute', async (t, kind) => {
  const stack = await testStack(t, kind)
  const received = await recordingBackend(t, stack)
  const { access_token } = await logIn(stack)
  const { sub } = decodeJwt(access_token)
  t.equal((await call(stack, access_token)).status, 200)
  stack.processes.plugins.signal('SIGSTOP')
  const before = received.length
  const answers = await Promise.all([
    timed(stack, access_token),
    timed(stack, undefined),
    timed(stack, undefined, { headers: FORGED }),
  ])
  for (const { status, milliseconds } of answers) {
    t.equal(status, 500, 'by Kong itself')
    t.ok(milliseconds < LONGEST_WAIT_MILLIS, `${Math.round(milliseconds)} ms`)
  }
  t.equal(received.length, before, 'the backend was not reached')
  stack.processes.plugins.signal('SIGCONT')
  t.ok(await recovers(stack, access_token))
  onlyVerified(t, received, sub)
})

onEachGateway(t, 'a stage that throws refuses the call', async (t, kind) => {
  const stack = await testStack(t, kind)
  const received = await recordingBackend(t, stack)
  const { access_token } = await logIn(stack)
  await stack.processes.plugins.stop()
  // The real plugin server, on a Node whose hash function throws: the verifying stage cannot get past its first line.
  const broken =
    "import crypto from 'node:crypto'; import { syncBuiltinESMExports } from 'node:module'; crypto.hash = () => { throw new Error('broken') }; syncBuiltinESMExports()"
  const main = join(import.meta.dirname, '..', '..', 'kong-plugins', 'src', 'server', 'main.ts')
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(broken)}`, main, '--socket', stack.pluginSocket],
    {
      stdio: 'ignore',
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  // Without a token the stage does not get as far as the hash: the answer shows that the server is up.
  t.ok(await waitUntil(async () => (await call(stack, undefined)).status === 401, { timeoutMillis: 20_000 }))
  for (const headers of [{}, FORGED]) {
    const answer = await timed(stack, access_token, { headers })
    t.match(answer, { status: 503, body: { message: 'Service temporarily unavailable' } })
    t.match(answer.headers.get('retry-after'), /^\d+$/)
  }
  t.same(received, [], 'the backend was not reached')
})

onEachGateway(t, 'keys that cannot be fetched from the start refuse every call, until they can', async (t, kind) => {
  const stack = await testStack(t, kind)
  const received = await recordingBackend(t, stack)
  const { access_token } = await logIn(stack)
  await stack.processes.plugins.stop()
  await stack.processes.plugins.start()
  await stack.processes.auth.stop()
  const { status, milliseconds } = await timed(stack, access_token)
  t.equal(status, 503)
  t.ok(milliseconds < LONGEST_WAIT_MILLIS)
  t.equal((await call(stack, undefined)).status, 401, 'a call without token is told so all the same')
  t.same(received, [])
  await stack.processes.auth.start()
  t.ok(await recovers(stack, access_token), 'no restart is needed')
})

onEachGateway(t, 'keys that were fetched once keep working while the auth server is away', async (t, kind) => {
  const stack = await testStack(t, kind)
  const received = await recordingBackend(t, stack)
  const [first, second] = [await logIn(stack), await logIn(stack)]
  t.equal((await call(stack, first.access_token)).status, 200)
  await stack.processes.auth.kill()
  t.equal((await call(stack, first.access_token)).status, 200, 'a token seen before')
  t.equal((await call(stack, second.access_token)).status, 200, 'a token not seen before')
  const otherKid = `${Buffer.from('{"alg":"ES256","typ":"at+jwt","kid":"unknown"}').toString('base64url')}.${second.access_token.split('.').slice(1).join('.')}`
  const { status, milliseconds } = await timed(stack, otherKid)
  t.ok(status === 401 || status === 503, `an unknown key: ${status}`)
  t.ok(milliseconds < LONGEST_WAIT_MILLIS)
  onlyVerified(t, received, decodeJwt(first.access_token).sub)
})

onEachGateway(t, 'hostile requests neither get through nor break anything', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: unlimited })
  const received = await recordingBackend(t, stack)
  const { access_token } = await logIn(stack)
  const bearer = `Authorization: Bearer ${access_token}`
  const send = (headers: readonly string[], target = '/mobile/echo') => rawRequest(stack.urls.gateway, target, headers)
  const pid = stack.processes.plugins.pid

  const many = Array.from({ length: 200 }, (_, index) => `X-Filler-${index}: ${index}`)
  t.equal((await send(['__proto__: x'])).status, 401, '__proto__ as a header, without token')
  t.equal((await send([bearer, '__proto__: x', 'constructor: y'])).status, 200, '… and with one')
  t.equal((await send([], '/mobile/echo?__proto__=1&constructor=2')).status, 401, '__proto__ in the query')
  t.equal((await send([bearer], '/mobile/echo?__proto__=1')).status, 200, '… and with a token')
  t.equal((await send(many)).status, 401, '200 headers, without token')
  t.equal((await send([...many, bearer])).status, 200, '… and a token behind them')
  t.ok((await send([bearer, `X-Large: ${'x'.repeat(20_000)}`])).status >= 400, 'a header of 20 KB')
  t.ok((await send([`Authorization: Bearer ${'x'.repeat(20_000)}`])).status >= 400, 'a token of 20 KB')
  t.equal((await send([bearer, bearer])).status, 400, 'two Authorization headers')
  for (const name of [...IDENTITY, 'X-Mobile-Gateway', 'Authorization'])
    t.equal((await send([bearer, `Connection: close, ${name}`])).status, 400, `Connection: ${name}`)
  const forged = Object.entries(FORGED).map(([name, value]) => `${name}: ${value}`)
  t.equal(
    (await send([...forged, bearer, ...many, ...forged])).status,
    200,
    'forged headers before and behind 200 others',
  )
  t.equal((await send([...many, ...forged])).status, 401)

  t.equal(stack.processes.plugins.pid, pid, 'the plugin server is the same process as before')
  onlyVerified(t, received, decodeJwt(access_token).sub)
})
