// People with their passwords, for a move to another server; nobody else reads these together.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { StoredPassword } from '../tables/passwords.ts'

/** Somebody with an account, as another server needs them. */
export interface MovedPerson {
  readonly id: string
  readonly email: string | null
  readonly isVerified: boolean
  readonly name: string | null
  readonly language: string | null
  readonly claims: StandardClaims
  readonly isSuspended: boolean
  /** Null where there is none, or where it signs nobody in any more. */
  readonly password: StoredPassword | null
}

/** In the order of their ids; guests, and who is being deleted, stay. */
export async function readMovedPeople(
  db: Db,
  { after, limit }: Readonly<{ after: string; limit: number }>,
): Promise<readonly MovedPerson[]> {
  const { rows } = await sql<MovedPerson>`
    select person.id, person.name, person.language, person.standard_claims as claims,
           person.status = 'suspended' as "isSuspended", email.address as email,
           coalesce(email.proof = 'verified', false) as "isVerified",
           case when password.hash is not null and person.password_reset_required_at is null
             then jsonb_build_object('hash', password.hash, 'pepperId', password.pepper_id) end as password
    from people person
    left join email_addresses email on email.person_id = person.id and email.is_primary and email.proof is not null
    left join passwords password on password.person_id = person.id
    where person.id > ${after} and person.kind = 'member' and person.status in ('active', 'suspended')
    order by person.id limit ${limit}`.execute(db)
  return rows
}
