// Somebody may have had an address in another system that was never theirs: nothing that is promised to it is theirs here.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { exportPerson } from '../../src/store/person.ts'
import { findOpenInvitation } from '../../src/store/queries/application-people.ts'
import { insertImported } from '../../src/store/queries/import-people.ts'
import { insertMemberByAddress } from '../../src/store/tables/memberships.ts'
import { deleteRolePromise, insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { API, testServer } from '../support/server.ts'

const KEY = 'grace@corp.example'
const PROMISE = { emailKey: KEY, address: KEY, role: 'administrator', apiId: null } as const
const DOMAIN = { emailKey: '@corp.example', address: '@corp.example', role: 'developer', apiId: null } as const

async function setUp(t: Test) {
  const { db, register } = await testServer(t)
  const id = `usr_${'A'.repeat(22)}`
  const importIt = (proof: 'imported' | 'verified') =>
    db.transaction().execute((trx) =>
      insertImported(trx, [
        {
          ...{ id, email: KEY, emailKey: KEY, proof, name: null, language: null, claims: {}, status: 'active' },
          ...{ hash: null, pepperId: null },
        },
      ]),
    )
  const roles = async () => {
    const rows = await db
      .selectFrom('person_roles')
      .where('person_id', '=', id)
      .select('role')
      .orderBy('role')
      .execute()
    return rows.map(({ role }) => role)
  }
  const prove = () =>
    db.updateTable('email_addresses').set({ proof: 'verified', proven_at: new Date() }).where('key', '=', KEY).execute()
  const mayCome = async () => {
    const { rows } = await sql<{ may: boolean }>`select may_come(${id}, ${API.id}) as may`.execute(db)
    return rows[0]?.may
  }
  return { db, id, register, importIt, roles, prove, mayCome }
}

for (const [order, promiseFirst] of [
  ['before the import', true],
  ['after it', false],
] as const)
  t.test(`a role that was promised ${order} comes with the proof of the address, and not sooner`, async (t) => {
    const { db, importIt, roles, prove } = await setUp(t)
    const promise = () =>
      db.transaction().execute(async (trx) => {
        await insertRolePromise(trx, PROMISE)
        await insertRolePromise(trx, DOMAIN)
      })
    if (promiseFirst) await promise()
    await importIt('imported')
    if (!promiseFirst) await promise()
    t.strictSame(await roles(), [])
    await prove()
    t.strictSame(await roles(), ['administrator', 'developer'])
    await db.transaction().execute((trx) => deleteRolePromise(trx, DOMAIN))
    t.strictSame(await roles(), ['administrator'])
  })

t.test('where the word of the other system is believed, the role comes at once', async (t) => {
  const { db, importIt, roles } = await setUp(t)
  await db.transaction().execute((trx) => insertRolePromise(trx, PROMISE))
  await importIt('verified')
  t.strictSame(await roles(), ['administrator'])
})

t.test('an API for a domain, or for the invited, waits for the proof', async (t) => {
  const { db, importIt, prove, mayCome } = await setUp(t)
  const only = (signUp: unknown) =>
    db
      .updateTable('apis')
      .set({ sign_up: JSON.stringify(signUp) })
      .where('id', '=', API.id)
      .execute()
  await only({ domains: ['corp.example'] })
  await importIt('imported')
  t.equal(await mayCome(), false)
  await only('invitation')
  await db.transaction().execute((trx) => insertMemberByAddress(trx, { key: KEY, address: KEY, apiId: API.id }))
  t.equal(await mayCome(), false)
  await prove()
  t.equal(await mayCome(), true)
  await db.deleteFrom('memberships').execute()
  t.equal(await mayCome(), false)
  await only({ domains: ['corp.example'] })
  t.equal(await mayCome(), true)
})

t.test(
  'an invitation to an application is for whoever has proven the address, and in the copy of nobody else',
  async (t) => {
    const { db, id, importIt, prove, register } = await setUp(t)
    await importIt('imported')
    const challengeId = 'a challenge'
    await db
      .insertInto('application_invitations')
      .values({
        ...{
          id: 'inv_1',
          application_id: await register(),
          email_key: KEY,
          address: KEY,
          role: 'owner',
          hands_over: false,
        },
        ...{ invited_by: null, challenge_id: challengeId, expires_at: new Date(Date.now() + 3600_000) },
      })
      .execute()
    const copied = async () => (await exportPerson(db, id))?.application_invitations?.length
    t.equal(await findOpenInvitation(db, { challengeId, personId: id }), undefined)
    t.equal(await copied(), 0)
    await prove()
    t.match(await findOpenInvitation(db, { challengeId, personId: id }), { role: 'owner' })
    t.equal(await copied(), 1)
  },
)
