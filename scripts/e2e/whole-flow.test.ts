// The whole flow, end to end: a user logs in, the app gets tokens, its calls reach the backend with identity and a limit, and it all stands in traces, and no secret of it in a log.

import { createAccount } from '@mobile-api-gateway/auth-server/identity/local-account.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import { decodeJwt } from 'jose'
import t from 'tap'
import { DEMO } from '../demo/known.ts'
import { loadSecrets } from '../stack/secrets.ts'
import type { Stack } from '../stack/stack-options.ts'
import { call, logIn, refresh } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'
import { checkTraces, collectTraces, TRACED_CALLER } from './support/traces.ts'

const EVE = { email: 'eve@example.com', password: 'another long passphrase' }

async function addUser(stack: Stack): Promise<void> {
  const { PASSWORD_PEPPER } = await loadSecrets(`${stack.dataDir}/secrets.json`)
  const db = openDatabase(stack.databaseUrl, () => {}, { connections: 1 })
  await createAccount(db, PASSWORD_PEPPER, EVE).finally(() => db.destroy())
}

function withLimit(limit: string) {
  return (source: string) => source.replace('basic: { minute: 60 }', `basic: ${limit}`)
}

onEachGateway(t, 'a call reaches the backend with the identity of user and app', async (t, kind) => {
  const collector = await collectTraces(t)
  const lines: string[] = []
  const stack = await testStack(t, kind, { logLevel: 'trace', onLine: (name, line) => lines.push(`${name}: ${line}`) })
  const tokens = await logIn(stack)
  const claims = decodeJwt(tokens.access_token)
  t.match(claims, {
    aud: stack.urls.resource,
    client_id: 'demo-app',
    plan: 'basic',
    scope: Object.keys(DEMO.scopes).sort().join(' '),
  })

  const answer = await call(stack, tokens.access_token, {
    method: 'POST',
    body: 'order=1',
    headers: {
      'x-authenticated-userid': 'admin',
      x_consumer_username: 'admin',
      x_authenticated_kind: 'guest',
      'X-Anonymous-Consumer': 'true',
      'x-custom': 'kept',
      ...TRACED_CALLER,
    },
  })
  t.equal(answer.status, 200)
  t.match(answer.body, { method: 'POST', path: '/echo', body: 'order=1' })
  const received = answer.body.headers
  t.match(received, {
    'x-authenticated-userid': claims.sub,
    'x-authenticated-kind': 'account',
    'x-authenticated-scope': claims.scope,
    'x-consumer-username': 'demo-app',
    'x-consumer-custom-id': claims.app_id,
    'x-credential-identifier': 'demo-app',
    'x-custom': 'kept',
  })
  const names = Object.keys(received as object)
  t.same(
    names.filter((name) => /mobile.gateway|anonymous|_/.test(name)),
    [],
    'no mark, no forged header',
  )
  t.match(Object.fromEntries(answer.headers), {
    'ratelimit-limit': '60',
    'ratelimit-remaining': '59',
    'ratelimit-reset': /^\d+$/,
    'x-ratelimit-limit-minute': '60',
    'x-ratelimit-remaining-minute': '59',
  })
  t.equal(answer.headers.get('x-mobile-gateway'), null)

  const refreshed = await refresh(stack, tokens.refresh_token ?? '')
  t.not(refreshed.refresh_token, tokens.refresh_token)
  const begun = await call(stack, refreshed.access_token, { headers: { ...TRACED_CALLER, traceparent: 'none' } })
  t.equal(begun.status, 200)
  t.equal((await call(stack, `${refreshed.access_token.slice(0, -4)}AAAA`)).status, 401)
  const ofServers = await loadSecrets(`${stack.dataDir}/secrets.json`)
  await stack.stop()
  const issued = [tokens, refreshed].flatMap((each) => [each.access_token, each.refresh_token ?? ''])
  const parts = issued.flatMap((token) => token.split('.').slice(1))
  for (const name of ['auth server', 'plugin server', 'gateway'])
    t.ok(
      lines.some((line) => line.startsWith(name)),
      `${name} has said something`,
    )
  for (const secret of [...Object.values(ofServers), stack.demoPassword, ...parts].filter(({ length }) => length > 3))
    t.same(
      lines.filter((line) => line.includes(secret)),
      [],
      'no secret stands in a log',
    )
  // The terminal of a development stack says by name who signs in; nothing else does.
  t.same(
    lines.filter((line) => line.includes(DEMO.email) && !/^auth server: (signed in|sent a code) /.test(line)),
    [],
  )
  checkTraces(t, { continued: answer, begun, spans: collector.spans() })
})

