// How clients prove themselves (RFC 6749 §2.3, RFC 7523 §3, OpenID Connect Core §9), and how guessing ends.

import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import t from 'tap'
import { registerApplication } from '../../../src/catalogue/applications.ts'
import { sha256 } from '../../../src/crypto/digest.ts'
import { networkOf } from '../../../src/http/network.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { limitAttempts } from '../../../src/limits/attempt-limit.ts'
import { basic, clientCredentials, type Fields, keyedClient, postForm, secretClient } from '../../support/clients.ts'
import { turnClock } from '../../support/database.ts'
import { APP, ISSUER, testServer } from '../../support/server.ts'

const CHALLENGE = 'Basic realm="mobile-api-gateway", charset="UTF-8"'
function base64(text: string | Buffer) {
  return Buffer.from(text).toString('base64')
}
const form = { grant_type: 'client_credentials' }

/** A token request from an address of its own: the limit on failures has its own tests. */
function sendFrom(app: FastifyInstance, remoteAddress: string, headers: Fields, fields: Fields = form) {
  return app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

t.test('RFC 6749 §2.3.1: a secret by Basic or in the body, as registered, to the letter', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  // Colon, percent, plus, space and umlaut have to survive the form encoding of both halves.
  const clientSecret = 'a:b%3A+c d/ü&= and some more of the same'
  await secretClient(server, { clientId: 'basic', clientSecret })
  await secretClient(server, { clientId: 'post', clientSecret, authMethod: 'client_secret_post' })
  const good = basic('basic', clientSecret)
  const sameTwice = { client_id: 'basic' }
  const inBody = { client_id: 'post', client_secret: clientSecret }
  const ofBasic = { client_id: 'basic', client_secret: clientSecret }
  const invalidClient = [401, 'invalid_client', CHALLENGE] as const
  const withoutChallenge = [401, 'invalid_client', undefined] as const
  const invalidRequest = [400, 'invalid_request', undefined] as const
  const ok = [200, undefined, undefined] as const

  type Outcome = readonly [number, string | undefined, string | undefined]
  const header = (authorization: string) => ({ authorization })
  const cases: readonly (readonly [string, Fields, Fields, Outcome])[] = [
    ['Basic', good, {}, ok],
    ['Basic in capitals', header(good.authorization.replace('Basic', 'BASIC')), {}, ok],
    ['Basic and the same client_id in the body', good, sameTwice, ok],
    ['in the body', {}, inBody, ok],
    ['Basic and another client_id in the body', good, { client_id: 'post' }, invalidRequest],
    ['Basic and a secret in the body', good, ofBasic, invalidRequest],
    ['Basic and an assertion', good, { client_assertion: 'x' }, invalidRequest],
    ['a secret and an assertion', {}, { ...inBody, client_assertion: 'x' }, invalidRequest],
    ['a wrong secret by Basic', basic('basic', 'wrong'), {}, invalidClient],
    ['no secret by Basic', basic('basic', ''), {}, invalidClient],
    ['the secret in other letters', basic('basic', clientSecret.toUpperCase()), {}, invalidClient],
    ['the stored hash as secret', basic('basic', sha256(clientSecret)), {}, invalidClient],
    ['a wrong secret in the body', {}, { ...inBody, client_secret: 'wrong' }, withoutChallenge],
    ['an unknown client by Basic', basic('nobody', 'x'), {}, invalidClient],
    ['an unknown client in the body', {}, { client_id: 'nobody', client_secret: 'x' }, withoutChallenge],
    ['the body for a client of Basic', {}, ofBasic, withoutChallenge],
    ['Basic for a client of the body', basic('post', clientSecret), {}, invalidClient],
    ['no secret at all', {}, { client_id: 'basic' }, withoutChallenge],
    ['an empty secret counts as none', {}, { client_id: 'post', client_secret: '' }, withoutChallenge],
    ['a public client with a secret', {}, { client_id: APP.clientId, client_secret: 'x' }, withoutChallenge],
    ['a public client by Basic', basic(APP.clientId, ''), {}, invalidClient],
    ['nobody', {}, {}, withoutChallenge],
    ['another scheme', header('Bearer abc'), {}, invalidClient],
    ['no credentials', header('Basic'), {}, invalidClient],
    ['an empty header', header(''), {}, invalidClient],
    ['not base64', header('Basic ***'), {}, invalidClient],
    ['no colon', header(`Basic ${base64('basic')}`), {}, invalidClient],
    ['no client_id', header(`Basic ${base64(`:${clientSecret}`)}`), {}, invalidClient],
    ['not form-encoded', header(`Basic ${base64('basic:%zz')}`), {}, invalidClient],
    ['not UTF-8', header(`Basic ${base64(Buffer.from([0xff, 0x3a, 0xfe]))}`), {}, invalidClient],
    ['a NUL', header(`Basic ${base64('basic\0:x')}`), {}, invalidClient],
    ['a NUL, encoded', header(`Basic ${base64('basic%00:x')}`), {}, invalidClient],
    ['a line break, encoded', header(`Basic ${base64('basic:x%0d%0ay')}`), {}, invalidClient],
    [
      'a client_id that no client has',
      {},
      { client_id: "'; drop table users;--", client_secret: 'x' },
      withoutChallenge,
    ],
  ]
  for (const [index, [name, headers, fields, outcome]] of cases.entries()) {
    const response = await sendFrom(server.app, `192.0.2.${index}`, headers, { ...form, ...fields })
    const { error } = response.json()
    t.strictSame([response.statusCode, error, response.headers['www-authenticate']], outcome, name)
    t.equal(response.headers['cache-control'], 'no-store', name)
  }
  t.notOk(server.log.join('').includes(clientSecret), 'no secret in the log')
})

