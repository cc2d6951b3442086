// Revocation end to end: what the auth server has ended, the API refuses within two seconds, on either gateway.
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { replacePassword } from '../../auth-server/src/store/tables/passwords.ts'
import { DEMO } from '../demo/known.ts'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn, refresh } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'
import { operatorOf } from './support/operator.ts'

const PROMISED_MILLIS = 2000
function unlimited(source: string) {
  return source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }')
}
function impatient(source: string) {
  return unlimited(source).replace('max_staleness_seconds: 300', 'max_staleness_seconds: 6')
}

async function revoke(stack: Stack, token: string): Promise<number> {
  const body = new URLSearchParams({ client_id: DEMO.clientId, token })
  return (await fetch(`${stack.urls.issuer}/revoke`, { method: 'POST', body })).status
}

/** Milliseconds until the API refuses the token; asserts the whole answer. */
async function refusedAfter(t: Test, stack: Stack, token: string): Promise<number> {
  const started = performance.now()
  await waitUntil(async () => (await call(stack, token)).status !== 200, { timeoutMillis: 10_000 })
  const took = performance.now() - started
  const { status, headers, body } = await call(stack, token)
  t.strictSame(
    { status, body },
    { status: 401, body: { error: 'invalid_token', error_description: 'The access token was revoked' } },
  )
  t.match(headers.get('www-authenticate'), /^Bearer realm="mobile-api", error="invalid_token"/)
  return took
}

onEachGateway(t, 'what is revoked is refused within two seconds, and nothing else is', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: unlimited })
  const received = await recordingBackend(t, stack)
  const [one, two, three] = [await logIn(stack), await logIn(stack), await logIn(stack)]
  for (const { access_token } of [one, two, three]) t.equal((await call(stack, access_token)).status, 200)

  t.equal(await revoke(stack, one.refresh_token ?? ''), 200)
  const first = await refusedAfter(t, stack, one.access_token)
  t.ok(first < PROMISED_MILLIS, `RFC 7009 by refresh token: ${Math.round(first)} ms`)
  t.equal(await revoke(stack, two.access_token), 200)
  const second = await refusedAfter(t, stack, two.access_token)
  t.ok(second < PROMISED_MILLIS, `RFC 7009 by access token: ${Math.round(second)} ms`)
  t.equal((await call(stack, three.access_token)).status, 200, 'another installation of the same person')

  const db = openDatabase(stack.databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  const { sub = '' } = decodeJwt(three.access_token)
  const password = await db
    .selectFrom('passwords')
    .where('person_id', '=', sub)
    .select(['hash', 'pepper_id as pepperId'])
    .executeTakeFirstOrThrow()
  await replacePassword(db, sub, password)
  const third = await refusedAfter(t, stack, three.access_token)
  t.ok(third < PROMISED_MILLIS, `password change: ${Math.round(third)} ms`)
  const again = await logIn(stack)
  t.equal((await call(stack, again.access_token)).status, 200, 'who signs in right afterwards is not concerned')

  const operator = await operatorOf(t, stack)
  const of = { client_id: DEMO.clientId }
  const refuse = async () => (await call(stack, one.access_token)).headers.get('x-kong-request-id') ?? 'none'
  const explained = async (request_id: string) => (await operator.refusals.list({ ...of, request_id })).items
  const requestId = await refuse()
  t.ok(await waitUntil(async () => (await explained(requestId)).length > 0, { timeoutMillis: 15_000 }), 'by its id')
  t.match(await explained(requestId), [
    {
      request_id: requestId,
      api_id: DEMO.apiId,
      plan: DEMO.plan,
      code: 'invalid-token-revoked',
      explanation: /revoked/,
    },
  ])
  const counted = await operator.usage.list({ ...of, by: 'hour' })
  t.ok(counted.accepted >= 5 && counted.refused >= 4, 'real calls are counted')
  t.match(counted.parts, [{ ...of, api_id: DEMO.apiId, plan: DEMO.plan }])

  const { access_token, refresh_token } = await refresh(stack, again.refresh_token ?? '')
  t.equal((await call(stack, access_token)).status, 200)

  const before = received.length
  t.equal((await call(stack, one.access_token)).status, 401)
  t.equal(received.length, before, 'nothing refused reaches the backend')

  await db.updateTable('subscriptions').set({ status: 'pending' }).where('api_id', '=', DEMO.apiId).execute()
  const fourth = await refusedAfter(t, stack, access_token)
  t.ok(fourth < PROMISED_MILLIS, `subscription withdrawn: ${Math.round(fourth)} ms`)
  await db.updateTable('subscriptions').set({ status: 'approved' }).execute()
  // Tokens of the seconds around the withdrawal are refused for good; the app gets another one.
  let token = refresh_token ?? ''
  const works = async (): Promise<boolean> => {
    const tokens = await refresh(stack, token)
    token = tokens.refresh_token ?? token
    return (await call(stack, tokens.access_token)).status === 200
  }
  t.ok(await waitUntil(works, { timeoutMillis: 10_000 }), 'approved again')

  await stack.stop()
  const { sum } = db.fn
  const all = await db.selectFrom('usage_days').select(sum('accepted').as('accepted')).executeTakeFirst()
  t.equal(
    Number(all?.accepted),
    received.length,
    'each call is counted once, the last ones before the auth server stops',
  )
})

