// RFC 7591: who may register a client, with which metadata, and what comes back.
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import t from 'tap'
import { MFA_ACR, PASSWORD_ACR } from '../../../src/identity/acr.ts'
import { ASSERTION_TYPE } from '../../../src/oauth/client/assertion.ts'
import { createInitialAccessToken } from '../../../src/tokens/initial-access-token.ts'
import { postForm } from '../../support/clients.ts'
import { turnClock } from '../../support/database.ts'
import { ISSUER, type TestServer, testServer } from '../../support/server.ts'

type Metadata = Readonly<Record<string, unknown>>

const REDIRECT_URIS = ['https://client.example.org/callback']
function token(server: TestServer, uses = 1) {
  return createInitialAccessToken(server.db, { note: 'test', uses })
}

function post({ app }: TestServer, bearer: string | undefined, body: string | Buffer, type = 'application/json') {
  return app.inject({
    method: 'POST',
    url: '/register',
    headers: { 'content-type': type, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
    payload: body,
  })
}
async function register(server: TestServer, metadata: Metadata) {
  return post(server, await token(server), JSON.stringify(metadata))
}

async function countClients({ db }: TestServer): Promise<number> {
  const row = await db
    .selectFrom('applications')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirst()
  return Number(row?.count)
}

t.test('§3.2.1: a web client gets its id, its secret once, and every value that was filled in', async (t) => {
  const server = await testServer(t)
  const response = await register(server, { redirect_uris: REDIRECT_URIS, client_name: 'Ledger', shoe_size: 44 })
  const { client_id, client_secret, client_id_issued_at, ...rest } = response.json()
  t.equal(response.statusCode, 201)
  t.equal(response.headers['cache-control'], 'no-store')
  t.match(client_id, /^client_[\w-]{22}$/)
  t.match(client_secret, /^[\w-]{43}$/)
  t.ok(Math.abs(client_id_issued_at - Date.now() / 1000) < 60)
  t.strictSame(rest, {
    client_secret_expires_at: 0,
    client_name: 'Ledger',
    application_type: 'web',
    redirect_uris: REDIRECT_URIS,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    subject_type: 'public',
    id_token_signed_response_alg: 'RS256',
    require_pushed_authorization_requests: false,
    dpop_bound_access_tokens: false,
    post_logout_redirect_uris: [],
  })
  const row = await server.db
    .selectFrom('applications')
    .selectAll()
    .where('client_id', '=', client_id)
    .executeTakeFirst()
  t.match(row, { kind: 'web', name: 'Ledger', pkce_required: true, redirect_uris: REDIRECT_URIS })
  t.notOk(JSON.stringify(row).includes(client_secret), 'the secret is stored as a hash only')
  t.notOk(server.log.join('').includes(client_secret), 'and not logged')
})

t.test('a native client is public and has no secret; without a name it goes by its id', async (t) => {
  const server = await testServer(t)
  const response = await register(server, {
    application_type: 'native',
    redirect_uris: ['com.example.other:/callback', 'http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    dpop_bound_access_tokens: true,
    require_pushed_authorization_requests: true,
    id_token_signed_response_alg: 'ES256',
    post_logout_redirect_uris: ['com.example.other:/bye'],
  })
  const body = response.json()
  t.equal(response.statusCode, 201)
  t.notOk('client_secret' in body)
  t.match(body, {
    client_name: body.client_id,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    dpop_bound_access_tokens: true,
    require_pushed_authorization_requests: true,
    id_token_signed_response_alg: 'ES256',
    post_logout_redirect_uris: ['com.example.other:/bye'],
  })
})

t.test('a page is a public web client; a server may use keys, and proves itself with them', async (t) => {
  const server = await testServer(t)
  const page = await register(server, { redirect_uris: REDIRECT_URIS, token_endpoint_auth_method: 'none' })
  t.match(page.json(), { application_type: 'web', token_endpoint_auth_method: 'none' })
  const row = await server.db
    .selectFrom('applications')
    .select('kind')
    .where('client_id', '=', page.json().client_id)
    .executeTakeFirst()
  t.equal(row?.kind, 'browser')

  const { publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'ES256' }
  const keyed = await register(server, {
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [jwk] },
  })
  t.equal(keyed.statusCode, 201)
  t.match(keyed.json(), { response_types: [], redirect_uris: [], jwks: { keys: [jwk] } })
})

t.test('a new client has no subscription, so it may not ask for tokens yet', async (t) => {
  const server = await testServer(t)
  const { client_id, client_secret } = (
    await register(server, { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' })
  ).json()
  const response = await server.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString(),
  })
  t.equal(response.statusCode, 400)
  t.equal(response.json().error, 'unauthorized_client')
})

t.test('§3: without a good initial access token nothing is registered', async (t) => {
  const server = await testServer(t)
  const before = await countClients(server)
  const body = JSON.stringify({ redirect_uris: REDIRECT_URIS })
  const none = await post(server, undefined, body)
  t.equal(none.statusCode, 401)
  t.equal(none.headers['www-authenticate'], 'Bearer realm="mobile-api-gateway"')

  const expired = await token(server)
  await turnClock(t, server.db, 24 * 3600 + 1)
  for (const bearer of ['guess', expired]) {
    const response = await post(server, bearer, body)
    t.equal(response.statusCode, 401)
    t.match(response.headers['www-authenticate'], /error="invalid_token"/)
    t.equal(response.json().error, 'invalid_token')
  }
  t.equal(await countClients(server), before)
})

t.test(
  'an initial access token registers as many clients as it has uses, also at once; a refusal uses none up',
  async (t) => {
    const server = await testServer(t)
    const before = await countClients(server)
    const bearer = await token(server, 3)
    t.equal((await post(server, bearer, JSON.stringify({ redirect_uris: ['nonsense'] }))).statusCode, 400)
    const body = JSON.stringify({ redirect_uris: REDIRECT_URIS })
    const responses = await Promise.all(Array.from({ length: 8 }, () => post(server, bearer, body)))
    t.strictSame(responses.map(({ statusCode }) => statusCode).sort(), [201, 201, 201, 401, 401, 401, 401, 401])
    t.equal(await countClients(server), before + 3)
  },
)

t.test('§3.2.2: metadata that cannot be kept is refused', async (t) => {
  const server = await testServer(t)
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const small = await generateKeyPair('ES256', { extractable: true })
  const [jwk, other, secret] = await Promise.all([publicKey, small.publicKey, privateKey].map((key) => exportJWK(key)))
  const keyed = { token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'] }
  const web = { redirect_uris: REDIRECT_URIS }
  const cases: readonly (readonly [string, Metadata, error?: string])[] = [
    ['no redirect URI', {}, 'invalid_redirect_uri'],
    ['a wildcard', { redirect_uris: ['https://*.example.org/'] }, 'invalid_redirect_uri'],
    ['plain http', { redirect_uris: ['http://client.example.org/'] }, 'invalid_redirect_uri'],
    ['a fragment', { redirect_uris: ['https://client.example.org/#x'] }, 'invalid_redirect_uri'],
    ['javascript:', { application_type: 'native', redirect_uris: ['JavaScript:alert(1)'] }, 'invalid_redirect_uri'],
    [
      'a scheme without a dot',
      { application_type: 'native', redirect_uris: ['shop:/callback'] },
      'invalid_redirect_uri',
    ],
    ['a private-use scheme for a web client', { redirect_uris: ['com.example.x:/cb'] }, 'invalid_redirect_uri'],
    [
      "another app's scheme",
      { application_type: 'native', redirect_uris: ['com.example.shop:/other'] },
      'invalid_redirect_uri',
    ],
    ['redirect_uris as text', { redirect_uris: REDIRECT_URIS[0] }],
    ['too many redirect URIs', { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`) }],
    ['jwks_uri', { ...web, jwks_uri: 'http://169.254.169.254/' }],
    ['a software statement', { ...web, software_statement: 'e30.e30.' }],
    ['pairwise subjects', { ...web, subject_type: 'pairwise' }],
    ['encrypted ID tokens', { ...web, id_token_encrypted_response_alg: 'RSA-OAEP' }],
    ['unsigned ID tokens', { ...web, id_token_signed_response_alg: 'none' }],
    ['an unknown application_type', { ...web, application_type: 'service' }],
    ['an unknown method', { ...web, token_endpoint_auth_method: 'client_secret_jwt' }],
    [
      'a secret in an app',
      {
        application_type: 'native',
        redirect_uris: ['com.example.y:/cb'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    ['password grant', { ...web, grant_types: ['password'] }],
    ['implicit', { ...web, grant_types: ['implicit'], response_types: ['token'] }],
    ['no grant', { ...web, grant_types: [] }],
    ['refresh_token alone', { ...web, grant_types: ['refresh_token'] }],
    ['response_types without the grant', { grant_types: ['client_credentials'], response_types: ['code'] }],
    ['the grant without response_types', { ...web, response_types: [] }],
    [
      'client_credentials of a public client',
      { ...web, token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'client_credentials'] },
    ],
    ['a name with a line break', { ...web, client_name: 'a\nb' }],
    ['a name that turns the writing around', { ...web, client_name: 'a\u202Eb' }],
    ['an invisible name', { ...web, client_name: '\u200B ' }],
    ['a name that is no text', { ...web, client_name: { en: 'a' } }],
    ['a flag that is text', { ...web, dpop_bound_access_tokens: 'true' }],
    ['the method without keys', keyed],
    ['an empty set', { ...keyed, jwks: { keys: [] } }],
    ['a key id that cannot be stored', { ...keyed, jwks: { keys: [{ ...jwk, kid: '\0' }] } }, 'invalid_request'],
    ['a key id that is no text', { ...keyed, jwks: { keys: [{ ...jwk, kid: '\ud800' }] } }, 'invalid_request'],
    ['a private key', { ...keyed, jwks: { keys: [secret] } }],
    ['a shared key', { ...keyed, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['two keys without names', { ...keyed, jwks: { keys: [jwk, other] } }],
    ['a curve nobody signs with', { ...keyed, jwks: { keys: [{ ...jwk, crv: 'secp256k1' }] } }],
    ['a point off the curve', { ...keyed, jwks: { keys: [{ ...jwk, x: jwk?.y }] } }],
    [
      'a short RSA key',
      { ...keyed, jwks: { keys: [{ kty: 'RSA', n: Buffer.alloc(128, 0xab).toString('base64url'), e: 'AQAB' }] } },
    ],
    [
      'an RSA key that only costs time',
      { ...web, jwks: { keys: [{ kty: 'RSA', n: Buffer.alloc(1024, 0xab).toString('base64url'), e: 'AQAB' }] } },
    ],
    [
      'an RSA exponent as long as the modulus',
      {
        ...web,
        jwks: {
          keys: [
            {
              kty: 'RSA',
              n: Buffer.alloc(256, 0xab).toString('base64url'),
              e: Buffer.alloc(256, 0x55).toString('base64url'),
            },
          ],
        },
      },
    ],
    ['a private key, whatever the method', { ...web, jwks: { keys: [jwk, secret] } }],
    ['a shared key, whatever the method', { ...web, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['keys and an address of keys', { ...web, jwks: { keys: [jwk] }, jwks_uri: 'https://client.example.org/jwks' }],
    ['keys that are no set', { ...web, jwks: [jwk] }],
    ['too many keys', { ...web, jwks: { keys: Array.from({ length: 21 }, (_, n) => ({ ...jwk, kid: `k${n}` })) } }],
    [
      'an algorithm that the key does not sign by',
      { ...keyed, jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: 'PS256' },
    ],
    ['an unknown algorithm of assertions', { ...web, token_endpoint_auth_signing_alg: 'HS256' }],
    ['an encryption key', { ...keyed, jwks: { keys: [{ ...jwk, use: 'enc' }] } }],
    ['an open post-logout redirect', { ...web, post_logout_redirect_uris: ['https://good@evil.example/'] }],
    ['a logout address inside', { ...web, backchannel_logout_uri: 'http://10.0.0.1/logout' }],
    ['a logout address that is none', { ...web, backchannel_logout_uri: 'javascript:1' }],
  ]
  const before = await countClients(server)
  for (const [name, metadata, error = 'invalid_client_metadata'] of cases) {
    const response = await register(server, metadata)
    t.equal(response.statusCode, 400, name)
    t.equal(response.json().error, error, `${name}: ${response.body}`)
    t.match(response.json().error_description, /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/)
    // A question mark stands for a character that somebody else sent; our own sentences have words for theirs.
    t.notMatch(response.json().error_description, /\?/, name)
  }
  const withPort = { application_type: 'native', redirect_uris: ['http://127.0.0.1:8080/cb'] }
  t.match((await register(server, withPort)).json().error_description, /\(RFC 8252 section 7\.3\)/)
  t.equal(await countClients(server), before)
})

t.test('a logout address on loopback is for an issuer on loopback', async (t) => {
  const metadata = { redirect_uris: REDIRECT_URIS, backchannel_logout_uri: 'http://127.0.0.1:9000/logout' }
  t.equal((await register(await testServer(t), metadata)).statusCode, 201)
  const https = await testServer(t, { ISSUER: 'https://login.example.com' })
  t.equal((await register(https, metadata)).json().error, 'invalid_client_metadata')
})

t.test('who registers a private-use scheme, and is not let in, keeps nobody from it', async (t) => {
  const server = await testServer(t)
  const metadata = { application_type: 'native', redirect_uris: ['com.example.twice:/cb'] }
  const responses = await Promise.all(Array.from({ length: 6 }, () => register(server, metadata)))
  t.strictSame(responses.map(({ statusCode }) => statusCode).sort(), [201, 201, 201, 201, 201, 201])
})

t.test('the body is strict JSON', async (t) => {
  const server = await testServer(t)
  const uris = `"redirect_uris":["${REDIRECT_URIS[0]}"]`
  const deep = (depth: number) => `{${uris},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const cases: readonly (readonly [string, string | Buffer, number])[] = [
    ['malformed', `{${uris}`, 400],
    ['empty', '', 400],
    ['an array', '[]', 400],
    ['null', 'null', 400],
    ['a name twice', `{${uris},"client_name":"a","client_name":"b"}`, 400],
    ['a name twice, once escaped', `{${uris},"client_name":"a","client\\u005fname":"b"}`, 400],
    ['a name twice further down', `{${uris},"jwks":{"keys":[],"keys":[]}}`, 400],
    ['__proto__', `{${uris},"__proto__":{"client_name":"a"}}`, 400],
    ['__proto__, escaped', `{${uris},"\\u005f_proto__":{}}`, 400],
    ['constructor further down', `{${uris},"x":[{"constructor":1}]}`, 400],
    ['too deep', deep(8), 400],
    ['20 000 deep', deep(20_000), 400],
    [
      'not UTF-8',
      Buffer.concat([Buffer.from(`{${uris},"client_name":"`), Buffer.from([0xff]), Buffer.from('"}')]),
      400,
    ],
    ['too long', `{${uris},"x":"${'x'.repeat(65_536)}"}`, 413],
  ]
  for (const [name, body, status] of cases) {
    const response = await post(server, await token(server), body)
    t.equal(response.statusCode, status, name)
    t.equal(response.json().error, 'invalid_request', `${name}: ${response.body}`)
  }
  t.equal(
    (await post(server, await token(server), 'client_name=a', 'application/x-www-form-urlencoded')).statusCode,
    415,
  )
  t.equal((await post(server, await token(server), '{}', 'text/plain')).statusCode, 415)
  t.equal((await post(server, await token(server), deep(7))).statusCode, 201)
  const strings = `{${uris},"client_name":"{\\"a\\":1,\\"a\\":[[[[[[[[[["}`
  t.equal((await post(server, await token(server), strings)).statusCode, 201, 'brackets inside strings do not count')
  t.equal((await server.app.inject('/register')).statusCode, 405)
})

t.test('JSON is for registration only', async (t) => {
  const { app } = await testServer(t)
  const response = await app.inject({ method: 'POST', url: '/token', payload: { grant_type: 'refresh_token' } })
  t.equal(response.statusCode, 415)
})

t.test('§2: any client may send keys, whatever its method; the answer lists those that were kept', async (t) => {
  const server = await testServer(t)
  const jwkOf = async (alg: string, kid: string) => ({
    ...(await exportJWK((await generateKeyPair(alg)).publicKey)),
    kid,
  })
  const [rsa, ec, ed] = await Promise.all([jwkOf('RS256', 'rsa'), jwkOf('ES256', 'ec'), jwkOf('EdDSA', 'ed')])
  const sent = [
    { ...rsa, alg: 'RS256', use: 'sig', x5t: 'dropped' },
    { ...ec, alg: 'ES256' },
    { ...ed, alg: 'Ed25519' },
    // Of use to others (RFC 7517 §5).
    { ...rsa, kid: 'enc', use: 'enc', alg: 'RSA-OAEP' },
    { ...ec, kid: 'k1', crv: 'secp256k1' },
    { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA', kid: 'pq' },
    { kty: 'constructor', kid: 'x' },
  ]
  const kept = [
    { ...rsa, alg: 'RS256', use: 'sig' },
    { ...ec, alg: 'ES256', use: 'sig' },
    { ...ed, alg: 'Ed25519', use: 'sig' },
  ]
  const native = { application_type: 'native', redirect_uris: ['com.example.keys:/callback'] }
  for (const [name, metadata] of [
    ['client_secret_basic', { redirect_uris: REDIRECT_URIS }],
    ['client_secret_post', { redirect_uris: REDIRECT_URIS, token_endpoint_auth_method: 'client_secret_post' }],
    ['private_key_jwt', { redirect_uris: REDIRECT_URIS, token_endpoint_auth_method: 'private_key_jwt' }],
    ['none, a page', { redirect_uris: REDIRECT_URIS, token_endpoint_auth_method: 'none' }],
    ['none, an app', native],
  ] as const) {
    const response = await register(server, { ...metadata, jwks: { keys: sent } })
    t.equal(response.statusCode, 201, `${name}: ${response.body}`)
    t.strictSame(response.json().jwks, { keys: kept }, name)
    const row = await server.db
      .selectFrom('applications')
      .select('jwks')
      .where('client_id', '=', response.json().client_id)
      .executeTakeFirst()
    t.same(row?.jwks, { keys: kept }, name)
  }
  const none = await register(server, { redirect_uris: REDIRECT_URIS, jwks: { keys: [] } })
  t.strictSame([none.statusCode, none.json().jwks], [201, { keys: [] }])
  const unnamed = await register(server, {
    redirect_uris: REDIRECT_URIS,
    jwks: { keys: [ec, rsa].map(({ kid: _kid, ...jwk }) => jwk) },
  })
  t.equal(unnamed.statusCode, 201, 'who authenticates otherwise need not name them')
})

t.test('keys of a client that authenticates otherwise do not authenticate it', async (t) => {
  const server = await testServer(t)
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const metadata = {
    grant_types: ['client_credentials'],
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] },
  }
  const { client_id } = (await register(server, metadata)).json()
  const assertion = await new SignJWT({ jti: 'x' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(ISSUER)
    .setExpirationTime('1m')
    .sign(privateKey)
  const form = { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion, grant_type: 'client_credentials' }
  const response = await postForm(server.app, '/token', form)
  t.strictSame([response.statusCode, response.json().error], [401, 'invalid_client'])
})

t.test(
  'token_endpoint_auth_signing_alg is kept: assertions by another algorithm of the same key do not count',
  async (t) => {
    const server = await testServer(t)
    const { publicKey, privateKey } = await generateKeyPair('PS256', { extractable: true })
    const rs256 = await importJWK(await exportJWK(privateKey), 'RS256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k' }
    const other = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'other' }
    const response = await register(server, {
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      jwks: { keys: [jwk, other] },
    })
    t.equal(response.statusCode, 201)
    const { client_id, jwks, token_endpoint_auth_signing_alg } = response.json()
    t.equal(token_endpoint_auth_signing_alg, 'PS256')
    t.strictSame(jwks, { keys: [{ ...jwk, alg: 'PS256', use: 'sig' }] })
    for (const [alg, key, error] of [
      ['PS256', privateKey, 'unauthorized_client'], // proven; it has no subscription yet
      ['RS256', rs256, 'invalid_client'],
    ] as const) {
      const assertion = await new SignJWT({ jti: alg })
        .setProtectedHeader({ alg, kid: 'k' })
        .setIssuer(client_id)
        .setSubject(client_id)
        .setAudience(ISSUER)
        .setExpirationTime('1m')
        .sign(key)
      const form = {
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: assertion,
        grant_type: 'client_credentials',
      }
      t.equal((await postForm(server.app, '/token', form)).json().error, error, alg)
    }
  },
)

t.test(
  'metadata of the specifications is taken, refused, or answered as not taken; none is dropped in silence',
  async (t) => {
    const server = await testServer(t)
    const web = { redirect_uris: REDIRECT_URIS }
    const refused: Metadata = {
      default_max_age: 0,
      jwks_uri: 'https://client.example.org/jwks',
      sector_identifier_uri: 'https://client.example.org/sector',
      software_statement: 'e30.e30.',
      frontchannel_logout_uri: 'https://client.example.org/logout',
      frontchannel_logout_session_required: true,
      require_signed_request_object: true,
      request_object_signing_alg: 'ES256',
      request_object_encryption_alg: 'RSA-OAEP',
      request_object_encryption_enc: 'A128GCM',
      tls_client_certificate_bound_access_tokens: true,
      use_mtls_endpoint_aliases: true,
      tls_client_auth_subject_dn: 'CN=client',
      tls_client_auth_san_dns: 'client.example.org',
      tls_client_auth_san_uri: 'https://client.example.org',
      tls_client_auth_san_ip: '192.0.2.1',
      tls_client_auth_san_email: 'a@client.example.org',
      id_token_encrypted_response_alg: 'RSA-OAEP',
      id_token_encrypted_response_enc: 'A128GCM',
      userinfo_signed_response_alg: 'RS256',
      userinfo_encrypted_response_alg: 'RSA-OAEP',
      userinfo_encrypted_response_enc: 'A128GCM',
      introspection_signed_response_alg: 'RS256',
      introspection_encrypted_response_alg: 'RSA-OAEP',
      introspection_encrypted_response_enc: 'A128GCM',
      authorization_signed_response_alg: 'RS256',
      authorization_encrypted_response_alg: 'RSA-OAEP',
      authorization_encrypted_response_enc: 'A128GCM',
      authorization_details_types: ['payment'],
      backchannel_token_delivery_mode: 'poll',
      backchannel_client_notification_endpoint: 'https://client.example.org/ciba',
      backchannel_authentication_request_signing_alg: 'ES256',
      backchannel_user_code_parameter: true,
      subject_type: 'pairwise',
      default_acr_values: ['urn:mace:incommon:iap:silver'],
      require_auth_time: 'yes',
      backchannel_logout_session_required: 'yes',
      claims_in_id_token: 'yes',
    }
    for (const [name, value] of Object.entries(refused)) {
      const { statusCode, body } = await register(server, { ...web, [name]: value })
      t.strictSame([statusCode, JSON.parse(body).error], [400, 'invalid_client_metadata'], name)
      t.match(JSON.parse(body).error_description, name)
    }
    for (const link of [{ policy_uri: 'http://client.example.org/privacy' }, { tos_uri: 'javascript:alert(1)' }])
      t.match((await register(server, { ...web, ...link })).json(), {
        error: 'invalid_client_metadata',
        error_description: /https addresses/,
      })
    // What asks for nothing is granted.
    for (const [name, value] of Object.entries({
      tls_client_certificate_bound_access_tokens: false,
      default_max_age: null,
    }))
      t.equal((await register(server, { ...web, [name]: value })).statusCode, 201, name)

    const described = {
      client_uri: 'https://client.example.org',
      logo_uri: 'https://client.example.org/logo.png',
      'tos_uri#fr': 'https://client.example.org/conditions',
      'policy_uri#de': 'https://client.example.org/datenschutz',
      'client_name#de': 'Kassenbuch',
      contacts: ['ada@client.example.org'],
      software_id: 'ledger',
      software_version: '2',
      scope: 'openid profile',
      initiate_login_uri: 'https://client.example.org/login',
      request_uris: ['https://client.example.org/request'],
    }
    const { metadata_not_taken, ...answer } = (
      await register(server, { ...web, ...described, client_name: 'Ledger' })
    ).json()
    t.strictSame(metadata_not_taken, Object.keys(described))
    for (const name of Object.keys(described)) t.notOk(name in answer, name)

    const taken = {
      require_auth_time: true,
      backchannel_logout_session_required: true,
      backchannel_logout_uri: 'https://client.example.org/backchannel',
      default_acr_values: [MFA_ACR, PASSWORD_ACR],
      token_endpoint_auth_signing_alg: 'ES256',
      claims_in_id_token: true,
      policy_uri: 'https://client.example.org/privacy',
      tos_uri: 'https://client.example.org/tos',
    }
    const told = (await register(server, { ...web, ...taken })).json()
    t.match(told, taken)
    t.notOk('metadata_not_taken' in told)
    const { policy_uri, tos_uri } = taken
    const links = server.db.selectFrom('applications').select(['policy_uri', 'tos_uri'])
    t.strictSame(await links.where('client_id', '=', told.client_id).execute(), [{ policy_uri, tos_uri }])
  },
)
