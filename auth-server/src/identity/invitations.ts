// Invitations: a mail with a link, and what waits until its reader has proven the address, in whichever way they do.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { randomId, randomSecret } from '../crypto/random.ts'
import type { Language } from '../pages/language.ts'
import type { Trx } from '../store/database.ts'
import { isAddressTaken } from '../store/queries/federation.ts'
import { countInvitationMails, insertInvitation } from '../store/queries/invite.ts'
import type { MailRecipient } from '../store/queued-mail.ts'
import { OPERATOR_SOURCE } from '../store/tables/group-members.ts'
import { findMissingGroups } from '../store/tables/groups.ts'
import { deleteInvitation, type Invitation, lockInvitation } from '../store/tables/invitations.ts'
import { insertRole } from '../store/tables/person-roles.ts'
import { queueMail } from '../store/tables/queued-mails.ts'
import { addToGroup } from './groups.ts'

export const INVITATION_DAYS = 7
const DAY_SECONDS = 24 * 3600
/** To one address, also where each is withdrawn again: nobody's mailbox is filled. */
const MAILS_A_DAY = 3

/** Whom to invite, and what they are then. */
export interface Invited {
  readonly to: MailRecipient
  readonly name: string | undefined
  readonly language: Language
  readonly groups: readonly string[]
  /** Whether they will be a developer. */
  readonly developer?: boolean
}

/** Why nobody was invited. */
export type NotInvited =
  | 'address taken'
  | 'invited already'
  | 'too many mails'
  | Readonly<{ missing: readonly string[] }>

/**
 * Invites somebody. There is no person and no credential before the address is proven: whoever asks about it on the pages
 * meets what everybody meets.
 */
export async function invite(
  trx: Trx,
  { to, name, language, groups, developer = false }: Invited,
  context: AuditContext,
): Promise<Invitation | NotInvited> {
  const missing = await findMissingGroups(trx, groups)
  if (missing.length > 0) return { missing }
  if (await lockInvitation(trx, to.key)) return 'invited already'
  if (await isAddressTaken(trx, to.key)) return 'address taken'
  if ((await countInvitationMails(trx, to.key, DAY_SECONDS)) >= MAILS_A_DAY) return 'too many mails'
  const [id, challengeId] = [randomId('usr'), randomSecret(16)]
  await insertInvitation(trx, {
    id,
    challengeId,
    emailKey: to.key,
    address: to.address,
    name: name ?? null,
    language,
    groups: [...groups],
    developer,
    ttlSeconds: INVITATION_DAYS * DAY_SECONDS,
  })
  await queueMail(trx, { mail: { name: 'invitation', facts: {} }, language, to, challengeId })
  await record(trx, { type: 'invitation', outcome: 'made', change: { before: [], after: [...groups] } }, context)
  const made = await lockInvitation(trx, to.key)
  if (!made) throw new Error('The invitation is not there')
  return made
}

/** False when there is none of this id. */
export async function withdrawInvitation(trx: Trx, id: string, context: AuditContext): Promise<boolean> {
  if (!(await deleteInvitation(trx, id))) return false
  await record(trx, { type: 'invitation', outcome: 'withdrawn' }, context)
  return true
}

/** What waited for the address is the person's, who has just proven it; by whichever way, the invitation is over. */
export async function acceptInvitation(
  trx: Trx,
  invitation: Invitation | undefined,
  personId: string,
  context: AuditContext,
): Promise<void> {
  if (!invitation || !(await deleteInvitation(trx, invitation.id))) return
  await record(trx, { type: 'invitation', outcome: 'accepted', personId }, context)
  // A group that is not there any more is nobody's.
  if (invitation.developer && (await insertRole(trx, { personId, role: 'developer', apiId: null })))
    await record(trx, { type: 'role', outcome: 'developer-given', personId }, context)
  for (const group of invitation.groups) await addToGroup(trx, { personId, group, source: OPERATOR_SOURCE }, context)
}
