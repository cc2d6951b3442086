// People with their passwords, for a move to another server; nobody else reads these together.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { IS_FACTOR_IN_FORCE } from '../sql.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { StoredPassword } from '../tables/passwords.ts'
import type { Answers } from '../tables/registrations.ts'

/** Somebody with an account, as another server needs them. */
export interface ListedForMove {
  readonly id: string
  readonly email: string | null
  readonly isVerified: boolean
  readonly name: string | null
  readonly language: string | null
  readonly claims: StandardClaims
  readonly isSuspended: boolean
  readonly otherAddresses: readonly Readonly<{ address: string; isVerified: boolean }>[]
  /** By the word of the operator; what providers say of groups, they say again. */
  readonly groups: readonly string[]
  readonly identities: readonly Readonly<{ issuer: string; subject: string }>[]
  readonly registrations: readonly Readonly<{ apiId: string; answers: Answers }>[]
}

/** With what signs them in. */
export interface MovedPerson extends ListedForMove {
  /** Of an authenticator app, sealed. */
  readonly totp: Readonly<{ id: string; sealed: string }> | null
  /** Null where there is none, or where it signs nobody in any more. */
  readonly password: StoredPassword | null
}

interface Page {
  readonly after: string
  readonly limit: number
}

const COLUMNS = sql`
    person.id, person.name, person.language, person.standard_claims as claims,
           person.status = 'suspended' as "isSuspended", email.address as email,
           coalesce(email.proof = 'verified', false) as "isVerified", (
             select coalesce(jsonb_agg(jsonb_build_object('address', other.address, 'isVerified', other.proof = 'verified')
                                       order by other.created_at, other.key), '[]')
             from email_addresses other
             where other.person_id = person.id and not other.is_primary and other.proof is not null) as "otherAddresses",
           array(select group_name from group_members member
                 where member.person_id = person.id and member.source = 'operator' order by 1) as groups, (
             select coalesce(jsonb_agg(jsonb_build_object('issuer', identity.issuer, 'subject', identity.subject)
                                       order by identity.issuer, identity.subject), '[]')
             from identities identity where identity.person_id = person.id and identity.removed_at is null) as identities, (
             select coalesce(jsonb_agg(jsonb_build_object('apiId', registration.api_id, 'answers', registration.answers)
                                       order by registration.api_id), '[]')
             from registrations registration where registration.person_id = person.id) as registrations`

const ACCOUNTS = sql`
    people person
    left join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null`

function whoMoves({ after }: Page) {
  return sql`
    person.id > ${after} and person.kind = 'member' and person.status in ('active', 'suspended')`
}

/** In the order of their ids; guests, and who is being deleted, stay. Nothing of it opens anything. */
export async function listForMove(db: Db, page: Page): Promise<readonly ListedForMove[]> {
  const { rows } = await sql<ListedForMove>`
    select ${COLUMNS} from ${ACCOUNTS} where ${whoMoves(page)} order by person.id limit ${page.limit}`.execute(db)
  return rows
}

/** The same, with what signs them in. */
export async function readMovedPeople(db: Db, page: Page): Promise<readonly MovedPerson[]> {
  const { rows } = await sql<MovedPerson>`
    select ${COLUMNS}, (
             select jsonb_build_object('id', factor.id, 'sealed', convert_from(factor.key, 'UTF8'))
             from authenticators factor
             where factor.person_id = person.id and factor.kind = 'totp' and ${IS_FACTOR_IN_FORCE} limit 1) as totp,
           case when password.hash is not null and person.password_reset_required_at is null
             then jsonb_build_object('hash', password.hash, 'pepperId', password.pepper_id) end as password
    from ${ACCOUNTS} left join passwords password on password.person_id = person.id
    where ${whoMoves(page)} order by person.id limit ${page.limit}`.execute(db)
  return rows
}
