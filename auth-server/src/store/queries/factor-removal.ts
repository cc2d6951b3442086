// The end of a second factor: it counts no more, and no sign-in rests on it any longer.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import { lockAccount } from '../lock-account.ts'
import { IS_FACTOR_IN_FORCE } from '../sql.ts'
import { requireWayIn } from './ways-in.ts'

/** What a sign-in falls to that rested on a factor: the class, and which of its methods count without one. */
export interface Fallen {
  readonly acr: string
  readonly firstFactors: readonly string[]
}

/** The methods that a row is left with. */
function leftOf({ firstFactors }: Fallen) {
  return sql`array(select method from unnest(amr) method where method = any(${[...firstFactors]}::text[]))`
}

/** Which second factors: one of a person, or all that they have. */
export interface WhichFactors {
  readonly personId: string
  readonly id?: string
  /** Of providers; given where the last way to sign in has to stay, within `unlessOnlyWay`. */
  readonly issuers?: readonly string[]
}

/**
 * Sets factors aside and lets every session, code and login of an app of the person that was made with two factors fall to
 * the first one alone: their next page asks for a second factor again, if there still is one, and their next token says so.
 * One that was made without a first one, by a passkey, ends. Recovery codes go with the last factor. Returns the kinds that went.
 *
 * Statement by statement in the order in which transactions lock these tables.
 */
export async function setFactorsAside(
  trx: Trx,
  { personId, id, issuers }: WhichFactors,
  fallen: Fallen,
): Promise<readonly string[]> {
  const isMade = sql`person_id = ${personId} and 'mfa' = any(amr)`
  const withoutFirst = sql`${isMade} and not amr && ${[...fallen.firstFactors]}::text[]`
  const falls = sql`acr = ${fallen.acr}, amr = ${leftOf(fallen)}`
  await lockAccount(trx, personId)
  await sql`delete from sessions where ${withoutFirst}`.execute(trx)
  await sql`update sessions set ${falls} where ${isMade}`.execute(trx)
  await sql`
    update authorization_codes set consumed_at = auth_now() where ${withoutFirst} and consumed_at is null`.execute(trx)
  await sql`update authorization_codes set ${falls} where ${isMade} and consumed_at is null`.execute(trx)
  await sql`
    update refresh_families set revoked_at = auth_now(), revoked_because = 'second factor removed'
    where ${withoutFirst} and revoked_at is null`.execute(trx)
  await sql`update refresh_families set ${falls} where ${isMade} and revoked_at is null`.execute(trx)
  const { rows } = await sql<{ kind: string }>`
    update authenticators factor set removed_at = auth_now(), suspended_at = auth_now()
    where factor.person_id = ${personId} and (${id ?? null}::text is null or factor.id = ${id ?? null})
      and factor.kind <> 'recovery_code' and ${IS_FACTOR_IN_FORCE}
    returning factor.kind`.execute(trx)
  if (issuers && rows.length > 0) await requireWayIn(trx, { personId, issuers })
  await sql`
    update authenticators factor set removed_at = auth_now(), suspended_at = auth_now()
    where factor.person_id = ${personId} and factor.kind = 'recovery_code' and ${IS_FACTOR_IN_FORCE}
      and not exists (
        select from authenticators factor
        where factor.person_id = ${personId} and factor.kind <> 'recovery_code' and ${IS_FACTOR_IN_FORCE})`.execute(trx)
  return [...new Set(rows.map(({ kind }) => kind))]
}

/**
 * Lets what rests on the codes of an app that makes way fall: sessions but the one that replaces it, codes and logins of
 * apps. What a passkey was shown for as well stays as strong as the passkey makes it.
 */
export async function letCodesFall(
  trx: Trx,
  { personId, sessionId }: Readonly<{ personId: string; sessionId: string }>,
  fallen: Fallen,
): Promise<void> {
  const falls = sql`
    acr = case when 'pop' = any(amr) then acr else ${fallen.acr} end,
    amr = case when 'pop' = any(amr) then array_remove(amr, 'otp') else ${leftOf(fallen)} end`
  const rests = sql`person_id = ${personId} and 'otp' = any(amr)`
  await lockAccount(trx, personId)
  await sql`update sessions set ${falls} where ${rests} and id <> ${sessionId}`.execute(trx)
  await sql`update authorization_codes set ${falls} where ${rests} and consumed_at is null`.execute(trx)
  await sql`update refresh_families set ${falls} where ${rests} and revoked_at is null`.execute(trx)
}