t.test('a wrong secret and an unknown client fail alike', async (t) => {
  const { app, ...server } = await testServer(t)
  await secretClient({ app, ...server }, { clientId: 'known' })
  for (const send of [
    (id: string) => clientCredentials(app, basic(id, 'wrong')),
    (id: string) => postForm(app, '/revoke', { token: 'x' }, basic(id, 'wrong')),
    (id: string) => postForm(app, '/introspect', { token: 'x' }, basic(id, 'wrong')),
  ]) {
    const [known, unknown] = [await send('known'), await send('unknown')]
    t.equal(known.statusCode, 401)
    t.equal(known.body, unknown.body)
    t.equal(known.headers['www-authenticate'], unknown.headers['www-authenticate'])
  }
})

t.test('a secret that was replaced is worth nothing any more', async (t) => {
  const server = await testServer(t)
  const before = await secretClient(server)
  const after = await secretClient(server)
  t.equal((await clientCredentials(server.app, before.headers)).statusCode, 401)
  t.equal((await clientCredentials(server.app, after.headers)).statusCode, 200)
})

t.test('RFC 7523 §3: private_key_jwt, with every algorithm that discovery names', async (t) => {
  const server = await testServer(t)
  const { token_endpoint_auth_signing_alg_values_supported: algorithms } = (
    await server.app.inject('/.well-known/openid-configuration')
  ).json()
  t.strictSame(algorithms, ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])
  for (const alg of algorithms) {
    const client = await keyedClient(server, alg, `keyed-${alg}`)
    t.equal((await clientCredentials(server.app, {}, await client.form())).statusCode, 200, alg)
  }
})

