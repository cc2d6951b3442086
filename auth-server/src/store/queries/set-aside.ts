// What "that wasn't me" has set aside: passkeys, authenticator apps and addresses that count for nothing, and how they come back.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { IS_FACTOR_IN_FORCE } from '../sql.ts'
import type { AddressProof } from '../tables/email-addresses.ts'

export type SetAsideKind = 'passkey' | 'totp' | 'address'

/** One such thing, as its person sees it. */
export interface SetAside {
  /** Of an authenticator; of an address its key. */
  readonly id: string
  readonly kind: SetAsideKind
  readonly name: string | null
  readonly addedAt: Date
  readonly setAsideAt: Date
  /** Whether this login has shown something that is older. */
  readonly canReturn: boolean
}

interface Whose {
  readonly personId: string
  readonly sessionId: string
}

/** Which second factors may have been shown by a method of a login (RFC 8176). */
const SHOWN_BY = { pop: ['passkey'], otp: ['totp', 'recovery_code'] } as const

/**
 * THE rule of who brings something back: a login that has shown a second factor which is older. Whoever added the thing
 * can have added another after it, so of the kind that was shown every one that is in force has to be older. A password
 * never counts: it is younger than everything that was set aside, which forced a new one. Part of a statement about
 * `sessions session`.
 */
function hasShownOlder(since: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const rules = Object.entries(SHOWN_BY).map(
    ([method, kinds]) => sql<SqlBool>`(${method} = any(session.amr) and coalesce((
      select bool_and(factor.confirmed_at < ${since}) from authenticators factor
      where factor.person_id = session.person_id and factor.kind = any(${[...kinds]}) and ${IS_FACTOR_IN_FORCE}), false))`,
  )
  return sql<SqlBool>`(${sql.join(rules, sql` or `)})`
}

const OF_FACTOR = sql<SqlBool>`thing.kind in ('passkey', 'totp') and thing.suspended_at is not null
  and thing.removed_at is null and thing.confirmed_at is not null`
const OF_ADDRESS = sql<SqlBool>`thing.suspended_at is not null and thing.removed_at is null`

/** All of a person, the newest first. */
export async function listSetAside(db: Db, { personId, sessionId }: Whose): Promise<readonly SetAside[]> {
  const { rows } = await sql<SetAside>`
    with thing as (
      select id, kind, name, confirmed_at as added_at, suspended_at from authenticators thing
      where person_id = ${personId} and ${OF_FACTOR}
      union all
      select key, 'address', address, created_at, suspended_at from email_addresses thing
      where person_id = ${personId} and ${OF_ADDRESS}
    )
    select thing.id, thing.kind, thing.name, thing.added_at as "addedAt", thing.suspended_at as "setAsideAt",
           exists (select from sessions session where session.id = ${sessionId} and session.person_id = ${personId}
                   and ${hasShownOlder(sql`thing.added_at`)}) as "canReturn"
    from thing order by thing.added_at desc, thing.id`.execute(db)
  return rows
}

type Thing = Pick<SetAside, 'id' | 'kind'>

export type BroughtBack = 'back' | 'not back' | 'taken'

/**
 * Brings a thing back, if the login has shown something older, by the rule above: `not back` when it has not, or it is gone;
 * `taken` when an address is somebody else's by now, and then it is gone as well. An address is as well proven as it was. It is as new as if it had been added now, so this can be taken back, too;
 * an app takes the place of the one there is.
 */
export async function bringThingBack(
  trx: Trx,
  { personId, sessionId }: Whose,
  { id, kind }: Thing,
): Promise<BroughtBack> {
  await sql`update people set updated_at = auth_now() where id = ${personId}`.execute(trx)
  const shows = (since: RawBuilder<unknown>) => sql<SqlBool>`exists (
    select from sessions session where session.id = ${sessionId} and session.person_id = ${personId}
      and ${hasShownOlder(since)})`
  if (kind !== 'address') {
    const { rows } = await sql`
      with back as (
        update authenticators thing set suspended_at = null, confirmed_at = auth_now()
        where thing.id = ${id} and thing.person_id = ${personId} and ${OF_FACTOR} and ${shows(sql`thing.confirmed_at`)}
        returning thing.id, thing.kind
      ), replaced as (
        update authenticators factor set removed_at = auth_now(), suspended_at = auth_now()
        from back
        where back.kind = 'totp' and factor.person_id = ${personId} and factor.kind = 'totp' and factor.id <> back.id
          and ${IS_FACTOR_IN_FORCE}
      )
      select id from back`.execute(trx)
    return rows.length === 1 ? 'back' : 'not back'
  }
  // Away first: the index of proven addresses then settles who has it.
  const { rows } = await sql<{ address: string; proof: AddressProof }>`
    delete from email_addresses thing
    where thing.key = ${id} and thing.person_id = ${personId} and ${OF_ADDRESS} and ${shows(sql`thing.created_at`)}
    returning address, coalesce(proof_before, 'imported') as proof`.execute(trx)
  const [away] = rows
  if (!away) return 'not back'
  const back = await sql`
    insert into email_addresses (person_id, key, address, proof, proven_at)
    values (${personId}, ${id}, ${away.address}, ${away.proof}, auth_now())
    on conflict (key) where proof is not null do nothing returning key`.execute(trx)
  return back.rows.length === 1 ? 'back' : 'taken'
}

/** Removes a thing for good; false when it is gone. */
export async function forgetThing(trx: Trx, personId: string, { id, kind }: Thing): Promise<boolean> {
  const { rows } =
    kind === 'address'
      ? await sql`
          delete from email_addresses thing where key = ${id} and person_id = ${personId} and ${OF_ADDRESS}
          returning key`.execute(trx)
      : await sql`
          delete from authenticators thing where id = ${id} and person_id = ${personId} and ${OF_FACTOR}
          returning id`.execute(trx)
  return rows.length === 1
}