onEachGateway(t, 'the limit counts per user and app, exactly, and rejected calls do not eat it', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: withLimit('{ day: 20 }') })
  await addUser(stack)
  const [demoUser, eve] = await Promise.all([logIn(stack), logIn(stack, EVE)])
  const burst = await Promise.all(Array.from({ length: 50 }, () => call(stack, demoUser.access_token)))
  t.equal(burst.filter(({ status }) => status === 200).length, 20)
  const refused = burst.find(({ status }) => status === 429)
  t.match(refused?.body, { message: 'API rate limit exceeded' })
  t.match(Object.fromEntries(refused?.headers ?? []), {
    'retry-after': /^\d+$/,
    'ratelimit-limit': '20',
    'ratelimit-remaining': '0',
    'x-ratelimit-remaining-day': '0',
  })
  t.equal(
    (await call(stack, eve.access_token)).headers.get('x-ratelimit-remaining-day'),
    '19',
    "another user's calls are their own",
  )
})

onEachGateway(t, 'without a good token nothing passes, and the answer says why', async (t, kind) => {
  const stack = await testStack(t, kind)
  const { access_token, refresh_token } = await logIn(stack)
  const tampered = `${access_token.slice(0, -4)}AAAA`
  const rows: [string, string | undefined, RequestInit, number, RegExp, string][] = [
    [
      'no token',
      undefined,
      {},
      401,
      /^Bearer realm="mobile-api"(?!.*error=)/,
      'no error code when no token came (RFC 6750 §3.1)',
    ],
    [
      'OPTIONS',
      undefined,
      { method: 'OPTIONS' },
      401,
      /^Bearer realm="mobile-api"(?!.*error=)/,
      'verified like any method',
    ],
    ['a tampered token', tampered, {}, 401, /error="invalid_token"/, ''],
    ['a refresh token', refresh_token, {}, 401, /error="invalid_token"/, ''],
    ['rubbish', 'a b', {}, 400, /error="invalid_request"/, ''],
    [
      'another scheme',
      undefined,
      { headers: { authorization: 'Basic YTpi' } },
      401,
      /^Bearer realm="mobile-api"(?!.*error=)/,
      '',
    ],
    ['a token in the query', undefined, {}, 401, /^Bearer realm="mobile-api"(?!.*error=)/, 'RFC 9700 §4.3.2'],
  ]
  for (const [name, token, init, status, challenge, why] of rows) {
    const path = name === 'a token in the query' ? `/mobile/echo?access_token=${access_token}` : undefined
    const answer = await call(stack, token, init, path)
    t.match(
      { status: answer.status, challenge: answer.headers.get('www-authenticate') },
      { status, challenge },
      `${name} ${why}`,
    )
    t.equal(answer.body.path, undefined, 'the backend was not reached')
  }
  t.equal((await call(stack, access_token, {}, '/elsewhere')).status, 404)
  for (const headers of [TRACED_CALLER, { traceparent: 'none', tracestate: 'of=nothing' }]) {
    const { body } = await call(stack, access_token, { headers })
    t.match(body.headers, headers, 'where nothing is traced, what a client says of traces passes as it came')
  }
})
