// Signing up: an address that has just been proven becomes an account with a password, once.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { StoredPassword } from '../tables/passwords.ts'
import { consumeProof, type ProvenAddress } from './address-proofs.ts'

/** A person who signs up. */
export interface Newcomer {
  readonly id: string
  readonly name: string | undefined
  readonly language: string
  readonly password: StoredPassword
}

/**
 * Uses up the proof and makes the account, in one statement; undefined when the proof is of no use any more, or somebody
 * else has made an account of the address meanwhile.
 */
export async function signUp(
  trx: Trx,
  proof: ProvenAddress,
  { id, name, language, password }: Newcomer,
): Promise<Readonly<{ personId: string; authEpoch: number }> | undefined> {
  const { rows } = await sql<{ personId: string; authEpoch: number }>`
    with ${consumeProof(proof, 'sign-up')}, address as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      select ${id}, email_key, address, 'verified', auth_now(), true from proof
      on conflict (key) where proof is not null do nothing
      returning person_id
    ), password as (
      insert into passwords (person_id, hash, pepper_id)
      select person_id, ${password.hash}, ${password.pepperId} from address
    )
    insert into people (id, name, language) select person_id, ${name ?? null}, ${language} from address
    returning id as "personId", auth_epoch as "authEpoch"`.execute(trx)
  return rows[0]
}
