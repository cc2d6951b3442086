// A wrong sign-in that led to nobody ends after 90 days, as where it came from does; every other event stays for good.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema()::text as schema`.execute(db)
  const schema = sql.id(rows[0]?.schema ?? 'public')
  const statements = [
    sql`create index audit_events_of_nobody on audit_events (at)
        where person is null and actor is null and outcome = 'wrong-credentials'`,
    sql`drop trigger only_added on audit_events`,
    sql`create trigger only_added before update or truncate on audit_events
        for each statement execute function refuse_change()`,
    sql`create trigger only_old_ones_of_nobody_go before delete on audit_events for each row
        when ((old.person is null and old.actor is null and old.outcome = 'wrong-credentials'
               and old.at < auth_now() - interval '90 days') is not true)
        execute function refuse_change()`,
    // The server's own role may delete no event; this runs as the owner. Temporary tables come last in its path, so that
    // no caller's table, with a trigger of the caller's, is taken for the real one.
    sql`create function remove_wrong_sign_ins(batch integer) returns integer language sql
        security definer set search_path = ${schema}, pg_temp as $$
      with gone as (
        delete from audit_events where seq = any(array(
          select seq from audit_events
          where person is null and actor is null and outcome = 'wrong-credentials'
            and at < auth_now() - interval '90 days'
          limit batch for update skip locked))
        returning seq
      )
      select count(*)::integer from gone
    $$`,
  ]
  for (const statement of statements) await statement.execute(db)
}
