// Hooks hear of what triggers do, too: an event that one of them adds to the audit log is told where it is added.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // By the event of the audit log, what a hook hears: only of what it wants to hear.
  await sql`alter table hook_subscriptions add column told_for jsonb`.execute(db)
  // As long as other calls of hooks are tried (store/tables/outbox.ts).
  await sql`create function tell_hooks_of_event() returns trigger language plpgsql as $$
    begin
      insert into outbox (id, kind, receiver, payload, expires_at)
      select replace(gen_random_uuid()::text, '-', '') || '.1', 'hook', hook.receiver,
             jsonb_build_object('hook', hook.name, 'event', hook.told_for->>(new.type || ' ' || new.outcome),
               'at', auth_now(), 'personId', (select id from people where pseudonym = new.person),
               'applicationId', new.application_id,
               'clientId', (select client_id from applications where id = new.application_id),
               'apiId', new.api_id),
             auth_now() + interval '72 hours'
      from hook_subscriptions hook where hook.told_for ? (new.type || ' ' || new.outcome);
      return null;
    end $$`.execute(db)
  // What the server adds itself tells hooks in its own statement; only within a trigger is this deeper than none.
  await sql`create trigger told_to_hooks after insert on audit_events for each row
      when (pg_trigger_depth() > 0) execute function tell_hooks_of_event()`.execute(db)
}
