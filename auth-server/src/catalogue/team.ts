// The people of an application: who is invited, who joins, who goes. An application has one owner at least, or nobody at all.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { randomId, randomSecret } from '../crypto/random.ts'
import type { Admit } from '../limits/shared-limit.ts'
import type { Language } from '../pages/language.ts'
import type { Trx } from '../store/database.ts'
import {
  type ApplicationInvitation,
  deleteMember,
  endApplicationInvitation,
  findOpenInvitation,
  hasOtherOwner,
  insertApplicationInvitation,
  makeCollaborator,
  type OpenInvitation,
  type Opening,
  takeInvitation,
} from '../store/queries/application-people.ts'
import { lockApplication } from '../store/queries/listed-applications.ts'
import { mailPerson } from '../store/queries/mail-person.ts'
import type { MailRecipient } from '../store/queued-mail.ts'
import { findMemberRole, type MemberRole, putMember } from '../store/tables/application-members.ts'
import { hasRole, insertInvitedDeveloper, isRoleGiven } from '../store/tables/person-roles.ts'
import { queueMail } from '../store/tables/queued-mails.ts'
import { type NamedApplication, shownName } from './shown-name.ts'

export const TEAM_INVITATION_DAYS = 3
const DAY_SECONDS = 24 * 3600

/** Whom to invite to what. */
export interface TeamInvitation {
  readonly application: NamedApplication & Readonly<{ id: string; redirectUris: readonly string[] }>
  readonly to: MailRecipient
  readonly role: MemberRole
  readonly handsOver: boolean
  readonly language: Language
  /** The owner who invites, and their address; null for an administrator's machine. */
  readonly by: Readonly<{ id: string; email: string | null }> | null
}

/** The limits on the mails of invitations, which outlive applications. */
function invited({ application, to, by }: TeamInvitation): Parameters<Admit>[0] {
  return {
    teamInvitationsByApplication: { about: application.id },
    ...(by && { teamInvitationsByPerson: { about: by.id } }),
    teamInvitationsByRecipient: { about: to.key },
  }
}

/** Invites an address, in a transaction that holds the application and that `admit` counts in. It is the same whether anybody here has the address. */
export async function inviteToTeam(
  trx: Trx,
  asked: TeamInvitation,
  admit: Admit,
  context: AuditContext,
): Promise<ApplicationInvitation | 'invited already' | 'too many mails'> {
  const { application, to, role, handsOver, language, by } = asked
  const invitation = { applicationId: application.id, to, role, handsOver, invitedBy: by?.id ?? null }
  if ((await admit(invited(asked))).refusedBy) return 'too many mails'
  const [id, challengeId] = [randomId('inv'), randomSecret(16)]
  const ttlSeconds = TEAM_INVITATION_DAYS * DAY_SECONDS
  const written = await insertApplicationInvitation(trx, { ...invitation, id, challengeId, ttlSeconds })
  if (!written) return 'invited already'
  const app = shownName(application, application.redirectUris)
  const facts = { app, by: by?.email ?? null, role: handsOver ? 'handed over' : role } as const
  await queueMail(trx, { mail: { name: 'join', facts }, language, to, challengeId })
  await record(trx, { type: 'team', outcome: 'invited', applicationId: application.id }, context)
  return written
}

/** What somebody has joined. */
export interface Joined extends OpenInvitation {
  /** Else they see nothing of it yet. */
  readonly isDeveloper: boolean
}

/** False when there is none of this id. */
export async function withdrawFromTeam(
  trx: Trx,
  applicationId: string,
  id: string,
  context: AuditContext,
): Promise<boolean> {
  if (!(await endApplicationInvitation(trx, applicationId, id))) return false
  await record(trx, { type: 'team', outcome: 'invitation-withdrawn', applicationId }, context)
  return true
}

/**
 * Whoever has the address that was invited joins, and is a developer from then on where an administrator invites or
 * everybody may be one: developers do not say who else is one, and what somebody joins is of no use to them until then. Of two who open one link at once, or
 * one who opens it while it is withdrawn, the row settles it. Undefined when it is over, or not theirs.
 */
export async function joinTeam(trx: Trx, opening: Opening, context: AuditContext): Promise<Joined | undefined> {
  const invitation = await findOpenInvitation(trx, opening)
  if (!invitation) return undefined
  const { applicationId, clientId, role, handsOver, invitedBy } = invitation
  // Before its invitation, as everybody who changes who its people are.
  await lockApplication(trx, clientId, 'everything')
  if (!(await takeInvitation(trx, opening))) return undefined
  const { personId } = opening
  // Whoever has lost the application meanwhile, or their place here, gives nobody a part of it.
  if (invitedBy !== null && !(await mayInvite(trx, { applicationId, personId: invitedBy }))) return undefined
  await putMember(trx, { applicationId, personId, role })
  await record(trx, { type: 'team', outcome: `${role}-joined`, personId, applicationId }, context)
  const isMade = await insertInvitedDeveloper(trx, { personId, invitedBy })
  if (isMade) await record(trx, { type: 'role', outcome: 'developer-given', personId }, context)
  const isDeveloper = isMade || (await isRoleGiven(trx, { personId, role: 'developer', apiId: null }))
  // Until the new one is a developer they can do nothing with it.
  if (handsOver && isDeveloper && invitedBy !== null && invitedBy !== personId) {
    await makeCollaborator(trx, { applicationId, personId: invitedBy })
    await record(trx, { type: 'team', outcome: 'handed-over', personId: invitedBy, applicationId }, context)
  }
  return { ...invitation, isDeveloper }
}

/** Whether somebody is an owner still, and may act as one: active, and a developer or administrator. */
async function mayInvite(trx: Trx, member: Readonly<{ applicationId: string; personId: string }>): Promise<boolean> {
  if ((await findMemberRole(trx, member)) !== 'owner') return false
  const { personId } = member
  return (
    (await hasRole(trx, { personId, role: 'developer', apiId: null })) ||
    (await hasRole(trx, { personId, role: 'administrator', apiId: null }))
  )
}

/** Takes somebody out of an application that the transaction holds. */
export async function removeFromTeam(
  trx: Trx,
  application: TeamInvitation['application'],
  personId: string,
  context: AuditContext,
): Promise<'done' | 'unchanged' | 'last owner'> {
  const member = { applicationId: application.id, personId }
  const role = await findMemberRole(trx, member)
  if (role === undefined) return 'unchanged'
  if (role === 'owner' && !(await hasOtherOwner(trx, member))) return 'last owner'
  await deleteMember(trx, member)
  await record(trx, { type: 'team', outcome: 'left', personId, applicationId: application.id }, context)
  if (context.actorId !== personId) {
    const app = shownName(application, application.redirectUris)
    await mailPerson(trx, personId, { name: 'left-team', facts: { app } })
  }
  return 'done'
}
