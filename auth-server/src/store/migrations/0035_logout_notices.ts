// Back-channel logout: whatever ends a login of an app for its person also tells the app, by triggers, so that no way can forget it.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db)
}

const STATEMENTS = [
  // One notice for a session of a client, however many of its logins end in one transaction, and in whatever ways: they
  // have one id. An application that is being deleted hears nothing, so nobody waits for its row (see 0004).
  sql`create function tell_of_ended_logins(families text[]) returns void language plpgsql volatile as $$
  begin
    insert into outbox (id, kind, receiver, application_id, person_id, payload, expires_at)
    select left(translate(encode(sha256(convert_to(
             concat_ws(' ', application.id, family.session_id, txid_current(), now()), 'UTF8')), 'base64'), '+/', '-_'), 22),
           'logout-notice',
           -- scheme, host and port, which several clients may share
           coalesce(substring(lower(application.backchannel_logout_uri) from '^[^/]*//[^/?#]*'), application.id),
           application.id, family.person_id, jsonb_build_object('sessionId', family.session_id),
           auth_now() + interval '1 day'
    from refresh_families family join applications application on application.id = family.application_id
    where family.id = any (families) and application.backchannel_logout_uri is not null
    for key share of application skip locked
    on conflict (id) do nothing;
  end $$`,

  // One login. A client that ended it itself knows; and one that was ended because a token or a code was used twice may
  // be its owner's still, who signs in again: no sign-out.
  sql`create function tell_of_ended_family() returns trigger language plpgsql as $$
  begin
    perform tell_of_ended_logins(array[new.id]);
    return null;
  end $$`,
  sql`create constraint trigger clients_hear_of_family after update of revoked_at on refresh_families
      deferrable initially deferred for each row
      when (old.revoked_at is null and new.revoked_at is not null and coalesce(new.revoked_because, '') <> all
            (array['revoked by the client', 'refresh token reuse', 'authorization code reuse']))
      execute function tell_of_ended_family()`,

  // Every login of a person. Deferred as in 0004, so that it finds what was born while the epoch ended.
  sql`create function tell_of_ended_epoch() returns trigger language plpgsql as $$
  begin
    perform tell_of_ended_logins(array(
      select id from refresh_families family
      where family.person_id = new.id and family.auth_epoch >= old.auth_epoch and family.auth_epoch < new.auth_epoch
        and family.revoked_at is null
      order by id));
    return null;
  end $$`,
  sql`create constraint trigger clients_hear_of_epoch after update of auth_epoch, status on people
      deferrable initially deferred for each row when (new.auth_epoch > old.auth_epoch)
      execute function tell_of_ended_epoch()`,
]
