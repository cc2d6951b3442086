// What may be told about a person, read in one query with whether the access token behind the question still stands.
import { sql } from 'kysely'
import type { ClaimSet } from '../added-claims.ts'
import type { AskedClaims } from '../asked-claims.ts'
import type { Db } from '../database.ts'
import { isOfApplication, isOfStandingPerson, isSubscribed, unixSeconds } from '../sql.ts'
import type { PostalAddress, StandardClaims } from '../standard-claims.ts'

type Texts = Omit<StandardClaims, 'address'>

/** The claims of OpenID Connect Core §5.1; null, or not there, where a person has none. */
export interface PersonClaims extends Texts {
  readonly sub: string
  readonly name: string | null
  readonly email: string | null
  readonly email_verified: boolean | null
  readonly address?: PostalAddress & Readonly<{ formatted: string }>
  /** Nobody proves a number here. */
  readonly phone_number_verified?: false
  readonly locale: string | null
  /** Unix seconds. */
  readonly updated_at: number
}

/** What the person has allowed the application, and what it meant then. */
export interface AllowedScopes {
  readonly scopes: readonly string[]
  readonly meanings: readonly string[]
}

/** A person, and what the login behind the token has asked for by name. */
export interface ToldPerson {
  readonly person: PersonClaims
  readonly asked: AskedClaims | null
  /** By others, for the login's ID token. */
  readonly added: ClaimSet | null
  /** Null of an application that is trusted, or was never allowed anything. */
  readonly allowed: AllowedScopes | null
}

interface Row {
  readonly sub: string
  readonly name: string | null
  readonly email: string | null
  readonly email_verified: boolean | null
  readonly locale: string | null
  readonly updated_at: number
  readonly said: StandardClaims
  readonly asked: AskedClaims | null
  readonly added: ClaimSet | null
  readonly allowed: AllowedScopes | null
}

/** The person of a token; undefined once it has expired, its family was revoked, its application or API was suspended, or the person's epoch moved on. */
export async function findClaims(
  db: Db,
  token: Readonly<{ grantId: string; subject: string; clientId: string; expiresAt: number }>,
): Promise<ToldPerson | undefined> {
  const { rows } = await sql<Row>`
    select person.id as sub, person.name, email.address as email, email.proof = 'verified' as email_verified,
           person.language as locale, ${unixSeconds(sql`person.updated_at`)} as updated_at,
           person.standard_claims as said, family.asked_claims as asked,
           family.added_claims->'id_token' as added,
           case when consent.scopes is not null and not subscription.trusted
                then jsonb_build_object('scopes', consent.scopes, 'meanings', consent.meanings) end as allowed
    from refresh_families family
    join people person on ${isOfStandingPerson('family')}
    join applications application on ${isOfApplication('family')}
    join subscriptions subscription on ${isSubscribed('family')}
    left join consents consent on consent.person_id = family.person_id
      and consent.application_id = family.application_id and consent.api_id = family.api_id
    left join email_addresses email on email.person_id = person.id and email.is_primary
    where family.id = ${token.grantId} and family.person_id = ${token.subject}
      and application.client_id = ${token.clientId} and family.revoked_at is null
      and to_timestamp(${token.expiresAt}) > auth_now()`.execute(db)
  const [row] = rows
  if (!row) return undefined
  const { said, asked, added, allowed, ...columns } = row
  const { address, ...texts } = said
  const person = {
    ...texts,
    ...columns,
    ...(texts.phone_number !== undefined && { phone_number_verified: false as const }),
    ...(address && { address: { ...address, formatted: formatted(address) } }),
  }
  return { person, asked, added, allowed }
}

/** As on a letter (§5.1.1). */
function formatted({ street_address, postal_code, locality, region, country }: PostalAddress): string {
  const town = [postal_code, locality].filter((part) => part !== undefined).join(' ')
  return [street_address, town, region, country].filter((line) => line !== undefined && line !== '').join('\n')
}
