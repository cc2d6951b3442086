// What a mail needs to know of its challenge when it is sent.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { type MailPurpose, OUTLIVING_PURPOSES } from '../mail-purpose.ts'

export interface MailedChallenge {
  readonly purpose: MailPurpose
  /** A browser waits for the code. */
  readonly takesCode: boolean
}

/**
 * The challenge, while there is use for it: neither expired nor consumed, nor left behind by the person's next epoch.
 * What takes something back outlives that: whoever is at work in the account could move the epoch.
 */
export async function findMailedChallenge(db: Db, id: string): Promise<MailedChallenge | undefined> {
  const { rows } = await sql<MailedChallenge>`
    select challenge.purpose, challenge.browser_hash is not null as "takesCode"
    from mail_challenges challenge left join people person on person.id = challenge.person_id
    where challenge.id = ${id} and challenge.expires_at > auth_now() and challenge.consumed_at is null
      and (challenge.person_id is null or challenge.purpose = any(${[...OUTLIVING_PURPOSES]})
        or person.auth_epoch = challenge.auth_epoch)`.execute(db)
  return rows[0]
}
