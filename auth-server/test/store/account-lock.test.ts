// A change of an account and a sign-in to it at the same moment: the one waits for the other, and neither fails.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { sha256 } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { addAddress } from '../../src/identity/add-address.ts'
import { undoChange } from '../../src/identity/undo.ts'
import type { Db, Trx } from '../../src/store/database.ts'
import { endAllButSession } from '../../src/store/end-sessions.ts'
import { noteChange } from '../../src/store/queries/account-changes.ts'
import { endEveryLogin } from '../../src/store/queries/administration.ts'
import { leave } from '../../src/store/queries/leaving.ts'
import { resetPassword } from '../../src/store/queries/reset-password.ts'
import { signIn } from '../../src/store/queries/sign-in.ts'
import type { MailChallenges } from '../../src/store/tables/mail-challenges.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { atLogin, signedIn } from '../killed/kind.ts'
import { SESSION_COOKIE, secretOf } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { type TestServer, testServer, USER } from '../support/server.ts'

const ELSEWHERE = { issuer: 'https://idp.example', subject: 'ada' }
const PROVEN = { address: USER.email, provenHash: 'of a browser' }
const TAKEN_BACK = '“that wasn’t me”'
const CONFIRMED = 'an imported address is confirmed'
const RESET = 'a forgotten password'
const NEW = { hash: 'another', pepperId: null }

/** An account whose address was imported, with an identity elsewhere, a factor, and a login in a browser. */
async function account(t: Test) {
  const server = await testServer(t)
  const { db, personId } = server
  await db.updateTable('email_addresses').set({ proof: 'imported' }).execute()
  await db
    .insertInto('identities')
    .values({ person_id: personId, ...ELSEWHERE })
    .execute()
  return { ...server, ...(await signedIn(server)) }
}
type Account = Awaited<ReturnType<typeof account>>

/** By the identity, in the browser that is signed in already: its session is renewed. */
async function comeAgain(
  server: TestServer,
  ...tokens: readonly (string | undefined)[]
): Promise<() => ReturnType<typeof signIn>> {
  const { browser, requestId } = await atLogin(server)
  return () =>
    signIn(server.db, {
      requestId,
      visits: [{ id: requestId, browserHash: sha256(secretOf(browser, requestId)) }],
      tokenHashes: tokens.map((token = '') => sha256(token)),
      ...{ personId: server.personId, authEpoch: 1, acr: 'acr', amr: ['fed'], issuer: ELSEWHERE.issuer },
      identity: { ...ELSEWHERE },
      ...{ ttlSeconds: 60, persists: true, strong: { roles: [], ttlSeconds: 60 } },
      ...{ sessionId: randomSecret(16), signInId: randomSecret(16), tokenHashesOf: (id) => [sha256(id)] },
    })
}

async function challenge(
  { db, personId }: Account,
  purpose: MailChallenges['purpose'],
  changes: Partial<Pick<MailChallenges, 'proven_hash'>> = {},
): Promise<string> {
  const whose = { person_id: personId, auth_epoch: 1, email_key: USER.email, address: USER.email }
  const expires_at = new Date(Date.now() + 3600_000)
  await db
    .insertInto('mail_challenges')
    .values({ id: purpose, purpose, ...whose, expires_at, ...changes })
    .execute()
  return purpose
}

function within(db: Db, change: (trx: Trx) => Promise<unknown>) {
  return () => db.transaction().execute(change)
}

/** Each makes ready what it needs, and returns what it does. */
const CHANGES: Readonly<Record<string, (account: Account) => Promise<() => Promise<unknown>>>> = {
  [TAKEN_BACK]: async ({ db, personId }) => {
    await db.transaction().execute((trx) => noteChange(trx, { personId, kind: 'password-changed' }))
    const { id } = await db.selectFrom('mail_challenges').select('id').executeTakeFirstOrThrow()
    return () => undoChange(db, id, WITHOUT_REQUEST)
  },
  [CONFIRMED]: async (account) => {
    const challengeId = await challenge(account, 'address')
    return () => addAddress(account.db, { challengeId, sessionId: account.sessionId }, WITHOUT_REQUEST)
  },
  [RESET]: async (account) => {
    const id = await challenge(account, 'reset', { proven_hash: PROVEN.provenHash })
    return within(account.db, (trx) => resetPassword(trx, { ...PROVEN, id, purpose: 'reset' }, NEW))
  },
  'another password': async ({ db, personId }) => within(db, (trx) => replacePassword(trx, personId, NEW)),
  'all other logins ended': async ({ db, personId, sessionId }) =>
    within(db, (trx) => endAllButSession(trx, { personId, sessionId })),
  'every login ended by an administrator': async ({ db, personId }) =>
    within(db, (trx) => endEveryLogin(trx, personId, { needsNewPassword: false })),
  'the account left': async ({ db, personId }) => within(db, (trx) => leave(trx, personId, 60)),
}

/** What stands in the way of both, so that they meet in the middle, and which changes come to it. */
const HELD = [
  ['the person’s row', (trx: Trx) => sql`select from people for update`.execute(trx), Object.keys(CHANGES)],
  [
    'the identity’s row',
    (trx: Trx) => sql`select from identities for update`.execute(trx),
    [TAKEN_BACK, CONFIRMED, RESET],
  ],
] as const

for (const [row, hold, changes] of HELD)
  for (const what of changes)
    t.test(`${what}, and a sign-in by a provider in that browser, which both come to ${row}`, async (t) => {
      const there = await account(t)
      const { db, browser } = there
      const change = await CHANGES[what]?.(there)
      const again = await comeAgain(there, browser.cookies.get(SESSION_COOKIE))
      const started = await db.transaction().execute(async (trx) => {
        await hold(trx)
        const changed = change?.()
        await untilBlocked(db)
        const signedInAgain = again()
        await untilBlocked(db, 2)
        return [changed, signedInAgain]
      })
      t.match(await Promise.allSettled(started), [{ status: 'fulfilled' }, { status: 'fulfilled' }])
    })

t.test(
  'a browser with two sessions signs in while all logins end: both lock them in the order of their ids',
  async (t) => {
    const there = await account(t)
    const { db, personId, browser } = there
    const first = { id: '-', token_hash: sha256('first'), person_id: personId, auth_epoch: 1, acr: 'acr' }
    await db
      .insertInto('sessions')
      .values({ ...first, auth_time: new Date(0), expires_at: new Date(Date.now() + 60_000) })
      .execute()
    const again = await comeAgain(there, browser.cookies.get(SESSION_COOKIE), 'first')
    const started = await db.transaction().execute(async (trx) => {
      await sql`select from sessions where id = '-' for update`.execute(trx)
      const ended = within(db, (inner) => endEveryLogin(inner, personId, { needsNewPassword: false }))()
      await untilBlocked(db)
      const signedInAgain = again()
      await untilBlocked(db, 2)
      return [ended, signedInAgain]
    })
    t.match(await Promise.allSettled(started), [{ status: 'fulfilled' }, { status: 'fulfilled' }])
  },
)
