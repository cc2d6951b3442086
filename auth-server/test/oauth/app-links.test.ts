// One record of an app, and all that follows from it: what phones read, and its link as a redirect URI.

import t from 'tap'
import { registerApplication } from '../../src/catalogue/applications.ts'
import { removeAppIdentity, setAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { suspendRow } from '../../src/store/queries/suspension.ts'
import { APP_LINK, HTTPS_ISSUER, IDENTITY, identify, PLAY_DIGEST, UPLOAD_DIGEST } from '../support/app-identity.ts'
import { APP, ISSUER, type TestServer, testServer } from '../support/server.ts'

const ASSET_LINKS = '/.well-known/assetlinks.json'
const SITE_ASSOCIATION = '/.well-known/apple-app-site-association'

/** Both documents as they are now: no list of a moment ago is waited out. */
async function documents({ app }: TestServer) {
  const [android, apple] = await Promise.all([app.inject(ASSET_LINKS), app.inject(SITE_ASSOCIATION)])
  return { android: android.json(), apple: apple.json() }
}

t.test('nobody has a record: both documents are there and give nothing to anybody', async (t) => {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  t.strictSame(await documents(server), {
    android: [],
    apple: { applinks: { details: [] }, webcredentials: { apps: [] } },
  })
})

t.test('a record: links, passkeys and every certificate, at the root of the issuer, as phones read them', async (t) => {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  await identify(server)
  t.strictSame(await documents(server), {
    android: [
      {
        relation: ['delegate_permission/common.handle_all_urls', 'delegate_permission/common.get_login_creds'],
        relation_extensions: {
          'delegate_permission/common.handle_all_urls': {
            dynamic_app_link_components: [{ '/': '/apps/shop-app/callback' }, { '/': '*', exclude: true }],
          },
        },
        target: {
          namespace: 'android_app',
          package_name: 'com.example.shop',
          sha256_cert_fingerprints: [PLAY_DIGEST, UPLOAD_DIGEST],
        },
      },
    ],
    apple: {
      applinks: {
        details: [{ appIDs: ['ABCDE12345.com.example.shop'], components: [{ '/': '/apps/shop-app/callback' }] }],
      },
      webcredentials: { apps: ['ABCDE12345.com.example.shop'] },
    },
  })
  for (const url of [ASSET_LINKS, SITE_ASSOCIATION]) {
    const { statusCode, headers } = await server.app.inject(url)
    t.equal(statusCode, 200, 'no redirect')
    t.match(headers, {
      'content-type': /^application\/json(; charset=utf-8)?$/,
      'cache-control': 'public, max-age=300',
      etag: /^"[\w-]{43}"$/,
    })
    for (const known of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`]) {
      const again = await server.app.inject({ url, headers: { 'if-none-match': String(known) } })
      t.match([again.statusCode, again.body, again.headers.etag], [304, '', headers.etag])
    }
    t.equal((await server.app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode, 200)
    t.match(await server.app.inject({ method: 'HEAD', url }), { statusCode: 200, body: '' })
  }
})

t.test('an app for links only gets no passkeys; an app on one system stands in one document', async (t) => {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  await identify(server, { passkeys: false })
  const { android, apple } = await documents(server)
  t.strictSame(android[0].relation, ['delegate_permission/common.handle_all_urls'])
  t.strictSame(apple.webcredentials, { apps: [] })
  t.equal(apple.applinks.details.length, 1)
})

t.test('who was not let in, or is suspended, stands in no document', async (t) => {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  await registerApplication(server.db, { ...APP, clientId: 'stranger', redirectUris: [] }, ISSUER, OPERATOR)
  await setAppIdentity(server.db, HTTPS_ISSUER, 'stranger', IDENTITY, OPERATOR)
  t.strictSame((await documents(server)).android, [], 'no subscription')
  const suspended = await testServer(t, { ISSUER: HTTPS_ISSUER })
  await identify(suspended)
  await suspended.db.transaction().execute((trx) => suspendRow(trx, 'applications', suspended.applicationId))
  t.strictSame((await documents(suspended)).android, [], 'suspended')
})

t.test('the documents together stay below 128 KiB: the record that would not fit is refused', async (t) => {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  const digests = Array.from({ length: 10 }, (_, index) => `${PLAY_DIGEST.slice(0, -2)}${10 + index}`)
  const refused: unknown[] = []
  for (let count = 0; count < 200 && refused.length === 0; count++) {
    const clientId = `app-${count}`
    await registerApplication(server.db, { ...APP, clientId, redirectUris: [] }, ISSUER, OPERATOR)
    const identity = { ...IDENTITY, androidPackage: `com.example.${'x'.repeat(180)}`, androidDigests: digests }
    await setAppIdentity(server.db, HTTPS_ISSUER, clientId, identity, OPERATOR).catch((error: unknown) =>
      refused.push(error),
    )
  }
  t.match(refused, [{ name: 'InvalidIdentity', message: /longer than 128 KiB/ }])
})

t.test(
  'the link of an app comes with its record and goes with it; nothing else at this server is a redirect URI',
  async (t) => {
    const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
    const { db } = server
    const uris = async () =>
      (
        await db
          .selectFrom('applications')
          .where('client_id', '=', APP.clientId)
          .select('redirect_uris')
          .executeTakeFirstOrThrow()
      ).redirect_uris
    const again = (redirectUris: readonly string[]) =>
      registerApplication(db, { ...APP, redirectUris }, HTTPS_ISSUER, OPERATOR)
    const refusal = { name: 'InvalidApplication', about: 'redirect URI', message: /the only redirect URI of an app is/ }
    await t.rejects(again([APP_LINK]), refusal, 'before there is a record')
    await identify(server)
    await identify(server)
    t.strictSame(await uris(), [...APP.redirectUris, APP_LINK], 'once')
    await again([APP_LINK])
    for (const other of [
      `${HTTPS_ISSUER}/apps/other-app/callback`,
      `${APP_LINK}/`,
      `${APP_LINK}?to=elsewhere`,
      `${HTTPS_ISSUER}/logout`,
      HTTPS_ISSUER,
    ])
      await t.rejects(again([APP_LINK, other]), refusal, other)
    t.equal(await removeAppIdentity(db, HTTPS_ISSUER, APP.clientId, OPERATOR), true)
    t.strictSame(await uris(), [])
    t.equal(await removeAppIdentity(db, HTTPS_ISSUER, APP.clientId, OPERATOR), false)
    const events = await db
      .selectFrom('audit_events')
      .where('type', '=', 'application')
      .select(['outcome', 'by_command'])
      .execute()
    t.strictSame(
      events,
      ['identity-set', 'identity-set', 'identity-removed'].map((outcome) => ({ outcome, by_command: true })),
    )
  },
)

t.test('only a native app that is there, and whose client ID can stand in a link, has a record', async (t) => {
  const { db } = await testServer(t, { ISSUER: HTTPS_ISSUER })
  const page = { ...APP, clientId: 'page', kind: 'browser', redirectUris: [] } as const
  await registerApplication(db, page, ISSUER, OPERATOR)
  await registerApplication(db, { ...APP, clientId: '..', redirectUris: [] }, ISSUER, OPERATOR)
  const rows: Readonly<Record<string, RegExp>> = {
    nobody: /^There is no application nobody\.$/,
    page: /^page runs on no phone: it was registered as browser, not as native\.$/,
    '..': /^Its client ID would have to stand in a link/,
  }
  for (const [clientId, message] of Object.entries(rows))
    await t.rejects(
      setAppIdentity(db, HTTPS_ISSUER, clientId, IDENTITY, OPERATOR),
      { name: 'InvalidIdentity', message },
      clientId,
    )
})

t.test('twenty records at once: each stands in the documents', async (t) => {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  const ids = Array.from({ length: 20 }, (_, index) => `app-${index}`)
  for (const clientId of ids) await server.register({ clientId, redirectUris: [] })
  await Promise.all(ids.map((clientId) => setAppIdentity(server.db, HTTPS_ISSUER, clientId, IDENTITY, OPERATOR)))
  t.equal((await documents(server)).apple.applinks.details.length, 20)
})
