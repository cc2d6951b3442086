// Mails a person at every address that they have proven: what concerns the account as a whole.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { Mail, MailRecipient } from '../queued-mail.ts'
import { queueMail } from '../tables/queued-mails.ts'
import { mailLanguageOf } from './account-changes.ts'

/** Queues the mail in the transaction that it tells of; nothing for somebody without a proven address. */
export async function mailPerson(trx: Trx, personId: string, mail: Mail): Promise<void> {
  const { rows } = await sql<MailRecipient & Readonly<{ language: string | null }>>`
    select email.address, email.key, person.language
    from people person join email_addresses email on email.person_id = person.id
    where person.id = ${personId} and email.proof is not null and email.suspended_at is null`.execute(trx)
  for (const { language, ...to } of rows)
    await queueMail(trx, { mail, language: mailLanguageOf(language), to, personId })
}
