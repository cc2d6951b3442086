// Inviting somebody: the invitation, and what its mail proves the address by.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import { secondsFromNow } from '../sql.ts'
import type { Invitation } from '../tables/invitations.ts'

/** What is written down. The link is one to sign up by, which no visit and no browser waits for. */
export interface NewInvitation extends Omit<Invitation, 'createdAt' | 'expiresAt'> {
  readonly challengeId: string
  readonly ttlSeconds: number
}

/** Writes an invitation down in a transaction that holds its address; one that has expired gives way to it. */
export async function insertInvitation(trx: Trx, invitation: NewInvitation): Promise<void> {
  const { id, emailKey, address, name, language, groups, developer, challengeId } = invitation
  const expires = secondsFromNow(invitation.ttlSeconds)
  await sql`delete from invitations where email_key = ${emailKey}`.execute(trx)
  await sql`
    with challenge as (
      insert into mail_challenges (id, purpose, email_key, address, expires_at)
      values (${challengeId}, 'sign-up', ${emailKey}, ${address}, ${expires})
    )
    insert into invitations (email_key, address, reserved_id, name, language, groups, developer, challenge_id, expires_at)
    values (${emailKey}, ${address}, ${id}, ${name}, ${language}, ${groups}, ${developer}, ${challengeId}, ${expires})`.execute(
    trx,
  )
}

/** How many invitations went to an address since: also those that were withdrawn. */
export async function countInvitationMails(trx: Trx, emailKey: string, seconds: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from mail_challenges
    where email_key = ${emailKey} and purpose = 'sign-up' and request_id is null and browser_hash is null
      and created_at > ${secondsFromNow(-seconds)}`.execute(trx)
  return rows[0]?.count ?? 0
}
