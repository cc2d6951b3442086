// What few logins need is asked of functions, which are planned only where they are called; a code keeps its own request.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Codes before families, as whoever redeems one locks them: neither waits for the other in a circle.
  for (const statement of [...FUNCTIONS, ...REQUESTS, ...BIRTH]) await statement.execute(db)
}

// Not `language sql`: PostgreSQL before 18 plans such a function anew in each statement.
const FUNCTIONS = [
  sql`create index api_scopes_closed on api_scopes (api_id) where required_group is not null`,
  sql`create function open_scopes(names text[], api text, person text) returns text[] language plpgsql stable as $$
  begin
    return array(
      select named.scope from unnest(names) with ordinality as named (scope, place)
      where not exists (
        select from api_scopes closed
        where closed.api_id = api and closed.name = named.scope and closed.required_group is not null
          and not exists (
            select from group_members member
            where member.person_id = person and member.group_name = closed.required_group
              and (member.source = 'operator' or exists (
                select from identities vouching
                where vouching.person_id = member.person_id and vouching.issuer = member.source
                  and vouching.removed_at is null and vouching.used_at > auth_now() - interval '30 days'))))
      order by named.place);
  end $$`,
  sql`create function told_groups(person text, told text[]) returns text[] language plpgsql stable as $$
  begin
    return array(
      select distinct member.group_name from group_members member
      where member.person_id = person and member.group_name = any (told)
        and (member.source = 'operator' or exists (
          select from identities vouching
          where vouching.person_id = member.person_id and vouching.issuer = member.source
            and vouching.removed_at is null and vouching.used_at > auth_now() - interval '30 days'))
      order by 1);
  end $$`,
  sql`create function is_attested(key text, application text) returns boolean language plpgsql stable as $$
  begin
    return exists (select from device_keys device where device.jkt = key and device.application_id = application
                     and device.attested_by is not null);
  end $$`,
  sql`create function merged_guest(key text, application text, person text) returns text language plpgsql stable as $$
  begin
    return (select device.merged_from from device_keys device
            where device.jkt = key and device.application_id = application and device.person_id = person
              and device.account_since > auth_now() - interval '30 days');
  end $$`,
]

// One trigger for the three of 0011, 0026 and 0078, each of which took the lock and read the same rows again. The loss
// comes first, so that the lock is taken as a whole first and never exchanged for a shared one.
const BIRTH = [
  ...['family_after_group_loss', 'family_born_by_admission', 'family_born'].map(
    (name) => sql`drop trigger ${sql.id(name)} on refresh_families`,
  ),
  ...['record_birth_during_loss', 'require_admission', 'require_standing_epoch'].map(
    (name) => sql`drop function ${sql.id(name)}()`,
  ),
  sql`create function require_standing_login() returns trigger language plpgsql as $$
  declare
    stands boolean;
    is_closed boolean;
  begin
    if exists (select from people where id = new.person_id and groups_lost_at > auth_now() - interval '1 minute') then
      perform record_narrowed_families(array[new.id]);
    end if;
    perform pg_advisory_xact_lock_shared(hashtext('revocations'));
    select person.auth_epoch = new.auth_epoch and person.status = 'active', api.sign_up is not null
      into stands, is_closed from people person, apis api where person.id = new.person_id and api.id = new.api_id;
    if stands and not is_closed then
      return null;
    end if;
    -- It may have gone in the same transaction.
    if not exists (select from refresh_families where id = new.id) then
      return null;
    end if;
    if stands is not true then
      raise exception 'the login ended while its tokens were issued' using errcode = 'serialization_failure';
    end if;
    if not may_come(new.person_id, new.api_id) then
      raise exception 'the person was admitted no more while tokens were issued' using errcode = 'serialization_failure';
    end if;
    return null;
  end $$`,
  sql`create constraint trigger family_born after insert on refresh_families
      deferrable initially deferred for each row execute function require_standing_login()`,
]

// A visit that ends as it begins leaves no row of its own.
const REQUESTS = [sql`alter table authorization_codes add column request jsonb`]
