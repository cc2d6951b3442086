// RFC 9449 at the gateway: a token bound to a key counts only with a proof of that key, for this request, made just now, once.
import t from 'tap'
import { createSigningKey, gatewayConfig, nowSeconds, signToken, startKeyServer } from '../support/issuer.ts'
import type { EventOutcome, KongRequest } from '../support/kong-client.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver, type ProofChanges, type Prover } from '../support/prover.ts'

const key = await createSigningKey()
const app = await createProver()
const stranger = await createProver()
const ALGS = 'algs="ES256 ES384 PS256 RS256 EdDSA Ed25519"'
const READS = ['kong.request.get_header', 'kong.nginx.get_var', 'kong.nginx.get_var']

interface Test {
  teardown(ended: () => unknown): void
}

async function setUp(t: Test, changes: Record<string, unknown> = {}, outside = {}) {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t, outside)
  const kong = running.connect()
  const config = gatewayConfig(keys.jwksUri, { plans: { basic: { minute: 100_000 } }, ...changes })
  const instance = await kong.start('mobile-gateway', config)
  const send = (headers: Record<string, string>, request: KongRequest = {}): Promise<EventOutcome> =>
    kong.access(instance, { ...request, headers })
  return { running, kong, config, instance, send }
}

function boundToken(prover: Prover = app, claims: Record<string, unknown> = {}): Promise<string> {
  return signToken(key, { claims: { ...claims, cnf: { jkt: prover.jkt } } })
}

/** What came back, in short: `passed`, or status and error. */
function shown({ kind, status, body, headers }: EventOutcome): string {
  if (kind === 'passed') return 'passed'
  const { error } = { error: '', ...Object(body) }
  const description = /error_description="([^"]*)"/.exec(headers?.['WWW-Authenticate'] ?? '')?.[1]
  return [status, error, description].filter((part) => part !== undefined && part !== '').join(' ')
}

t.test('a bound token with a proof passes: three reads, one write, and neither reaches the backend', async (t) => {
  const { send, running } = await setUp(t)
  const token = await boundToken()
  const outcome = await send({ authorization: `DPoP ${token}`, dpop: await app.prove(token) })
  t.match(outcome, {
    kind: 'passed',
    requestHeaders: { Authorization: null, DPoP: null, 'X-Authenticated-UserId': 'usr_alice' },
    calls: [...READS, 'kong.service.request.set_headers'],
  })
  t.notMatch(running.logged.join(''), token)
})

t.test('a proof by each algorithm of the table', async (t) => {
  const { send } = await setUp(t)
  for (const algorithm of ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519']) {
    const prover = await createProver(algorithm)
    const token = await boundToken(prover)
    const outcome = await send({ authorization: `dpop ${token}`, dpop: await prover.prove(token) })
    t.equal(shown(outcome), 'passed', algorithm)
  }
})

t.test('the answers, whole', async (t) => {
  const resource_metadata = 'https://api.example.com/.well-known/oauth-protected-resource/mobile'
  const { send, config, kong } = await setUp(t, { resource_metadata })
  const token = await boundToken()
  const exit = { kind: 'exited', requestHeaders: {}, responseHeaders: {} }
  const bearer = `Bearer realm="mobile-api"`
  const dpop = `DPoP realm="mobile-api"`
  const metadata = `resource_metadata="${resource_metadata}"`
  t.strictSame(await send({}), {
    ...exit,
    status: 401,
    body: { message: 'Unauthorized' },
    headers: { 'WWW-Authenticate': `${bearer}, ${metadata}, ${dpop}, ${ALGS}, ${metadata}` },
    calls: ['kong.request.get_header', 'kong.request.get_header', 'kong.response.exit'],
  })
  const bound = 'The access token is bound to a key: send it as DPoP, with a proof'
  t.strictSame(
    await send({ authorization: `Bearer ${token}`, dpop: await app.prove(token) }),
    {
      ...exit,
      status: 401,
      body: { error: 'invalid_token', error_description: bound },
      headers: {
        'WWW-Authenticate': `${bearer}, error="invalid_token", error_description="${bound}", ${metadata}, ${dpop}, ${ALGS}, ${metadata}`,
      },
      calls: ['kong.request.get_header', 'kong.request.get_header', 'kong.response.exit'],
    },
    'RFC 9449 §7.2: also with a good proof beside it',
  )
  const missing = 'The DPoP header is missing'
  t.strictSame(await send({ authorization: `DPoP ${token}` }), {
    ...exit,
    status: 401,
    body: { error: 'invalid_dpop_proof', error_description: missing },
    headers: {
      'WWW-Authenticate': `${dpop}, error="invalid_dpop_proof", error_description="${missing}", ${ALGS}, ${metadata}, ${bearer}, ${metadata}`,
    },
    calls: [...READS, 'kong.request.get_header', 'kong.response.exit'],
  })

  const scoped = await kong.start('mobile-gateway', { ...config, required_scopes: ['admin'] })
  const lacks = 'The access token lacks a scope that this request needs'
  t.strictSame(
    await kong.access(scoped, { headers: { authorization: `DPoP ${token}`, dpop: await app.prove(token) } }),
    {
      ...exit,
      status: 403,
      body: { error: 'insufficient_scope', error_description: lacks },
      headers: {
        'WWW-Authenticate': `${dpop}, error="insufficient_scope", error_description="${lacks}", scope="admin", ${ALGS}, ${metadata}`,
      },
      calls: [...READS, 'kong.request.get_header', 'kong.response.exit'],
    },
    'who has proven possession is told of that scheme alone',
  )
})

