// The people of an application, and those who are invited: read and changed while the application is locked.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { MailRecipient } from '../queued-mail.ts'
import { secondsFromNow } from '../sql.ts'
import type { ApplicationMember, MemberRole } from '../tables/application-members.ts'
import type { AfterKey } from './listed-people.ts'

/** One of the people of an application, as the others see them. */
export interface ListedMember {
  readonly personId: string
  readonly name: string | null
  readonly email: string | null
  readonly role: MemberRole
  readonly since: Date
}

export async function listMembersOf(
  db: Db,
  applicationId: string,
  { after, limit }: AfterKey,
): Promise<readonly ListedMember[]> {
  const { rows } = await sql<ListedMember>`
    select member.person_id as "personId", person.name, email.address as email, member.role, member.since
    from application_members member join people person on person.id = member.person_id
    left join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null
    where member.application_id = ${applicationId} and (${after ?? null}::text is null or person.id > ${after ?? null})
    order by person.id limit ${limit}`.execute(db)
  return rows
}

/** Whether somebody who is active owns an application beside this person. */
export async function hasOtherOwner(
  trx: Trx,
  { applicationId, personId }: Omit<ApplicationMember, 'role'>,
): Promise<boolean> {
  const { rows } = await sql`
    select from application_members member join people person on person.id = member.person_id
    where member.application_id = ${applicationId} and member.role = 'owner' and member.person_id <> ${personId}
      and person.status = 'active' limit 1`.execute(trx)
  return rows.length > 0
}

/** How many somebody owns; who makes one more meanwhile waits for the end of this transaction. */
export async function countOwnApplications(trx: Trx, personId: string): Promise<number> {
  // A statement of its own, so that the next one sees what was waited for.
  await sql`select from people where id = ${personId} for no key update`.execute(trx)
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from application_members where person_id = ${personId} and role = 'owner'`.execute(
    trx,
  )
  return rows[0]?.count ?? 0
}

/** False when they are none of its people. That they were is kept. */
export async function deleteMember(
  trx: Trx,
  { applicationId, personId }: Omit<ApplicationMember, 'role'>,
): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      delete from application_members where application_id = ${applicationId} and person_id = ${personId}
      returning application_id, person_id)
    insert into former_members (application_id, person_id) select application_id, person_id from gone
    on conflict (application_id, person_id) do update set left_at = auth_now()
    returning person_id`.execute(trx)
  return rows.length === 1
}

/** For so long after they left, somebody decides on nothing that their former team asks for. */
const FORMER_DAYS = 30

/** Whether somebody is of the people of the application that asked for a subscription, or was when it did, or shortly before. */
export async function isOfAskingTeam(
  db: Db,
  { subscriptionId, personId }: Readonly<{ subscriptionId: string; personId: string }>,
): Promise<boolean> {
  const { rows } = await sql`
    select from subscriptions subscription where subscription.id = ${subscriptionId} and (
      exists (select from application_members
        where application_id = subscription.application_id and person_id = ${personId})
      or exists (select from former_members
        where application_id = subscription.application_id and person_id = ${personId}
          and left_at > least(subscription.requested_at, auth_now()) - ${FORMER_DAYS} * interval '1 day'))`.execute(db)
  return rows.length > 0
}

/** An owner who has handed over goes on working on it. */
export async function makeCollaborator(
  trx: Trx,
  { applicationId, personId }: Omit<ApplicationMember, 'role'>,
): Promise<boolean> {
  const { rows } = await sql`
    update application_members set role = 'collaborator', since = auth_now()
    where application_id = ${applicationId} and person_id = ${personId} and role = 'owner' returning role`.execute(trx)
  return rows.length === 1
}

