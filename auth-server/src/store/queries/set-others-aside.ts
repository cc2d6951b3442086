// An imported address is proven at last: until then somebody else may have been in the account, and what they added signs nobody in.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { MailRecipient } from '../queued-mail.ts'
import { queueMail } from '../tables/queued-mails.ts'
import { mailLanguageOf } from './account-changes.ts'

interface WhoseAddress {
  readonly personId: string
  /** That was proven: it stays, and is the primary one. */
  readonly emailKey: string
  /** Of the login that asked for the proof, if there is one: what that has shown is whose the proof is. */
  readonly sessionId?: string
}

interface SetAside {
  /** Of the person. */
  readonly language: string | null
  readonly addresses: readonly MailRecipient[]
  readonly wasInForce: boolean
}

/**
 * Second factors and addresses can be brought back as after "that wasn't me" (see set-aside.ts); an account elsewhere is
 * linked again by signing in there. What was taken away before is gone, and no mail about a change from before takes it
 * back: its link may be with whoever made it, at an address that came along. A password that was not shown may be anybody's,
 * so it goes; a new one comes by mail. Each address that was set aside hears so, and gets no link: it may be of whoever was
 * at work here. True when something was in force until now.
 */
export async function setOthersAside(trx: Trx, { personId, emailKey, sessionId }: WhoseAddress): Promise<boolean> {
  const shown = (what: RawBuilder<SqlBool>) =>
    sql<SqlBool>`exists (select from sessions session
      where session.id = ${sessionId ?? null} and session.person_id = ${personId} and ${what})`
  // Of several passkeys nobody knows which it was, so none of them stays.
  const isShownFactor =
    shown(sql<SqlBool>`case when factor.kind = 'passkey' then 'pop' = any(session.amr) and not exists (
      select from authenticators other where other.person_id = factor.person_id and other.kind = 'passkey'
        and other.id <> factor.id and other.removed_at is null and other.suspended_at is null)
    else 'otp' = any(session.amr) end`)
  const isShownIdentity = shown(
    sql<SqlBool>`(session.issuer, session.upstream_subject) = (identity.issuer, identity.subject)`,
  )
  const { rows } = await sql<SetAside>`
    with removed as (
      delete from authenticators factor where person_id = ${personId}
        and (removed_at is not null or factor.kind = 'recovery_code' and not ${isShownFactor})
    ), factor as (
      update authenticators factor set suspended_at = auth_now()
      where person_id = ${personId} and kind <> 'recovery_code' and removed_at is null and suspended_at is null
        and not ${isShownFactor}
      returning confirmed_at is not null as was_in_force
    ), change as (
      update account_changes set undone_at = auth_now() where person_id = ${personId} and undone_at is null
    ), identity as (
      delete from identities identity where person_id = ${personId} and not ${isShownIdentity}
      returning removed_at is null as was_in_force
    ), password as (
      delete from passwords where person_id = ${personId} and not ${shown(sql<SqlBool>`'pwd' = any(session.amr)`)}
      returning true as was_in_force
    ), address as (
      update email_addresses
      set proof = null, proof_before = proof, proven_at = null, is_primary = false, suspended_at = auth_now()
      where person_id = ${personId} and key <> ${emailKey} and proof is not null
      returning address, key
    )
    select language, (select coalesce(jsonb_agg(jsonb_build_object('address', address, 'key', key)), '[]') from address) as addresses,
           exists (select from address) or exists (select from (
             select * from factor union all select * from identity union all select * from password
           ) aside where was_in_force) as "wasInForce"
    from people where id = ${personId}`.execute(trx)
  await sql`
    update email_addresses set is_primary = true
    where person_id = ${personId} and key = ${emailKey} and not is_primary`.execute(trx)
  const [aside] = rows
  if (!aside) return false
  const mail = { name: 'address-set-aside', facts: {} } as const
  for (const to of aside.addresses)
    await queueMail(trx, { mail, language: mailLanguageOf(aside.language), to, personId })
  return aside.wasInForce
}