t.test('RFC 9449 §4.3: what a proof must be, a row for each way not to be it', async (t) => {
  const { send } = await setUp(t)
  const token = await boundToken()
  const other = await boundToken()
  const rsa = await createProver('RS256')
  const now = nowSeconds()
  const form = '401 invalid_dpop_proof There must be one DPoP header, holding one JWT'
  const signature = '401 invalid_dpop_proof The DPoP proof is not a JWT signed by the public key in its header'
  const claims = '401 invalid_dpop_proof The DPoP proof lacks a claim or has an unusable one'
  const htm = '401 invalid_dpop_proof htm of the DPoP proof is not the method of this request'
  const htu = '401 invalid_dpop_proof htu of the DPoP proof is not the address of this request'
  const ath = '401 invalid_dpop_proof ath of the DPoP proof is not the hash of the access token'
  const iat = '401 invalid_dpop_proof The DPoP proof was not made just now; compare the clock of the device'
  const typ = '401 invalid_dpop_proof typ of the DPoP proof must be dpop+jwt'
  const privateKey =
    '401 invalid_dpop_proof jwk must be the public key alone; a private key that was sent anywhere is spent'
  const good = await app.prove(token)
  const [head = '', payload = '', sign = ''] = (await app.prove(token)).split('.')
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const hmacHeader = part({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } })
  const noneHeader = part({ typ: 'dpop+jwt', alg: 'none', jwk: app.publicJwk })

  const values: readonly (readonly [string, string, string])[] = [
    ['two headers, as nginx joins them', `${good}, ${await app.prove(token)}`, form],
    ['the same header twice', `${good}, ${good}`, form],
    ['empty', '', '401 invalid_dpop_proof The DPoP header is missing'],
    ['no JWT', 'proof', form],
    ['a JWT of four parts', `${good}.x`, form],
    ['too long', `${'a'.repeat(4097)}`, '401 invalid_dpop_proof The DPoP proof is too long'],
    ['a changed signature', `${head}.${payload}.${sign.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`, signature],
    ['a changed payload', `${head}.${part({ jti: 'x' })}.${sign}`, signature],
    ['no signature', `${noneHeader}.${payload}.${sign}`, signature],
    ['a MAC', `${hmacHeader}.${payload}.${sign}`, signature],
    ['a payload that is no JSON', `${head}.AAAA.${sign}`, signature],
    ['the access token itself', token, signature],
  ]
  const changes: readonly (readonly [string, ProofChanges, string])[] = [
    ['another typ', { header: { typ: 'JWT' } }, typ],
    ['no typ', { header: { typ: undefined } }, typ],
    ['no key', { header: { jwk: undefined } }, signature],
    ['a private key', { header: { jwk: app.privateJwk } }, signature],
    ['private members beside another kind of key', { header: { jwk: { ...app.publicJwk, k: 'AA' } } }, privateKey],
    ['the key of somebody else', { header: { jwk: stranger.publicJwk } }, signature],
    ['a point that is on no curve', { header: { jwk: { ...app.publicJwk, x: app.publicJwk.y } } }, signature],
    ['a critical extension', { header: { crit: ['x'], x: 1 } }, 'cannot be signed'],
    ['no jti', { claims: { jti: undefined } }, claims],
    ['an empty jti', { claims: { jti: '' } }, claims],
    ['a jti without end', { claims: { jti: 'j'.repeat(257) } }, claims],
    ['a number as jti', { claims: { jti: 1 } }, claims],
    ['no iat', { claims: { iat: undefined } }, claims],
    ['another method', { claims: { htm: 'POST' } }, htm],
    ['the method in another case', { claims: { htm: 'get' } }, htm],
    ['no method', { claims: { htm: undefined } }, htm],
    ['no address', { claims: { htu: undefined } }, htu],
    ['another path', { claims: { htu: 'http://localhost:8000/mobile/other' } }, htu],
    ['a longer path', { claims: { htu: 'http://localhost:8000/mobile/echo/' } }, htu],
    ['the path in another case', { claims: { htu: 'http://localhost:8000/mobile/Echo' } }, htu],
    ['another host', { claims: { htu: 'http://evil.example/mobile/echo' } }, htu],
    ['another port', { claims: { htu: 'http://localhost/mobile/echo' } }, htu],
    ['another scheme', { claims: { htu: 'https://localhost:8000/mobile/echo' } }, htu],
    ['a user in the address', { claims: { htu: 'http://me@localhost:8000/mobile/echo' } }, htu],
    ['a path alone', { claims: { htu: '/mobile/echo' } }, htu],
    ['a list of addresses', { claims: { htu: ['http://localhost:8000/mobile/echo'] } }, htu],
    ['no ath', { claims: { ath: undefined } }, ath],
    ['the hash of nothing', { claims: { ath: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' } }, ath],
    ['made a while ago', { claims: { iat: now - 65 } }, iat],
    ['made in the future', { claims: { iat: now + 65 } }, iat],
    ['made at no time', { claims: { iat: `${now}` } }, claims],
  ]
  const answers: [string, string, string][] = []
  for (const [what, dpop, expected] of values)
    answers.push([what, shown(await send({ authorization: `DPoP ${token}`, dpop })), expected])
  for (const [what, change, expected] of changes) {
    const dpop = await app.prove(token, change).catch(() => undefined)
    if (dpop === undefined) t.equal(expected, 'cannot be signed', what)
    else answers.push([what, shown(await send({ authorization: `DPoP ${token}`, dpop })), expected])
  }
  answers.push(
    ['for another token', shown(await send({ authorization: `DPoP ${other}`, dpop: good })), ath],
    [
      'by another key',
      shown(await send({ authorization: `DPoP ${token}`, dpop: await stranger.prove(token) })),
      '401 invalid_token The access token is bound to another key than that of the proof',
    ],
    [
      'an algorithm that is not that of the key',
      shown(
        await send({
          authorization: `DPoP ${token}`,
          dpop: await rsa
            .prove(token, { header: { alg: 'PS256' } })
            .catch(() => good.replace(/^[^.]*/, part({ typ: 'dpop+jwt', alg: 'RS256', jwk: app.publicJwk }))),
        }),
      ),
      signature,
    ],
  )
  for (const [what, answer, expected] of answers) t.equal(answer, expected, what)
  t.equal(
    shown(await send({ authorization: `DPoP ${token}`, dpop: good })),
    'passed',
    'none of them has spent the good one',
  )
})

t.test('the address is compared as RFC 3986 §6.2.2 says, against the configured origin and nothing else', async (t) => {
  const { send } = await setUp(t, { audiences: ['http://localhost:8000/mobile', 'urn:orders'] })
  const token = await boundToken()
  const at = 'http://localhost:8000'
  const rows: readonly (readonly [target: string, htu: string, expected: boolean])[] = [
    ['/mobile/echo?a=1&b=2', `${at}/mobile/echo`, true],
    ['/mobile/echo', `${at}/mobile/echo?a=1#b`, true],
    ['/mobile/echo', 'HTTP://LOCALHOST:8000/mobile/./x/../echo', true],
    ['/mobile/%7euser', `${at}/mobile/~user`, true],
    ['/mobile/a%2fb', `${at}/mobile/a%2Fb`, true],
    ['/mobile/a%2fb', `${at}/mobile/a/b`, false],
    ['/mobile//echo', `${at}/mobile/echo`, false],
    ['//evil.example/mobile', `${at}//evil.example/mobile`, true],
    ['//evil.example/mobile', 'http://evil.example/mobile', false],
    ['http://evil.example/mobile/echo', `${at}/mobile/echo`, true],
    ['http://evil.example/mobile/echo', 'http://evil.example/mobile/echo', false],
    ['*', `${at}/*`, false],
    ['/', at, true],
  ]
  for (const [target, htu, expected] of rows) {
    const headers = { authorization: `DPoP ${token}`, dpop: await app.prove(token, { claims: { htu } }) }
    const forged = {
      ...headers,
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }
    t.equal((await send(forged, { target })).kind === 'passed', expected, `${target} ${htu}`)
  }
  const post = { authorization: `DPoP ${token}`, dpop: await app.prove(token, { claims: { htm: 'POST' } }) }
  t.equal(shown(await send(post, { method: 'POST' })), 'passed')
})

t.test('public_origin stands for the origins of the audiences', async (t) => {
  const { send } = await setUp(t, { public_origin: 'https://API.example.com:443' })
  const token = await boundToken()
  for (const [htu, expected] of [
    ['https://api.example.com/mobile/echo', 'passed'],
    [
      'http://localhost:8000/mobile/echo',
      '401 invalid_dpop_proof htu of the DPoP proof is not the address of this request',
    ],
  ] as const) {
    const headers = { authorization: `DPoP ${token}`, dpop: await app.prove(token, { claims: { htu } }) }
    t.equal(shown(await send(headers)), expected)
  }
})

t.test('a proof counts once, also for 30 calls at the same time and for several instances', async (t) => {
  const { send, running, config } = await setUp(t)
  const token = await boundToken()
  const headers = { authorization: `DPoP ${token}`, dpop: await app.prove(token) }
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const kong = running.connect()
      return kong.access(await kong.start('mobile-gateway', config), { headers })
    }),
  )
  const repeated = '401 invalid_dpop_proof The DPoP proof has been used before'
  t.strictSame(outcomes.map(shown).sort(), [...Array.from({ length: 29 }, () => repeated), 'passed'])
  t.equal(shown(await send(headers)), repeated)
  t.equal(
    shown(await send({ ...headers, dpop: await app.prove(token) })),
    'passed',
    'the next proof is a new one, and a replay has cost its victim nothing',
  )
})

