// Who hears by mail of a subscription: those who can decide on it, and the people of the application.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { MailRecipient } from '../queued-mail.ts'

/** Somebody at their main address, with what the mail names. */
export interface ApprovalRecipient extends MailRecipient {
  readonly language: string | null
  readonly name: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
  readonly api: string
}

/** Which application with which API. */
interface AskedUse {
  readonly applicationId: string
  readonly apiId: string
}

/** How many at most hear of a request. */
const MAX_DECIDERS = 50

const COLUMNS = sql`email.address, email.key, person.language, application.name,
  application.name_verified_at is not null as "isNameVerified", application.redirect_uris as "redirectUris", api.name as api`

/** Approvers of the API and administrators, but nobody of the application: they do not decide on it. */
export async function listDeciders(db: Db, { applicationId, apiId }: AskedUse): Promise<readonly ApprovalRecipient[]> {
  const { rows } = await sql<ApprovalRecipient>`
    select ${COLUMNS}
    from people person
    join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null
      and email.suspended_at is null
    join applications application on application.id = ${applicationId}
    join apis api on api.id = ${apiId}
    where person.status = 'active'
      and exists (select from person_roles given where given.person_id = person.id
                  and (given.role = 'administrator' or (given.role = 'approver' and given.api_id = api.id)))
      and not exists (select from application_members member
                      where member.application_id = application.id and member.person_id = person.id)
    order by person.id limit ${MAX_DECIDERS}`.execute(db)
  return rows
}

/** Somebody who hears of a change of an application. */
export interface ChangeRecipient extends MailRecipient {
  readonly language: string | null
}

/**
 * The owners of an application; and administrators, where one has to look at it. @param except who did it
 */
export async function listOverseers(
  db: Db,
  applicationId: string,
  { except, withAdministrators }: Readonly<{ except: string | null; withAdministrators: boolean }>,
): Promise<readonly ChangeRecipient[]> {
  const { rows } = await sql<ChangeRecipient>`
    select email.address, email.key, person.language
    from people person
    join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null
      and email.suspended_at is null
    where person.status = 'active' and person.id is distinct from ${except}
      and (exists (select from application_members member where member.person_id = person.id
                   and member.application_id = ${applicationId} and member.role = 'owner')
           or (${withAdministrators} and exists (select from person_roles given
               where given.person_id = person.id and given.role = 'administrator')))
    order by person.id limit ${MAX_DECIDERS}`.execute(db)
  return rows
}

/** The people of the application. */
export async function listTeam(db: Db, { applicationId, apiId }: AskedUse): Promise<readonly ApprovalRecipient[]> {
  const { rows } = await sql<ApprovalRecipient>`
    select ${COLUMNS}
    from application_members member join people person on person.id = member.person_id and person.status = 'active'
    join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null
      and email.suspended_at is null
    join applications application on application.id = member.application_id
    join apis api on api.id = ${apiId}
    where member.application_id = ${applicationId}
    order by person.id`.execute(db)
  return rows
}
