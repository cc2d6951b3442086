// People as the tables allow them: without address and without password, and addresses that prove nothing.
import t from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { authenticate } from '../../src/identity/local-account.ts'
import type { Db } from '../../src/store/database.ts'
import { Browser, SESSION_COOKIE } from '../support/browser.ts'
import { answerOf, authorizeUrl, pkcePair, redeem } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'

/** A person without anything, signed in by some way that needs nothing. Returns their session's token. */
async function signInBare(db: Db, id: string, name: string | null): Promise<string> {
  const token = randomSecret()
  await db.insertInto('people').values({ id, kind: 'guest', name }).execute()
  await db
    .insertInto('sessions')
    .values({
      token_hash: sha256(token),
      id: randomSecret(16),
      person_id: id,
      auth_epoch: 1,
      acr: 'acr',
      expires_at: new Date(Date.now() + 3600_000),
    })
    .execute()
  return token
}

t.test('who has neither address nor password uses apps like anybody, and is called by name', async (t) => {
  const { app, db } = await testServer(t)
  for (const [id, name, called] of [
    ['usr_named', 'Ada <L>', 'Ada &lt;L&gt;'],
    ['usr_nameless', null, 'usr_nameless'],
  ] as const) {
    const browser = new Browser(app)
    browser.cookies.set(SESSION_COOKIE, await signInBare(db, id, name))
    const { verifier, challenge } = pkcePair()
    const page = await browser.open(authorizeUrl(challenge, { scope: 'openid profile email' }))
    t.match(page.body, `Continue as ${called}</button>`)
    const { code = '' } = answerOf(await browser.submit(page, '/continue'))
    const { access_token } = (await redeem(app, code, verifier)).json()
    const userinfo = await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${access_token}` } })
    const { updated_at, ...claims } = userinfo.json()
    t.type(updated_at, 'number')
    t.strictSame(claims, { sub: id, ...(name !== null && { name }) }, 'no address, and nothing said about one')
    t.match((await browser.open('/interaction/logout')).body, called)
  }
})

t.test('two may have written down one address; one of them can have proven it', async (t) => {
  const { db } = await testServer(t)
  await db
    .insertInto('people')
    .values([{ id: 'usr_one' }, { id: 'usr_other' }])
    .execute()
  const address = { key: 'x@example.com', address: 'x@example.com' }
  const both = [
    { ...address, person_id: 'usr_one' },
    { ...address, person_id: 'usr_other' },
  ]
  await db.insertInto('email_addresses').values(both).execute()
  const prove = (id: string) =>
    db
      .updateTable('email_addresses')
      .set({ proof: 'verified', proven_at: new Date() })
      .where('person_id', '=', id)
      .execute()
  await prove('usr_one')
  await t.rejects(prove('usr_other'), /email_addresses_proven/)
})

t.test('an address that was only written down signs nobody in, though the password be right', async (t) => {
  const { db, config, personId } = await testServer(t)
  const attempt = () => authenticate(db, config, USER, [])
  t.match(await attempt(), { personId })
  await db.updateTable('email_addresses').set({ proof: null, proven_at: null, is_primary: false }).execute()
  t.equal(await attempt(), undefined)
})