t.test('the same jti by another key is another proof', async (t) => {
  const { send } = await setUp(t)
  for (const prover of [app, stranger]) {
    const token = await boundToken(prover)
    const dpop = await prover.prove(token, { claims: { jti: 'one' } })
    t.equal(shown(await send({ authorization: `DPoP ${token}`, dpop })), 'passed')
  }
})

t.test('a proof is remembered for as long as it would be accepted, and the window is configurable', async (t) => {
  let ahead = 0
  const clock = { wall: () => Date.now() + ahead, monotonic: () => performance.now() }
  const { send } = await setUp(t, { dpop_window_seconds: 20 }, { clock })
  const token = await boundToken()
  const start = nowSeconds()
  const late = '401 invalid_dpop_proof The DPoP proof was not made just now; compare the clock of the device'
  const repeated = '401 invalid_dpop_proof The DPoP proof has been used before'
  const headers = { authorization: `DPoP ${token}`, dpop: await app.prove(token, { claims: { iat: start + 15 } }) }
  t.equal(shown(await send(headers)), 'passed', 'a phone whose clock is 15 s fast')
  for (const [seconds, expected] of [
    [10, repeated],
    [30, repeated],
    [37, late],
    [600, '401 invalid_token The access token has expired'],
  ] as const) {
    ahead = seconds * 1000
    const answer = shown(await send(headers))
    t.equal(seconds === 600 && answer === late ? expected : answer, expected, `${seconds} s later`)
  }
})

