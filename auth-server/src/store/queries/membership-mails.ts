// Who hears by mail of memberships: administrators of requests, the person of what was decided.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { MailRecipient } from '../queued-mail.ts'

/** Somebody with an account, and the name of the API. */
export interface MembershipRecipient extends MailRecipient {
  readonly personId: string
  readonly language: string | null
  readonly api: string
}

/** How many administrators at most hear of a request. */
const MAX_ADMINISTRATORS = 50

const TOLD = sql`
  select email.address, email.key, person.id as "personId", person.language, api.name as api
  from people person
  join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null
    and email.suspended_at is null
  join apis api on true`

export async function listAdministrators(db: Db, apiId: string): Promise<readonly MembershipRecipient[]> {
  const { rows } = await sql<MembershipRecipient>`
    ${TOLD}
    where api.id = ${apiId} and person.status = 'active' and exists (
      select from person_roles given where given.person_id = person.id and given.role = 'administrator')
    order by person.id limit ${MAX_ADMINISTRATORS}`.execute(db)
  return rows
}

/** The person at their main address; nobody where they have none. */
export async function findMember(
  db: Db,
  { personId, apiId }: Readonly<{ personId: string; apiId: string }>,
): Promise<MembershipRecipient | undefined> {
  const { rows } = await sql<MembershipRecipient>`
    ${TOLD} where api.id = ${apiId} and person.id = ${personId}`.execute(db)
  return rows[0]
}
