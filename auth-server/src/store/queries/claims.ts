// What may be told about a person, read in one query with whether the access token behind the question still stands.
import { sql } from 'kysely'
import type { ClaimSet } from '../added-claims.ts'
import type { Db } from '../database.ts'
import { isOfStandingPerson, isSubscribed, unixSeconds } from '../sql.ts'

/** The claims of OpenID Connect Core §5.1 that this server holds; null where a person has none. */
export interface PersonClaims {
  readonly sub: string
  readonly name: string | null
  readonly email: string | null
  readonly email_verified: boolean | null
  /** Unix seconds. */
  readonly updated_at: number
}

/** With what others have added to the login for its ID token. */
export type ToldClaims = PersonClaims & Readonly<{ added: ClaimSet | null }>

/** The person of a token; undefined once it has expired, its family was revoked, its application or API was suspended, or the person's epoch moved on. */
export async function findClaims(
  db: Db,
  token: Readonly<{ grantId: string; subject: string; clientId: string; expiresAt: number }>,
): Promise<ToldClaims | undefined> {
  const { rows } = await sql<ToldClaims>`
    select person.id as sub, person.name, email.address as email, email.proof = 'verified' as email_verified,
           ${unixSeconds(sql`person.updated_at`)} as updated_at,
           family.added_claims->'id_token' as added
    from refresh_families family
    join people person on ${isOfStandingPerson('family')}
    join applications application on application.id = family.application_id
    join subscriptions subscription on ${isSubscribed('family')}
    left join email_addresses email on email.person_id = person.id and email.is_primary
    where family.id = ${token.grantId} and family.person_id = ${token.subject}
      and application.client_id = ${token.clientId} and family.revoked_at is null
      and to_timestamp(${token.expiresAt}) > auth_now()`.execute(db)
  return rows[0]
}
