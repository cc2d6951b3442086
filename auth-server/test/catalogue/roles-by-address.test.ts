// A role that the catalogue file gives to an address is with whoever has proven the address, and with nobody else.
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { removeAddress } from '../../src/store/tables/email-addresses.ts'
import { insertRole, listRoles } from '../../src/store/tables/person-roles.ts'
import { insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { testServer, USER } from '../support/server.ts'

const BOSS = 'boss@example.com'

t.test('a role by address ends when the address is taken away, and goes to whoever proves it next', async (t) => {
  const { db, config, personId } = await testServer(t)
  const proven = { key: BOSS, address: BOSS, proof: 'verified', proven_at: new Date() } as const
  await db
    .insertInto('email_addresses')
    .values({ ...proven, person_id: personId, is_primary: false })
    .execute()
  await db
    .transaction()
    .execute((trx) => insertRolePromise(trx, { emailKey: BOSS, address: BOSS, role: 'administrator', apiId: null }))
  const administrators = async () => (await listRoles(db)).map(({ id }) => id)
  t.strictSame(await administrators(), [personId])
  await db.transaction().execute((trx) => removeAddress(trx, { personId, key: BOSS }))
  t.strictSame(await administrators(), [], 'whose address it is no more')
  const told = await db.selectFrom('audit_events').where('type', '=', 'role').orderBy('seq').select('outcome').execute()
  t.strictSame(
    told.map(({ outcome }) => outcome),
    ['administrator-given', 'administrator-taken'],
  )
  await db.deleteFrom('email_addresses').where('key', '=', BOSS).execute()
  const other = await createAccount(db, config.passwordPepper, { email: BOSS, password: USER.password })
  t.strictSame(await administrators(), [other], 'whose address it is now')
})

t.test('a role that was given by hand stays, whichever addresses somebody has', async (t) => {
  const { db, personId } = await testServer(t)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'administrator', apiId: null }))
  await db.deleteFrom('email_addresses').where('person_id', '=', personId).execute()
  t.match(await listRoles(db), [{ id: personId, role: 'administrator' }])
})

t.test('nobody without an account has a role', async (t) => {
  const { db } = await testServer(t)
  await db.insertInto('people').values({ id: 'usr_guest', kind: 'guest' }).execute()
  const given = await db
    .transaction()
    .execute((trx) => insertRole(trx, { personId: 'usr_guest', role: 'administrator', apiId: null }))
  t.equal(given, false)
})
