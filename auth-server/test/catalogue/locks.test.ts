// An import that takes its time keeps nobody from signing in: what refers to an object is inserted beside it.
import { sql } from 'kysely'
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { exportCatalogue } from '../../src/catalogue/file/export.ts'
import { importCatalogue } from '../../src/catalogue/file/import.ts'
import { readCatalogueFile } from '../../src/catalogue/file/read.ts'
import { API, APP, ISSUER, testServer } from '../support/server.ts'

t.test('rows that refer to what an import changes can be inserted meanwhile', async (t) => {
  const { db } = await testServer(t)
  const text = (await exportCatalogue(db, { issuer: ISSUER, all: true })).text
    .replace('name: Orders', 'name: More orders')
    .replace('name: Shop', 'name: More shop')
    .replace('trusted: true', 'trusted: false')
  const file = await readCatalogueFile(text, {})
  if (!('apis' in file)) return t.fail(JSON.stringify(file))
  const options = { issuer: ISSUER, context: BY_COMMAND, takeOver: true }
  await db.transaction().execute(async (trx) => {
    t.equal((await importCatalogue(trx, file, options)).changes.length, 3)
    // What a foreign key asks for.
    for (const [what, row] of [
      ['API', sql`apis where id = ${API.id}`],
      ['application', sql`applications where client_id = ${APP.clientId}`],
      ['plan', sql`api_plans where api_id = ${API.id}`],
      ['scope', sql`api_scopes where api_id = ${API.id}`],
    ] as const) {
      const { rows } = await sql`select from ${row} for key share skip locked`.execute(db)
      t.ok(rows.length > 0, what)
    }
  })
})
