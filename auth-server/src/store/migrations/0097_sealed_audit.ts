// The audit log is sealed: a chain of hashes over its events, beside them, which what is erased of people does not break.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema()::text as schema`.execute(db)
  for (const statement of [...TABLES, ...endings(sql.id(rows[0]?.schema ?? 'public'))]) await statement.execute(db)
}

const TABLES = [
  // Beside what it salts, and gone with it; who adds a detail does not think of it, the job that seals does.
  sql`alter table audit_details add column salt text`,
  // In the order in which they were sealed, which is nearly that of the events. No foreign key: that would be looked at
  // with each event.
  sql`create table audit_seals (
    position bigint primary key,
    event_seq bigint not null unique,
    at timestamptz not null,
    ends boolean not null,
    event_hash text not null,
    details_hash text,
    hash text not null
  )`,
  sql`create trigger only_added before update or truncate on audit_seals
      for each statement execute function refuse_change()`,
  // All events up to \`settled\` are sealed. Up to \`reaches\` they will be once no transaction of \`writers\` goes on.
  sql`create table audit_chain (
    single boolean primary key default true check (single),
    anchor_position bigint not null default 0,
    anchor_hash text not null default 'begin',
    head_position bigint not null default 0,
    head_hash text not null default 'begin',
    settled bigint not null default 0,
    reaches bigint not null default 0,
    writers text[] not null default '{}'
  )`,
  sql`insert into audit_chain default values`,
]

/** How the oldest part of the chain ends: whole, in order, and never before 90 days. */
function endings(schema: ReturnType<typeof sql.id>) {
  return [
    sql`create function refuse_standing_seal() returns trigger language plpgsql as $$
    begin
      if old.position > (select anchor_position from audit_chain) or old.at > auth_now() - interval '90 days' then
        raise exception 'rows of % end in order, when their time is over', tg_table_name
          using errcode = 'restrict_violation';
      end if;
      return old;
    end $$`,
    sql`create trigger only_ended_ones_go before delete on audit_seals
        for each row execute function refuse_standing_seal()`,
    sql`create function refuse_standing_event() returns trigger language plpgsql as $$
    begin
      if old.at > auth_now() - interval '90 days' or old.seq > (select settled from audit_chain)
        or exists (select from audit_seals where event_seq = old.seq) then
        raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
      end if;
      return old;
    end $$`,
    sql`create or replace trigger only_old_ones_of_nobody_go before delete on audit_events for each row
        when ((old.person is null and old.actor is null and old.outcome = 'wrong-credentials'
               and old.at < auth_now() - interval '90 days') is not true)
        execute function refuse_standing_event()`,
    // As the owner, for the reasons of remove_wrong_sign_ins (0038). Returns how many ended.
    sql`create function end_old_audit(days integer, batch integer) returns integer language plpgsql
        security definer set search_path = ${schema}, pg_temp as $$
    declare
      anchor audit_chain;
      last bigint;
      ended bigint[];
    begin
      if days < 90 then raise exception 'an event is kept for 90 days at least'; end if;
      select * into anchor from audit_chain for update;
      select coalesce(
          min(position) filter (where at >= auth_now() - make_interval(days => days) or event_seq > anchor.settled) - 1,
          max(position))
        into last from (select position, at, event_seq from audit_seals order by position limit batch) first;
      if last is null or last <= anchor.anchor_position then return 0; end if;
      update audit_chain set anchor_position = last,
        anchor_hash = (select hash from audit_seals where position = last);
      with gone as (delete from audit_seals where position <= last returning event_seq)
        select array_agg(event_seq) into ended from gone;
      delete from audit_details where event_seq = any(ended);
      delete from audit_events where seq = any(ended);
      return cardinality(ended);
    end $$`,
  ]
}
