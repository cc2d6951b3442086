// Signing keys: instances agree on one key per algorithm, and the private halves are worth nothing without their secret.
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { SIGNING_ALGORITHMS } from '../../src/crypto/signing-algorithms.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openKeyRing } from '../../src/tokens/signing-keys.ts'
import { testDatabase } from '../support/database.ts'
import { obtainTokens } from '../support/phone.ts'
import { testServer } from '../support/server.ts'

const PRIVATE_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

t.test('8 instances that start at once agree on one key per algorithm', async (t) => {
  const url = await testDatabase(t)
  const secrets = [randomSecret()] as const
  const instances = Array.from({ length: 8 }, () => openDatabase(url, () => {}, { connections: 2 }))
  t.teardown(() => Promise.all(instances.map((db) => db.destroy())))
  const rings = await Promise.all(instances.map((db) => openKeyRing(db, secrets)))
  const sets = rings.map((ring) => JSON.stringify(ring.jwks))
  t.equal(new Set(sets).size, 1)
  const keys = rings[0]?.jwks.keys ?? []
  t.equal(new Set(keys.map(({ alg }) => alg)).size, keys.length, 'one of each')
  for (const alg of ['ES256', 'RS256']) t.equal(new Set(rings.map((ring) => ring.current(alg).kid)).size, 1)
})

t.test('RFC 7517: the published set holds public halves only, each with kid, alg and use', async (t) => {
  const { app } = await testServer(t)
  const response = await app.inject('/jwks')
  t.equal(response.statusCode, 200)
  t.match(response.headers, {
    'content-type': /^application\/jwk-set\+json/,
    'cache-control': 'public, max-age=60',
    'access-control-allow-origin': '*',
  })
  for (const key of response.json().keys) {
    t.match(key, { use: 'sig', alg: /^(ES256|RS256|EdDSA)$/, kty: /^(EC|RSA|OKP)$/ })
    t.equal(key.kid, await calculateJwkThumbprint(key), 'the kid says which key it is (RFC 7638)')
    for (const part of PRIVATE_PARTS) t.notOk(part in key)
  }
})

t.test('the database holds no private key in the clear', async (t) => {
  const { db, config } = await testServer(t)
  for (const { private_jwe, public_jwk } of await db.selectFrom('signing_keys').selectAll().execute()) {
    t.match(private_jwe, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/, 'a JWE without a wrapped key')
    const parts = private_jwe.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    t.strictSame(JSON.parse(parts[0] ?? ''), { alg: 'dir', enc: 'A256GCM' })
    t.notMatch(parts.slice(1).join(), /"kty"|"d"/)
    for (const part of PRIVATE_PARTS) t.notOk(part in public_jwk)
    t.notOk(private_jwe.includes(config.keyEncryptionKey))
  }
})

t.test('a wrong KEY_ENCRYPTION_KEY is named, and leaves nothing behind that the others could not read', async (t) => {
  const { db, config } = await testServer(t)
  // As after an upgrade that brings an algorithm, or when a rotation is due.
  await db.deleteFrom('signing_keys').where('alg', '=', 'RS256').execute()
  const keys = () => db.selectFrom('signing_keys').select('kid').orderBy('kid').execute()
  const before = await keys()
  await t.rejects(openKeyRing(db, [randomSecret()]), {
    message: 'a signing key cannot be decrypted: KEY_ENCRYPTION_KEY is not the one it was stored with',
  })
  t.strictSame(await keys(), before)
  const ring = await openKeyRing(db, config.keyEncryptionKeys)
  t.match(ring.current('RS256'), { alg: 'RS256' })
})

t.test('tokens of one instance hold at another that opened the same keys', async (t) => {
  const { app, db, config } = await testServer(t)
  const { access_token } = await obtainTokens(app)
  const other = await openKeyRing(db, config.keyEncryptionKeys)
  const { protectedHeader } = await jwtVerify(access_token, createLocalJWKSet({ keys: [...other.jwks.keys] }))
  t.strictSame(protectedHeader, { alg: 'ES256', typ: 'at+jwt', kid: other.current('ES256').kid })
})

t.test('an application chooses the algorithm of its access tokens: ES256, RS256 and EdDSA are all live', async (t) => {
  const { app, register, keys } = await testServer(t)
  for (const alg of SIGNING_ALGORITHMS) {
    await register({ accessTokenAlg: alg })
    const { access_token } = await obtainTokens(app)
    const published = createLocalJWKSet((await app.inject('/jwks')).json())
    const { protectedHeader } = await jwtVerify(access_token, published, { algorithms: [alg] })
    t.strictSame(protectedHeader, { alg, typ: 'at+jwt', kid: keys.current(alg).kid })
    const userinfo = await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${access_token}` } })
    t.match(userinfo.json(), { error: 'insufficient_scope' }, 'we know it again')
  }
})