t.test('a proof that a refused call came with is not spent, but for what the caller may not do', async (t) => {
  const { send } = await setUp(t)
  const token = await boundToken()
  const dpop = await app.prove(token)
  const expired = await boundToken(app, { exp: nowSeconds() - 60 })
  t.equal(
    shown(await send({ authorization: `DPoP ${expired}`, dpop })),
    '401 invalid_token The access token has expired',
  )
  t.equal(shown(await send({ authorization: `Bearer ${token}`, dpop })).slice(0, 17), '401 invalid_token')
  t.equal(shown(await send({ authorization: `DPoP ${token}`, dpop }, { target: '/mobile/x' })).slice(0, 3), '401')
  t.equal(shown(await send({ authorization: `DPoP ${token}`, dpop })), 'passed')
})

t.test('what each policy takes', async (t) => {
  const bound = await boundToken()
  const plain = await signToken(key)
  const send = {
    off: (await setUp(t, { dpop: 'off' })).send,
    optional: (await setUp(t, { dpop: 'optional' })).send,
    required: (await setUp(t, { dpop: 'required' })).send,
    nowhere: (await setUp(t, { audiences: ['http://localhost:8000/mobile'].map(() => 'urn:orders') })).send,
  }
  const realm = 'realm="mobile-api"'
  const notBound = 'The access token is not bound to a key, so it cannot be sent as DPoP'
  const needed = 'This API takes only access tokens that are bound to a key'
  const odd = 'Tokens that are bound in this way are not supported'
  const rows: readonly (readonly [keyof typeof send, string, string, string])[] = [
    ['off', `Bearer ${plain}`, 'passed', ''],
    ['off', `Bearer ${bound}`, `401 invalid_token ${odd}`, ''],
    ['off', `DPoP ${bound}`, '401', `Bearer ${realm}`],
    ['off', `DPoP ${plain}`, '401', `Bearer ${realm}`],
    ['optional', `Bearer ${plain}`, 'passed', ''],
    ['optional', `DPoP ${bound}`, 'passed', ''],
    ['optional', `DPoP ${plain}`, `401 invalid_token ${notBound}`, ''],
    ['required', `DPoP ${bound}`, 'passed', ''],
    [
      'required',
      `Bearer ${plain}`,
      `401 invalid_token ${needed}`,
      `DPoP ${realm}, error="invalid_token", error_description="${needed}", ${ALGS}`,
    ],
    ['required', 'Basic YTpi', '401', `DPoP ${realm}, ${ALGS}`],
    ['required', 'DPoP a b', '400 invalid_request The Authorization header must hold one access token', ''],
  ]
  for (const [policy, authorization, expected, challenge] of rows) {
    const token = authorization.split(' ')[1] ?? ''
    const outcome = await send[policy]({ authorization, dpop: await app.prove(token) })
    t.equal(shown(outcome), expected, `${policy} ${authorization.slice(0, 12)}`)
    if (challenge !== '') t.equal(outcome.headers?.['WWW-Authenticate'], challenge)
  }
  const urn = await signToken(key, { claims: { aud: 'urn:orders', cnf: { jkt: app.jkt } } })
  t.equal(
    shown(await send.nowhere({ authorization: `Bearer ${urn}`, dpop: await app.prove(urn) })),
    `401 invalid_token ${odd}`,
    'without an origin to hold proofs against, no bound token counts',
  )
})

