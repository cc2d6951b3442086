// What the server's own role may do, where migrations run under another: read and write rows, but only add to the audit log.
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

/** Rows of these are only ever added. */
const ONLY_ADDED = ['audit_events']
/** These say which release may run here; migrations alone write them. */
const ONLY_READ = ['kysely_migration', 'schema_floor']

/** The role of a connection. */
export async function currentRole(db: Db): Promise<string> {
  const { rows } = await sql<{ role: string }>`select current_user::text as role`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the database did not say who is connected')
  return row.role
}

/** Gives the server's role its rights, all anew each time: what earlier releases gave does not stay. */
export async function grantToServer(trx: Trx, role: string): Promise<void> {
  if (role === (await currentRole(trx))) return
  const { rows } = await sql<{ schema: string }>`select current_schema()::text as schema`.execute(trx)
  const schema = sql.id(rows[0]?.schema ?? 'public')
  const tables = (names: readonly string[]) => sql.join(names.map((name) => sql.table(name)))
  const server = sql.id(role)
  const statements = [
    sql`grant usage on schema ${schema} to ${server}`,
    sql`revoke all on all tables in schema ${schema} from ${server}`,
    sql`grant select, insert, update, delete on all tables in schema ${schema} to ${server}`,
    sql`revoke update, delete on ${tables(ONLY_ADDED)} from ${server}`,
    sql`revoke insert, update, delete on ${tables(ONLY_READ)} from ${server}`,
  ]
  for (const statement of statements) await statement.execute(trx)
}

/** Whether the role could change what is only ever added: it owns the table, or may do anything at all. */
export async function mayChangeAuditEvents(db: Db): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select has_table_privilege('audit_events', 'update, delete, truncate') as may`.execute(db)
  return rows[0]?.may ?? false
}
