// Identifiers that may be used once: client assertions and DPoP proofs.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { sha256 } from '../../crypto/digest.ts'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { IS_UNENDED, secondsFromNow } from '../sql.ts'
import { usableCode } from './authorization-codes.ts'

export interface UsedJtis {
  jti_hash: string
  expires_at: Date
}

export const USED_JTIS: TableDeclaration<UsedJtis> = {
  purpose: 'Identifiers of client assertions and DPoP proofs, each of which counts once.',
  lifetime: { until: 'it could not be presented any more', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'Hashes of random numbers.' },
}

/** Notes an identifier; false when it was noted before. The primary key settles two uses at once. */
export async function useJti(db: Db, parts: readonly string[], keepSeconds: number): Promise<boolean> {
  const row = await db
    .insertInto('used_jtis')
    .values({
      jti_hash: sha256(parts.join('\0')),
      expires_at: secondsFromNow(keepSeconds),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('jti_hash')
    .executeTakeFirst()
  return row !== undefined
}

/** How long before or after the present a proof without a nonce may say it was made; seconds (RFC 9449 §11.1). */
export const PROOF_LEEWAY_SECONDS = 60

/** What a token request presents: a code by its hash, a family of refresh tokens by its id, or a device by its key. */
export type PresentedGrant = Readonly<{ codeHash: string } | { familyId: string } | { deviceJkt: string }>

/** A proof as the database judges it: by its nonce's window of time when it has one, else by its own word. */
export interface ProofMark {
  readonly jkt: string
  readonly jti: string
  /** Unix seconds by the phone's clock. */
  readonly issuedAt: number
  readonly nonceWindow: number | undefined
  /** Where anybody may ask: a proof is noted only beside a grant that lives, so that strangers leave no rows. */
  readonly presented: PresentedGrant | undefined
}

/** `now` in Unix seconds. A proof that is not fresh was not noted; nor was one beside a dead grant, which will be refused. */
export interface ProofVerdict {
  readonly now: number
  readonly fresh: boolean
  readonly first: boolean
}

function isAlive(presented: PresentedGrant | undefined): RawBuilder<SqlBool> {
  if (presented === undefined) return sql`true`
  if ('codeHash' in presented)
    return sql`exists (select from authorization_codes code where code.code_hash = ${presented.codeHash} and ${usableCode})`
  if ('deviceJkt' in presented) return sql`exists (select from device_keys where jkt = ${presented.deviceJkt})`
  return sql`exists (select from refresh_families family where family.id = ${presented.familyId} and ${IS_UNENDED})`
}

/**
 * Asks for the time, judges a proof by it, and notes the proof until it could not be fresh any more: one statement, so
 * that a proof costs one round trip. Of parallel callers with the same proof, one is first.
 * @param windowSeconds length of a nonce's window; a nonce is good in its own and the next.
 */
export async function useProof(db: Db, proof: ProofMark, windowSeconds: number): Promise<ProofVerdict> {
  const { rows } = await sql<ProofVerdict>`
    with clock as (
      select extract(epoch from auth_now())::float8 as now, ${proof.nonceWindow ?? null}::float8 as given,
             ${proof.issuedAt}::float8 as issued
    ), judged as (
      select now, case when given is null then abs(now - issued) <= ${PROOF_LEEWAY_SECONDS}
                       else floor(now / ${windowSeconds}) - given between 0 and 1 end as fresh,
             coalesce((given + 2) * ${windowSeconds}, issued + ${PROOF_LEEWAY_SECONDS}) as ends
      from clock
    ), noted as (
      insert into used_jtis (jti_hash, expires_at)
      select ${sha256(['dpop', proof.jkt, proof.jti].join('\0'))}, to_timestamp(ends + 1) from judged
      where fresh and ${isAlive(proof.presented)}
      on conflict do nothing returning jti_hash
    )
    select now, fresh, exists (select from noted) or not ${isAlive(proof.presented)} as first from judged`.execute(db)
  const [verdict] = rows
  if (!verdict) throw new Error('the database did not judge a proof')
  return verdict
}