/** An invitation that stands. */
export interface ApplicationInvitation {
  readonly id: string
  readonly address: string
  readonly role: MemberRole
  readonly handsOver: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** What is written down; the link in the mail is that of the challenge. */
export interface NewApplicationInvitation {
  readonly id: string
  readonly applicationId: string
  readonly to: MailRecipient
  readonly role: MemberRole
  readonly handsOver: boolean
  readonly invitedBy: string | null
  readonly challengeId: string
  readonly ttlSeconds: number
}

const INVITATION = sql`id, address, role, hands_over as "handsOver", created_at as "createdAt", expires_at as "expiresAt"`

/** Those of an application that stand, in the order of their ids. */
export async function listApplicationInvitations(
  db: Db,
  applicationId: string,
  { after, limit }: AfterKey,
): Promise<readonly ApplicationInvitation[]> {
  const { rows } = await sql<ApplicationInvitation>`
    select ${INVITATION} from application_invitations
    where application_id = ${applicationId} and ended_at is null and expires_at > auth_now()
      and (${after ?? null}::text is null or id > ${after ?? null})
    order by id limit ${limit}`.execute(db)
  return rows
}

/** Writes an invitation down; undefined where the application has invited the address already. */
export async function insertApplicationInvitation(
  trx: Trx,
  invitation: NewApplicationInvitation,
): Promise<ApplicationInvitation | undefined> {
  const { id, applicationId, to, role, handsOver, invitedBy, challengeId } = invitation
  const expires = secondsFromNow(invitation.ttlSeconds)
  await sql`
    update application_invitations set ended_at = expires_at
    where application_id = ${applicationId} and email_key = ${to.key} and ended_at is null
      and expires_at <= auth_now()`.execute(trx)
  const { rows } = await sql<ApplicationInvitation>`
    with made as (
      insert into application_invitations
        (id, application_id, email_key, address, role, hands_over, invited_by, challenge_id, expires_at)
      values (${id}, ${applicationId}, ${to.key}, ${to.address}, ${role}, ${handsOver}, ${invitedBy}, ${challengeId},
              ${expires})
      on conflict (application_id, email_key) where ended_at is null do nothing
      returning *
    ), challenge as (
      insert into mail_challenges (id, purpose, email_key, address, expires_at)
      select challenge_id, 'join', email_key, address, expires_at from made
    )
    select ${INVITATION} from made`.execute(trx)
  return rows[0]
}

/** Withdraws an invitation of an application, and its link is of no use any more. False when there is none of this id. */
export async function endApplicationInvitation(trx: Trx, applicationId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      update application_invitations set ended_at = auth_now()
      where id = ${id} and application_id = ${applicationId} and ended_at is null and expires_at > auth_now()
      returning challenge_id
    ), ended as (
      update mail_challenges challenge set consumed_at = auth_now() from gone
      where challenge.id = gone.challenge_id and challenge.consumed_at is null
    )
    select from gone`.execute(trx)
  return rows.length === 1
}

/** An invitation as whoever opens its link sees it. */
export interface OpenInvitation {
  readonly applicationId: string
  readonly clientId: string
  readonly applicationName: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
  readonly role: MemberRole
  readonly handsOver: boolean
  readonly invitedBy: string | null
  /** The address of whoever invites. */
  readonly inviter: string | null
}

/** Who opened which link. */
export interface Opening {
  readonly challengeId: string
  readonly personId: string
}

/** Whether `invitation` stands, and its address is one that somebody has proven. */
function isTheirs(personId: string): RawBuilder<SqlBool> {
  return sql`
    invitation.ended_at is null and invitation.expires_at > auth_now() and exists (
      select from email_addresses email
      where email.person_id = ${personId} and email.key = invitation.email_key and email.proof <> 'imported'
        and email.suspended_at is null)`
}

/** The invitation behind a link, for whoever has its address; undefined for everybody else, and once it is over. */
export async function findOpenInvitation(
  db: Db,
  { challengeId, personId }: Opening,
): Promise<OpenInvitation | undefined> {
  const { rows } = await sql<OpenInvitation>`
    select application.id as "applicationId", application.client_id as "clientId", application.name as "applicationName",
           application.name_verified_at is not null as "isNameVerified", application.redirect_uris as "redirectUris",
           invitation.role, invitation.hands_over as "handsOver", invitation.invited_by as "invitedBy",
           inviter.address as inviter
    from application_invitations invitation join applications application on application.id = invitation.application_id
    left join email_addresses inviter
      on inviter.person_id = invitation.invited_by and inviter.is_primary and inviter.proof is not null
    where invitation.challenge_id = ${challengeId} and ${isTheirs(personId)}`.execute(db)
  return rows[0]
}

/** Takes it, once: false when another tab did, it was withdrawn, or the address is not theirs any more. */
export async function takeInvitation(trx: Trx, { challengeId, personId }: Opening): Promise<boolean> {
  const { rows } = await sql`
    with taken as (
      update application_invitations invitation set ended_at = auth_now()
      where invitation.challenge_id = ${challengeId} and ${isTheirs(personId)}
      returning challenge_id
    ), ended as (
      update mail_challenges challenge set consumed_at = auth_now() from taken where challenge.id = taken.challenge_id
    )
    select from taken`.execute(trx)
  return rows.length === 1
}
