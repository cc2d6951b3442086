// A role that is promised to an address or a domain finds whose they are by an index, however many people there are.
import { sql } from 'kysely'
import t from 'tap'
import { insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { newPerson } from '../support/administrator.ts'
import { testServer } from '../support/server.ts'

const MANY = 20_000

t.test('of many thousand addresses a promise reads those that it is made to', async (t) => {
  const server = await testServer(t)
  const { db } = server
  await newPerson(server, 'one@makers.example')
  await newPerson(server, 'two@makers.example')
  await sql`alter table email_addresses disable trigger user`.execute(db)
  await sql`
    insert into email_addresses (person_id, key, address, proof, proven_at)
    select ${server.personId}, 'many' || n || '@elsewhere.example', 'x', 'verified', auth_now()
    from generate_series(1, ${MANY}::int) n`.execute(db)
  await sql`alter table email_addresses enable trigger user`.execute(db)
  await sql`analyze email_addresses`.execute(db)

  /** How many addresses were read for a promise, and who has the role after it. */
  const promise = (emailKey: string) =>
    db.transaction().execute(async (trx) => {
      await insertRolePromise(trx, { emailKey, address: emailKey, role: 'developer', apiId: null })
      const { rows } = await sql<{ read: number }>`
        select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_xact_user_tables
        where relname = 'email_addresses'`.execute(trx)
      const { length } = await trx.selectFrom('person_roles').select('person_id').execute()
      return { read: rows[0]?.read ?? 0, roles: length }
    })
  const one = await promise('one@makers.example')
  t.equal(one.roles, 1)
  t.ok(one.read < 100, `${one.read} addresses were read`)
  const domain = await promise('@makers.example')
  t.equal(domain.roles, 2, 'the domain of both')
  t.ok(domain.read < 100, `${domain.read} addresses were read`)
  t.equal((await promise('*')).roles, 2, 'everybody who asks is nobody in particular')
})
