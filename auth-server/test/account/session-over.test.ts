// A form that is under way when its session ends, be it by whom the account belongs to: nothing of it is done afterwards.
import { sql } from 'kysely'
import t from 'tap'
import { PATHS } from '../../src/account/paths.ts'
import { lockAccount } from '../../src/store/lock-account.ts'
import { accountAddresses, accountToken, atAccount } from '../support/account.ts'
import { untilBlocked } from '../support/database.ts'
import { everything } from '../support/everything.ts'
import { atAccountByPasskey } from '../support/passkeys.ts'
import { testServer } from '../support/server.ts'
import { setupLink } from '../support/setup-link.ts'

t.setTimeout(120_000)

/** What makes each of them do something; a name does for the others. */
const FILLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/account/security/password': { password: 'a passphrase of somebody else' },
  '/account/profile/language': { language: 'de' },
  '/account/profile/details/:group': { phone_number: '+4930123456' },
}

/**
 * These only begin what another form ends, show, take from apps, which no owner wants undone, find nothing here to do
 * (no app was begun, no form is asked for), or store a passkey, which looks at the session by itself (passkeys.test.ts).
 */
const NOT_HELD: readonly string[] = [
  ...[PATHS.passkeyOptions, PATHS.linkedAdd, PATHS.addressAdd, PATHS.addressCheck, PATHS.setAsideProve],
  ...[PATHS.passkeys, PATHS.export, PATHS.authenticatorAppBegin, PATHS.authenticatorAppRemove],
  ...[PATHS.authenticatorApp, PATHS.registration],
  ...[PATHS.installationName, PATHS.installationEnd, PATHS.applicationWithdraw],
].map((path) => `/account${path}`)

t.test('every form of the account', async (t) => {
  const server = await testServer(t, { VISITS_PER_MINUTE: '1000' })
  const { db, personId } = server
  const addresses = await accountAddresses(server)
  const browser = await atAccountByPasskey(server)
  await browser.request('GET', await setupLink(db))
  const csrf = accountToken(server, browser)
  const state = () => everything(db, ['attempts', 'sessions', 'authorization_requests'])
  const { rows: sessions } = await sql<{ kept: unknown }>`select to_jsonb(sessions) as kept from sessions`.execute(db)
  const kept = JSON.stringify(sessions.map((row) => row.kept))
  const seen: string[] = []
  for (const { pattern, url, pages } of addresses.filter(({ method }) => method === 'POST')) {
    if (NOT_HELD.includes(pattern)) continue
    seen.push(pattern)
    const before = await state()
    const owner = await db.startTransaction().execute()
    await lockAccount(owner, personId)
    await sql`delete from sessions where person_id = ${personId}`.execute(owner)
    const answered = browser.request('POST', url, { form: { csrf, ...(FILLED[pattern] ?? { name: 'Changed' }) } })
    await untilBlocked(db)
    await owner.commit().execute()
    const { statusCode, headers } = await answered
    t.equal(statusCode, 303, pattern)
    t.ok(pages.includes(headers.location ?? ''), `${pattern}: to ${headers.location}`)
    t.ok((await state()) === before, `${pattern} has changed nothing`)
    await sql`insert into sessions select * from jsonb_populate_recordset(null::sessions, ${kept}::jsonb)`.execute(db)
  }
  t.ok(seen.length > 10, seen.join(' '))
})

t.test('while the session stands, they are done', async (t) => {
  const server = await testServer(t)
  const browser = await atAccount(server)
  const form = { csrf: accountToken(server, browser), ...FILLED['/account/security/password'] }
  const { headers } = await browser.request('POST', '/account/security/password', { form })
  t.match(headers.location, /news=passwordChanged/)
})
