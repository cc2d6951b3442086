// Refresh-token families in the database: one row per login of an app, one statement per transition.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { FAMILY_COLUMNS, IS_UNENDED, isOfStandingPerson, isSubscribed, unixSeconds } from '../sql.ts'

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
      },
    },
    erased: { deleted: 'person_id' },
  },
}

/** A family as one statement saw it, joined with what its tokens say. Times are Unix seconds. */
export interface FamilyView {
  readonly id: string
  readonly personId: string
  readonly clientId: string
  readonly applicationId: string
  readonly resource: string
  readonly plan: string
  /** The family's scopes, and those that the subscription still allows. */
  readonly scopes: readonly string[]
  readonly allowedScopes: readonly string[]
  readonly acr: string
  readonly amr: readonly string[]
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

/** What a caller presents and asks; null asks for nothing in particular. */
export interface Presented {
  readonly familyId: string
  readonly generation: number
  readonly hash: string
  readonly clientId: string
  readonly scopes: readonly string[] | null
  readonly resource: string | null
  /** Thumbprint of the key whose possession the caller proved, or null. */
  readonly dpopJkt: string | null
}

const COLUMNS = sql`
  ${FAMILY_COLUMNS}, application.client_id as "clientId", application.id as "applicationId", api.resource,
  subscription.plan, subscription.scopes as "allowedScopes"`

const OTHERS = sql`people person, applications application, subscriptions subscription, apis api`

/** Joins, and everything that has to hold for a family to give tokens at all. */
const IS_LIVE: RawBuilder<SqlBool> = sql`
  ${isOfStandingPerson('family')} and application.id = family.application_id and api.id = family.api_id
  and ${isSubscribed('family')} and ${IS_UNENDED}`

/** A family that stands, and when it began and will end unless it is used; Unix seconds. */
export type StandingFamily = FamilyView & Readonly<{ startedAt: number; expiresAt: number }>

/** The live family of this client, if there is one. */
export async function findLiveFamily(db: Db, familyId: string, clientId: string): Promise<StandingFamily | undefined> {
  const { rows } = await sql<StandingFamily>`
    select ${COLUMNS}, ${unixSeconds(sql`family.created_at`)} as "startedAt",
           ${unixSeconds(sql`least(family.expires_at, family.idle_expires_at)`)} as "expiresAt"
    from refresh_families family, ${OTHERS}
    where family.id = ${familyId} and application.client_id = ${clientId} and ${IS_LIVE}`.execute(db)
  return rows[0]
}

/**
 * RFC 9449 §5: a refresh token that a public client gets for a request with a proof is bound to the proven key, also when
 * the token before it was not.
 */
function bind(dpopJkt: string | null) {
  const binds = sql`family.dpop_jkt is null and application.token_endpoint_auth_method = 'none' and ${dpopJkt}::text is not null`
  return sql`dpop_jkt = case when ${binds} then ${dpopJkt}::text else family.dpop_jkt end,
        bound_since = case when ${binds} then family.generation + 1 else family.bound_since end`
}

/** The current token becomes the previous one. The row settles every race: one caller gets it, the others nothing. */
export async function rotateFamily(
  db: Db,
  presented: Presented,
  successor: Readonly<{ hash: string; sealed: Buffer }>,
): Promise<FamilyView | undefined> {
  const { rows } = await sql<FamilyView>`
    update refresh_families family
    set generation = family.generation + 1, current_hash = ${successor.hash}, previous_hash = family.current_hash,
        sealed_successor = ${successor.sealed}, spent_at = auth_now(), recovered_at = null, ${bind(presented.dpopJkt)},
        used_at = auth_now(), idle_expires_at = auth_now() + application.refresh_idle
    from ${OTHERS}
    where family.id = ${presented.familyId} and family.generation = ${presented.generation}
      and family.current_hash = ${presented.hash} and application.client_id = ${presented.clientId}
      and (${presented.scopes}::text[] is null or family.scopes @> ${presented.scopes}::text[])
      and (${presented.resource}::text is null or api.resource = ${presented.resource})
      and (family.dpop_jkt is null or family.dpop_jkt = ${presented.dpopJkt})
      and ${IS_LIVE}
    returning ${COLUMNS}`.execute(db)
  return rows[0]
}

/** The unused current token is retired and the previous one gets another successor, once per token (lost answers). */
export async function recoverFamily(
  db: Db,
  seen: FamilyView,
  successor: Readonly<{ hash: string; sealed: Buffer }>,
  dpopJkt: string | null,
): Promise<FamilyView | undefined> {
  const { rows } = await sql<FamilyView>`
    update refresh_families family
    set generation = family.generation + 1, current_hash = ${successor.hash}, sealed_successor = ${successor.sealed},
        spent_at = auth_now(), recovered_at = auth_now(), used_at = auth_now(), ${bind(dpopJkt)},
        idle_expires_at = auth_now() + application.refresh_idle
    from ${OTHERS}
    where family.id = ${seen.id} and family.generation = ${seen.generation} and family.recovered_at is null and ${IS_LIVE}
    returning ${COLUMNS}`.execute(db)
  return rows[0]
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
      and application.id = family.application_id and application.client_id = ${family.clientId}
      and (${family.unlessAfter}::float8 is null or to_timestamp(${family.unlessAfter}) > auth_now())
    returning family.person_id as "personId", family.application_id as "applicationId"`.execute(db)
  return rows[0]
}
