// Asking to come to an API whose people are approved, and what is decided on it; whoever has to know hears by mail.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Admit } from '../limits/shared-limit.ts'
import type { Trx } from '../store/database.ts'
import { mailLanguageOf } from '../store/queries/account-changes.ts'
import { findMember, listAdministrators } from '../store/queries/membership-mails.ts'
import { claimMembershipMail } from '../store/tables/approval-mails.ts'
import {
  ASK_AGAIN_DAYS,
  approveRequest,
  type DecidedRequest,
  declineRequest,
  insertMembershipRequest,
} from '../store/tables/membership-requests.ts'
import { queueMail } from '../store/tables/queued-mails.ts'

/** Who asks for what. */
export interface Asking {
  readonly personId: string
  readonly apiId: string
  readonly reason: string | null
}

/**
 * Asks, once until it is decided. @param admit counts in the transaction
 * @returns seconds to wait, where this person asks too much: then nothing of the transaction may be kept
 */
export async function askToCome(trx: Trx, asking: Asking, admit: Admit, context: AuditContext): Promise<number> {
  if (!(await insertMembershipRequest(trx, asking))) return 0
  const { personId, apiId } = asking
  const { waitSeconds } = await admit({ membershipRequests: { about: personId } })
  if (waitSeconds > 0) return waitSeconds
  await record(trx, { type: 'membership', outcome: 'asked-for', personId, apiId }, context)
  // Once an hour for each API: whoever opens the list sees them all. Nobody's name is in it.
  if (!(await claimMembershipMail(trx, apiId))) return 0
  for (const { api, language, address, key } of await listAdministrators(trx, apiId))
    await queueMail(trx, {
      mail: { name: 'membership-asked', facts: { api } },
      language: mailLanguageOf(language),
      // By address and not by person, whose row an erasure may hold.
      to: { address, key },
    })
  return 0
}

/** What is decided, with the sentence of whoever did. */
export interface MembershipDecision {
  readonly decision: 'approved' | 'declined'
  readonly reason: string | null
}

/** Undefined where nothing waits for it (any more). */
export async function decideOnRequest(
  trx: Trx,
  id: string,
  { decision, reason }: MembershipDecision,
  context: AuditContext,
): Promise<DecidedRequest | undefined> {
  const decided = await (decision === 'approved' ? approveRequest(trx, id) : declineRequest(trx, id, reason))
  if (!decided) return undefined
  await record(
    trx,
    { type: 'membership', outcome: decision === 'approved' ? 'begun' : 'declined', ...decided },
    context,
  )
  const member = await findMember(trx, decided)
  if (!member) return decided
  const { api, language, address, key, personId } = member
  await queueMail(trx, {
    mail: { name: 'membership-decided', facts: { api, decision, reason, days: ASK_AGAIN_DAYS } },
    language: mailLanguageOf(language),
    to: { address, key },
    personId,
  })
  return decided
}
