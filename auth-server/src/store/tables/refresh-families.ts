// Refresh-token families in the database: one row per login of an app; how one is opened and ended.
import type { SubjectKind } from '@mobile-api-gateway/sdk/subject-kind.ts'
import { type RawBuilder, sql } from 'kysely'
import type { AddedClaims } from '../added-claims.ts'
import type { AskedClaims } from '../asked-claims.ts'
import type { Db } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { isOfApplication, secondsSince, unixSeconds } from '../sql.ts'
import type { Slots } from '../statement.ts'

export interface RefreshFamilies {
  id: string
  person_id: string
  auth_epoch: number
  application_id: string
  api_id: string
  session_id: string
  scopes: string[]
  acr: string
  amr: Defaulted<string[]>
  auth_time: Date
  generation: number
  current_hash: string
  previous_hash: string | null
  sealed_successor: Buffer | null
  spent_at: Date | null
  recovered_at: Date | null
  created_at: Defaulted<Date>
  used_at: Defaulted<Date>
  idle_expires_at: Date
  expires_at: Date
  revoked_at: Date | null
  revoked_because: string | null
  dpop_jkt: string | null
  bound_since: number | null
  name: string | null
  /** Of a guest: the key of the device. No refresh token belongs to it. */
  device_jkt: string | null
  /** What its tokens say beyond the server's own claims. */
  added_claims: Json<AddedClaims> | null
  /** What the app has asked for by name (OpenID Connect Core §5.5). */
  asked_claims: Json<AskedClaims> | null
}

export const REFRESH_FAMILIES: TableDeclaration<RefreshFamilies> = {
  purpose: 'One login of an app on one device, and the state of its refresh token.',
  lifetime: {
    // It is remembered, so that its owner can be told; its tokens stay refused either way.
    until: '30 days after it has expired or ended',
    obsolete: sql`least(expires_at, idle_expires_at, revoked_at) < auth_now() - interval '30 days'`,
    // An index on `idle_expires_at` would have to be written at each refresh, the hot path, which touches none.
    indexed: false,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        id: 'exported',
        person_id: 'owner',
        auth_epoch: 'internal',
        application_id: 'exported',
        api_id: 'exported',
        session_id: 'exported',
        scopes: 'exported',
        acr: 'exported',
        amr: 'exported',
        auth_time: 'exported',
        generation: 'internal',
        current_hash: 'secret',
        previous_hash: 'secret',
        sealed_successor: 'secret',
        spent_at: 'internal',
        recovered_at: 'internal',
        created_at: 'exported',
        used_at: 'exported',
        idle_expires_at: 'exported',
        expires_at: 'exported',
        revoked_at: 'exported',
        revoked_because: 'exported',
        dpop_jkt: 'exported',
        bound_since: 'internal',
        name: 'exported',
        device_jkt: 'exported',
        added_claims: 'exported',
        asked_claims: 'exported',
      },
    },
    erased: { deleted: 'person_id' },
  },
}

/** A family as one statement saw it, joined with what its tokens say. Times are Unix seconds. */
export interface FamilyView {
  readonly id: string
  readonly personId: string
  readonly subjectKind: SubjectKind
  /** Whether a phone has vouched for the key that its tokens are bound to. */
  readonly isAttested: boolean
  /** Who the device's guest was until a while ago, where that was another `sub`; null otherwise. */
  readonly mergedFrom: string | null
  readonly clientId: string
  readonly applicationId: string
  readonly resource: string
  readonly plan: string
  /** The family's scopes, and those that the subscription and the person's groups still allow. */
  readonly scopes: readonly string[]
  readonly allowedScopes: readonly string[]
  /** Groups of the person that the API wants to hear of. */
  readonly groups: readonly string[]
  /** What others have added to the login, or null. */
  readonly addedClaims: AddedClaims | null
  readonly acr: string
  readonly amr: readonly string[]
  readonly askedClaims: AskedClaims | null
  readonly authTime: number
  /** The browser session of the login (`sid`). */
  readonly sessionId: string
  /** The key that a public client's refresh tokens are bound to (RFC 9449 §5), or null. */
  readonly dpopJkt: string | null
  /** The first generation whose refresh token is bound to it, or null. */
  readonly boundSince: number | null
  readonly generation: number
  readonly currentHash: string
  readonly previousHash: string | null
  readonly sealedSuccessor: Buffer | null
  /** Seconds since the previous token was spent. */
  readonly spentSecondsAgo: number | null
  readonly recovered: boolean
  readonly now: number
}

