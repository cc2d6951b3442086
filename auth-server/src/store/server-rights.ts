// What the server's own role may do, where migrations run under another: read and write rows, but only add to the audit log, and lead no event to somebody else.
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

/** Rows of it are only ever added. */
const ONLY_ADDED = 'audit_events'
/** And of this one, whole. */
const ONLY_SEALED = 'audit_seals'
/** What the database itself says of such a row, so that none is given another place or time than its own. */
const ITS_OWN_WORD = ['seq', 'at']
/** Of other tables, columns that the server never changes. */
const UNCHANGED = [
  // Who got another pseudonym would be out of their own audit log.
  { table: 'people', columns: ['id', 'pseudonym'] },
  // What is left is what a lock on a row asks for; a row goes, and is never another one's.
  { table: 'audit_details', columns: ['event_seq', 'address', 'user_agent'] },
  // Where the chain begins moves with what has ended, by a function of the database alone.
  { table: 'audit_chain', columns: ['single', 'anchor_position', 'anchor_hash'] },
] as const
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
    sql`revoke insert, update, delete on ${sql.table(ONLY_ADDED)} from ${server}`,
    sql`grant insert (${await columnsBut(trx, ONLY_ADDED, ITS_OWN_WORD)}) on ${sql.table(ONLY_ADDED)} to ${server}`,
    sql`revoke update, delete on ${sql.table(ONLY_SEALED)} from ${server}`,
    sql`revoke insert, delete on audit_chain from ${server}`,
    sql`revoke insert, update, delete on ${tables(ONLY_READ)} from ${server}`,
  ]
  for (const statement of statements) await statement.execute(trx)
  for (const { table, columns } of UNCHANGED) {
    await sql`revoke update on ${sql.table(table)} from ${server}`.execute(trx)
    await sql`grant update (${await columnsBut(trx, table, columns)}) on ${sql.table(table)} to ${server}`.execute(trx)
  }
}

async function columnsBut(trx: Trx, table: string, left: readonly string[]) {
  const { rows } = await sql<{ column: string }>`
    select attname::text as column from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attname::text <> all(${[...left]})
    order by attnum`.execute(trx)
  return sql.join(rows.map(({ column }) => sql.ref(column)))
}

/**
 * Whether the role could change what is only ever added. Rights alone do not tell: who owns the table gives them to
 * itself, who owns the schema or the database may drop the table, and whoever is a member of either may become it.
 */
export async function mayChangeAuditEvents(db: Db): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select has_table_privilege(events.oid, 'update, delete, truncate')
        or pg_has_role(events.relowner, 'member') or pg_has_role(schema.nspowner, 'member') as may
    from pg_class events join pg_namespace schema on schema.oid = events.relnamespace
    where events.oid = 'audit_events'::regclass`.execute(db)
  return rows.some(({ may }) => may)
}
