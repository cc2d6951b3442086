// Signing keys come and go on schedule: published before use, kept after it, agreed on by every instance.
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { insertSigningKey, listPublishedKeys } from '../../src/store/tables/signing-keys.ts'
import {
  openKeyRing,
  PUBLISH_LEAD_SECONDS,
  rotateKeys,
  rotateKeysNow,
  SHORTEST_LEAD_SECONDS,
} from '../../src/tokens/signing-keys.ts'
import { turnClock } from '../support/database.ts'
import { obtainTokens, refresh } from '../support/phone.ts'
import { testServer } from '../support/server.ts'

const DAY = 24 * 3600

t.test('a new key is published before it signs, and the old one stays until its last token has expired', async (t) => {
  const { db, config, keys } = await testServer(t)
  const kids = () => keys.jwks.keys.filter((key) => key.alg === 'ES256').map((key) => key.kid)
  const before = keys.current('ES256').kid
  t.same(kids(), [before])

  t.same(await rotateKeys(db, config.keyEncryptionKeys), [], 'nothing is due yet')
  await turnClock(t, db, 91 * DAY)
  t.same([...(await rotateKeys(db, config.keyEncryptionKeys))].sort(), ['ES256', 'EdDSA', 'RS256'])
  await keys.reload()
  t.equal(keys.current('ES256').kid, before, 'the old key signs on')
  t.equal(kids().length, 2, 'both are published')

  await turnClock(t, db, 91 * DAY + PUBLISH_LEAD_SECONDS + 1)
  await keys.reload()
  const after = keys.current('ES256').kid
  t.not(after, before, 'the new key signs')
  t.same(kids(), [before, after], 'the old one is published still')

  await turnClock(t, db, 91 * DAY + PUBLISH_LEAD_SECONDS + 16 * 60)
  await keys.reload()
  t.same(kids(), [after], 'and gone when its last token has expired')
})

t.test('of ten instances that rotate at once, one adds a key, and all agree on it', async (t) => {
  const { db, config } = await testServer(t)
  await turnClock(t, db, 91 * DAY)
  const results = await Promise.all(Array.from({ length: 10 }, () => rotateKeys(db, config.keyEncryptionKeys)))
  t.same(results.flat().sort(), ['ES256', 'EdDSA', 'RS256'])
  await turnClock(t, db, 92 * DAY)
  const rings = await Promise.all(Array.from({ length: 3 }, () => openKeyRing(db, config.keyEncryptionKeys)))
  t.equal(new Set(rings.map((ring) => ring.current('ES256').kid)).size, 1)
})

t.test('ten instances that start on an empty database make one key per algorithm', async (t) => {
  const { config, db } = await testServer(t)
  await db.deleteFrom('signing_keys').execute()
  const others = Array.from({ length: 10 }, () => openDatabase(config.databaseUrl, () => {}, { connections: 2 }))
  const rings = await Promise.all(others.map((other) => openKeyRing(other, config.keyEncryptionKeys)))
  await Promise.all(others.map((other) => other.destroy()))
  t.equal(new Set(rings.map((ring) => ring.current('ES256').kid)).size, 1)
  t.equal((await listPublishedKeys(db, 0)).length, 3)
})

t.test('a token signed before a rotation can be refreshed after it, and the new one names the new key', async (t) => {
  const { app, db, config, keys } = await testServer(t)
  const first = await obtainTokens(app)
  await rotateKeys(db, config.keyEncryptionKeys, { algorithms: ['ES256'], maxAgeSeconds: 0, leadSeconds: 0 })
  await keys.reload()
  const second = await refresh(app, first.refresh_token)
  t.equal(second.statusCode, 200)
  const kidOf = (token: string) => decodeProtectedHeader(token).kid
  t.not(kidOf(second.json().access_token), kidOf(first.access_token))
})

t.test('private keys are stored encrypted, and the wrong KEY_ENCRYPTION_KEY says so', async (t) => {
  const { db } = await testServer(t)
  const rows = await db.selectFrom('signing_keys').selectAll().execute()
  for (const row of rows) {
    t.match(row.private_jwe, /^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
    t.notOk('d' in row.public_jwk)
  }
  const wrong = Buffer.alloc(32, 1).toString('base64url')
  await t.rejects(openKeyRing(db, [wrong]), { message: /KEY_ENCRYPTION_KEY is not the one/ })
})

t.test('a key that another instance has just added is not added twice', async (t) => {
  const { db, keys } = await testServer(t)
  const row = { kid: 'x', alg: keys.current('RS256').alg, publicJwk: {}, privateJwe: '' }
  t.equal(await insertSigningKey(db, row, { leadSeconds: 0, maxAgeSeconds: 3600 }), false)
})

t.test('a rotation that has to be now hastens the one that is on its way, and says which is which', async (t) => {
  const { db, config, keys } = await testServer(t)
  const secret = config.keyEncryptionKeys
  const before = keys.current('ES256').kid
  await rotateKeys(db, secret, { algorithms: ['ES256'], maxAgeSeconds: 0 })
  await keys.reload()
  const pending = keys.jwks.keys.find(({ alg, kid }) => alg === 'ES256' && kid !== before)?.kid

  const all = { published: ['RS256', 'EdDSA'], hastened: ['ES256'], unchanged: [] }
  t.strictSame(await rotateKeysNow(db, secret), all)
  t.equal((await listPublishedKeys(db, 3600)).length, 6, 'one new key each')
  t.strictSame(await rotateKeysNow(db, secret), { published: [], hastened: [], unchanged: ['ES256', 'RS256', 'EdDSA'] })

  await turnClock(t, db, SHORTEST_LEAD_SECONDS + 1)
  await keys.reload()
  t.equal(keys.current('ES256').kid, pending, 'it signs')
  t.ok(
    keys.jwks.keys.some(({ kid }) => kid === before),
    'and the one before is published still',
  )
})

t.test('now, beside instances that rotate by schedule: one new key each, and it signs in seconds', async (t) => {
  const { db, config } = await testServer(t)
  await turnClock(t, db, 91 * DAY)
  const secret = config.keyEncryptionKeys
  await Promise.all([rotateKeysNow(db, secret), ...Array.from({ length: 6 }, () => rotateKeys(db, secret))])
  const waiting = (await listPublishedKeys(db, 0)).filter(({ signsInSeconds }) => signsInSeconds > 0)
  t.equal(waiting.length, 3)
  for (const { signsInSeconds } of waiting) t.ok(signsInSeconds <= SHORTEST_LEAD_SECONDS, `${signsInSeconds} s`)
})
