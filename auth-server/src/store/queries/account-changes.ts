// Notes what was changed in an account, and finds what the link of its mail may take back.

import { sql } from 'kysely'
import { randomId, randomSecret } from '../../crypto/random.ts'
import { isLanguage, type Language } from '../../pages/language.ts'
import type { ShownName } from '../../pages/mail-text.ts'
import { type AccountChangeKind, UNDO_SECONDS } from '../account-change.ts'
import type { Db, Trx } from '../database.ts'
import type { Mail } from '../queued-mail.ts'
import { secondsFromNow } from '../sql.ts'
import type { AddressProof } from '../tables/email-addresses.ts'
import { queueMail } from '../tables/queued-mails.ts'

export interface AccountChange {
  readonly personId: string
  readonly kind: AccountChangeKind
  /** What was changed: an authenticator's id, the key of an address. */
  readonly subject?: string
  /** What taking it back needs: `proof` of an address that was removed, the key that was primary `before`. */
  readonly details?: Readonly<{ proof?: AddressProof; before?: string }>
  /** The app that somebody signed in to. */
  readonly app?: ShownName
}

interface Told {
  readonly language: string | null
  readonly authEpoch: number
  readonly addresses: readonly Readonly<{ address: string; key: string; mayUndo: boolean }>[]
}

/**
 * Notes a change and mails its owner, in the transaction that makes it and after it was made: to every address that the
 * person held before, also to one that it took away, and not to one that it added. The link of the mail takes the change
 * back (identity/undo.ts) for 72 hours. It does not go to an address whose own addition can be taken back still: that may
 * be the address of whoever is at work in the account, who could undo what the owner does against it.
 */
export async function noteChange(
  trx: Trx,
  { personId, kind, subject, details = {}, app }: AccountChange,
): Promise<void> {
  const id = randomId('change')
  const { rows } = await sql<Told>`
    with noted as (
      insert into account_changes (id, person_id, kind, subject, details, expires_at)
      values (${id}, ${personId}, ${kind}, ${subject ?? null}, ${JSON.stringify(details)}::jsonb, ${secondsFromNow(UNDO_SECONDS)})
    )
    select person.language, person.auth_epoch as "authEpoch", (
      select coalesce(jsonb_agg(jsonb_build_object('address', address, 'key', key, 'mayUndo', not exists (
        select from account_changes added where added.person_id = person.id and added.kind = 'address-added'
          and added.subject = email.key and added.undone_at is null and added.expires_at > auth_now()))), '[]')
      from email_addresses email
      where email.person_id = person.id and suspended_at is null
        and (proof is not null or (${kind} = 'address-removed' and key = ${subject ?? null}))
        and not (${kind} = 'address-added' and key = ${subject ?? null})) as addresses
    from people person where person.id = ${personId}`.execute(trx)
  const [told] = rows
  if (!told) return
  for (const { mayUndo, ...to } of told.addresses) {
    const challengeId = mayUndo ? await insertUndoChallenge(trx, { ...to, personId, changeId: id, ...told }) : undefined
    const mail: Mail =
      kind === 'new-browser'
        ? { name: 'new-sign-in', facts: app === undefined ? {} : { app } }
        : { name: 'account-changed', facts: { change: kind } }
    await queueMail(trx, {
      mail,
      language: mailLanguageOf(told.language),
      to,
      personId,
      ...(challengeId && { challengeId }),
    })
  }
}

/** The language of a person's mails. */
export function mailLanguageOf(language: string | null): Language {
  return language !== null && isLanguage(language) ? language : 'en'
}

async function insertUndoChallenge(
  trx: Trx,
  challenge: Readonly<{ personId: string; authEpoch: number; changeId: string; address: string; key: string }>,
): Promise<string> {
  const id = randomSecret(16)
  const { personId, authEpoch, changeId, address, key } = challenge
  await sql`
    insert into mail_challenges (id, purpose, person_id, auth_epoch, change_id, address, email_key, expires_at)
    values (${id}, 'undo', ${personId}, ${authEpoch}, ${changeId}, ${address}, ${key}, ${secondsFromNow(UNDO_SECONDS)})`.execute(
    trx,
  )
  return id
}

/** What a link would take back; undefined when it is of no use (any more). It changes nothing. */
export async function findUndo(
  db: Db,
  challengeId: string,
): Promise<Readonly<{ kind: AccountChangeKind; at: Date }> | undefined> {
  const { rows } = await sql<Readonly<{ kind: AccountChangeKind; at: Date }>>`
    select change.kind, change.at from mail_challenges challenge
    join account_changes change on change.id = challenge.change_id
    where challenge.id = ${challengeId} and challenge.purpose = 'undo' and challenge.consumed_at is null
      and challenge.expires_at > auth_now() and change.undone_at is null`.execute(db)
  return rows[0]
}
