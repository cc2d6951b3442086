// Who may come to an API: everybody, people with an address at some domain, or those alone who are invited.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...MEMBERSHIPS, ...ADMISSION, ...ENDS]) await statement.execute(db)
}

const MEMBERSHIPS = [
  // Null: everybody; "invitation", or { "domains": [...] }.
  sql`alter table apis add column sign_up jsonb`,
  // Of a person, or of an address until somebody has proven that it is theirs.
  sql`alter table memberships drop constraint memberships_pkey`,
  sql`alter table memberships alter column person_id drop not null`,
  sql`alter table memberships add column id text primary key
      default 'membership_' || replace(gen_random_uuid()::text, '-', '')`,
  sql`alter table memberships add column email_key text, add column address text`,
  sql`alter table memberships add constraint memberships_of_one
      check ((person_id is null) = (email_key is not null) and (email_key is null) = (address is null))`,
  sql`create unique index memberships_by_person on memberships (person_id, api_id)`,
  sql`create unique index memberships_by_email on memberships (email_key, api_id)`,

  // A trigger, so that no way to prove an address can forget it.
  sql`create function keep_promised_memberships() returns trigger language plpgsql as $$
  begin
    -- Whoever promises one to this address waits, and then sees whose it is; or was first, and it is seen here.
    perform pg_advisory_xact_lock(hashtextextended('invitation ' || new.key, 0));
    with promised as (
      delete from memberships where email_key = new.key returning *
    ), kept as (
      insert into memberships (id, person_id, api_id, created_at)
      select id, new.person_id, api_id, created_at from promised
      on conflict do nothing returning api_id
    )
    insert into audit_events (type, outcome, person, api_id)
    select 'membership', 'begun', (select pseudonym from people where id = new.person_id), kept.api_id from kept;
    return null;
  end $$`,
  sql`create trigger promised_memberships_kept after insert or update of proof on email_addresses for each row
      when (new.proof is not null) execute function keep_promised_memberships()`,
]

const ADMISSION = [
  // A guest is nobody who could be invited: whether there are any, the plan of guests says.
  sql`create function may_come(text, text) returns boolean language sql stable as $$
    select exists (
      select from apis api
      where api.id = $2 and (
        api.sign_up is null
        or exists (select from memberships member where member.person_id = $1 and member.api_id = $2)
        or exists (select from people person where person.id = $1 and person.kind = 'guest')
        or exists (select from email_addresses email
                   where email.person_id = $1 and email.proof is not null and email.suspended_at is null
                     and (api.sign_up->'domains') ? substring(email.key from '[^@]*$'))))
  $$`,
  // Of a person, of an API, or of one at the other; null stands for all.
  sql`create function end_logins_of_uninvited(text, text) returns void language sql as $$
    update refresh_families family set revoked_at = auth_now(), revoked_because = 'not admitted any more'
    from apis api
    where api.id = family.api_id and api.sign_up is not null and family.revoked_at is null
      and ($1 is null or family.person_id = $1) and ($2 is null or family.api_id = $2)
      and not may_come(family.person_id, family.api_id)
  $$`,
]

// Twice: at once, as everybody who ends a login locks its row before the feed; and under the lock of the feed (0004) what
// was being born meanwhile, on which nobody else waits. A login that comes after that is not born.
const ENDS = [
  sql`create function membership_ended() returns trigger language plpgsql as $$
  begin
    if tg_argv[0] = 'late' then perform lock_revocations(); end if;
    perform end_logins_of_uninvited(old.person_id, old.api_id);
    return null;
  end $$`,
  sql`create function address_of_domain_lost() returns trigger language plpgsql as $$
  begin
    if tg_argv[0] = 'late' then perform lock_revocations(); end if;
    perform end_logins_of_uninvited(old.person_id, null);
    return null;
  end $$`,
  sql`create function api_closed() returns trigger language plpgsql as $$
  begin
    if tg_argv[0] = 'late' then perform lock_revocations(); end if;
    perform end_logins_of_uninvited(null, new.id);
    return null;
  end $$`,
  // Whoever was a guest has to be invited as everybody else, from when they have an account.
  sql`create function guest_became_somebody() returns trigger language plpgsql as $$
  begin
    if tg_argv[0] = 'late' then perform lock_revocations(); end if;
    perform end_logins_of_uninvited(new.id, null);
    return null;
  end $$`,
  ...(['now', 'late'] as const).flatMap((when) => {
    const constraint = sql.raw(when === 'late' ? 'constraint' : '')
    const deferred = sql.raw(when === 'late' ? 'deferrable initially deferred' : '')
    const named = (name: string) => sql.id(`${name}_${when}`)
    return [
      sql`create ${constraint} trigger ${named('membership_ended')} after delete on memberships ${deferred}
          for each row when (old.person_id is not null) execute function membership_ended(${sql.lit(when)})`,
      sql`create ${constraint} trigger ${named('address_lost')} after delete on email_addresses ${deferred}
          for each row when (old.proof is not null) execute function address_of_domain_lost(${sql.lit(when)})`,
      sql`create ${constraint} trigger ${named('address_unproven')} after update of proof, person_id, key, suspended_at
          on email_addresses ${deferred} for each row
          when (old.proof is not null
                and (new.proof is null or new.person_id <> old.person_id or new.key <> old.key
                     or new.suspended_at is not null))
          execute function address_of_domain_lost(${sql.lit(when)})`,
      sql`create ${constraint} trigger ${named('guest_became_somebody')} after update of kind on people ${deferred}
          for each row when (old.kind = 'guest' and new.kind <> 'guest')
          execute function guest_became_somebody(${sql.lit(when)})`,
      sql`create ${constraint} trigger ${named('api_closed')} after update of sign_up on apis ${deferred}
          for each row when (new.sign_up is not null and new.sign_up is distinct from old.sign_up)
          execute function api_closed(${sql.lit(when)})`,
    ]
  }),
  sql`create function require_admission() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(hashtext('revocations'));
    if exists (select from refresh_families where id = new.id) and not may_come(new.person_id, new.api_id) then
      raise exception 'the person was admitted no more while tokens were issued' using errcode = 'serialization_failure';
    end if;
    return null;
  end $$`,
  // After family_after_group_loss, for the same reason as family_born is.
  sql`create constraint trigger family_born_by_admission after insert on refresh_families
      deferrable initially deferred for each row execute function require_admission()`,
]
