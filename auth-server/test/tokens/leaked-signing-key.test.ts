// A signing key has leaked: from its withdrawal on it counts nowhere, whoever signs with it, and people stay logged in.
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { SIGNING_ALGORITHMS } from '../../src/crypto/signing-algorithms.ts'
import { openKeyRing, replaceLeakedKeys, rotateKeys } from '../../src/tokens/signing-keys.ts'
import { Browser } from '../support/browser.ts'
import { basic, postForm } from '../support/clients.ts'
import { turnClock } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { answerOf } from '../support/phone.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

async function kidsOf({ db }: TestServer, alg: string): Promise<string[]> {
  return (await db.selectFrom('signing_keys').where('alg', '=', alg).select('kid').orderBy('signs_from').execute()).map(
    ({ kid }) => kid,
  )
}

t.test('one key of the algorithm is left, it signs at once, and the other algorithms keep theirs', async (t) => {
  const server = await testServer(t)
  const { app, db, config, keys } = server
  const secret = config.keyEncryptionKeys
  const others = [keys.current('RS256').kid, keys.current('EdDSA').kid]
  await rotateKeys(db, secret, { algorithms: ['ES256'], maxAgeSeconds: 0, leadSeconds: 0 })
  await turnClock(t, db, 3600)
  await rotateKeys(db, secret, { algorithms: ['ES256'], maxAgeSeconds: 0 })
  const before = await kidsOf(server, 'ES256')
  t.equal(before.length, 3, 'one that has run its course, one that signs, and one that would sign next')

  t.strictSame(await replaceLeakedKeys(db, secret, ['ES256']), before)
  await keys.reload()
  const { kid } = keys.current('ES256')
  t.notOk(before.includes(kid))
  t.strictSame(await kidsOf(server, 'ES256'), [kid])
  const published = (await app.inject('/jwks')).json().keys.map((key: { kid: string }) => key.kid)
  t.strictSame(new Set(published), new Set([kid, ...others]))
})

t.test(
  'a withdrawn key counts nowhere: userinfo, introspection, feed, revocation, hints; refreshing goes on',
  async (t) => {
    const server = await testServer(t)
    const { app, db, config, keys, personId } = server
    const site = await Website.open(server)
    const feed = await feedReader(server)
    const tokens = await site.signIn()
    const bye = site.definition.postLogoutRedirectUris?.[0] ?? ''
    const client = basic(site.clientId, site.definition.clientSecret ?? '')
    const logout = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye })
    const family = () =>
      db.selectFrom('refresh_families').where('person_id', '=', personId).select('revoked_at').execute()
    const hear = async (accessToken: string, feedToken: string) => ({
      userinfo: (await site.userinfo(accessToken)).statusCode,
      introspection: (await postForm(app, '/introspect', { token: accessToken }, client)).json().active,
      feed: (await feed.ask({}, feedToken)).statusCode,
      logout: (await new Browser(app).open(`/logout?${logout}`)).headers.location,
      authorize: answerOf(await site.send(new Browser(app), { id_token_hint: tokens.id_token })).error,
    })
    const counts = { userinfo: 200, introspection: true, feed: 200, logout: bye, authorize: undefined }
    t.strictSame(await hear(tokens.access_token, feed.token), counts)

    await replaceLeakedKeys(db, config.keyEncryptionKeys)
    await keys.reload()
    t.strictSame(await hear(tokens.access_token, feed.token), {
      userinfo: 401,
      introspection: false,
      feed: 401,
      logout: undefined,
      authorize: 'invalid_request',
    })
    const revoked = await postForm(app, '/revoke', { token: tokens.access_token }, client)
    t.equal(revoked.statusCode, 200)
    t.strictSame(await family(), [{ revoked_at: null }], 'a login does not end by a token that anybody may have signed')

    const next = (await site.refresh(tokens.refresh_token)).json()
    t.equal(decodeProtectedHeader(next.access_token).kid, keys.current('ES256').kid)
    t.equal((await site.userinfo(next.access_token)).statusCode, 200, 'the app has refreshed')
  },
)

t.test('withdrawn ten times at once, while others rotate: one key per algorithm, and it signs', async (t) => {
  const server = await testServer(t)
  const { db, config } = server
  await turnClock(t, db, 91 * 24 * 3600)
  const secret = config.keyEncryptionKeys
  const before = await Promise.all(SIGNING_ALGORITHMS.map((alg) => kidsOf(server, alg)))
  await Promise.all([
    ...Array.from({ length: 10 }, () => replaceLeakedKeys(db, secret)),
    ...Array.from({ length: 3 }, () => rotateKeys(db, secret)),
  ])
  const ring = await openKeyRing(db, secret)
  for (const alg of SIGNING_ALGORITHMS) {
    t.strictSame(await kidsOf(server, alg), [ring.current(alg).kid])
    t.notOk(before.flat().includes(ring.current(alg).kid))
  }
})

t.test('with the wrong KEY_ENCRYPTION_KEY neither command changes anything, and both say so', async (t) => {
  const server = await testServer(t)
  const { db } = server
  const before = await Promise.all(SIGNING_ALGORITHMS.map((alg) => kidsOf(server, alg)))
  const refusal = { message: /KEY_ENCRYPTION_KEY is not the one/ }
  await t.rejects(replaceLeakedKeys(db, [randomSecret()]), refusal)
  await t.rejects(rotateKeys(db, [randomSecret()], { maxAgeSeconds: 0, leadSeconds: 0 }), refusal)
  t.strictSame(await Promise.all(SIGNING_ALGORITHMS.map((alg) => kidsOf(server, alg))), before)
})