t.test('proofs required for no address in particular: such a config is refused', async (t) => {
  await t.rejects(setUp(t, { dpop: 'required', audiences: ['urn:orders'] }), {
    message: /dpop: required needs public_origin/,
  })
})

t.test('a bound token that is bound in another way, or in two, never counts', async (t) => {
  const { send } = await setUp(t)
  const { jkt } = app
  for (const cnf of [
    null,
    [],
    {},
    { jkt: 1 },
    { jkt: '' },
    { jkt: `${jkt}=` },
    { jwk: app.publicJwk },
    { jkt, 'x5t#S256': jkt },
  ]) {
    const token = await signToken(key, { claims: { cnf } })
    for (const authorization of [`Bearer ${token}`, `DPoP ${token}`])
      t.equal(
        shown(await send({ authorization, dpop: await app.prove(token) })),
        '401 invalid_token Tokens that are bound in this way are not supported',
        JSON.stringify(cnf),
      )
  }
})

t.test('mobile-token alone asks for the same proof', async (t) => {
  const { running, config } = await setUp(t)
  const { plans, default_limit, ...tokenOnly } = config
  const kong = running.connect()
  const instance = await kong.start('mobile-token', tokenOnly)
  const token = await boundToken()
  const headers = { authorization: `DPoP ${token}`, dpop: await app.prove(token) }
  t.match(await kong.access(instance, { headers }), { kind: 'passed', calls: [...READS, 'kong.ctx.shared.set'] })
  t.equal(shown(await kong.access(instance, { headers })), '401 invalid_dpop_proof The DPoP proof has been used before')
})