/** What a statement tells of `family` itself (see `FamilyView`). */
export const FAMILY_COLUMNS = sql`
  family.id, family.person_id as "personId",
  case when family.device_jkt is null then 'account' else 'guest' end as "subjectKind", family.scopes, family.acr, family.amr,
  ${unixSeconds(sql`family.auth_time`)} as "authTime", family.session_id as "sessionId",
  family.asked_claims as "askedClaims",
  family.dpop_jkt as "dpopJkt",
  case when family.dpop_jkt is null then false else is_attested(family.dpop_jkt, family.application_id) end as "isAttested",
  case when family.dpop_jkt is not null
    then merged_guest(family.dpop_jkt, family.application_id, family.person_id) end as "mergedFrom",
  family.bound_since as "boundSince", family.added_claims as "addedClaims", family.generation,
  family.current_hash as "currentHash", family.previous_hash as "previousHash",
  family.sealed_successor as "sealedSuccessor", family.recovered_at is not null as recovered,
  ${secondsSince(sql`family.spent_at`)} as "spentSecondsAgo", ${unixSeconds()} as now`

/** A family that is about to be opened. */
export interface NewFamily {
  readonly familyId: string
  readonly currentHash: string
  /** Of the key that was proven with the request, or null. A public client's tokens are bound to it (RFC 9449 §5). */
  readonly dpopJkt: string | null
  /** As JSON, in the place of those that wait with the code; null leaves these. */
  readonly addedClaims: string | null
}

/**
 * Opens the family of a login: part of a statement, after a `code` that has just been consumed, whatever its kind.
 * @param code the name of what was consumed: one row with the columns of a login (person_id, auth_epoch, application_id,
 *   api_id, session_id, scopes, acr, amr, auth_time, added_claims, and `asked`, the request), and of the application `public`, refresh_idle, refresh_absolute
 */
export function openFamily(
  code: RawBuilder<unknown>,
  { familyId, currentHash, dpopJkt, addedClaims }: Slots<NewFamily>,
): RawBuilder<unknown> {
  return sql`
    insert into refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, amr, auth_time,
                                  generation, current_hash, dpop_jkt, bound_since, idle_expires_at, expires_at, added_claims,
                                  asked_claims)
    select ${familyId}, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, amr, auth_time,
           1, ${currentHash}, case when public then ${dpopJkt}::text end,
           case when public and ${dpopJkt}::text is not null then 1 end, auth_now() + refresh_idle, auth_now() + refresh_absolute,
           coalesce(${addedClaims}::jsonb, added_claims), asked->'claims'
    from ${code} returning *`
}

/** Ends a family if it still is in the generation that the caller judged; true when this call ended it. */
export async function revokeFamily(db: Db, id: string, generation: number, because: string): Promise<boolean> {
  const result = await db
    .updateTable('refresh_families')
    .set({ revoked_at: sql<Date>`auth_now()`, revoked_because: because })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/**
 * Ends a family of this client, whatever its generation (RFC 7009). Returns whose it was, when this call ended it. A
 * refresh at the same moment waits for the row, and finds it revoked.
 * @param unlessAfter Unix seconds by the database's clock after which nothing happens: the expiry of an access token.
 */
export async function endFamilyOfClient(
  db: Db,
  family: Readonly<{ id: string; clientId: string; unlessAfter: number | null }>,
): Promise<Readonly<{ personId: string; applicationId: string }> | undefined> {
  const { rows } = await sql<{ personId: string; applicationId: string }>`
    update refresh_families family set revoked_at = auth_now(), revoked_because = 'revoked by the client'
    from applications application
    where family.id = ${family.id} and family.revoked_at is null
      and ${isOfApplication('family')} and application.client_id = ${family.clientId}
      and (${family.unlessAfter}::float8 is null or to_timestamp(${family.unlessAfter}) > auth_now())
    returning family.person_id as "personId", family.application_id as "applicationId"`.execute(db)
  return rows[0]
}
