// What a browser has to sign in the next ceremony of a visit or a session: handed out often, used once.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

/** What a challenge is for; it is of no use for anything else. */
export type PasskeyCeremony = 'sign-in' | 'second-factor' | 'registration' | 'conditional-registration'

export interface PasskeyChallenges {
  ceremony: PasskeyCeremony
  /** The id of the visit or of the session that it is for. */
  holder: string
  /** Whose passkey it is to be; null at sign-in. */
  person_id: string | null
  challenge: string
  expires_at: Date
}

export const PASSKEY_CHALLENGES: TableDeclaration<PasskeyChallenges> = {
  purpose: 'What the browser has to sign with a passkey, to show that it does so now and for this visit.',
  lifetime: { until: 'it is used or 5 minutes have passed', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: { nothing: 'They are random, and of no use after 5 minutes.' },
    erased: { cascade: 'people' },
  },
}

const CHALLENGE_SECONDS = 300
/** For how long at least one can be used that is handed out now. */
export const CHALLENGE_SERVES_SECONDS = 180

/** Which challenge: a ceremony, of a visit or a session, and of a person where one is known. */
export interface ChallengeKey {
  readonly ceremony: PasskeyCeremony
  readonly holder: string
  readonly personId: string | null
}

/**
 * The challenge to hand out: `fresh`, or the one that was handed out just before for the same, to another tab. So a
 * visit has one row, however often somebody asks. One statement.
 */
export async function openChallenge(
  db: Db,
  { ceremony, holder, personId }: ChallengeKey,
  fresh: string,
): Promise<string> {
  const { rows } = await sql<{ challenge: string }>`
    insert into passkey_challenges as open (ceremony, holder, person_id, challenge, expires_at)
    values (${ceremony}, ${holder}, ${personId}, ${fresh}, ${secondsFromNow(CHALLENGE_SECONDS)})
    on conflict (holder, ceremony) do update
    set (person_id, challenge, expires_at) = (
      select excluded.person_id, case when serves then open.challenge else excluded.challenge end,
             case when serves then open.expires_at else excluded.expires_at end
      from (select open.person_id is not distinct from excluded.person_id
                   and open.expires_at > ${secondsFromNow(CHALLENGE_SERVES_SECONDS)} as serves) as judged)
    returning challenge`.execute(db)
  return rows[0]?.challenge ?? fresh
}

/** Uses a challenge up and returns it: of several at once, and ever after, one gets it. */
export async function consumeChallenge(
  db: Db,
  { ceremony, holder, personId }: ChallengeKey,
): Promise<string | undefined> {
  const row = await db
    .deleteFrom('passkey_challenges')
    .where('holder', '=', holder)
    .where('ceremony', '=', ceremony)
    .where('person_id', personId === null ? 'is' : '=', personId)
    .where('expires_at', '>', sql<Date>`auth_now()`)
    .returning('challenge')
    .executeTakeFirst()
  return row?.challenge
}
