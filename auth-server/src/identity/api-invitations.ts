// Inviting an address to an API: the membership, or its promise; and one mail, which is the same whether anybody has the address.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Admit } from '../limits/shared-limit.ts'
import type { Language } from '../pages/language.ts'
import type { Trx } from '../store/database.ts'
import type { MailRecipient } from '../store/queued-mail.ts'
import { lockInvitation } from '../store/tables/invitations.ts'
import { type ApiMember, insertMemberByAddress } from '../store/tables/memberships.ts'
import { queueMail } from '../store/tables/queued-mails.ts'

/** What the mail says beside whom it is to. */
export interface InvitationMail {
  /** The name of the API. */
  readonly api: string
  readonly language: Language
  /** The address of whoever invites; null for who is no person. */
  readonly by: string | null
  /** Who invites, as limits count them. */
  readonly inviter: string
  /** Whether people can make an account by themselves. */
  readonly mayMakeAccount: boolean
}

export interface InvitedToApi {
  readonly apiId: string
  readonly to: MailRecipient
  /** Undefined: nobody is written to. */
  readonly mail: InvitationMail | undefined
}

/** Invites, in a transaction that `admit` counts in. There is one mail of an invitation, as there is one row of it. */
export async function inviteToApi(
  trx: Trx,
  { apiId, to, mail }: InvitedToApi,
  admit: Admit,
  context: AuditContext,
): Promise<ApiMember | 'member already' | 'too many mails'> {
  // Whoever is about to prove it waits.
  await lockInvitation(trx, to.key)
  // Counted before anybody looks whether they are a member, which the answer would tell otherwise.
  if (mail) {
    const counted = { apiInvitationsByRecipient: { about: to.key }, apiInvitationsByInviter: { about: mail.inviter } }
    if ((await admit(counted)).refusedBy) return 'too many mails'
  }
  const member = await insertMemberByAddress(trx, { ...to, apiId })
  if (!member) return 'member already'
  if (mail) {
    const { api, by, language, mayMakeAccount } = mail
    // By address and not by person, also where there is one: nothing about the mail tells them apart.
    await queueMail(trx, { mail: { name: 'membership-invited', facts: { api, by, mayMakeAccount } }, language, to })
  }
  if (member.personId === null) await record(trx, { type: 'membership', outcome: 'promised', apiId }, context)
  else await record(trx, { type: 'membership', outcome: 'begun', personId: member.personId, apiId }, context)
  return member
}
