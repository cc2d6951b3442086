// E-mail addresses: a person says which is the main one and takes others away, and never ends up without one.
import t from 'tap'
import { addressIds } from '../../src/account/security/addresses/routes.ts'
import { accountToken, addAddress, addEve, atAccount } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { type TestServer, testServer, USER } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const SECOND = 'second@example.com'
function pathOf(server: Pick<TestServer, 'config'>, key: string): string {
  return `/account/security/addresses/${addressIds(server.config.cookieSecrets, key)[0]}`
}

t.test('all are there, the main one first, and what is not confirmed says so', async (t) => {
  const server = await testServer(t)
  await addAddress(server, SECOND)
  await addAddress(server, 'third@example.com', false)
  const browser = await atAccount(server)
  t.match(
    wordsOf(await browser.open('/account/security')),
    `E-mail addresses ${USER.email}, ${SECOND}, third@example.com`,
  )
  const page = wordsOf(await browser.open('/account/security/addresses'))
  t.match(
    page,
    /ada@example\.com Main address · not confirmed second@example\.com confirmed \w+ \d+, \d{4} third@example\.com not confirmed/,
  )
  t.notMatch(wordsOf(await browser.open(pathOf(server, 'third@example.com'))), 'Make it the main address')
})

t.test('an address that was imported is not confirmed, and says how it comes to be', async (t) => {
  const server = await testServer(t)
  await addAddress(server, SECOND)
  await server.db.updateTable('email_addresses').set({ proof: 'imported' }).where('key', '=', SECOND).execute()
  const browser = await atAccount(server)
  const page = wordsOf(await browser.open(pathOf(server, SECOND)))
  t.match(page, 'not confirmed It came with your account from another system')
  t.match(page, 'This server cannot send mails, so it cannot be confirmed here.')
  t.notMatch(page, 'Confirm this address')
  t.notMatch(wordsOf(await browser.open(pathOf(server, USER.email))), 'from another system')
})

t.test('another one becomes the main address: pages and apps are told that one', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  await addAddress(server, SECOND)
  const browser = await atAccount(server)
  const page = await browser.open(pathOf(server, SECOND))
  const after = await browser.submit(page, '/primary')
  t.match(wordsOf(after), 'Signed in as second@example.com')
  t.match(wordsOf(after), 'Your main address is another one now.')
  const rows = await db
    .selectFrom('email_addresses')
    .where('person_id', '=', personId)
    .where('is_primary', '=', true)
    .select('key')
    .execute()
  t.strictSame(rows, [{ key: SECOND }])
  t.notMatch((await browser.submit(page, '/primary')).body, 'role="status"', 'twice is once')
  const events = await db.selectFrom('audit_events').where('type', '=', 'address').select('outcome').execute()
  t.strictSame(events, [{ outcome: 'made-primary' }])
})

t.test(
  'one that is taken away signs nobody in, can be somebody else’s, and what was mailed before is of no use',
  async (t) => {
    const server = await testServer(t)
    const { app, db, personId } = server
    await addAddress(server, SECOND)
    await db
      .insertInto('mail_challenges')
      .values({
        id: 'x'.repeat(22),
        purpose: 'reset',
        email_key: SECOND,
        address: SECOND,
        person_id: personId,
        auth_epoch: 0,
        expires_at: new Date(Date.now() + 3600_000),
      })
      .execute()
    const browser = await atAccount(server)
    const page = await browser.open(`${pathOf(server, SECOND)}/remove`)
    t.match(wordsOf(page), /second@example\.com is no longer yours here: You cannot sign in with it any more/)
    const after = await browser.submit(page, '/remove')
    t.match(wordsOf(after), 'The address is taken away.')
    t.notMatch(after.body, SECOND)
    t.match(await db.selectFrom('mail_challenges').select('consumed_at').execute(), [{ consumed_at: Date }])
    const other = new Browser(app)
    const refused = await logIn(other, await other.open(authorizeUrl(pkcePair().challenge)), { ...USER, email: SECOND })
    t.match(refused.body, 'do not fit together')
    const eve = await addEve(server)
    const theirs = { person_id: eve, key: SECOND, address: SECOND, proof: 'verified', proven_at: new Date() } as const
    await db.insertInto('email_addresses').values(theirs).execute()
    t.equal((await browser.submit(page, '/remove')).statusCode, 200, 'twice is once')
  },
)

t.test('the main address stays, whatever is sent', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  t.equal((await browser.open(`${pathOf(server, USER.email)}/remove`)).statusCode, 404)
  const form = { csrf: accountToken(server, browser) }
  t.equal((await browser.request('POST', `${pathOf(server, USER.email)}/remove`, { form })).statusCode, 303)
  t.match(await db.selectFrom('email_addresses').where('person_id', '=', personId).selectAll().execute(), [
    { is_primary: true, proof: 'assigned', removed_at: null },
  ])
})

t.test(
  'one becomes the main address while it is taken away: there is one main address, and it is proven',
  async (t) => {
    const server = await testServer(t)
    const { db, personId } = server
    const browser = await atAccount(server)
    const form = { csrf: accountToken(server, browser) }
    for (let round = 0; round < 5; round++) {
      const key = await addAddress(server, `round${round}@example.com`)
      const answers = await Promise.all(
        ['primary', 'remove', 'primary', 'remove'].map((action) =>
          browser.request('POST', `${pathOf(server, key)}/${action}`, { form }),
        ),
      )
      t.ok(answers.every(({ statusCode }) => statusCode === 303))
      const primary = await db
        .selectFrom('email_addresses')
        .where('person_id', '=', personId)
        .where('is_primary', '=', true)
        .select('proof')
        .execute()
      t.equal(primary.length, 1)
      t.ok(primary[0]?.proof)
    }
  },
)
