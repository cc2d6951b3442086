// A pepper can be replaced: nobody notices, each password moves on at its next sign-in, and only then is the old one not needed.
import t from 'tap'
import { hashPassword } from '../../src/crypto/password.ts'
import { MAX_RUNNING, MAX_WAITING } from '../../src/crypto/password-queue.ts'
import { PASSWORD_WORK } from '../../src/crypto/password-work.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { authenticate, createAccount } from '../../src/identity/local-account.ts'
import { type Peppers, renewStored, sealPassword } from '../../src/identity/password.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { storedPassword } from '../support/people.ts'
import { testServer, USER } from '../support/server.ts'

const OLD = randomSecret()
const NEW = randomSecret()
const BEFORE: Peppers = { passwordPepper: OLD }
const BOTH: Peppers = { passwordPepper: NEW, previousPasswordPepper: OLD }
const AFTER: Peppers = { passwordPepper: NEW }

/** A person whose password is of before the rotation, or of before there were ids for peppers. */
async function setUp(t: Parameters<typeof testServer>[0], { withId = true } = {}) {
  const { db } = await testServer(t, { PASSWORD_PEPPER: OLD })
  const email = 'grace@example.com'
  const personId = (await createAccount(db, OLD, { email, password: USER.password })) ?? ''
  if (!withId) await db.updateTable('passwords').set({ pepper_id: null }).where('person_id', '=', personId).execute()
  const signsIn = async (peppers: Peppers, password = USER.password) =>
    (await authenticate(db, peppers, { email, password }, []))?.personId === personId
  return { db, email, personId, signsIn }
}

for (const withId of [true, false])
  t.test(
    `a password ${withId ? 'of the pepper before' : 'from before peppers had ids'} moves on when it signs in`,
    async (t) => {
      const { db, personId, signsIn } = await setUp(t, { withId })
      const before = await storedPassword(db, personId)
      t.equal(await signsIn(BOTH, 'wrong'), false)
      t.equal(await signsIn(AFTER), false, 'without the old pepper nobody can tell')
      t.strictSame(await storedPassword(db, personId), before, 'a wrong password moves nothing')
      t.equal(await signsIn(BOTH), true)
      const moved = await storedPassword(db, personId)
      t.not(moved.pepperId, before.pepperId)
      t.equal(await signsIn(AFTER), true)
      t.equal(await signsIn(BEFORE), false)
      t.equal(await signsIn(BOTH), true)
      t.strictSame(await storedPassword(db, personId), moved, 'once')
      const person = await db
        .selectFrom('people')
        .where('id', '=', personId)
        .select('auth_epoch')
        .executeTakeFirstOrThrow()
      t.equal(person.auth_epoch, 1, 'no login ends by it')
    },
  )

t.test('without a rotation a password from before peppers had ids gets one, too', async (t) => {
  const { db, personId, signsIn } = await setUp(t, { withId: false })
  t.equal(await signsIn(BEFORE), true)
  t.match(await storedPassword(db, personId), { pepperId: /^[\w-]{12}$/ })
  t.equal(await signsIn(BOTH), true)
})

t.test('whatever the pepper, a wrong password costs one comparison', async (t) => {
  const { db, email } = await setUp(t)
  const { compare } = PASSWORD_WORK
  let compared = 0
  PASSWORD_WORK.compare = async (password, hash) => {
    compared++
    return compare(password, hash)
  }
  t.teardown(() => {
    PASSWORD_WORK.compare = compare
  })
  for (const peppers of [BEFORE, BOTH, AFTER, { passwordPepper: randomSecret(), previousPasswordPepper: NEW }])
    for (const who of [email, 'nobody@example.com']) {
      compared = 0
      t.equal(await authenticate(db, peppers, { email: who, password: 'wrong' }, []), undefined)
      t.equal(compared, 1)
    }
})

t.test('a password that is replaced while its pepper is renewed stays replaced', async (t) => {
  const { db, personId, signsIn } = await setUp(t)
  const stored = await storedPassword(db, personId)
  await replacePassword(db, personId, await sealPassword(NEW, 'another passphrase'))
  await renewStored(db, BOTH, { personId, password: USER.password, stored })
  t.equal(await signsIn(BOTH), false)
  t.equal(await signsIn(BOTH, 'another passphrase'), true)
})

t.test('in a crowd a sign-in does not fail for the sake of the pepper', async (t) => {
  const { db, personId, signsIn } = await setUp(t)
  const before = await storedPassword(db, personId)
  const crowd = Array.from({ length: MAX_RUNNING + MAX_WAITING }, () => hashPassword(NEW, 'x'))
  await renewStored(db, BOTH, { personId, password: USER.password, stored: before })
  t.strictSame(await storedPassword(db, personId), before)
  await Promise.all(crowd)
  t.equal(await signsIn(BOTH), true)
})