onEachGateway(t, 'with the auth server away calls go on for as long as kong.yml says, then none', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: impatient })
  const { access_token, refresh_token } = await logIn(stack)
  t.equal((await call(stack, access_token)).status, 200)
  await stack.processes.auth.kill()
  t.equal((await call(stack, access_token)).status, 200)
  const statuses = new Set<number>()
  const refused = await waitUntil(
    async () => {
      const { status } = await call(stack, access_token)
      statuses.add(status)
      return status !== 200
    },
    { timeoutMillis: 9000 },
  )
  t.ok(refused)
  t.strictSame([...statuses], [200, 503])
  const { status, headers, body } = await call(stack, access_token)
  t.strictSame({ status, body }, { status: 503, body: { message: 'Service temporarily unavailable' } })
  t.equal(headers.get('retry-after'), '5')

  await stack.processes.auth.start()
  const recovers = () =>
    waitUntil(async () => (await call(stack, access_token)).status === 200, { timeoutMillis: 10_000 })
  t.ok(await recovers(), 'it works again without any restart of the gateway')

  // Revoked while the gateway could not hear of it.
  await stack.processes.plugins.signal('SIGSTOP')
  t.equal(await revoke(stack, refresh_token ?? ''), 200)
  await stack.processes.plugins.signal('SIGCONT')
  t.ok((await refusedAfter(t, stack, access_token)) < PROMISED_MILLIS + 2000)
})

onEachGateway(t, 'a plugin server that starts without the feed refuses every call until it has it', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: impatient })
  const received = await recordingBackend(t, stack)
  const [kept, revoked] = [await logIn(stack), await logIn(stack)]
  for (const { access_token } of [kept, revoked]) t.equal((await call(stack, access_token)).status, 200)
  await stack.processes.plugins.stop()
  t.equal(await revoke(stack, revoked.refresh_token ?? ''), 200)
  await stack.processes.auth.stop()
  await stack.processes.plugins.start()
  const before = received.length
  for (const token of [kept.access_token, revoked.access_token, kept.access_token])
    t.equal((await call(stack, token)).status, 503)
  t.equal(received.length, before, 'nothing reached the backend')
  await stack.processes.auth.start()
  t.ok(await waitUntil(async () => (await call(stack, kept.access_token)).status === 200, { timeoutMillis: 15_000 }))
  t.equal((await call(stack, revoked.access_token)).status, 401, 'what ended meanwhile is known from the first call on')
})
