// The mails of approvals: to whoever can decide that somebody asked, to the people of the application what was decided.
import type { ShownName } from '../pages/mail-text.ts'
import type { Trx } from '../store/database.ts'
import { mailLanguageOf } from '../store/queries/account-changes.ts'
import { type ApprovalRecipient, listDeciders, listTeam } from '../store/queries/approval-recipients.ts'
import type { Mail } from '../store/queued-mail.ts'
import { claimApprovalMail } from '../store/tables/approval-mails.ts'
import { queueMail } from '../store/tables/queued-mails.ts'
import { shownName } from './shown-name.ts'

interface AskedUse {
  readonly applicationId: string
  readonly apiId: string
}

/** Once an hour for each API: whoever opens the list sees them all. */
export async function mailDeciders(trx: Trx, asked: AskedUse): Promise<void> {
  if (!(await claimApprovalMail(trx, asked.apiId))) return
  await queueFor(trx, await listDeciders(trx, asked), (app, api) => ({
    name: 'subscription-asked',
    facts: { app, api },
  }))
}

/** @param reason the sentence of whoever decided */
export async function mailTeam(
  trx: Trx,
  asked: AskedUse,
  { decision, reason }: Readonly<{ decision: 'approved' | 'declined'; reason: string | null }>,
): Promise<void> {
  await queueFor(trx, await listTeam(trx, asked), (app, api) => ({
    name: 'subscription-decided',
    facts: { app, api, decision, reason },
  }))
}

async function queueFor(
  trx: Trx,
  recipients: readonly ApprovalRecipient[],
  mailOf: (app: ShownName, api: string) => Mail,
): Promise<void> {
  // By address and not by person, whose row an erasure may hold, which waits for the subscription that is held here.
  for (const recipient of recipients) {
    const { address, key, language, redirectUris, api } = recipient
    const mail = mailOf(shownName(recipient, redirectUris), api)
    await queueMail(trx, { mail, language: mailLanguageOf(language), to: { address, key } })
  }
}
