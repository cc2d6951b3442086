// The feed of revocations: rows written by triggers at commit time, so that no way to end a login can forget it.
import { type Kysely, sql } from 'kysely'

// Every trigger here is deferred: it runs while its transaction commits, when all row locks are held already. It takes
// one lock for the whole feed, which is kept until the commit is visible; so the order of `seq` is the order of commits,
// and whoever has read up to a number has missed nothing below it. Nobody waits for a row while holding that lock.
//
// Rotating a refresh token, the hot path, sets none of the columns that the triggers name: it never gets here.
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table revocations (
      seq bigint generated always as identity primary key,
      -- Tells this row from one of the same number in another history: a restored backup, another database.
      mark uuid not null default gen_random_uuid(),
      kind text not null check (kind in ('start', 'grant', 'client')),
      data jsonb not null default '{}',
      at timestamptz not null
    )`,
    sql`create index revocations_by_age on revocations (at)`,

    // now() stands still within a transaction; a revocation happens at its end.
    sql`create function commit_time() returns timestamptz language sql volatile
        as 'select auth_now() + (clock_timestamp() - now())'`,
    sql`create function lock_revocations() returns void language sql volatile
        as $$ select pg_advisory_xact_lock(hashtext('revocations')) $$`,

    // One family. With its whole application gone, one row for the client says it all.
    sql`create function record_family_revocation() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and not exists (select from applications where id = old.application_id) then
        return null;
      end if;
      perform lock_revocations();
      insert into revocations (kind, data, at)
      values ('grant', jsonb_build_object('grant_id', old.id), commit_time());
      return null;
    end $$`,
    // Access tokens live for ten minutes; a family that was quiet for an hour has none, so nobody need hear of it.
    sql`create constraint trigger family_revoked after update of revoked_at on refresh_families
        deferrable initially deferred for each row
        when (old.revoked_at is null and new.revoked_at is not null and old.used_at > auth_now() - interval '1 hour')
        execute function record_family_revocation()`,
    sql`create constraint trigger family_deleted after delete on refresh_families
        deferrable initially deferred for each row
        when (old.revoked_at is null and old.used_at > auth_now() - interval '1 hour')
        execute function record_family_revocation()`,

    // Suspension ends what there is for good: lifting it brings no old login back.
    sql`create function end_epoch() returns trigger language plpgsql as $$
    begin
      new.auth_epoch := old.auth_epoch + 1;
      return new;
    end $$`,
    sql`create trigger suspension_ends_the_epoch before update of status on users for each row
        when (old.status = 'active' and new.status <> 'active' and new.auth_epoch = old.auth_epoch)
        execute function end_epoch()`,

    // Each family of an epoch that ended, by its id: a login a moment later is another family and not concerned. Also
    // quiet families, because one may be rotating right now under a snapshot from before the end of the epoch.
    sql`create function record_epoch_revocation() returns trigger language plpgsql as $$
    begin
      perform lock_revocations();
      insert into revocations (kind, data, at)
      select 'grant', jsonb_build_object('grant_id', family.id), commit_time()
      from refresh_families family
      where family.user_id = new.id and family.auth_epoch >= old.auth_epoch and family.auth_epoch < new.auth_epoch
        and family.revoked_at is null
        and least(family.expires_at, family.idle_expires_at) > auth_now() - interval '1 hour'
      order by family.id;
      return null;
    end $$`,
    sql`create constraint trigger epoch_ended after update of auth_epoch, status on users
        deferrable initially deferred for each row when (new.auth_epoch > old.auth_epoch)
        execute function record_epoch_revocation()`,

    // The counterpart: a family that was being born while its epoch ended. Either it commits first, and is found above;
    // or it comes here afterwards, and is not born. Logins share the lock, so they do not wait for each other.
    sql`create function require_standing_epoch() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock_shared(hashtext('revocations'));
      if exists (select from refresh_families where id = new.id) and not exists (
        select from users where id = new.user_id and auth_epoch = new.auth_epoch and status = 'active') then
        raise exception 'the login ended while its tokens were issued' using errcode = 'serialization_failure';
      end if;
      return null;
    end $$`,
    sql`create constraint trigger family_born after insert on refresh_families
        deferrable initially deferred for each row execute function require_standing_epoch()`,

    // A client, at one API or at all: every token issued so far, of people and of the client itself. A token read under
    // a snapshot from before the commit was issued before the commit; two seconds leave room for a slow disk.
    sql`create function record_client_revocation(client text, audience text) returns void language plpgsql as $$
    begin
      perform lock_revocations();
      insert into revocations (kind, data, at)
      values ('client', jsonb_strip_nulls(jsonb_build_object('client_id', client, 'aud', audience,
        'issued_until', floor(extract(epoch from commit_time()))::bigint + 2)), commit_time());
    end $$`,
    sql`create function record_subscription_revocation() returns trigger language plpgsql as $$
    begin
      if not exists (select from subscriptions where application_id = old.application_id and api_id = old.api_id
                     and status = 'approved') then
        perform record_client_revocation(client_id, (select resource from apis where id = old.api_id))
        from applications where id = old.application_id;
      end if;
      return null;
    end $$`,
    sql`create constraint trigger subscription_withdrawn after update of status on subscriptions
        deferrable initially deferred for each row when (old.status = 'approved' and new.status <> 'approved')
        execute function record_subscription_revocation()`,
    sql`create constraint trigger subscription_deleted after delete on subscriptions
        deferrable initially deferred for each row when (old.status = 'approved')
        execute function record_subscription_revocation()`,
    sql`create function record_application_revocation() returns trigger language plpgsql as $$
    begin
      perform record_client_revocation(old.client_id, null);
      return null;
    end $$`,
    sql`create constraint trigger application_deleted after delete on applications
        deferrable initially deferred for each row execute function record_application_revocation()`,
  ]
  for (const statement of statements) await statement.execute(db)
}