t.test('RFC 7523 §3: an assertion counts once, now, here, and from its own client', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  const { app } = server
  const client = await keyedClient(server)
  await keyedClient(server, 'ES256', 'other')
  await secretClient(server, { clientId: 'secretive' })
  const { privateKey: stranger } = await generateKeyPair('ES256')
  const now = Math.floor(Date.now() / 1000)
  const pem = await exportSPKI(client.publicKey)
  const claims = { iss: client.clientId, sub: client.clientId, aud: ISSUER, jti: 'a', exp: now + 60 }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const hs256 = (key: string) => {
    const input = `${part({ alg: 'HS256', kid: 'k1' })}.${part(claims)}`
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
  }
  const critical = new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 })
    .sign(client.privateKey, { crit: { x: true } })
  const zeros = `${part({ alg: 'ES256', kid: 'k1' })}.${part(claims)}.${Buffer.alloc(64).toString('base64url')}`
  const cases: readonly (readonly [string, string | Promise<string>, changes?: Fields, error?: string])[] = [
    ['alg none', new UnsecuredJWT(claims).encode()],
    ['HS256 with the public key', hs256(pem)],
    ['HS256 with the public JWK', hs256(JSON.stringify(client.jwk))],
    ['a signature of zeros', zeros],
    ["a stranger's key", client.sign({}, {}, stranger)],
    ["a stranger's key in the header", client.sign({}, { jwk: client.jwk }, stranger)],
    ['an unknown kid', client.sign({}, { kid: "k1'; --" })],
    ['an unknown critical header', critical],
    ['another audience', client.sign({ aud: 'https://login.example.com' })],
    ['the token endpoint as audience', client.sign({ aud: `${ISSUER}/token` })],
    ['the issuer with a slash', client.sign({ aud: `${ISSUER}/` })],
    ['an array of audiences', client.sign({ aud: [ISSUER, 'https://stranger.example'] })],
    ['an array of one', client.sign({ aud: [ISSUER] })],
    ['no audience', client.sign({ aud: undefined })],
    ['another issuer', client.sign({ iss: 'other' })],
    ['another subject', client.sign({ sub: 'other' })],
    ['no subject', client.sign({ sub: undefined })],
    ['a subject that is no text', client.sign({ sub: 7 })],
    ['a subject with a NUL', client.sign({ sub: 'keyed\0' })],
    ['expired', client.sign({ exp: now - 10 })],
    ['no expiry', client.sign({ exp: undefined })],
    ['expiry as text', client.sign({ exp: String(now + 60) })],
    ['too long-lived', client.sign({ exp: now + 3600 })],
    ['not yet valid', client.sign({ nbf: now + 120 })],
    ['no jti', client.sign({ jti: undefined })],
    ['a jti that is no text', client.sign({ jti: 7 })],
    ['no JWT', 'x'],
    ['too long', 'x'.repeat(9000), {}, 'invalid_request'],
    ['for another client', client.sign(), { client_id: 'other' }],
    ['for a client with a secret', client.sign(), { client_id: 'secretive' }],
    ['for a public client', client.sign({ iss: APP.clientId, sub: APP.clientId })],
    ['for an unknown client', client.sign({ iss: 'nobody', sub: 'nobody' })],
    [
      'of another type',
      client.sign(),
      { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
      'invalid_request',
    ],
  ]
  for (const [index, [name, assertion, changes = {}, error = 'invalid_client']] of cases.entries()) {
    const fields = { ...form, ...(await client.form(assertion)), ...changes }
    const response = await sendFrom(app, `192.0.2.${index}`, {}, fields)
    t.match([response.statusCode, response.json().error], [error === 'invalid_client' ? 401 : 400, error], name)
    t.notOk('www-authenticate' in response.headers, name)
  }
  t.equal((await clientCredentials(app, {}, { client_id: 'keyed' })).statusCode, 401, 'no assertion at all')
  t.equal((await clientCredentials(app, {}, { client_id: 'keyed', client_secret: 'x' })).statusCode, 401)
  const withId = await clientCredentials(app, {}, { ...(await client.form()), client_id: 'keyed' })
  t.equal(withId.statusCode, 200, 'client_id may come along')
})

t.test('the same assertion at once, or again: one counts; another client may use the same jti', async (t) => {
  const server = await testServer(t)
  const client = await keyedClient(server)
  const other = await keyedClient(server, 'ES256', 'other')
  const fields = await client.form(client.sign({ jti: 'once' }))
  const answers = await Promise.all(Array.from({ length: 8 }, () => clientCredentials(server.app, {}, fields)))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, ...Array.from({ length: 7 }, () => 401)])
  const theirs = await other.form(other.sign({ jti: 'once' }))
  t.equal((await clientCredentials(server.app, {}, theirs)).statusCode, 200)
})

t.test("assertions go by the database's clock", async (t) => {
  const server = await testServer(t)
  const client = await keyedClient(server)
  await turnClock(t, server.db, 3600)
  const now = Math.floor(Date.now() / 1000)
  t.equal((await clientCredentials(server.app, {}, await client.form())).statusCode, 401)
  const later = await client.form(client.sign({ iat: now + 3600, exp: now + 3660 }))
  t.equal((await clientCredentials(server.app, {}, later)).statusCode, 200)
})

