// Guests: people whom an app knows by the key of a device alone, and the APIs that admit them.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...ADMISSION, ...DEVICES, ...FEED]) await statement.execute(db)
}

// An API admits no guest unless it says so: on which of its plans, and with which of its scopes.
const ADMISSION = [
  sql`alter table apis add column guest_plan text, add foreign key (id, guest_plan) references api_plans`,
  sql`alter table api_scopes add column for_guests boolean not null default false`,
]

const DEVICES = [
  // Whatever ends the logins of a person ends the key's as well, which is one. What the person calls the device.
  sql`alter table device_keys add column auth_epoch integer not null default 1, add column name text`,
  sql`alter table device_keys alter column auth_epoch drop default`,
  sql`create index device_keys_by_use on device_keys ((coalesce(used_at, created_at)))`,
  // A guest's tokens of one API are one login of the device, which a gateway can be told the end of.
  sql`alter table refresh_families add column device_jkt text references device_keys on delete cascade`,
  sql`create unique index refresh_families_of_device on refresh_families (device_jkt, api_id)
      where device_jkt is not null and revoked_at is null`,
  // By a hash, for nothing of who was erased may be left. Ids are random; this is for whoever would set one by hand, or brings rows back from a copy.
  sql`create table retired_subjects (
    id_hash bytea primary key,
    retired_at timestamptz not null default auth_now()
  )`,
  sql`create function retire_subject() returns trigger language plpgsql as $$
  begin
    insert into retired_subjects (id_hash) values (sha256(convert_to(old.id, 'UTF8'))) on conflict do nothing;
    return null;
  end $$`,
  sql`create trigger subject_retired after delete on people for each row execute function retire_subject()`,
  sql`create function require_new_subject() returns trigger language plpgsql as $$
  begin
    if exists (select from retired_subjects where id_hash = sha256(convert_to(new.id, 'UTF8'))) then
      raise exception 'this subject is retired, and is nobody''s any more' using errcode = 'unique_violation';
    end if;
    return new;
  end $$`,
  sql`create trigger subject_is_new before insert or update of id on people
      for each row execute function require_new_subject()`,
]

// As in 0004 and 0026: deferred, under the one lock of the feed.
const FEED = [
  sql`create function record_guests_refused() returns trigger language plpgsql as $$
  begin
    perform lock_revocations();
    perform record_narrowed_families(array(
      select id from refresh_families where api_id = new.id and device_jkt is not null));
    return null;
  end $$`,
  sql`create constraint trigger guests_refused after update of guest_plan on apis
      deferrable initially deferred for each row
      when (old.guest_plan is not null and new.guest_plan is distinct from old.guest_plan)
      execute function record_guests_refused()`,
  sql`create function record_scope_kept_from_guests() returns trigger language plpgsql as $$
  begin
    perform lock_revocations();
    perform record_narrowed_families(array(
      select id from refresh_families
      where api_id = new.api_id and device_jkt is not null and new.name = any (scopes)));
    return null;
  end $$`,
  sql`create constraint trigger scope_kept_from_guests after update of for_guests on api_scopes
      deferrable initially deferred for each row when (old.for_guests and not new.for_guests)
      execute function record_scope_kept_from_guests()`,

  // The counterpart: a guest's first token, read from before the API refused guests. It comes after, and is not given.
  sql`create function require_guests_admitted() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(hashtext('revocations'));
    if exists (select from apis where id = new.api_id and guest_plan is null) then
      raise exception 'the API has just begun to refuse guests' using errcode = 'serialization_failure';
    end if;
    return null;
  end $$`,
  sql`create constraint trigger family_of_guest_born after insert on refresh_families
      deferrable initially deferred for each row when (new.device_jkt is not null)
      execute function require_guests_admitted()`,
]
