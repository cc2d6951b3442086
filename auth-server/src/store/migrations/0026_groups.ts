// Groups decide: which scopes of an API a person may allow, and what its tokens say; losing one is in the feed of revocations.
import { type Kysely, sql } from 'kysely'

// A release that knows nothing of groups would give their scopes to everybody.
export const incompatible = true

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...COLUMNS, ...FEED]) await statement.execute(db)
}

const COLUMNS = [
  // A group that a scope asks for cannot be deleted: the scope would be open to everybody then.
  sql`alter table api_scopes add column required_group text references groups`,
  sql`create index api_scopes_by_group on api_scopes (required_group)`,
  sql`alter table apis add column token_groups text[] not null default '{}'`,
  sql`alter table people add column groups_lost_at timestamptz`,
]

// As in 0004: deferred, under the one lock of the feed. The tokens of a family that were issued so far say too much, those
// that it gets from now on do not; two seconds as for a client. A gateway that knows no `issued_until` ends the family.
const FEED = [
  sql`create function record_narrowed_families(families text[]) returns void language plpgsql as $$
  begin
    perform lock_revocations();
    insert into revocations (kind, data, at)
    select 'grant', jsonb_build_object('grant_id', family.id,
      'issued_until', floor(extract(epoch from commit_time()))::bigint + 2), commit_time()
    from refresh_families family
    where family.id = any (families) and family.revoked_at is null
      and least(family.expires_at, family.idle_expires_at) > auth_now() - interval '1 hour'
    order by family.id;
  end $$`,

  sql`create function note_group_loss() returns trigger language plpgsql as $$
  begin
    update people set groups_lost_at = auth_now() where id = old.person_id;
    return null;
  end $$`,
  sql`create function record_group_loss() returns trigger language plpgsql as $$
  begin
    perform lock_revocations();
    if not exists (select from group_members where person_id = old.person_id and group_name = old.group_name) then
      perform record_narrowed_families(array(
        select family.id from refresh_families family join apis api on api.id = family.api_id
        where family.person_id = old.person_id and (old.group_name = any (api.token_groups) or exists (
          select from api_scopes scope where scope.api_id = api.id and scope.name = any (family.scopes)
            and scope.required_group = old.group_name))));
    end if;
    return null;
  end $$`,
  sql`create trigger group_loss_noted after delete or update of person_id, group_name on group_members
      for each row execute function note_group_loss()`,
  sql`create constraint trigger group_lost after delete or update of person_id, group_name on group_members
      deferrable initially deferred for each row execute function record_group_loss()`,

  // The counterpart: a family that was being born meanwhile, which may have been read from before the loss. Its name comes
  // before family_born, so that the lock is taken as a whole first and never exchanged for a shared one.
  sql`create function record_birth_during_loss() returns trigger language plpgsql as $$
  begin
    if exists (select from people where id = new.person_id and groups_lost_at > auth_now() - interval '1 minute') then
      perform record_narrowed_families(array[new.id]);
    end if;
    return null;
  end $$`,
  sql`create constraint trigger family_after_group_loss after insert on refresh_families
      deferrable initially deferred for each row execute function record_birth_during_loss()`,

  // A scope that begins to ask for a group, or for another.
  sql`create function record_scope_closed() returns trigger language plpgsql as $$
  begin
    perform lock_revocations();
    perform record_narrowed_families(array(
      select family.id from refresh_families family
      where family.api_id = new.api_id and new.name = any (family.scopes) and not exists (
        select from group_members member
        where member.person_id = family.person_id and member.group_name = new.required_group)));
    return null;
  end $$`,
  sql`create constraint trigger scope_closed after update of required_group on api_scopes
      deferrable initially deferred for each row
      when (new.required_group is not null and new.required_group is distinct from old.required_group)
      execute function record_scope_closed()`,
]