t.test('guessing is bounded per client and address, and locks nobody else out', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  const { clientId, clientSecret, headers } = await secretClient(server)
  const other = await secretClient(server, { clientId: 'other' })
  const from = (address: string, headers: Fields, fields?: Fields) => sendFrom(server.app, address, headers, fields)
  const guesses = await Promise.all(
    Array.from({ length: 30 }, (_, n) => from('192.0.2.1', basic(clientId, `guess ${n}`))),
  )
  t.equal(guesses.filter(({ statusCode }) => statusCode === 401).length, 10, 'also when sent at once')
  const [refused] = guesses.filter(({ statusCode }) => statusCode !== 401)
  t.equal(refused?.statusCode, 429)
  t.match(refused?.headers['retry-after'], /^(59|60)$/)
  t.equal(refused?.json().error, 'too_many_requests')

  t.equal((await from('192.0.2.1', headers)).statusCode, 429, 'the right secret has to wait here')
  t.equal((await from('192.0.2.2', headers)).statusCode, 200, 'but not elsewhere')
  t.equal((await from('192.0.2.1', other.headers)).statusCode, 200, 'nor another client here')
  t.equal((await from('::ffff:192.0.2.1', headers)).statusCode, 429, 'another spelling is the same address')
  const inBody = { ...form, client_id: clientId, client_secret: clientSecret }
  t.equal((await from('192.0.2.1', {}, inBody)).statusCode, 429, 'another method is the same guesser')
  t.equal(
    (await from('192.0.2.1', {}, { ...form, client_id: APP.clientId })).statusCode,
    400,
    'a public client has no secret',
  )
})

t.test(
  'one address that tries many clients is stopped as well, whatever it picks within its IPv6 network',
  async (t) => {
    const { app, ...server } = await testServer(t)
    const { headers } = await secretClient({ app, ...server })
    const from = (address: string, authorization: Fields) => sendFrom(app, address, authorization)
    for (let n = 0; n < 100; n++) await from(`2001:db8:1:2::${n.toString(16)}`, basic(`client-${n}`, 'x'))
    t.equal((await from('2001:db8:1:2:ffff::1', headers)).statusCode, 429)
    t.equal((await from('2001:db8:1:3::1', headers)).statusCode, 200)
    for (let n = 0; n < 300; n++) await from(`2001:db8:1:${(n + 16).toString(16)}::1`, basic(`client-${n}`, 'x'))
    t.equal((await from('2001:db8:1:4::1', headers)).statusCode, 429, 'nor by taking the networks of a /48 in turn')
    t.equal((await from('2001:db8:2:4::1', headers)).statusCode, 200, 'another site')
  },
)

t.test('the count of failures: fixed windows, bounded memory', (t) => {
  let now = 0
  const limit = limitAttempts(2, 60, { maxKeys: 3, now: () => now })
  limit.note('a')
  t.equal(limit.waitSeconds('a'), 0)
  now = 20
  limit.note('a')
  t.equal(limit.waitSeconds('a'), 40)
  now = 59.5
  t.equal(limit.waitSeconds('a'), 1)
  now = 60
  t.equal(limit.waitSeconds('a'), 0)
  limit.note('a')
  t.equal(limit.waitSeconds('a'), 0, 'a new window starts at one')
  limit.note('a')
  for (const key of ['b', 'c', 'd']) limit.note(key)
  t.equal(limit.waitSeconds('a'), 0, 'the oldest window makes room')
  limit.note('heavy', 2)
  t.equal(limit.waitSeconds('heavy'), 60, 'one that weighs as much as two')
  t.end()
})

t.test('addresses of one subscriber are one network', (t) => {
  const cases = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '192.0.2.7'],
    ['64:ff9b:1::192.0.2.7', '64:ff9b:1:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['1:2:3:4:5:6:7::', '1:2:3:4'],
    // as some proxies write into X-Forwarded-For
    ['192.0.2.7:49152', '192.0.2.7'],
    ['[2001:db8:1:2:3::9]:49152', '2001:db8:1:2'],
  ]
  for (const [address = '', network] of cases) t.equal(networkOf(address), network, address)
  t.end()
})

t.test(
  'what registration refuses: secrets in apps and pages, keys and secrets that do not fit the method',
  async (t) => {
    const { db } = await testServer(t)
    const web = { clientId: 'x', name: 'X', kind: 'web', redirectUris: [] } as const
    const cases = [
      { ...web, kind: 'native', authMethod: 'client_secret_basic', clientSecret: 's' },
      { ...web, kind: 'browser', authMethod: 'client_secret_post', clientSecret: 's' },
      { ...web, authMethod: 'client_secret_basic' },
      { ...web, clientSecret: 's' },
      { ...web, authMethod: 'private_key_jwt' },
      { ...web, authMethod: 'client_secret_basic', clientSecret: 's', jwks: { keys: [] } },
      { ...web, grantTypes: ['client_credentials'] },
      { ...web, pkceRequired: false },
    ] as const
    for (const definition of cases)
      await t.rejects(registerApplication(db, definition, ISSUER, OPERATOR), { name: 'InvalidApplication' })
  },
)
