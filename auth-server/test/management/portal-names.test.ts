// What had the portal's names before there was one is not overwritten; and one developer makes no endless number of applications.
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import t from 'tap'
import { definePortalOf } from '../../src/portal/index.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

t.test(
  'an application or API of the portal’s name from before it is left as it is, and the start says so',
  async (t) => {
    const { db, config, register } = await testServer(t)
    const start = () => definePortalOf(config.issuer, db)
    await register({ clientId: 'before', name: 'Mine', redirectUris: ['com.example.mine:/cb'] })
    const rename = (from: string, to: string) =>
      db
        .updateTable('applications')
        .set({ client_id: to, managed_by: 'portal' })
        .where('client_id', '=', from)
        .execute()
    await rename('before', 'portal')
    const stored = () => db.selectFrom('applications').where('client_id', '=', 'portal').selectAll().execute()
    const before = await stored()
    await t.rejects(start(), {
      name: 'InvalidApplication',
      message: /there is another application of that name: rename it/,
    })
    t.strictSame(await stored(), before)
    await rename('portal', 'portal-app')
    await Promise.all([start(), start(), start()])
    await start()
    t.equal((await stored()).length, 1)

    await db.deleteFrom('applications').where('client_id', '=', 'portal').execute()
    await start()
    t.equal((await stored()).length, 1, 'a first start that was ended half-way is gone on with')

    await db.deleteFrom('applications').where('client_id', '=', 'portal').execute()
    await db
      .updateTable('apis')
      .set({ resource: 'https://elsewhere.example' })
      .where('id', '=', 'developer-portal')
      .execute()
    await t.rejects(start(), { message: /there is another API of that name/ })
  },
)

t.test('the statements of docs/operations.md give such an API another ID, with all that refers to it', async (t) => {
  const { db, config, register } = await testServer(t)
  await register({ clientId: 'before', name: 'Mine', redirectUris: ['com.example.mine:/cb'] })
  const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const [, statements = ''] = /```sql\n(update applications set client_id[^`]*)```/.exec(text) ?? []
  await sql
    .raw(statements.replaceAll("'developer-portal'", `'${API.id}'`).replaceAll("'portal-api'", "'developer-portal'"))
    .execute(db)
  await t.rejects(definePortalOf(config.issuer, db), { message: /there is another API of that name/ })
  await sql.raw(statements).execute(db)
  await definePortalOf(config.issuer, db)
  const apis = async (table: 'api_scopes' | 'api_plans' | 'subscriptions') =>
    (await db.selectFrom(table).select('api_id').distinct().orderBy('api_id').execute()).map(({ api_id }) => api_id)
  t.strictSame(await apis('api_scopes'), ['portal-api'])
  t.strictSame(await apis('api_plans'), ['developer-portal', 'portal-api'])
  t.strictSame(await apis('subscriptions'), ['developer-portal', 'portal-api'])
  const { rows } = await sql`select from pg_constraint where contype = 'f' and condeferrable
    union all select from pg_trigger where tgenabled = 'D'`.execute(db)
  t.equal(rows.length, 0, 'everything is held as before')
})

t.test(
  'a developer makes as many applications as one may, also of several at once; others are not counted',
  async (t) => {
    const server = await testServer(t, { APPLICATIONS_PER_DEVELOPER: '2' })
    const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
    const other = await inRole(server, 'other@example.com', { role: 'developer' })
    const root = await inRole(server, 'root@example.com', { role: 'administrator' })
    const make = (actor: typeof developer) =>
      actor.ask('applications.create', { body: { name: 'App', kind: 'native' } })
    const answers = await Promise.all([1, 2, 3, 4].map(() => make(developer)))
    t.strictSame(answers.map(({ status }) => status).toSorted(), [201, 201, 409, 409])
    t.match(
      answers.find(({ status }) => status === 409),
      { body: { detail: /^you own 2 applications, as many as one developer may/ } },
    )
    t.equal((await make(other)).status, 201)
    for (let n = 0; n < 3; n++) t.equal((await make(root)).status, 201)
  },
)
