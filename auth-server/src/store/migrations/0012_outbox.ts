// One table of all that has to reach somebody outside: logout notices move into it, mails and webhooks will come.
import { type Kysely, sql } from 'kysely'

/** An older release would look for its notices in a table that is gone. */
export const incompatible = true

export async function up<T>(db: Kysely<T>): Promise<void> {
  const statements = [
    sql`create table outbox (
      id text primary key,
      kind text not null,
      -- Who has to take it: of those that wait for one receiver only a few are under way at once.
      receiver text not null,
      application_id text references applications on delete cascade,
      person_id text,
      -- Nothing that is secret: that is made when it is sent, or stands here sealed.
      payload jsonb not null default '{}',
      attempts integer not null default 0,
      created_at timestamptz not null default auth_now(),
      next_attempt_at timestamptz not null default auth_now(),
      expires_at timestamptz not null
    )`,
    sql`create index outbox_due on outbox (next_attempt_at)`,
    sql`create index outbox_by_receiver on outbox (receiver, next_attempt_at)`,
    sql`create index outbox_by_application on outbox (application_id)`,
    sql`create index outbox_by_person on outbox (person_id)`,
    sql`create index outbox_by_expiry on outbox (expires_at)`,
    sql`insert into outbox (id, kind, receiver, application_id, person_id, payload, attempts, created_at,
                            next_attempt_at, expires_at)
        select notice.id, 'logout-notice',
               coalesce(substring(lower(application.backchannel_logout_uri) from '^[^/]*//[^/?#]*'), application.id),
               application.id, notice.user_id, jsonb_build_object('sessionId', notice.session_id), notice.attempts,
               notice.expires_at - interval '1 day', notice.next_attempt_at, notice.expires_at
        from logout_notices notice join applications application on application.id = notice.application_id`,
    sql`drop table logout_notices`,
  ]
  for (const statement of statements) await statement.execute(db)
}
