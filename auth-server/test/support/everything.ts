// All that the database holds, to see that something changed nothing.
import { sql } from 'kysely'
import type { Db } from '../../src/store/database.ts'

/** Every row of every table but those named, as one text. */
export async function everything(db: Db, except: readonly string[] = []): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(db)
  const asked = tables.filter(({ name }) => !except.includes(name))
  const contents = await Promise.all(
    asked.map(({ name }) =>
      sql<{ row: string }>`select row::text from ${sql.table(name)} as row order by 1`.execute(db),
    ),
  )
  return JSON.stringify(contents.map(({ rows }, index) => [asked[index]?.name, rows]))
}
